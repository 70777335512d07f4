// The first backup of a folder, and a second backup that finds nothing new: the app against the official Immich CLI and
// against a bare page that uploads the same files, from the same disk to the same kind of fresh server.
import assert from "node:assert/strict";

import { Browser } from "../support/browser.mjs";
import { CpuMeter, secondsOfEndedChildren } from "../support/cpu.mjs";
import { clear, scratch } from "../support/files.mjs";
import { Server } from "../support/server.mjs";
import { openPaired, timeClick, timeDrop } from "./app.mjs";
import { photos, settleDisk } from "./disk.mjs";
import { Harness } from "./harness.mjs";
import { newKey, upload } from "./immich-cli.mjs";
import { PAGE_MS_PER_FILE, WORKER_MS_PER_FILE, budgetRow, say } from "./report.mjs";

const CLI = "@immich/cli";
const BARE = "a bare page that uploads";
const SERVER_SECONDS_PER_GB = 5;

export async function backups({ wanted, sizes: { backups: sizes }, runs }) {
  const harness = await Harness.start();
  const rows = [];
  try {
    for (const [kind, size] of Object.entries(sizes)) {
      const rounds = await roundsOf({ ...size, harness }, runs(3));
      rows.push(...rowsOf(kind, size, rounds));
    }
  } finally {
    await harness.stop();
  }
  return rows.filter(({ name }) => wanted.some((bench) => name.startsWith(bench.replace("-", " "))));
}

async function roundsOf(bench, runs) {
  say(`backups: making ${bench.files} files`);
  bench.folder = await scratch("bench-pictures");
  await photos(bench.folder, bench.files, bench.bytes);
  const rounds = [];
  try {
    for (let round = 0; round < runs; round++) rounds.push(await oneRound(bench, round));
  } finally {
    await clear(bench.folder);
  }
  return rounds;
}

async function oneRound(bench, round) {
  const measured = {};
  const turns = Object.entries({ ours, cli, bare }).map(([name, contender]) => async () => {
    measured[name] = await onFreshServer((server) => contender(server, bench));
  });
  if (round % 2) turns.reverse();
  for (const turn of turns) await turn();
  say("backups:", JSON.stringify(measured));
  return measured;
}

async function onFreshServer(work) {
  const data = await scratch("bench-data");
  const server = await Server.start(data);
  settleDisk();
  try {
    return await work(server);
  } finally {
    await server.stop();
    await clear(data);
  }
}

async function ours(server, { folder, files }) {
  return inFreshBrowser(async (browser) => {
    const page = await openPaired(browser, server);
    const meter = CpuMeter.begin({ profile: browser.profile, server });
    const first = await timeDrop(page, folder, files);
    const cpu = meter.end();
    settleDisk();
    const second = await timeClick(page, files);
    return { first: Math.round(first.ms), second: Math.round(second.ms), cpu };
  });
}

async function bare(server, { folder, files, harness }) {
  const key = newKey(server);
  return inFreshBrowser(async (browser) => {
    const page = await harness.openAt(browser, `${server.origin}/manifest.webmanifest`, folder);
    const meter = CpuMeter.begin({ profile: browser.profile, server });
    const sent = await page.evaluate((key) => window.yardstick.upload(key), key);
    assert.equal(sent.files, files);
    return { first: Math.round(sent.ms), cpu: meter.end() };
  });
}

async function inFreshBrowser(work) {
  const browser = await Browser.open();
  try {
    return await work(browser);
  } finally {
    await browser.forget();
  }
}

async function cli(server, { folder, files }) {
  const key = newKey(server);
  const [before, meter] = [secondsOfEndedChildren(), CpuMeter.begin({ server })];
  const first = await upload(server, key, folder);
  const cpu = { "the CLI": secondsOfEndedChildren() - before, ...meter.end() };
  assert.equal(first.said.newAssets.length, files);
  settleDisk();
  const second = await upload(server, key, folder);
  assert.equal(second.said.duplicates.length, files);
  return { first: Math.round(first.ms), second: Math.round(second.ms), cpu };
}

function rowsOf(kind, size, rounds) {
  const all = (whose, which) => rounds.map((measured) => measured[whose][which]);
  const cpu = { ours: all("ours", "cpu"), [CLI]: all("cli", "cpu"), [BARE]: all("bare", "cpu") };
  const row = (name, which, against, whose, target) => {
    return { name, unit: "ms", against, ours: all("ours", which), yardstick: all(whose, which), target };
  };
  const what = `${size.files} × ${size.bytes / 1000} kB`;
  const spent = (part) => rounds.map(({ ours }) => ours.cpu[part] ?? 0);
  const perFile = (part) => spent(part).map((seconds) => (1000 * seconds) / size.files);
  const perGb = (part) => spent(part).map((seconds) => seconds / ((size.files * size.bytes) / 1e9));
  const first = `first backup, ${what}`;
  const rows = [{ ...row(first, "first", CLI, "cli", { atMost: 1 }), cpu }];
  if (kind === "small") {
    rows.push(
      row(first, "first", BARE, "bare"),
      budgetRow(`${first}, worker's CPU per file`, "ms", perFile("page: backup worker"), WORKER_MS_PER_FILE),
      budgetRow(`${first}, page's CPU per file`, "ms", perFile("page: main thread"), PAGE_MS_PER_FILE),
    );
  } else {
    rows.push(
      row(first, "first", BARE, "bare", { atMost: 1.3 }),
      budgetRow(`${first}, server's CPU per GB`, "s", perGb("server"), SERVER_SECONDS_PER_GB),
      row(`second backup, ${what}`, "second", CLI, "cli", { atMost: 1 / 20 }),
    );
  }
  return rows;
}
