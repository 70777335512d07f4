// Time from the start of a navigation until the headline shows the true numbers: with a full catalog and with an
// empty one, in a browser that was just launched and in one that had the app open before.
import { Browser } from "../support/browser.mjs";
import { openPaired } from "./app.mjs";
import { backupWorkerMb } from "./heap.mjs";
import { say } from "./report.mjs";

// Time for the browser to start and for a worker to become idle.
const REST_MS = 2_000;

export async function timesToNumbers({ browser: full, page, server, files, runs }) {
  const empty = await Browser.open();
  await serviceWorkerIsReady(page);
  await serviceWorkerIsReady(await openPaired(empty, server));
  await Promise.all([full.close(), empty.close()]);
  const times = { coldFull: [], warmFull: [], coldEmpty: [], warmEmpty: [] };
  const heaps = [];
  for (let round = 0; round < runs(5); round++) {
    await inOpened(full, async () => {
      times.coldFull.push(await timeStart(full, server, files));
      times.warmFull.push(await timeStart(full, server, files, async (page) => heaps.push(await restedHeap(page))));
    });
    await inOpened(empty, async () => {
      times.coldEmpty.push(await timeStart(empty, server, 0));
      times.warmEmpty.push(await timeStart(empty, server, 0));
    });
    say("start: ms", JSON.stringify(times));
  }
  await empty.start();
  await empty.forget();
  await full.start();
  return { times, heaps };
}

async function inOpened(browser, work) {
  await browser.start();
  await new Promise((resolve) => setTimeout(resolve, REST_MS));
  await work();
  await browser.close();
}

// Each start gets its own tab. The previous tab is closed and has released the engine's lock.
async function timeStart(browser, server, total, afterwards = async () => {}) {
  const page = await browser.context.newPage();
  await page.addInitScript(watchNumbers, total);
  await page.goto(server.origin);
  const ms = await page.evaluate(() => window.numbersShown);
  await afterwards(page);
  await page.close();
  return Math.round(ms);
}

async function restedHeap(page) {
  await page.waitForTimeout(REST_MS);
  return backupWorkerMb(page);
}

// Runs in the page, before any of the page's own scripts.
function watchNumbers(total) {
  window.numbersShown = new Promise((resolve) => {
    new MutationObserver(() => {
      const shown = document.querySelector("[data-testid=headline]")?.dataset.total;
      if (shown === String(total)) resolve(performance.now());
    }).observe(document, { subtree: true, childList: true, attributes: true });
  });
}

const serviceWorkerIsReady = (page) =>
  page.waitForFunction(() => navigator.serviceWorker.controller?.state === "activated");
