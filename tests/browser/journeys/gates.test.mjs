// The rules that hold files back: each says what it waits for, and lets the person back up anyway.
import assert from "node:assert/strict";
import { test } from "node:test";

import { dropFolder, read, visit, waitForNumbers, waitForState } from "../support/browser.mjs";
import { media, onServer, write } from "../support/files.mjs";
import { household } from "../support/household.mjs";

// Fakes what the browser reports about the device, and fires the change events.
const device = (page, { type = "wifi", saveData = false, charging = true, level = 1 }) =>
  page.evaluate(
    async (now) => {
      const set = (target, facts) => {
        for (const [name, value] of Object.entries(facts)) {
          Object.defineProperty(target, name, { configurable: true, get: () => value });
        }
      };
      set(navigator.connection, { type: now.type, saveData: now.saveData });
      const battery = await navigator.getBattery();
      set(battery, { charging: now.charging, level: now.level });
      navigator.connection.dispatchEvent(new Event("change"));
      battery.dispatchEvent(new Event("levelchange"));
    },
    { type, saveData, charging, level },
  );

const gates = (page) => page.getByTestId("gates");

// Turns a rule on or off.
async function turn(page, name) {
  await visit(page, "Settings", "When to send");
  await page.getByRole("switch", { name }).click();
  await visit(page, "Home");
}

async function backedUp(t) {
  const home = await household(t);
  await write(home.folder, "first.jpg", await media("photo.jpg", "first"));
  await dropFolder(home.page, home.folder);
  await waitForState(home.page, "done");
  return home;
}

test("on mobile data files wait, with one sentence, until the connection changes or the person allows it", async (t) => {
  const { page, folder, data } = await backedUp(t);
  await device(page, { type: "cellular" });
  await write(folder, "second.jpg", await media("photo.jpg", "second"));
  await gates(page).getByText("On mobile data: 1 photo waits for another connection.").waitFor();
  await waitForState(page, "waiting");
  assert.equal((await read(page)).remaining, 1);

  await gates(page).getByRole("button", { name: "Back up anyway" }).click();
  await waitForState(page, "done");
  assert.equal((await onServer(data)).length, 2);

  await write(folder, "third.jpg", await media("photo.jpg", "third"));
  await gates(page).getByText("On mobile data: 1 photo waits for another connection.").waitFor();
  await turn(page, "Photos over mobile data");
  await waitForNumbers(page, (now) => now.protected === 3);
  await write(folder, "film.mp4", await media("clip.mp4", "film"));
  await gates(page).getByText("On mobile data: 1 video waits for another connection.").waitFor();
  await device(page, {});
  await waitForNumbers(page, (now) => now.protected === 4);
});

test("battery and quiet hours hold files back as the person set them", async (t) => {
  const { page, folder } = await backedUp(t);
  await turn(page, "Only while charging");
  await device(page, { charging: false, level: 0.2 });
  await write(folder, "second.jpg", await media("photo.jpg", "second"));
  await gates(page).getByText("1 photo waits until this device is charging.").waitFor();
  await waitForState(page, "waiting");
  await turn(page, "Only while charging");
  await waitForState(page, "done");

  await visit(page, "Settings", "When to send");
  await page.getByLabel("Stop when the battery is low").selectOption("30");
  await visit(page, "Home");
  await write(folder, "third.jpg", await media("photo.jpg", "third"));
  await gates(page).getByText("1 photo waits until the battery is at 30% or this device is charging.").waitFor();
  await device(page, { charging: false, level: 0.31 });
  await waitForState(page, "done");

  await turn(page, "Quiet hours");
  await visit(page, "Settings", "When to send");
  await page.getByLabel("From").fill("00:00");
  await page.getByLabel("to", { exact: true }).fill("23:59");
  await visit(page, "Home");
  await write(folder, "fourth.jpg", await media("photo.jpg", "fourth"));
  await gates(page).getByText(/^Quiet hours: 1 photo waits until 11:59/).waitFor();
  await page.reload();
  await gates(page).getByText(/^Quiet hours: 1 photo waits until 11:59/).waitFor();
  await turn(page, "Quiet hours");
  await waitForState(page, "done");
});

test("Data Saver is respected when the browser reports it", async (t) => {
  const { page, folder, browser } = await backedUp(t);
  const session = await browser.context.newCDPSession(page);
  await session.send("Emulation.setDataSaverOverride", { dataSaverEnabled: true });
  await page.reload();
  await waitForState(page, "done");
  await write(folder, "second.jpg", await media("photo.jpg", "second"));
  await gates(page).getByText("Data Saver is on: 1 photo waits until it is off.").waitFor();
});
