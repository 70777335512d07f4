// A library of many small files: backed up for the first time, rescanned without a change, shown when the app opens,
// and known to a wake-up.
import assert from "node:assert/strict";

import { Browser } from "../support/browser.mjs";
import { CpuMeter } from "../support/cpu.mjs";
import { clear, scratch } from "../support/files.mjs";
import { Server } from "../support/server.mjs";
import { openPaired, timeClick, timeDrop } from "./app.mjs";
import { library as makeLibrary, settleDisk } from "./disk.mjs";
import { Harness } from "./harness.mjs";
import { backupWorkerMb } from "./heap.mjs";
import { PAGE_MS_PER_FILE, WORKER_MS_PER_FILE, budgetRow, median, say } from "./report.mjs";
import { timesToNumbers } from "./start.mjs";
import { timesToFirstByte } from "./wake.mjs";

const LONG_TASK_MS = 50;
const WORKER_MB = 64;
const START_MS = 1_000;
const WAKE_MS = 250;
// A rescan asks only who is signed in and what the server can do. Each time the server says who is signed in, the
// page also checks whether browser and server agree on the push subscription, and now and then on the folder's files.
const SESSION_CHECKS = [
  "/api/users/me",
  "/safelight/v1/capabilities",
  "/safelight/v1/push",
  "/safelight/v1/folders/own/1",
];

export async function library({ wanted, sizes: { library: size }, runs }) {
  say("library: making files");
  const bench = { files: size.folders * size.filesEach, contents: size.contents, runs };
  [bench.data, bench.folder] = [await scratch("bench-data"), await scratch("bench-library")];
  await makeLibrary(bench.folder, size);
  bench.harness = await Harness.start();
  try {
    const rows = await firstBackups(bench, wanted.includes("many-files") ? runs(3) : 1);
    if (wanted.includes("rescan")) rows.push(...(await rescans(bench)));
    if (wanted.includes("start")) rows.push(...(await starts(bench)));
    if (wanted.includes("wake")) rows.push(await wakes(bench));
    return rows.filter(({ name }) => wanted.some((bench) => name.startsWith(bench.replace("-", " "))));
  } finally {
    await bench.browser?.forget();
    await bench.harness.stop();
    await bench.server?.stop();
    await Promise.all([clear(bench.data), clear(bench.folder)]);
  }
}

// The last one is what the other benches begin with.
async function firstBackups(bench, runs) {
  const rounds = [];
  for (let round = 0; round < runs; round++) {
    await bench.browser?.forget();
    await bench.server?.stop();
    await clear(bench.data);
    bench.server = await Server.start(bench.data);
    bench.browser = await Browser.open({ allowAlways: bench.server.origin });
    const measured = {};
    const turns = [
      async () => (measured.bare = await bareReads(bench)),
      async () => Object.assign(measured, await firstBackup(bench)),
    ];
    if (round % 2) turns.reverse();
    for (const turn of turns) await turn();
    rounds.push(measured);
  }
  const all = (name) => rounds.map((measured) => measured[name]);
  const perFile = (part) => all("cpu").map((cpu) => (1000 * (cpu[part] ?? 0)) / bench.files);
  const name = `many files, first backup of ${bench.files}`;
  return [
    {
      name,
      unit: "ms",
      against: "walk, open and read",
      ours: all("ms"),
      yardstick: all("bare"),
      target: { atMost: 1.5 },
      cpu: { ours: all("cpu") },
    },
    budgetRow(`${name}, worker's CPU per file`, "ms", perFile("page: backup worker"), WORKER_MS_PER_FILE),
    budgetRow(`${name}, page's CPU per file`, "ms", perFile("page: main thread"), PAGE_MS_PER_FILE),
    longTaskRow("many files", "first backup", rounds),
    budgetRow("many files, worker's heap after the first backup", "MB", all("heap"), WORKER_MB),
  ];
}

async function firstBackup(bench) {
  settleDisk();
  bench.page = await openPaired(bench.browser, bench.server);
  bench.requests = [];
  bench.page.context().on("request", (request) => bench.requests.push(new URL(request.url()).pathname));
  const meter = CpuMeter.begin({ profile: bench.browser.profile, server: bench.server });
  const first = await timeDrop(bench.page, bench.folder, bench.files);
  const cpu = meter.end();
  assert.ok(bench.requests.includes("/api/assets/bulk-upload-check"), "the requests of the worker are seen");
  const heap = await backupWorkerMb(bench.page);
  say(`library: first backup ${Math.round(first.ms)} ms, ${longTaskWords(first)}, worker ${heap} MB`, JSON.stringify(cpu));
  return { ...first, cpu, heap };
}

// The faster of the two places to do it in.
async function bareReads(bench) {
  const page = await bench.harness.open(bench.browser, bench.folder);
  const reads = {};
  for (const name of ["readHere", "readInWorker"]) {
    reads[name] = await page.evaluate((name) => window.yardstick[name](), name);
    assert.equal(reads[name].files, bench.files);
  }
  await page.close();
  say("library: walk, open and read, ms", ...Object.entries(reads).map(([name, { ms }]) => `${name} ${Math.round(ms)}`));
  return Math.min(...Object.values(reads).map(({ ms }) => ms));
}

async function rescans(bench) {
  const rounds = [];
  for (let round = 0; round < bench.runs(5); round++) rounds.push(await oneRound(bench, round));
  const all = (name) => rounds.map((measured) => measured[name].ms);
  const [worker, here] = [all("walkInWorker"), all("walkHere")];
  const inWorker = median(worker) <= median(here);
  const rescan = {
    name: "rescan",
    unit: "ms",
    against: `walk in ${inWorker ? "a worker" : "the window"}`,
    ours: all("ours"),
    yardstick: inWorker ? worker : here,
    target: { atMost: 1.2 },
    walks: { worker, window: here },
  };
  return [rescan, longTaskRow("rescan", "of the page", rounds.map(({ ours }) => ours))];
}

// Measures the app and the bare walks in turn, and swaps their order every round.
async function oneRound(bench, round) {
  const measured = {};
  const turns = [
    async () => (measured.ours = await oneRescan(bench)),
    async () => Object.assign(measured, await bareWalks(bench)),
  ];
  if (round % 2) turns.reverse();
  for (const turn of turns) await turn();
  const times = Object.entries(measured).map(([name, { ms }]) => `${name} ${Math.round(ms)}`);
  say("library: rescan ms,", times.join(", "), longTaskWords(measured.ours));
  return measured;
}

async function oneRescan({ page, requests, files }) {
  requests.length = 0;
  const ours = await timeClick(page, files);
  assert.ok(!ours.states.includes("backing-up"), "nothing is read or sent");
  assert.deepEqual(requests.filter((path) => !SESSION_CHECKS.includes(path)), []);
  return ours;
}

async function bareWalks(bench) {
  const page = await bench.harness.open(bench.browser, bench.folder);
  const walks = {};
  for (const name of ["walkHere", "walkInWorker"]) {
    walks[name] = await page.evaluate((name) => window.yardstick[name](), name);
    assert.equal(walks[name].files, bench.files);
  }
  await page.close();
  return walks;
}

async function starts(bench) {
  const { times, heaps } = await timesToNumbers(bench);
  const row = (how, ours, yardstick, against, target) => {
    return { name: `start, ${how}`, unit: "ms", ours, yardstick, against, target };
  };
  const both = (how, full, empty) => [
    row(how, full, full.map(() => START_MS), "the budget", { atMost: 1 }),
    row(how, full, empty, "an empty profile"),
  ];
  return [
    ...both("browser just opened", times.coldFull, times.coldEmpty),
    ...both("browser open", times.warmFull, times.warmEmpty),
    budgetRow("start, worker's heap after a start", "MB", heaps, WORKER_MB),
  ];
}

async function wakes(bench) {
  await bench.page.close().catch(() => {});
  return budgetRow("wake to the first byte", "ms", await timesToFirstByte(bench), WAKE_MS);
}

function longTaskWords({ longTasks }) {
  const longest = Math.max(0, ...longTasks.map(({ ms }) => ms));
  return `${longTasks.length} tasks over ${LONG_TASK_MS} ms${longest > 0 ? `, the longest ${longest} ms` : ""}`;
}

// The longest task of the main thread, or 0 if none was over 50 ms. The worst of all runs counts.
function longTaskRow(bench, during, runs) {
  const longest = Math.max(0, ...runs.flatMap(({ longTasks }) => longTasks.map(({ ms }) => ms)));
  const row = budgetRow(`${bench}, longest task, ${during}`, "ms", [longest], LONG_TASK_MS);
  return { ...row, longTasks: runs.map(({ longTasks }) => longTasks) };
}
