// A large file that was half read when the browser was killed is read on from where it was, not from its beginning.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Browser, dropFolder, waitForState } from "../support/browser.mjs";
import { clear, digests, onServer, scratch, sparse } from "../support/files.mjs";
import { Server } from "../support/server.mjs";

const LARGE_BYTES = 3 * 1024 ** 3;

test("a large file goes on from a checkpoint after a kill", async () => {
  const [data, folder] = [await scratch("data"), await scratch("pictures")];
  await sparse(folder, "large.mp4", LARGE_BYTES, "large");
  const server = await Server.start(data);
  const browser = await Browser.open({ allowAlways: server.origin });
  let page = await browser.page(server.pairingLink);
  await waitForState(page, "empty");
  // Cookies and grants reach the disk with a clean close only.
  await browser.close();
  await browser.start();
  page = await browser.page(server.origin);
  await waitForState(page, "empty");
  await dropFolder(page, folder);

  const before = await progressOfReading(page, (bytes) => bytes > LARGE_BYTES / 3);
  await browser.kill();
  await browser.start();
  page = await browser.page(server.origin);
  await dropFolder(page, folder);
  const after = await progressOfReading(page, (bytes) => bytes > 0);
  assert.ok(after > before / 2, `went on at ${after}, was at ${before}`);

  await waitForState(page, "done", 180_000);
  assert.deepEqual(await onServer(data), [...(await digests(folder)).values()]);
  await browser.forget();
  await server.stop();
  await Promise.all([clear(data), clear(folder)]);
});

// The bytes read of the one file, once they fulfil the condition.
async function progressOfReading(page, condition) {
  for (;;) {
    const bar = page.locator(".activity li", { hasText: "Reading" }).locator("progress");
    const bytes = await bar.evaluate((bar) => bar.value, undefined, { timeout: 60_000 });
    if (condition(bytes)) return bytes;
    await page.waitForTimeout(30);
  }
}
