// A film of 3 GB over an unreliable line, while browser and server are killed: it arrives once and correct, and
// hardly any byte is sent twice.
import assert from "node:assert/strict";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { Browser, addsUp, dropFolder, read, waitForNumbers, waitForState } from "../support/browser.mjs";
import { clear, digests, onServer, scratch, sparse } from "../support/files.mjs";
import { household } from "../support/household.mjs";
import { Line } from "../support/line.mjs";
import { Server } from "../support/server.mjs";
import { A_MINUTE_MS, timePasses, until } from "../support/waiting.mjs";

const LARGE_BYTES = 3 * 1024 ** 3;
// The maximum number of bytes sent per byte of the film.
const MOST = 1.1;
const MISFORTUNES = ["cut", "browser", "cut", "server", "cut", "browser", "cut", "server", "cut"];

test("a film arrives once through five cuts and four kills", async () => {
  const [data, folder] = [await scratch("data"), await scratch("pictures")];
  await sparse(folder, "film.mp4", LARGE_BYTES, "film");
  const server = await Server.start(data);
  const line = await Line.to(server);
  const browser = await Browser.open({ allowAlways: line.origin });
  let page = await browser.page(`${line.origin}/#pair=${server.newPairingLink().split("#pair=")[1]}`);
  await waitForState(page, "empty");
  // Cookies and grants reach the disk only with a clean close.
  await browser.close();
  await browser.start();
  page = await browser.page(line.origin);
  await waitForState(page, "empty");
  await dropFolder(page, folder);

  const misfortunes = {
    cut: async () => {
      line.cut();
      await timePasses(1_500);
      line.mend();
      await page.getByRole("button", { name: "Back up now" }).click();
    },
    browser: async () => {
      await browser.kill();
      await browser.start();
      page = await browser.page(line.origin);
      await waitForNumbers(page, (now) => now.total === 1);
      await dropFolder(page, folder);
    },
    server: async () => {
      await server.restart("SIGKILL");
      await page.getByRole("button", { name: "Back up now" }).click();
    },
  };
  for (const [number, misfortune] of MISFORTUNES.entries()) {
    // Each at its own position in the film, so that all of them happen.
    const due = (LARGE_BYTES * (number + 1)) / (MISFORTUNES.length + 2);
    await until(() => line.up > due, 2 * A_MINUTE_MS, () => read(page), 20);
    await misfortunes[misfortune]();
    assert.ok(addsUp(await read(page)));
  }
  await waitForState(page, "done", 180_000);
  assert.deepEqual(await onServer(data), [...(await digests(folder)).values()]);
  assert.match(server.command("check", "--read-data"), /all as they were stored/);
  const ratio = line.up / LARGE_BYTES;
  console.log(`sent ${ratio.toFixed(3)} times its bytes`);
  assert.ok(ratio < MOST, `${ratio}`);
  await browser.forget();
  await line.end();
  await server.stop();
  await Promise.all([clear(data), clear(folder)]);
});

test("a film that is deleted during its upload leaves nothing on the server", async (t) => {
  const { server, page, folder, data } = await household(t);
  await sparse(folder, "film.mp4", 600 * 1024 ** 2, "film");
  await dropFolder(page, folder);
  const parts = async () => (await readdir(join(data, "uploads")).catch(() => [])).length;
  await until(async () => (await parts()) === 1, A_MINUTE_MS, () => read(page), 20);
  await rm(join(folder, "film.mp4"));
  await page.getByRole("button", { name: "Back up now" }).click();
  await until(async () => (await parts()) === 0, A_MINUTE_MS, () => read(page));
  assert.deepEqual(await onServer(data), []);
  assert.match(server.command("check", "--read-data"), /\S/);
});
