// If the browser is killed halfway through reading a large file, reading resumes there, not at the beginning of the
// file.
import assert from "node:assert/strict";
import { test } from "node:test";

import { dropFolder, waitForState } from "../support/browser.mjs";
import { digests, onServer, sparse } from "../support/files.mjs";
import { lastingHousehold } from "../support/household.mjs";
import { A_MINUTE_MS, until } from "../support/waiting.mjs";

const LARGE_BYTES = 3 * 1024 ** 3;

test("a large file resumes from a checkpoint after a kill", async (t) => {
  const home = await lastingHousehold(t);
  const { browser, server, data, folder } = home;
  let { page } = home;
  await sparse(folder, "large.mp4", LARGE_BYTES, "large");
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
});

const UNITS = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9 };

// "277 MB of 900 MB".
function bytesOf(words) {
  const [, number, unit] = words.match(/^([\d.,]+) (\w+) of/);
  return Number(number) * UNITS[unit];
}

// Waits until the number of bytes read of the single file meets the condition, and returns it.
async function progressOfReading(page, condition) {
  const amount = page.locator(".jobs li", { hasText: "Reading" }).locator(".amount");
  let bytes = 0;
  const isFar = async () => {
    bytes = bytesOf(await amount.innerText({ timeout: A_MINUTE_MS }));
    return condition(bytes);
  };
  await until(isFar, 2 * A_MINUTE_MS, () => `more than ${bytes} bytes`, 30);
  return bytes;
}
