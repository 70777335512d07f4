// Interruptions during a backup that happen to real people: a reload, a closed browser, a stopped server, a second
// tab, a revoked sign-in, a pause. Each ends with every byte on the server once, and numbers that add up.
import assert from "node:assert/strict";
import { basename } from "node:path";
import { afterEach, beforeEach, test } from "node:test";

import { addsUp, Browser, dropFolder, read, visitFolder, waitForNumbers, waitForState } from "../support/browser.mjs";
import { clear, digests, media, onServer, scratch, sparse, write } from "../support/files.mjs";
import { Server } from "../support/server.mjs";

const FILES = 120;
// Large enough to be interrupted halfway.
const LARGE_BYTES = 300 * 1024 ** 2;

let server, browser, folder, data, page;

beforeEach(async () => {
  [data, folder] = [await scratch("data"), await scratch("pictures")];
  for (let number = 0; number < FILES; number++) {
    await write(folder, `${number % 7}/photo ${number}.jpg`, await media("photo.jpg", `salt ${number}`));
  }
  for (const name of ["one.mp4", "two.mov", "three.mp4"]) await sparse(folder, name, LARGE_BYTES, name);
  server = await Server.start(data);
  browser = await Browser.open();
  page = await browser.page(server.pairingLink);
  await waitForState(page, "empty");
});

afterEach(async () => {
  await browser.forget();
  await server.stop();
  await Promise.all([clear(data), clear(folder)]);
});

test("a reload in the middle: the backup continues by itself", async () => {
  await startBackup();
  await page.reload();
  await everythingArrives();
});

test("the browser closed in the middle: opened again, it resumes where it stopped", async () => {
  await startBackup();
  const before = await read(page);
  await browser.close();
  await browser.start();
  page = await browser.page(server.origin);
  await waitForNumbers(page, (now) => now.total === FILES + 3);
  // Without the installed app, the grant of a dropped folder ends with the browser. The page asks for it once, with
  // one click.
  await waitForState(page, "needs-you");
  assert.ok((await read(page)).protected >= before.protected, "what was protected stays protected");
  assert.ok(await page.getByRole("button", { name: "Allow access" }).isVisible());
  await dropFolder(page, folder);
  await everythingArrives();
  assert.equal(await page.locator(".by-folder a").count(), 1, "the same folder given again is the same folder");
});

test("the server killed in the middle and started again: nothing is lost, nothing is doubled", async () => {
  await startBackup();
  await server.stop("SIGKILL");
  await waitForState(page, "offline");
  const offline = await read(page);
  assert.ok(addsUp(offline));
  assert.equal(offline.problems, 0, "time offline burns no attempt");
  await server.start();
  await everythingArrives();
});

test("a server that hangs in the middle: noticed, retried, nothing is lost or doubled", async () => {
  await startBackup();
  const patience = 240_000;
  server.process.kill("SIGSTOP");
  try {
    // No byte moves and no connection breaks. Only the lack of progress shows the failure.
    await waitForState(page, "offline", patience);
    assert.ok(addsUp(await read(page)));
  } finally {
    server.process.kill("SIGCONT");
  }
  await everythingArrives();
});

test("a second tab shows the same, and only one engine works", async () => {
  const second = await browser.page(server.origin);
  await startBackup();
  await waitForNumbers(second, (now) => now.total === FILES + 3);
  await waitForState(second, "backing-up");
  const held = await page.evaluate(async () => (await navigator.locks.query()).held.map((lock) => lock.name));
  assert.deepEqual(held, ["safelight-engine"]);
  // The tab with the engine closes, and the other takes over.
  await page.close();
  page = second;
  await everythingArrives();
});

test("a sign-in revoked in the middle: one clear request to pair again, and nothing lost", async () => {
  await startBackup();
  assert.equal(server.revokeAllSessions(), 1);
  await waitForState(page, "unpaired");
  const now = await read(page);
  assert.equal(now.total, FILES + 3);
  assert.match(now.words, /Pair this browser/);
  assert.match(now.words, /Nothing is lost/);
  const code = server.newPairingLink().split("#pair=")[1];
  await page.getByLabel("Pairing code").fill(code);
  await page.keyboard.press("Enter");
  await everythingArrives();
});

test("pause stops at once and survives a reload, and resume continues", async () => {
  await startBackup();
  await page.getByRole("button", { name: "Pause" }).click();
  await waitForState(page, "paused");
  const paused = await read(page);
  assert.ok(paused.remaining > 0);
  await page.reload();
  await waitForState(page, "paused");
  assert.equal((await read(page)).protected, paused.protected);
  await page.getByRole("button", { name: "Resume" }).click();
  await everythingArrives();
});

test("removing a folder deletes nothing, on disk or server", async () => {
  await dropFolder(page, folder);
  await everythingArrives();
  const held = await onServer(data);
  await visitFolder(page, basename(folder));
  await page.getByRole("button", { name: "Remove" }).click();
  await page.getByRole("button", { name: "Remove folder" }).click();
  await waitForState(page, "empty");
  assert.deepEqual(await onServer(data), held);
  assert.equal((await digests(folder)).size, FILES + 3);
});

async function startBackup() {
  await dropFolder(page, folder);
  await waitForNumbers(page, (now) => now.protected > 5 && now.remaining > 3);
}

async function everythingArrives() {
  await waitForState(page, "done", 60_000);
  const now = await read(page);
  assert.ok(addsUp(now), JSON.stringify(now));
  assert.equal(now.protected, FILES + 3);
  assert.deepEqual(await onServer(data), [...(await digests(folder)).values()].sort());
}
