// What the background hangs on: the app says it link by link, tests it for real, and a push from the server wakes it.
import assert from "node:assert/strict";
import { test } from "node:test";

import { dropFolder, waitForNumbers, waitForState } from "../support/browser.mjs";
import { media, onServer, write } from "../support/files.mjs";
import { household, lastingHousehold } from "../support/household.mjs";
import { Waker } from "../support/wakes.mjs";

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function arrived(data, count) {
  for (const end = Date.now() + 60_000; (await onServer(data)).length < count; await pause(200)) {
    assert.ok(Date.now() < end, `${count} files on the server`);
  }
}

async function backedUp(home) {
  await write(home.folder, "first.jpg", await media("photo.jpg", "first"));
  await dropFolder(home.page, home.folder);
  await waitForState(home.page, "done");
  return home;
}

async function health(page) {
  const section = page.getByRole("region", { name: "Background health" });
  await section.getByRole("button", { name: "Show" }).click();
  await section.locator("li.link").first().waitFor();
  return section;
}

const link = (section, name) =>
  section.locator("li.link").filter({ has: section.page().locator(".path", { hasText: new RegExp(`^${name}$`) }) });

test("a test of the background closes the app, backs up without it, and tells what came of it", async (t) => {
  const { page, browser, server, folder, data } = await backedUp(await lastingHousehold(t));
  const section = await health(page);
  await section.getByRole("button", { name: "Test background backup now" }).click();
  await section.getByText("Close Safelight now").waitFor();
  await page.close();
  await write(folder, "second.jpg", await media("photo.jpg", "second"));
  await arrived(data, 2);

  const again = await browser.page(server.origin);
  await waitForNumbers(again, (now) => now.protected === 2);
  const told = await health(again);
  await told.getByText(/^The last test\. Last on .*: 1 file sent/).waitFor();
  const closed = link(told, "Folders while Safelight is closed");
  assert.equal(await closed.getAttribute("data-state"), "good");
});

test("without lasting access the test says so, and what mends it", async (t) => {
  const { page, browser, server, folder, data } = await backedUp(await household(t));
  const section = await health(page);
  assert.equal(await link(section, "Service worker").getAttribute("data-state"), "good");
  assert.equal(await link(section, "Your server").getAttribute("data-state"), "good");
  await section.getByRole("button", { name: "Test background backup now" }).click();
  await section.getByText("Close Safelight now").waitFor();
  await page.close();
  await write(folder, "second.jpg", await media("photo.jpg", "second"));
  await pause(5_000);
  assert.equal((await onServer(data)).length, 1);

  const again = await browser.page(server.origin);
  const closed = link(await health(again), "Folders while Safelight is closed");
  await closed.getByText("did not let it read every folder").waitFor();
  assert.equal(await closed.getAttribute("data-state"), "bad");
});

test("a push backs up with no page open, and one notification says what it did", async (t) => {
  const { page, browser, server, folder, data } = await backedUp(await lastingHousehold(t));
  await browser.context.grantPermissions(["notifications"], { origin: server.origin });
  const waker = await Waker.of(browser, server.origin);
  await page.close();
  const [worker] = browser.context.serviceWorkers();
  const shown = () =>
    worker.evaluate(async () => (await self.registration.getNotifications()).map(({ title, body }) => [title, body]));
  const until = async (words) => {
    for (const end = Date.now() + 30_000; ; await pause(200)) {
      const now = await shown();
      if (now.length === 1 && now[0][1] === words) return;
      assert.ok(Date.now() < end, `${JSON.stringify(now)} instead of ${words}`);
    }
  };

  await write(folder, "second.jpg", await media("photo.jpg", "second"));
  await waker.push({ reason: "silent" });
  await arrived(data, 2);
  await until("1 file backed up. Everything is protected.");

  await waker.push({ reason: "silent" });
  await until("Everything is protected.");

  await server.stop();
  await write(folder, "third.jpg", await media("photo.jpg", "third"));
  await waker.push({ reason: "silent" });
  await until("1 file to go. Open Safelight to go on.");
  await server.start();

  const again = await browser.page(server.origin);
  await waitForNumbers(again, (now) => now.protected === 3);
  await waker.push({ reason: "asked" });
  await until("Safelight is open.");
  await link(await health(again), "Woken by your server").getByText("Turn on").waitFor();
});
