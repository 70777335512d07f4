// Drives the app as a person would, and times it inside its own page: from the drop or the click to the headline that
// says "done". The app does not know that it is measured.
import assert from "node:assert/strict";

import { addsUp, dropFolder, read, waitForState } from "../support/browser.mjs";

const PATIENCE_MS = 30 * 60_000;

export async function openPaired(browser, server) {
  const code = server.newPairingLink().split("#pair=")[1];
  const page = await browser.page(`${server.origin}/#pair=${code}`);
  await waitForState(page, "empty");
  await page.evaluate(installStopwatch);
  return page;
}

// Milliseconds from the drop until all files of the folder are protected.
export async function timeDrop(page, folder, files) {
  await page.evaluate((files) => window.stopwatch.arm("drop", files), files);
  await dropFolder(page, folder);
  return finished(page, files);
}

// Milliseconds from the click on "Back up now" until the app knows that every file is protected.
export async function timeClick(page, files) {
  await page.evaluate((files) => window.stopwatch.arm("click", files), files);
  await page.getByRole("button", { name: "Back up now" }).click();
  return finished(page, files);
}

// The measurements: milliseconds, the states that were shown, and every main-thread task over 50 ms.
async function finished(page, files) {
  const end = page.evaluate(() => window.stopwatch.end);
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, null).unref());
  const measured = await Promise.race([end, late]);
  const now = await read(page);
  assert.ok(measured, `it did not come to an end: ${JSON.stringify(now)}`);
  assert.equal(now.protected, files, JSON.stringify(now));
  assert.ok(addsUp(now), JSON.stringify(now));
  return measured;
}

// Runs in the page.
function installStopwatch() {
  const headline = document.querySelector("[data-testid=headline]");
  const watch = { longTasks: [] };
  watch.arm = (kind, files) => {
    watch.states = [];
    watch.longTasks = [];
    watch.began = undefined;
    addEventListener(kind, () => (watch.began = performance.now()), { capture: true, once: true });
    watch.end = new Promise((resolve) => {
      watch.look = () => {
        const { state, total, protected: kept } = headline.dataset;
        if (watch.began === undefined) return;
        if (watch.states.at(-1) !== state) watch.states.push(state);
        const done = state === "done" && Number(total) === files && Number(kept) === files;
        // The "done" from before the start does not count.
        if (!done || watch.states.length < 2) return;
        const ms = performance.now() - watch.began;
        watch.look = () => {};
        // The observer of long tasks reports a little later.
        setTimeout(() => resolve({ ms, states: watch.states, longTasks: watch.longTasks }), 500);
      };
    });
  };
  watch.look = () => {};
  new MutationObserver(() => watch.look()).observe(headline, { attributes: true });
  new PerformanceObserver((list) => {
    const since = (entry) => Math.round(entry.startTime - watch.began);
    watch.longTasks.push(...list.getEntries().map((entry) => ({ at: since(entry), ms: Math.round(entry.duration) })));
  }).observe({ type: "longtask" });
  window.stopwatch = watch;
}
