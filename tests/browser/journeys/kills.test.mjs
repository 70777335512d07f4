// Power cuts: the browser or the server is killed again and again at random moments, while a folder is backed up and
// edited. In the end every file is on the server once, nothing is there that was never in the folder, and the numbers
// are true. The random choices come from a seed, which is printed. SEED=… repeats the same choices, except those that
// depend on the speed of the machine.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { Browser, addsUp, dropFolder, listOf, read, waitForNumbers, waitForState } from "../support/browser.mjs";
import { Edits } from "../support/edits.mjs";
import { clear, digests, onServer, scratch } from "../support/files.mjs";
import { Random, seedOfThisRun } from "../support/random.mjs";
import { Server } from "../support/server.mjs";
import { timePasses } from "../support/waiting.mjs";

const KILLS = 25;
// Time from launch to kill. Long enough to hit startup, listing, reading and uploading, and the time after that.
const LONGEST_LIFE_MS = 4_000;
// An outage of this length is noticed by the page.
const LONGEST_ABSENCE_MS = 700;
const FILES_AT_FIRST = 80;
const LARGE_FILES_AT_FIRST = 3;
// Roughly the startup time of the server.
const LONGEST_START_MS = 60;
// How many scans to run at the end, and how long each may take, before a missing file counts as lost.
const MOST_LOOKS = 8;
const LOOK_MS = 15_000;

let server, browser, folder, data, page, edits, random;

beforeEach(async () => {
  const seed = seedOfThisRun();
  console.log(`SEED=${seed}`);
  random = new Random(seed);
  [data, folder] = [await scratch("data"), await scratch("pictures")];
  edits = await Edits.of(folder, new Random(seed + 1));
  for (let number = 0; number < FILES_AT_FIRST; number++) await edits.add();
  for (let number = 0; number < LARGE_FILES_AT_FIRST; number++) await edits.addLarge();
  server = await Server.start(data);
  browser = await Browser.open({ allowAlways: server.origin });
  page = await browser.page(server.pairingLink);
  await waitForState(page, "empty");
  await dropFolder(page, folder);
  await waitForNumbers(page, (now) => now.total > 0);
});

afterEach(async (context) => {
  if (!context.passed) console.log(server?.log);
  await edits?.forget();
  await browser?.forget();
  await server?.stop();
  await Promise.all([clear(data), clear(folder)]);
});

test(`the browser killed ${KILLS} times: nothing is lost, nothing is doubled, protected files stay protected`, async () => {
  // A browser writes cookies and permissions to disk only after some seconds. A clean close makes sure they are
  // there.
  await browser.close();
  edits.start();
  const word = { protected: 0, edits: 0 };
  for (let kill = 0; kill < KILLS; kill++) {
    // In every second life files are only added, so a protected file can become unprotected only through a bug.
    edits.gentle = kill % 2 === 0;
    await liveAndDie(word);
  }
  await browser.start();
  page = await browser.page(server.origin);
  await everythingArrives();
});

test(`the server killed ${KILLS} times: it comes back as it was, and the page continues`, async () => {
  edits.start();
  for (let kill = 0; kill < KILLS; kill++) {
    const ms = lifeMs();
    await timePasses(ms * 0.7);
    // The page scans when told to, so that there is work to interrupt.
    await backUpNow();
    await timePasses(ms * 0.3);
    await server.stop("SIGKILL");
    await timePasses(random.between(0, LONGEST_ABSENCE_MS));
    if (random.chance(0.3)) await killWhileItStarts(random.between(0, LONGEST_START_MS));
    await server.start();
    const now = await read(page);
    assert.ok(addsUp(now), JSON.stringify(now));
    await backUpNow();
  }
  await everythingArrives();
});

// One life of the browser, from launch to kill. `word` is what the page last reported, in this life or an earlier
// one: how many files were protected, and how many edits were made before its last complete scan.
async function liveAndDie(word) {
  const ms = lifeMs();
  await browser.start();
  const life = { over: false, begun: edits.touched.length, asksAt: random.chance(0.5) ? Date.now() + ms / 2 : Infinity };
  const living = live(life, word);
  // After the kill, pending calls to the browser fail or never return.
  living.catch(() => {});
  await Promise.race([living, timePasses(ms)]);
  life.over = true;
  await browser.kill();
}

// Opens the page, and checks its numbers for as long as the browser lives.
async function live(life, word) {
  page = await browser.page(server.origin);
  await waitForNumbers(page, (now) => now.total !== undefined);
  while (!life.over) await listen(life, word);
}

async function listen(life, word) {
  const looked = await hasLooked();
  const now = await read(page);
  assert.ok(addsUp(now), JSON.stringify(now));
  const edited = new Set(edits.touched.slice(word.edits)).size;
  const least = word.protected - edited;
  assert.ok(now.protected >= least, `${word.protected} were protected, ${edited} were edited: ${JSON.stringify(now)}`);
  word.protected = now.protected;
  if (looked) word.edits = life.begun;
  if (Date.now() > life.asksAt) {
    life.asksAt = Infinity;
    await backUpNow();
  }
}

// Whether the folder was scanned completely since the page opened.
async function hasLooked() {
  return !/scan/i.test(await page.locator(".by-folder a").innerText());
}

async function backUpNow() {
  await page.getByRole("button", { name: "Back up now" }).click();
}

async function killWhileItStarts(afterMs) {
  // The server dies just before or just after it is ready.
  const started = server.start().catch(() => {});
  await timePasses(afterMs);
  await server.stop("SIGKILL");
  await started;
}

// Prefers short lives, because much happens in the first moments.
function lifeMs() {
  return LONGEST_LIFE_MS * random.next() ** 1.3;
}

async function everythingArrives() {
  await edits.stop();
  const wanted = [...(await digests(folder)).values()];
  const now = await settled(wanted.length);
  console.log("the edits:", JSON.stringify(edits.counts));
  if (now.problems > 0) console.log("problems:", await listOf(page, "Problems"));
  assert.ok(addsUp(now), JSON.stringify(now));
  const { state, total, remaining, skipped, problems } = now;
  const done = { state: "done", total: wanted.length, protected: wanted.length, remaining: 0, skipped: 0, problems: 0 };
  assert.deepEqual({ state, total, protected: now.protected, remaining, skipped, problems }, done);

  const held = await onServer(data);
  assert.deepEqual(without(wanted, held), [], "files that are not on the server");
  assert.deepEqual(held.filter((digest, at) => digest === held[at - 1]), [], "files that are on the server twice");
  assert.deepEqual(without(held, edits.held), [], "files on the server that never were in the folder");
  assert.match(server.command("check", "--read-data"), /all as they were stored/);
}

// Waits until everything is done, and returns the numbers, or the last ones if that never happens.
async function settled(files) {
  for (let looks = 1; looks <= MOST_LOOKS; looks++) {
    await backUpNow();
    const done = (now) => now.state === "done" && now.protected === files;
    await waitForNumbers(page, done, LOOK_MS).catch((error) => console.log(error.message));
    if (done(await read(page))) break;
  }
  return read(page);
}

function without(digests, others) {
  const known = new Set(others);
  return [...new Set(digests)].filter((digest) => !known.has(digest));
}
