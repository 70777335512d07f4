// Background health: the app reports each link, runs a real test, and is woken by a push from the server.
import assert from "node:assert/strict";
import { test } from "node:test";

import { dropFolder, visit, waitForNumbers, waitForState } from "../support/browser.mjs";
import { holdsStill, media, untilHeld, write } from "../support/files.mjs";
import { household, lastingHousehold } from "../support/household.mjs";
import { A_MINUTE_MS, until } from "../support/waiting.mjs";
import { Waker } from "../support/wakes.mjs";

async function backedUp(home) {
  await write(home.folder, "first.jpg", await media("photo.jpg", "first"));
  await dropFolder(home.page, home.folder);
  await waitForState(home.page, "done");
  return home;
}

async function health(page) {
  await visit(page, "Settings", "Background health");
  const section = page.getByRole("region", { name: "Background health" });
  await section.locator("li.link").first().waitFor();
  return section;
}

const link = (section, name) =>
  section.locator("li.link").filter({ has: section.page().locator(".path", { hasText: new RegExp(`^${name}$`) }) });

test("a test of the background closes the app, backs up without it, and reports the result", async (t) => {
  const { page, browser, server, folder, data } = await backedUp(await lastingHousehold(t));
  const section = await health(page);
  await section.getByRole("button", { name: "Test background backup now" }).click();
  await section.getByText("Close Safelight now").waitFor();
  await page.close();
  await write(folder, "second.jpg", await media("photo.jpg", "second"));
  await untilHeld({ data }, 2);

  const again = await browser.page(server.origin);
  await waitForNumbers(again, (now) => now.protected === 2);
  const told = await health(again);
  await told.getByText(/^Last test: .*\. 1 file sent/).waitFor();
  const closed = link(told, "Folders while Safelight is closed");
  assert.equal(await closed.getAttribute("data-state"), "good");
});

test("without lasting access the test says so, and how to fix it", async (t) => {
  const { page, browser, server, folder, data } = await backedUp(await household(t));
  const section = await health(page);
  assert.equal(await link(section, "Service worker").getAttribute("data-state"), "good");
  assert.equal(await link(section, "Your server").getAttribute("data-state"), "good");
  await section.getByRole("button", { name: "Test background backup now" }).click();
  await section.getByText("Close Safelight now").waitFor();
  await page.close();
  await write(folder, "second.jpg", await media("photo.jpg", "second"));
  await holdsStill(5_000, { data }, 1, "nothing is read without lasting access");

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
  const says = async (words) => {
    const isAlone = async () => {
      const now = await shown();
      return now.length === 1 && now[0][1] === words;
    };
    await until(isAlone, A_MINUTE_MS, async () => [words, "but there is", await shown()]);
  };

  await write(folder, "second.jpg", await media("photo.jpg", "second"));
  await waker.push({ reason: "silent" });
  await untilHeld({ data }, 2);
  await says("1 file backed up. Everything is protected.");

  await waker.push({ reason: "silent" });
  await says("Everything is protected.");

  await server.stop();
  await write(folder, "third.jpg", await media("photo.jpg", "third"));
  await waker.push({ reason: "silent" });
  await says("1 file still to go. Open Safelight to continue.");
  await server.start();

  const again = await browser.page(server.origin);
  await waitForNumbers(again, (now) => now.protected === 3);
  await waker.push({ reason: "silent" });
  // A person who sees the app needs no notification, and the old one is outdated.
  await until(async () => (await shown()).length === 0, A_MINUTE_MS, "no notification");
  await link(await health(again), "Woken by your server").getByText("Turn on").waitFor();
});

// Real push services cannot be reached here, so the browser's side of a subscription is faked.
const PUSHES = `{
  const bytes = (text) => Uint8Array.from(atob(text), (byte) => byte.charCodeAt(0));
  const base64url = (text) => text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const point = "BCVxsr7N/eNgVRqvHtD0zTZsEc6+VV+JvLexhqUzORcxaOzi6+AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4=";
  const subscription = (key) => Object.create(PushSubscription.prototype, {
    endpoint: { value: localStorage.endpoint },
    options: { value: { applicationServerKey: bytes(key).buffer } },
    toJSON: { value: () => ({ endpoint: localStorage.endpoint, keys: { p256dh: base64url(point), auth: "BTBZMqHH6r4Tts7J_aSIgg" } }) },
    unsubscribe: { value: async () => delete localStorage.pushKey },
  });
  PushManager.prototype.getSubscription = async () => (localStorage.pushKey ? subscription(localStorage.pushKey) : null);
  PushManager.prototype.subscribe = async ({ userVisibleOnly, applicationServerKey }) => {
    if (!userVisibleOnly) throw new DOMException("silent pushes", "NotAllowedError");
    localStorage.endpoint = "https://push.example.net/" + crypto.randomUUID();
    localStorage.pushKey = btoa(String.fromCharCode(...new Uint8Array(applicationServerKey)));
    return subscription(localStorage.pushKey);
  };
}`;

test("pushes are turned on, set to a time of day, stopped with the background, and turned off in the app", async (t) => {
  const home = await backedUp(await lastingHousehold(t, () => ({ initScript: PUSHES })));
  const { browser, server } = home;
  let { page } = home;
  await browser.context.grantPermissions(["notifications"], { origin: server.origin });
  const atServer = () => page.evaluate(async () => (await fetch("/safelight/v1/push")).json());
  const serverKnows = async (wanted) => {
    const fits = (state) => Object.entries(wanted).every(([name, value]) => state[name] === value);
    await until(async () => fits(await atServer()), A_MINUTE_MS, async () => [wanted, "instead of", await atServer()]);
  };
  const section = await health(page);
  await link(section, "Woken by your server").getByText("Turn on").click();
  await link(section, "Woken by your server").getByText("No push has been sent yet").waitFor();
  await serverKnows({ subscribed: true, held: false });
  await page.getByLabel("Have the server wake it every day at").fill("09:30");
  await page.getByLabel("Have the server wake it every day at").blur();
  await serverKnows({ subscribed: true, dailyAt: 9 * 60 + 30 });

  await visit(page, "Settings", "Backup");
  await page.getByRole("switch", { name: "Background backup" }).click();
  await serverKnows({ subscribed: true, held: true });
  await page.getByRole("switch", { name: "Background backup" }).click();
  await serverKnows({ held: false, dailyAt: 9 * 60 + 30 });

  // The push service gave the browser a new address. The next opening reports it, and the other settings stay.
  await page.evaluate(() => (localStorage.endpoint = "https://push.example.net/another"));
  await page.close();
  page = await browser.page(server.origin);
  await serverKnows({ endpoint: "https://push.example.net/another", dailyAt: 9 * 60 + 30 });

  // The push service reports a new address to the service worker, with or without a page. (`waitUntil` does not work
  // on an event made by a test, but the handler still runs.)
  await page.evaluate(() => (localStorage.endpoint = "https://push.example.net/third"));
  const [worker] = browser.context.serviceWorkers();
  await worker.evaluate(() => {
    const keys = {
      p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
      auth: "BTBZMqHH6r4Tts7J_aSIgg",
    };
    PushManager.prototype.subscribe = async () => ({
      toJSON: () => ({ endpoint: "https://push.example.net/third", keys }),
    });
    self.dispatchEvent(new ExtendableEvent("pushsubscriptionchange"));
  });
  await serverKnows({ endpoint: "https://push.example.net/third", dailyAt: 9 * 60 + 30 });

  // After pairing again, the server sees a different session.
  const me = () =>
    page.evaluate(async () => (await (await fetch("/safelight/v1/sessions")).json()).find(({ current }) => current).id);
  const before = await me();
  await page.goto(server.newPairingLink());
  await until(async () => (await me()) !== before, A_MINUTE_MS, "another session");
  await serverKnows({ subscribed: true, dailyAt: 9 * 60 + 30 });

  await link(await health(page), "Woken by your server").getByText("Turn off").click();
  await serverKnows({ subscribed: false });
  assert.equal(await page.evaluate(() => localStorage.pushKey), undefined);
});
