// Time from the browser's wake-up of a stopped service worker, with no page open, to the first byte of a pending
// file, with a full catalog. The byte is detected on the server's disk.
import { watch } from "node:fs";
import { join } from "node:path";

import { waitForNumbers } from "../support/browser.mjs";
import { media, write } from "../support/files.mjs";
import { Waker } from "../support/wakes.mjs";
import { say } from "./report.mjs";

const PATIENCE_MS = 60_000;
// Closing a page triggers a wake-up. It finds no server and ends within this time.
const AFTERMATH_MS = 5_000;

export async function timesToFirstByte({ browser, server, folder, data, files, runs }) {
  const times = [];
  for (let round = 0; round < runs(5); round++) {
    await leaveOneBehind({ browser, server, folder, files: files + round }, round);
    const waker = await Waker.of(browser, server.origin);
    await waker.stop();
    const arrived = firstFileIn(join(data, "incoming"));
    const began = performance.now();
    await waker.sync();
    times.push(Math.round((await arrived) - began));
    await waker.page.close();
    const page = await browser.page(server.origin);
    await waitForNumbers(page, (now) => now.protected === files + round + 1);
    await page.close();
    say("wake: ms", JSON.stringify(times));
  }
  return times;
}

async function leaveOneBehind({ browser, server, folder, files }, round) {
  const page = await browser.page(server.origin);
  await waitForNumbers(page, (now) => now.state === "done" && now.protected === files);
  await server.stop();
  await write(folder, `wake-${round}.jpg`, await media("photo.jpg", `wake ${round}`));
  await page.getByRole("button", { name: "Back up now" }).click();
  await waitForNumbers(page, (now) => now.remaining === 1 && now.state === "offline");
  await page.close();
  await page.context().newPage();
  await new Promise((resolve) => setTimeout(resolve, AFTERMATH_MS));
  await server.start();
}

function firstFileIn(folder) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error("nothing arrived")), PATIENCE_MS);
    const watcher = watch(folder, () => {
      clearTimeout(late);
      watcher.close();
      resolve(performance.now());
    });
  });
}
