// The server alone: how fast it gets files onto the disk, against a bare native loop that writes, hashes and syncs
// the same bytes; and how much memory it takes for many large uploads at once.
import { execFile } from "node:child_process";
import { readFile, statfs } from "node:fs/promises";
import { promisify } from "node:util";

import { clear, scratch } from "../support/files.mjs";
import { Server } from "../support/server.mjs";
import { say } from "./report.mjs";

const CONNECTIONS = 8;
const UPLOADS = 64;
const BUDGET_MB = 100;
// The share of the free disk space that the bench may use.
const SHARE_OF_DISK = 0.7;

const weigh = async (...words) => Number((await promisify(execFile)(process.env.WEIGH, words.map(String))).stdout);

export async function ingest({ wanted, sizes, runs }) {
  const rows = [];
  if (wanted.includes("ingest")) rows.push(await rate(sizes.ingest, runs(3)));
  if (wanted.includes("load") && process.platform === "linux") rows.push(await load(sizes.load, runs(1)));
  return rows;
}

async function rate({ files, bytes }, runs) {
  const [ours, yardstick] = [[], []];
  const mbPerSecond = (seconds) => (files * bytes) / 1e6 / seconds;
  for (let run = 0; run < runs; run++) {
    const folder = await scratch("bench-bare");
    yardstick.push(mbPerSecond(await weigh("bare", folder, files, bytes, CONNECTIONS)));
    await clear(folder);
    ours.push(mbPerSecond(await withServer((address, key) => weigh("send", address, key, files, bytes, CONNECTIONS))));
    say(`ingest: ${Math.round(ours[run])} MB/s, bare ${Math.round(yardstick[run])} MB/s`);
  }
  const name = `ingest of ${files} × ${bytes / 1e6} MB, ${CONNECTIONS} connections`;
  return { name, unit: "MB/s", against: "write, hash, sync", target: { atLeast: 0.7 }, ours, yardstick };
}

async function load({ bytes }, runs) {
  const { bavail, bsize } = await statfs("/tmp");
  const each = Math.floor(Math.min(bytes, (bavail * bsize * SHARE_OF_DISK) / UPLOADS));
  const ours = [];
  for (let run = 0; run < runs; run++) {
    ours.push(
      await withServer(async (address, key, server) => {
        const seconds = await weigh("send", address, key, UPLOADS, each, UPLOADS);
        const mb = await mostResidentMb(server.process.pid);
        say(`load: ${UPLOADS} × ${each / 1e9} GB in ${Math.round(seconds)} s, at most ${mb} MB`);
        return mb;
      }),
    );
  }
  const name = `server with ${UPLOADS} uploads of ${(each / 1e9).toPrecision(2)} GB`;
  return { name, unit: "MB", against: "the budget", target: { atMost: 1 }, ours, yardstick: ours.map(() => BUDGET_MB) };
}

async function withServer(act) {
  const data = await scratch("bench-data");
  const server = await Server.start(data);
  try {
    return await act(`127.0.0.1:${server.port}`, server.command("key", "new", "bench").trim(), server);
  } finally {
    await server.stop();
    await clear(data);
  }
}

// The peak since the process started, as counted by the kernel.
async function mostResidentMb(pid) {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Math.round(Number(status.match(/VmHWM:\s+(\d+) kB/)[1]) / 1024);
}
