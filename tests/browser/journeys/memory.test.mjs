// The browser's memory does not depend on a file's size, neither while reading nor while uploading.
import assert from "node:assert/strict";
import { test } from "node:test";

import { dropFolder, read, waitForNumbers, waitForState } from "../support/browser.mjs";
import { media, sparse, write } from "../support/files.mjs";
import { household } from "../support/household.mjs";
import { memoryMb } from "../support/memory.mjs";
import { A_MINUTE_MS, until } from "../support/waiting.mjs";

const LARGE_BYTES = 2_200_000_000;
// Measured: 23 MB for this file, 43 MB for one of 5 GB. It was 260 MB before the reader used its own buffers.
const MOST_GROWTH_MB = 120;

test("a file of more than 2 GB is read and sent in little memory", { skip: process.platform !== "linux" }, async (t) => {
  const { page, browser, folder } = await household(t);
  await write(folder, "small.jpg", await media("photo.jpg"));
  await dropFolder(page, folder);
  await waitForState(page, "done");

  const before = memoryMb(browser.profile);
  await sparse(folder, "large.mp4", LARGE_BYTES, "large");
  await page.getByRole("button", { name: "Back up now" }).click();
  await waitForNumbers(page, (now) => now.remaining === 1);
  let most = before;
  const isDone = async () => {
    most = Math.max(most, memoryMb(browser.profile));
    return (await read(page)).state === "done";
  };
  await until(isDone, 5 * A_MINUTE_MS, () => read(page));
  console.log(`the browser's processes grew by ${most - before} MB`);
  assert.ok(most - before < MOST_GROWTH_MB, `grew by ${most - before} MB`);
});
