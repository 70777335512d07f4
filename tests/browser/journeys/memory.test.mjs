// A file's size is no matter for the browser's memory, while it is read and while it is sent.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { Browser, dropFolder, read, waitForNumbers, waitForState } from "../support/browser.mjs";
import { clear, media, scratch, sparse, write } from "../support/files.mjs";
import { Server } from "../support/server.mjs";

const LARGE_BYTES = 2_200_000_000;
// Measured: 23 MB for this file, 43 MB for one of 5 GB; 260 MB before the reader brought its own buffers.
const MOST_GROWTH_MB = 120;

test("a file of more than 2 GB is read and sent in little memory", { skip: process.platform !== "linux" }, async () => {
  const [data, folder] = [await scratch("data"), await scratch("pictures")];
  const server = await Server.start(data);
  const browser = await Browser.open();
  const page = await browser.page(server.pairingLink);
  await waitForState(page, "empty");
  await write(folder, "small.jpg", await media("photo.jpg"));
  await dropFolder(page, folder);
  await waitForState(page, "done");

  const before = memoryMb(browser.profile);
  await sparse(folder, "large.mp4", LARGE_BYTES, "large");
  await page.getByRole("button", { name: "Back up now" }).click();
  await waitForNumbers(page, (now) => now.remaining === 1);
  let most = before;
  while ((await read(page)).state !== "done") {
    most = Math.max(most, memoryMb(browser.profile));
    await page.waitForTimeout(100);
  }
  console.log(`the browser's processes grew by ${most - before} MB`);
  assert.ok(most - before < MOST_GROWTH_MB, `grew by ${most - before} MB`);

  await browser.forget();
  await server.stop();
  await Promise.all([clear(data), clear(folder)]);
});

// The proportional memory of the browser with this profile, and of its children.
function memoryMb(profile) {
  const processes = readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(describe).filter(Boolean);
  const ours = new Set(processes.filter(({ command }) => command.includes(profile)).map(({ id }) => id));
  for (let grown = true; grown; ) {
    const children = processes.filter(({ id, parent }) => ours.has(parent) && !ours.has(id));
    children.forEach(({ id }) => ours.add(id));
    grown = children.length > 0;
  }
  return Math.round([...ours].reduce((sum, id) => sum + proportionalKb(id), 0) / 1024);
}

function describe(id) {
  try {
    const [, parent] = readFileSync(`/proc/${id}/status`, "utf8").match(/PPid:\s+(\d+)/);
    return { id, parent, command: readFileSync(`/proc/${id}/cmdline`, "utf8") };
  } catch {
    return null; // It ended while we looked.
  }
}

function proportionalKb(id) {
  try {
    return Number(readFileSync(`/proc/${id}/smaps_rollup`, "utf8").match(/Pss:\s+(\d+)/)[1]);
  } catch {
    return 0;
  }
}
