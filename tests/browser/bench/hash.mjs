// How fast the app's own pipeline hashes real files, against the fastest read-only loop in plain JavaScript over the
// same files, and against the usual hashing libraries.
//
// The app is timed without hooks. The folder is on the server already, so a fresh profile that is given the folder
// lists, reads and hashes every file, learns that the server has them all, and sends nothing.
import assert from "node:assert/strict";
import { join } from "node:path";

import { Browser } from "../support/browser.mjs";
import { clear, scratch } from "../support/files.mjs";
import { Server } from "../support/server.mjs";
import { openPaired, timeDrop } from "./app.mjs";
import { dated, photos, random, settleDisk, warm } from "./disk.mjs";
import { Harness } from "./harness.mjs";
import { median, say } from "./report.mjs";

const MIB = 1 << 20;
const METHODS = [
  { method: "stream" },
  ...[1, 4].map((mib) => ({ method: "byob", chunk: mib * MIB })),
  ...[1, 2, 4].map((mib) => ({ method: "slice", chunk: mib * MIB })),
  ...[1, 4].map((mib) => ({ method: "sync", chunk: mib * MIB })),
];
const TRIES = 2;
const FINALISTS = 3;
const LIBRARIES = ["hash-wasm", "@noble/hashes"];

export async function hash({ sizes: { hash: size }, runs }) {
  const bench = { files: size.files + 1, bytes: size.files * size.bytes + size.largeBytes };
  [bench.data, bench.folder] = [await scratch("bench-data"), await scratch("bench-hash")];
  await makeFiles(bench.folder, size);
  bench.server = await Server.start(bench.data);
  bench.harness = await Harness.start();
  try {
    await inFreshBrowser((browser) => backUp(browser, bench));
    settleDisk();
    bench.strategies = await inFreshBrowser((browser) => fastestStrategies(browser, bench));
    const rounds = [];
    for (let round = 0; round < runs(3); round++) {
      rounds.push(await inFreshBrowser((browser) => oneRound(browser, bench, round)));
    }
    return rowsOf(rounds, bench);
  } finally {
    await bench.server.stop();
    await bench.harness.stop();
    await Promise.all([clear(bench.data), clear(bench.folder)]);
  }
}

async function makeFiles(folder, { files, bytes, largeBytes }) {
  say("hash: making files");
  await photos(folder, files, bytes);
  const large = join(folder, "VID_00000.mp4");
  await random(large, largeBytes);
  // Dated in the middle, so it is neither the first nor the last file to be read.
  await dated(large, files / 2);
  await warm(large);
}

async function inFreshBrowser(work) {
  const browser = await Browser.open();
  try {
    return await work(browser);
  } finally {
    await browser.forget();
  }
}

async function backUp(browser, { server, folder, files }) {
  await timeDrop(await openPaired(browser, server), folder, files);
}

// Measures the app and the yardsticks in turn, and swaps their order every round.
async function oneRound(browser, bench, round) {
  const measured = {};
  const turns = [() => oursIn(browser, bench, measured), () => yardsticksIn(browser, bench, measured)];
  if (round % 2) turns.reverse();
  for (const turn of turns) await turn();
  say("hash: MB/s", JSON.stringify(measured));
  return measured;
}

async function oursIn(browser, bench, measured) {
  const page = await openPaired(browser, bench.server);
  const sent = [];
  page.context().on("request", (request) => request.method() === "POST" && sent.push(new URL(request.url()).pathname));
  const { ms } = await timeDrop(page, bench.folder, bench.files);
  assert.ok(!sent.includes("/api/assets"), "what the server holds is not sent");
  measured.ours = rate(bench, ms);
  await page.close();
}

async function yardsticksIn(browser, bench, measured) {
  const page = await bench.harness.open(browser, bench.folder);
  for (const strategy of bench.strategies) measured[strategyWords(strategy)] = await readRate(page, bench, strategy);
  for (const library of LIBRARIES) {
    const { ms, bytes } = await page.evaluate((library) => window.yardstick.hash(library), library);
    assert.equal(bytes, bench.bytes);
    measured[library] = rate(bench, ms);
  }
  await page.close();
}

// Compares the ways to read first, then the number of workers and whether to split the large file. The best few are
// all measured beside the app: on a busy machine one try does not show which is fastest.
async function fastestStrategies(browser, bench) {
  const page = await bench.harness.open(browser, bench.folder);
  const methods = await ranked(page, bench, METHODS.map((method) => ({ ...method, workers: 2, split: true })));
  const shapes = [1, 2, 3, 4].flatMap((workers) => [true, false].map((split) => ({ workers, split })));
  const shaped = methods.slice(0, 2).flatMap((method) => shapes.map((shape) => ({ ...method, ...shape })));
  return (await ranked(page, bench, shaped)).slice(0, FINALISTS);
}

// Fastest first. Each strategy is judged by its best try.
async function ranked(page, bench, strategies) {
  const rates = new Map(strategies.map((strategy) => [strategy, 0]));
  for (let turn = 0; turn < TRIES; turn++) {
    for (const strategy of strategies) {
      const rate = await readRate(page, bench, strategy).catch(noneIfStalled);
      rates.set(strategy, Math.max(rate, rates.get(strategy)));
    }
  }
  const order = [...rates].sort(([, a], [, b]) => b - a);
  order.forEach(([strategy, rate]) => say(`hash: reading ${rate} MB/s, ${strategyWords(strategy)}`));
  return order.map(([strategy]) => strategy);
}

// A strategy that stalls counts as zero.
function noneIfStalled(error) {
  if (!error.message.includes("stalls")) throw error;
  return 0;
}

async function readRate(page, bench, strategy) {
  const { ms, bytes } = await page.evaluate((strategy) => window.yardstick.read(strategy), strategy);
  assert.equal(bytes, bench.bytes);
  return rate(bench, ms);
}

const rate = ({ bytes }, ms) => Math.round(bytes / ms / 1000);

function rowsOf(rounds, { strategies }) {
  const all = (name) => rounds.map((measured) => measured[name]);
  const row = (name, against, atLeast) => {
    return { name, unit: "MB/s", against, ours: all("ours"), yardstick: all(against), target: { atLeast } };
  };
  const names = strategies.map(strategyWords);
  const [fastest] = names.sort((a, b) => median(all(b)) - median(all(a)));
  const libraries = LIBRARIES.map((name) => row("hash, against a library", name, 1.1));
  return [row("hash, against reading", fastest, 0.6), ...libraries];
}

function strategyWords({ method, chunk, workers, split }) {
  const size = chunk ? ` of ${chunk / MIB} MiB` : "";
  return `${method}${size}, ${workers} worker${workers > 1 ? "s" : ""}, large file ${split ? "shared out" : "whole"}`;
}
