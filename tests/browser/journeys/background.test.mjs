// With no page open, the browser wakes the service worker, and new files reach the server.
import assert from "node:assert/strict";
import { test } from "node:test";

import { dropFolder, grantsLapse, limitSpeed, read, visit, visitHistory, waitForNumbers, waitForState } from "../support/browser.mjs";
import { arrived, digests, holdsStill, media, onServer, sparse, untilHeld, write } from "../support/files.mjs";
import { household, lastingHousehold } from "../support/household.mjs";
import { Nobody } from "../support/line.mjs";
import { A_MINUTE_MS, timePasses, unseen, until } from "../support/waiting.mjs";
import { Waker, waking } from "../support/wakes.mjs";

// Lets each wake-up run for this many milliseconds until everything has arrived. Returns how often one was cut off.
async function arrivedInPieces({ data, folder, waker }, ms) {
  const wanted = (await digests(folder)).size;
  for (let cuts = 0; cuts < 30; cuts++) {
    await waker.until("running");
    for (const end = Date.now() + ms; Date.now() < end; await timePasses(200)) {
      if ((await onServer(data)).length < wanted) continue;
      await arrived({ data, folder });
      return cuts;
    }
    await waker.stop();
  }
  throw new Error("it does not get on");
}

// Backs up a folder with one photo, and adds a waker for the service worker.
async function backedUp(home) {
  await write(home.folder, "first.jpg", await media("photo.jpg", "first"));
  await dropFolder(home.page, home.folder);
  await waitForState(home.page, "done");
  home.waker = await Waker.of(home.browser, home.server.origin);
  return home;
}

const background = (page) => page.getByTestId("background");
const ofSwitch = (page, name) => page.getByRole("switch", { name });

test("with no page open, a sync and a periodic sync each back up what is new, and the app says so", async (t) => {
  const home = await backedUp(await lastingHousehold(t));
  const { browser, server, folder, waker } = home;
  await visit(home.page, "Settings");
  assert.match(await background(home.page).innerText(), /^The browser has not woken Safelight yet\./);
  await home.page.close();

  await write(folder, "second.jpg", await media("photo.jpg", "second"));
  const [worker] = browser.context.serviceWorkers();
  await worker.evaluate(() => (navigator.setAppBadge = async (count) => (self.badge = count)));
  await waker.sync();
  await arrived(home);
  const badge = () => worker.evaluate(() => self.badge);
  await until(async () => (await badge()) === 0, A_MINUTE_MS, "an icon that shows that nothing remains");

  await waker.stop();
  await write(folder, "deep/third.jpg", await media("photo.jpg", "third"));
  await waker.periodicSync();
  await arrived(home);

  const page = await browser.page(server.origin);
  const now = await waitForNumbers(page, (now) => now.protected === 3);
  assert.equal(now.total, 3);
  await visit(page, "Settings");
  await page.getByText(/^Last time: .*\. 1 file sent/).waitFor();

  // After a browser restart, before any of our pages is opened.
  await page.close();
  await browser.close();
  await browser.start();
  await write(folder, "fourth.jpg", await media("photo.jpg", "fourth"));
  home.waker = await Waker.of(browser, server.origin);
  await home.waker.sync();
  await arrived(home);
});

// The app asks for at most one wake-up per hour, which is too long for a test.
const OFTEN = `{
  const { register } = PeriodicSyncManager.prototype;
  PeriodicSyncManager.prototype.register = function (tag) { return register.call(this, tag, { minInterval: 1 }); };
}`;

test("installed as an app, each kind of wake-up backs up what is new, the browser's own included", async (t) => {
  const home = await household(t, () => ({
    flags: waking(3, { min_periodic_sync_events_interval_sec: 4 }),
    initScript: OFTEN,
  }));
  const { browser, server, page, folder } = home;
  await browser.install(server.origin);
  await backedUp(home);
  const { waker } = home;
  const state = () => navigator.permissions.query({ name: "periodic-background-sync" }).then(({ state }) => state);
  assert.equal(await page.evaluate(state), "granted");
  await page.close();
  await grantsLapse();
  for (const [name, wake] of [
    ["sync", () => waker.sync()],
    ["periodic", () => waker.periodicSync()],
    ["push", () => waker.push({ reason: "silent" })],
  ]) {
    await waker.stop();
    await write(folder, `${name}.jpg`, await media("photo.jpg", name));
    await wake();
    await arrived(home);
  }
  // Only the browser wakes it here, when it decides that a periodic sync is due.
  await write(folder, "later.jpg", await media("photo.jpg", "later"));
  await arrived(home);

  const again = await browser.page(server.origin);
  await waitForNumbers(again, (now) => now.protected === 5 && now.total === 5);
  await visit(again, "Settings");
  await again.getByText(/^Last time: /).waitFor();
});

test("uploads in progress when the last page closes continue at once, without a wake-up", async (t) => {
  const home = await backedUp(await lastingHousehold(t));
  const { browser, server, folder, page } = home;
  await limitSpeed(page, "20");
  for (const name of ["a", "b", "c"]) await sparse(folder, `${name}.jpg`, 5_000_000, name);
  await page.getByRole("button", { name: "Back up now" }).click();
  await waitForState(page, "backing-up");
  await page.close();
  await arrived(home);
  const again = await browser.page(server.origin);
  await waitForState(again, "done");
  const history = await visitHistory(again);
  await history.getByText("In the background: Safelight was closed").first().waitFor();
});

test("videos that may not be sent in the background wait, and the app says so", async (t) => {
  const home = await backedUp(await lastingHousehold(t));
  const { browser, server, folder, page } = home;
  await visit(page, "Settings", "When to send");
  await page.getByLabel("Videos in the background").selectOption("never");
  await page.close();
  await write(folder, "new.jpg", await media("photo.jpg", "new"));
  await sparse(folder, "film.mp4", 1_000_000, "a film");
  await home.waker.sync();
  await untilHeld(home, 2);
  await holdsStill(3_000, home, 2, "the film waits");
  const again = await browser.page(server.origin);
  await visit(again, "Settings");
  await again.getByText(/the videos wait for the next time you open Safelight/).first().waitFor();
  await waitForState(again, "done");
  await arrived(home);
});

test("an open page has the only engine, and each kind of backup has a switch", async (t) => {
  const home = await backedUp(await lastingHousehold(t));
  const { browser, server, page, folder, waker } = home;
  await visit(page, "Settings");
  await ofSwitch(page, "Foreground backup").click();
  await waitForState(page, "paused");
  await write(folder, "second.jpg", await media("photo.jpg", "second"));
  await waker.sync();
  await holdsStill(3_000, home, 1, "the page has the engine, and is told to stand still");

  await ofSwitch(page, "Background backup").click();
  await page.waitForSelector("#background[aria-checked=false]");
  await page.close();
  await waker.sync();
  await holdsStill(3_000, home, 1, "the background is switched off");

  const again = await browser.page(server.origin);
  await waitForState(again, "paused");
  await visit(again, "Settings");
  await ofSwitch(again, "Background backup").click();
  await again.waitForSelector("#background[aria-checked=true]");
  await again.close();
  await waker.sync();
  await arrived(home);
});

test("without lasting access nothing is called gone, and the app says what the browser did not allow", async (t) => {
  const home = await backedUp(await household(t));
  const { browser, server, folder, waker } = home;
  await home.page.close();
  await grantsLapse();
  await write(folder, "second.jpg", await media("photo.jpg", "second"));
  await waker.sync();
  await holdsStill(3_000, home, 1, "nothing is read without lasting access");

  const page = await browser.page(server.origin);
  await visit(page, "Settings");
  await page.getByText(/did not let it read all your folders without an open page/).waitFor();
  const now = await read(page);
  assert.equal(now.protected, 1);
});

test("the files that a page leaves behind continue by themselves once the server is back", async (t) => {
  const home = await lastingHousehold(t, () => ({ flags: waking(10) }));
  const { server, folder, page } = await backedUp(home);
  await server.stop();
  await write(folder, "second.jpg", await media("photo.jpg", "second"));
  await waitForState(page, "offline");
  await waitForNumbers(page, (now) => now.remaining === 1);
  await page.close();
  const nobody = await Nobody.at(server.port);
  await nobody.isCalled();
  await nobody.leave();
  await server.start();
  // Only the browser wakes it here.
  await arrived(home);
});

test("a page that stays open past all retries leaves a wake-up registered", async (t) => {
  const home = await lastingHousehold(t, () => ({ flags: waking(3) }));
  const { browser, server, folder, page } = await backedUp(home);
  await server.stop();
  const [worker] = browser.context.serviceWorkers();
  await worker.evaluate(() => {
    self.tries = 0;
    self.addEventListener("sync", () => self.tries++);
  });
  await write(folder, "second.jpg", await media("photo.jpg", "second"));
  await waitForNumbers(page, (now) => now.remaining === 1);
  await until(async () => (await worker.evaluate(() => self.tries)) >= 5, A_MINUTE_MS, "the browser's fifth try");
  await page.close();
  await server.start();
  await arrived(home);
});

// A browser with a debugger attached sets no time limit for a service worker, so the test stops it instead.
test("on a slow line photos arrive although no wake-up is long enough for one", async (t) => {
  const home = await lastingHousehold(t, () => ({ flags: waking(60) }));
  const { browser, server, folder, page } = home;
  await dropFolder(page, folder);
  await waitForState(page, "done");
  await limitSpeed(page, "10");
  for (const name of ["a", "b", "c"]) await sparse(folder, `${name}.jpg`, 10_000_000, name);
  await page.getByRole("button", { name: "Back up now" }).click();
  await waitForState(page, "backing-up");
  home.waker = await Waker.of(browser, server.origin);
  await page.close();
  const cuts = await arrivedInPieces(home, 8_000);
  assert.ok(cuts > 1, `it arrived after ${cuts} cuts`);
});

test("a film of 600 MB arrives over several wake-ups, each ended by the browser at its deadline", async (t) => {
  const home = await lastingHousehold(t, () => ({ flags: waking(60, { max_sync_event_duration_sec: 5 }) }));
  const { browser, server, folder, page } = home;
  await dropFolder(page, folder);
  await waitForState(page, "done");
  await limitSpeed(page, "100");
  await sparse(folder, "film.mp4", 600_000_000, "a film");
  await page.getByRole("button", { name: "Back up now" }).click();
  await waitForState(page, "backing-up");
  await page.close();
  await browser.goOnUnwatched();
  await arrived(home, 5 * A_MINUTE_MS);
  await unseen(2_000, "the last word of a run, which is written when it is over");
  await browser.watchAgain();

  const again = await browser.page(server.origin);
  await waitForState(again, "done");
  const history = await visitHistory(again);
  await history.getByText("then the browser stopped it").nth(2).waitFor();
});
