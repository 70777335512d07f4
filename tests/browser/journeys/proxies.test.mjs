// A proxy between browser and server accepts only small requests, so larger files go in pieces that fit.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Browser, dropFolder, waitForState } from "../support/browser.mjs";
import { clear, digests, onServer, scratch, sparse } from "../support/files.mjs";
import { Proxy } from "../support/proxy.mjs";
import { Server } from "../support/server.mjs";

const MB = 1_000_000;

test("a proxy that refuses large requests does not stop the backup", async () => {
  const sizes = { "small.jpg": 0.2, "photo.jpg": 3, "raw.dng": 12, "film.mp4": 40 };
  const { refused } = await backUpThroughProxy(sizes);
  assert.ok(refused > 0 && refused < 40, `${refused} requests were refused`);
});

test("a server that knows its proxy's limit is sent nothing larger", async () => {
  const { refused, largest } = await backUpThroughProxy({ "film.mp4": 40 }, "--max-request", "1MB");
  assert.equal(refused, 0);
  assert.ok(largest > MB / 2, `pieces of ${largest} bytes`);
});

// Backs up files of these sizes (in megabytes) to a server behind a proxy that accepts 1 MB. Returns what the proxy
// saw.
async function backUpThroughProxy(sizes, ...options) {
  const [data, folder] = [await scratch("data"), await scratch("pictures")];
  for (const [name, size] of Object.entries(sizes)) await sparse(folder, name, size * MB, name);
  const server = await Server.start(data, ...options);
  const proxy = await Proxy.to(server, MB);
  const browser = await Browser.open();
  const page = await browser.page(`${proxy.origin}/#pair=${server.newPairingLink().split("#pair=")[1]}`);
  await waitForState(page, "empty");
  await dropFolder(page, folder);
  await waitForState(page, "done", 120_000);
  assert.deepEqual((await onServer(data)).sort(), [...(await digests(folder)).values()].sort());
  await browser.forget();
  await proxy.end();
  await server.stop();
  await Promise.all([clear(data), clear(folder)]);
  return proxy;
}
