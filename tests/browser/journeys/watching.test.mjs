// A watched folder: changes are backed up while the page is just open, and edited, moved and deleted files are
// handled as the person wants.
import assert from "node:assert/strict";
import { appendFile, readFile, rename, rm, utimes, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";

import { addsUp, Browser, dropFolder, limitSpeed, listOf, read, visit, visitFolder, visitHistory, waitForNumbers, waitForState } from "../support/browser.mjs";
import { clear, digests, media, onServer, scratch, sparse, write } from "../support/files.mjs";
import { Server } from "../support/server.mjs";
import { A_MINUTE_MS, staysSo, timePasses, until } from "../support/waiting.mjs";

// On a busy machine watching may begin only after the first scan. A scan one minute later finds the changes in
// between.
const PATIENCE_MS = 90_000;

let server, browser, folder, data, page;

beforeEach(async () => {
  [data, folder] = [await scratch("data"), await scratch("pictures")];
  for (let number = 0; number < 5; number++) await write(folder, `2024/${number}.jpg`, await media("photo.jpg", `${number}`));
  server = await Server.start(data);
  browser = await Browser.open();
  page = await browser.page(server.pairingLink);
  await waitForState(page, "empty");
  await dropFolder(page, folder);
  await protects(5);
});

afterEach(async () => {
  await browser.forget();
  await server.stop();
  await Promise.all([clear(data), clear(folder)]);
});

test("new files arrive by themselves: one, a burst, and a folder that is moved in whole", async () => {
  await write(folder, "new.jpg", await media("photo.jpg", "new"));
  await protects(6);
  await Promise.all(Array.from({ length: 300 }, async (_, number) =>
    write(folder, `burst/${number % 20}/${number}.png`, await media("photo.png", `burst ${number}`))));
  await protects(306);
  const elsewhere = await scratch("elsewhere");
  for (const name of ["a.jpg", "deep/b.jpg"]) await write(elsewhere, `album/${name}`, await media("photo.jpg", name));
  await rename(join(elsewhere, "album"), join(folder, "album"));
  await protects(308);
  await serverHoldsTheFolder();
});

test("a file that is written slowly waits until it stops changing, and delays no others", async () => {
  const slow = join(folder, "slow.mov");
  await writeFile(slow, await media("clip.mov", "begun"));
  await write(folder, "quick.jpg", await media("photo.jpg", "quick"));
  const begun = Date.now();
  // Appends for at least seven seconds, and until the quick file is protected.
  const writesOn = async () => {
    await appendFile(slow, Buffer.alloc(1000, 7));
    await timePasses(400);
    const now = await read(page);
    assert.ok(now.protected <= 6, "the slow one is not yet protected");
    return Date.now() > begun + 7_000 && now.protected === 6 && now.remaining === 1;
  };
  await until(writesOn, PATIENCE_MS, () => read(page), 0);
  assert.match(Object.values(await listOf(page, "Waiting"))[0], /It is still being written/);
  await protects(7);
  await serverHoldsTheFolder();
});

test("renamed, moved, touched, deleted: nothing is sent again and nothing is deleted", async () => {
  const held = await onServer(data);
  await rename(join(folder, "2024"), join(folder, "2024 summer"));
  await lookedThrough();
  await protects(5);
  await rename(join(folder, "2024 summer/0.jpg"), join(folder, "first.jpg"));
  await utimes(join(folder, "first.jpg"), new Date(), new Date("2020-01-01"));
  await rm(join(folder, "2024 summer/1.jpg"));
  await lookedThrough();
  await protects(4);
  assert.deepEqual(await onServer(data), held);
  const { sent, found } = await doneByRuns();
  assert.equal(sent, 5, "each content was sent once");
  assert.ok(found >= 5, "what got a new name was found on the server");
});

test("an edited photo is a new version, or is skipped if only first versions are wanted", async () => {
  const original = await readFile(join(folder, "2024/0.jpg"));
  await write(folder, "2024/0.jpg", await media("photo.jpg", "edited"));
  await waitForNumbers(page, (now) => now.remaining === 1);
  await protects(5);
  assert.equal((await onServer(data)).length, 6, "the server keeps both");

  await backUpEdited(false);
  await write(folder, "2024/1.jpg", await media("photo.jpg", "edited, but not wanted"));
  await waitForNumbers(page, (now) => now.skipped === 1 && now.remaining === 0);
  assert.deepEqual(Object.values(await listOf(page, "Skipped")), [
    "It changed after it was backed up, and this folder keeps first versions only.",
  ]);
  assert.equal((await onServer(data)).length, 6);
  await write(folder, "2024/0.jpg", original);
  await lookedThrough();
  await backUpEdited(true);
  await protects(5);
  await serverHoldsTheFolder();
});

test("a speed limit takes effect at once, and so does removing it", async () => {
  await limitSpeed(page, "20 Mbit/s");
  await sparse(folder, "long.mp4", 600 * 1024 ** 2, "long");
  await waitForNumbers(page, (now) => now.remaining === 1);
  await page.locator(".jobs", { hasText: "Sending" }).waitFor();
  // At 2.5 MB/s the upload would take four minutes.
  await staysSo(3_000, async () => (await read(page)).remaining === 1, "it is on its way");
  await limitSpeed(page, "No limit");
  await protects(6, 40_000);
  await page.reload();
  await visit(page, "Settings", "When to send");
  assert.equal(await page.getByLabel("Upload speed").inputValue(), "0");
});

test("the history says what woke each run and what it did, and can be exported", async () => {
  await write(folder, "new.jpg", await media("photo.jpg", "new"));
  await protects(6);
  // Whatever found the first file, watching is active by now.
  await write(folder, "newer.jpg", await media("photo.jpg", "newer"));
  await protects(7);
  const lines = (await visitHistory(page)).getByRole("listitem");
  await lines.filter({ hasText: "Files changed" }).first().waitFor();
  assert.match(await lines.last().innerText(), /A folder was added[^]*5 files sent[^]*5 files: 5 sent, 0 already there/);
  const csv = await saved("Save as CSV");
  const rows = csv.trim().split("\r\n").map((line) => line.split(","));
  assert.ok(rows.every((row) => row.length === rows[0].length));
  const json = JSON.parse(await saved("Save as JSON"));
  assert.equal(json.length, rows.length - 1);
  for (const run of json) {
    const sum = (counts) => counts.reduce((total, [, count]) => total + count, 0);
    const { account_sent, account_already_there, account_skipped, account_problems, account_remaining } = run;
    const all = account_sent + account_already_there + sum(account_skipped) + sum(account_problems) + account_remaining;
    assert.equal(run.account_scanned, all, "the account adds up");
  }
});

test("a report contains names only if they are ticked", async () => {
  await browser.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await visit(page, "Settings", "About");
  const report = async () => {
    await page.getByRole("button", { name: "Copy report" }).click();
    await page.getByText("Copied.").waitFor();
    return page.evaluate(() => navigator.clipboard.readText());
  };
  const name = folder.split("/").at(-1);
  const redacted = await report();
  assert.match(redacted, /^Safelight \d/);
  assert.match(redacted, /Can: .*FileSystemObserver/);
  assert.ok(!redacted.includes(name));
  await page.getByRole("switch", { name: "Include names of files and folders" }).click();
  await until(async () => (await report()).includes(name), A_MINUTE_MS, "the folder's name in the report");
});

async function backUpEdited(on) {
  await visitFolder(page, basename(folder));
  const edited = page.getByRole("switch", { name: "Back up edited files again" });
  assert.equal(await edited.getAttribute("aria-checked"), String(!on));
  await edited.click();
  await visit(page, "Home");
}

async function protects(count, timeout = PATIENCE_MS) {
  await waitForNumbers(page, (now) => now.protected === count && now.remaining === 0 && now.state === "done", timeout);
}

// Waits for a full scan: the page leaves its state, however briefly, and returns to it.
async function lookedThrough() {
  await page.evaluate(() => {
    const headline = document.querySelector("[data-testid=headline]");
    window.states = [];
    new MutationObserver(() => window.states.push(headline.dataset.state)).observe(headline, { attributes: true });
  });
  await page.getByRole("button", { name: "Back up now" }).click();
  await page.waitForFunction(() => window.states.at(-1) === "done");
}

async function serverHoldsTheFolder() {
  assert.ok(addsUp(await read(page)));
  const held = new Set(await onServer(data));
  for (const [path, digest] of await digests(folder)) assert.ok(held.has(digest), path);
  assert.equal((await onServer(data)).length, held.size, "nothing twice");
}

async function doneByRuns() {
  await (await visitHistory(page)).getByRole("listitem").first().waitFor();
  const runs = JSON.parse(await saved("Save as JSON"));
  const sum = (key) => runs.reduce((total, run) => total + run[key], 0);
  return { sent: sum("files_sent"), found: sum("found_on_server") };
}

async function saved(button) {
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: button }).click();
  return readFile(await (await download).path(), "utf8");
}
