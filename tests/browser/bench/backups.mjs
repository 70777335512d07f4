// The first backup of a folder, and a second backup that finds nothing new: the app against the official Immich CLI,
// from the same disk to the same kind of fresh server.
import assert from "node:assert/strict";

import { Browser } from "../support/browser.mjs";
import { clear, scratch } from "../support/files.mjs";
import { Server } from "../support/server.mjs";
import { openPaired, timeClick, timeDrop } from "./app.mjs";
import { photos, settleDisk } from "./disk.mjs";
import { newKey, upload } from "./immich-cli.mjs";
import { say } from "./report.mjs";

const AGAINST = "@immich/cli";

export async function backups({ wanted, sizes: { backups: size }, runs }) {
  say("backups: making files");
  const folder = await scratch("bench-pictures");
  await photos(folder, size.files, size.bytes);
  const rounds = [];
  try {
    for (let round = 0; round < runs(3); round++) rounds.push(await oneRound(folder, size.files, round));
  } finally {
    await clear(folder);
  }
  const rows = [rowOf(rounds, "first-backup", "first", 1), rowOf(rounds, "second-backup", "second", 1 / 20)];
  return rows.filter(({ name }) => wanted.includes(name));
}

async function oneRound(folder, files, round) {
  const measured = {};
  const turns = [
    async () => (measured.ours = await onFreshServer((server) => ours(server, folder, files))),
    async () => (measured.cli = await onFreshServer((server) => cli(server, folder, files))),
  ];
  if (round % 2) turns.reverse();
  for (const turn of turns) await turn();
  say("backups: ms", JSON.stringify(measured));
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

async function ours(server, folder, files) {
  const browser = await Browser.open();
  try {
    const page = await openPaired(browser, server);
    const first = await timeDrop(page, folder, files);
    settleDisk();
    const second = await timeClick(page, files);
    return { first: Math.round(first.ms), second: Math.round(second.ms) };
  } finally {
    await browser.forget();
  }
}

async function cli(server, folder, files) {
  const key = newKey(server);
  const first = await upload(server, key, folder);
  assert.equal(first.said.newAssets.length, files);
  settleDisk();
  const second = await upload(server, key, folder);
  assert.equal(second.said.duplicates.length, files);
  return { first: Math.round(first.ms), second: Math.round(second.ms) };
}

function rowOf(rounds, name, which, atMost) {
  const all = (whose) => rounds.map((measured) => measured[whose][which]);
  return { name, unit: "ms", against: AGAINST, ours: all("ours"), yardstick: all("cli"), target: { atMost } };
}
