// During a long first backup the app says what closing it would leave undone, the screen can be kept on, and the icon
// shows how much is left.
import assert from "node:assert/strict";
import { test } from "node:test";

import { dropFolder, visit, waitForState } from "../support/browser.mjs";
import { media, sparse, write } from "../support/files.mjs";
import { household } from "../support/household.mjs";

// Makes the real calls and records each one.
const NOTES = `
  window.locks = [];
  const request = WakeLock.prototype.request;
  WakeLock.prototype.request = async function (kind) {
    const lock = await request.call(this, kind);
    window.locks.push(lock);
    return lock;
  };
  window.badges = [];
  const setAppBadge = navigator.setAppBadge;
  Navigator.prototype.setAppBadge = function (count) {
    window.badges.push(count);
    return setAppBadge.call(this, count);
  };
`;
const held = (page) => page.evaluate(() => window.locks.filter((lock) => !lock.released).length);
const waitForLocks = (page, count) =>
  page.waitForFunction((count) => window.locks.filter((lock) => !lock.released).length === count, count);

test("a long backup offers to keep the screen on, and always says what closing would leave undone", async (t) => {
  const { page, folder } = await household(t, () => ({ initScript: NOTES }));
  await write(folder, "photo.jpg", await media("photo.jpg"));
  const closing = page.getByTestId("closing");
  assert.equal(await closing.isVisible(), false);
  await dropFolder(page, folder);
  await waitForState(page, "done");
  assert.equal(await closing.innerText(), "You can close Safelight: nothing is left to send.");
  assert.equal((await page.evaluate(() => window.badges)).at(-1), 0);
  assert.equal(await held(page), 0);

  await sparse(folder, "film.mp4", 16 * 1024 ** 3, "a film");
  await page.getByRole("button", { name: "Back up now" }).click();
  await page.getByText(/^This takes .* If the computer goes to sleep, the backup stops\.$/).waitFor();
  assert.match(await closing.innerText(), /^Keep Safelight open until this is done\. If you close it, nothing is lost/);
  assert.equal((await page.evaluate(() => window.badges)).at(-1), 1);
  await page.getByRole("button", { name: "Keep the screen on" }).click();
  await waitForLocks(page, 1);
  await keepsTheScreenOn(page);

  // The browser releases the lock whenever the page is hidden.
  await page.evaluate(async () => {
    await Promise.all(window.locks.map((lock) => lock.release()));
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await waitForLocks(page, 1);

  await page.getByRole("button", { name: "Pause" }).click();
  await waitForState(page, "paused");
  await waitForLocks(page, 0);
  const left = "1 file is not on your server yet. Nothing is sent while Safelight is closed.";
  assert.equal(await closing.innerText(), left);

  // The setting is kept.
  await page.reload();
  await waitForState(page, "paused");
  await keepsTheScreenOn(page);
});

async function keepsTheScreenOn(page) {
  await visit(page, "Settings");
  assert.equal(await page.getByRole("switch", { name: "Keep the screen on" }).getAttribute("aria-checked"), "true");
  await visit(page, "Home");
}
