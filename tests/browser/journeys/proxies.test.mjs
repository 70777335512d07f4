// A proxy between browser and server lets only small requests through: larger files go in pieces that fit.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Browser, dropFolder, waitForState } from "../support/browser.mjs";
import { clear, digests, onServer, scratch, sparse } from "../support/files.mjs";
import { Proxy } from "../support/proxy.mjs";
import { Server } from "../support/server.mjs";

const MB = 1_000_000;

test("a proxy that refuses large requests is no obstacle", async () => {
  const [data, folder] = [await scratch("data"), await scratch("pictures")];
  for (const [name, size] of [["small.jpg", 0.2], ["photo.jpg", 3], ["raw.dng", 12], ["film.mp4", 40]]) {
    await sparse(folder, name, size * MB, name);
  }
  const server = await Server.start(data);
  const proxy = await Proxy.to(server, MB);
  const browser = await Browser.open();
  const page = await browser.page(`${proxy.origin}/#pair=${server.newPairingLink().split("#pair=")[1]}`);
  await waitForState(page, "empty");
  await dropFolder(page, folder);
  await waitForState(page, "done", 120_000);
  assert.deepEqual((await onServer(data)).sort(), [...(await digests(folder)).values()].sort());
  assert.ok(proxy.refused > 0 && proxy.refused < 40, `${proxy.refused} requests were refused`);
  await browser.forget();
  await proxy.end();
  await server.stop();
  await Promise.all([clear(data), clear(folder)]);
});

test("a server that knows its proxy's limit is asked for nothing larger", async () => {
  const [data, folder] = [await scratch("data"), await scratch("pictures")];
  await sparse(folder, "film.mp4", 40 * MB, "film");
  const server = await Server.start(data, "--max-request", "1MB");
  const proxy = await Proxy.to(server, MB);
  const browser = await Browser.open();
  const page = await browser.page(`${proxy.origin}/#pair=${server.newPairingLink().split("#pair=")[1]}`);
  await waitForState(page, "empty");
  await dropFolder(page, folder);
  await waitForState(page, "done", 120_000);
  assert.deepEqual(await onServer(data), [...(await digests(folder)).values()]);
  assert.equal(proxy.refused, 0);
  assert.ok(proxy.largest > MB / 2, `pieces of ${proxy.largest} bytes`);
  await browser.forget();
  await proxy.end();
  await server.stop();
  await Promise.all([clear(data), clear(folder)]);
});
