// How much the memory of all browser processes grows while one very large file is read and uploaded.
import { Browser } from "../support/browser.mjs";
import { clear, media, scratch, sparse, write } from "../support/files.mjs";
import { memoryMb } from "../support/memory.mjs";
import { Server } from "../support/server.mjs";
import { openPaired, timeClick, timeDrop } from "./app.mjs";
import { say } from "./report.mjs";

const BUDGET_MB = 64;
const LOOK_EVERY_MS = 100;
// Wait until the memory used by startup is released, before measuring the idle state.
const IDLE_MS = 5_000;

export async function memory({ sizes: { memory: size }, runs }) {
  if (process.platform !== "linux") return [];
  const ours = [];
  for (let run = 0; run < runs(1); run++) ours.push(await growthMb(size.bytes));
  const name = `memory, file of ${size.bytes / 1e9} GB`;
  const row = { name, unit: "MB", against: "the budget", target: { atMost: 1 } };
  return [{ ...row, ours, yardstick: ours.map(() => BUDGET_MB) }];
}

async function growthMb(bytes) {
  const [data, folder] = [await scratch("bench-data"), await scratch("bench-memory")];
  const server = await Server.start(data);
  const browser = await Browser.open();
  try {
    const page = await openPaired(browser, server);
    await write(folder, "small.jpg", await media("photo.jpg"));
    await timeDrop(page, folder, 1);
    await page.waitForTimeout(IDLE_MS);
    const idle = memoryMb(browser.profile);
    await sparse(folder, "large.mp4", bytes, "large");
    let most = idle;
    const look = setInterval(() => (most = Math.max(most, memoryMb(browser.profile))), LOOK_EVERY_MS);
    const { ms } = await timeClick(page, 2).finally(() => clearInterval(look));
    say(`memory: from ${idle} MB to ${most} MB, ${Math.round(ms)} ms`);
    return most - idle;
  } finally {
    await browser.forget();
    await server.stop();
    await Promise.all([clear(data), clear(folder)]);
  }
}
