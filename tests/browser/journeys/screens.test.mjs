// The screens: their addresses, what a person finds again after Back and a reload, and whether everybody can use them.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import { test } from "node:test";

import { assertAccessible } from "../support/axe.mjs";
import { dropFolder, visit, visitFolder, waitForNumbers, waitForState } from "../support/browser.mjs";
import { media, write } from "../support/files.mjs";
import { household } from "../support/household.mjs";

// Address, first heading, title of the window.
const SCREENS = [
  ["/", "1 file needs you", "Home"],
  ["/folders", "Folders", "Folders"],
  ["/photos", "Photos", "Photos"],
  ["/activity/waiting", "Activity", "Waiting"],
  ["/activity/problems", "Activity", "Problems"],
  ["/activity/skipped", "Activity", "Skipped"],
  ["/activity/hidden", "Activity", "Hidden names"],
  ["/activity/history", "Activity", "History"],
  ["/settings", "Settings", "Settings"],
  ["/settings/sending", "Settings", "When to send"],
  ["/settings/notifications", "Settings", "Notifications"],
  ["/settings/appearance", "Settings", "Appearance"],
  ["/settings/devices", "Settings", "Devices"],
  ["/settings/health", "Settings", "Background health"],
  ["/settings/about", "Settings", "About"],
  ["/nowhere", "There is nothing here", "There is nothing here"],
];

// A backup with something on every screen.
async function livedIn(t, options) {
  const home = await household(t, () => options ?? {});
  const { page, folder } = home;
  for (let number = 0; number < 40; number++) await write(folder, `${number}.jpg`, await media("photo.jpg", `${number}`));
  await write(folder, "notes.txt", "x");
  // A name that is no text, so no browser can open it.
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/IMG`), Buffer.from([0xff]), Buffer.from(".jpg")]), "x");
  await dropFolder(page, folder);
  await waitForState(page, "needs-you");
  return home;
}

const heading = (page) => page.getByRole("heading", { level: 1 });

test("every screen has an address of its own, and opens from a link", async (t) => {
  const { page, server, folder } = await livedIn(t);
  for (const [address, words, title] of SCREENS) {
    await page.goto(server.origin + address);
    await heading(page).getByText(words).first().waitFor();
    assert.equal(await heading(page).count(), 1, address);
    await page.waitForFunction((title) => document.title === `${title} · Safelight`, title);
    // The state is on every screen.
    await waitForNumbers(page, (now) => now.protected === 40);
  }
  await visitFolder(page, basename(folder));
  await page.reload();
  await heading(page).getByText(basename(folder)).waitFor();
  await page.goto(`${server.origin}/folders/999`);
  await page.getByText("This folder is not backed up here").waitFor();
  // The shortcut of an older version.
  await page.goto(`${server.origin}/#problems`);
  await page.waitForURL(`${server.origin}/activity/problems`);
});

for (const [name, options] of [
  ["wide and light", { colorScheme: "light" }],
  ["wide and dark", { colorScheme: "dark" }],
  ["on a phone, light", { viewport: { width: 390, height: 844 }, colorScheme: "light" }],
  ["on a phone, dark", { viewport: { width: 390, height: 844 }, colorScheme: "dark" }],
  ["at 400 %", { viewport: { width: 320, height: 256 } }],
]) {
  test(`${name}: everybody can use every screen, and nothing is cut off`, async (t) => {
    const { page, server, folder } = await livedIn(t, options);
    const check = async (where) => {
      await page.waitForFunction(() => !document.querySelector(".skeleton"));
      const fits = () => document.documentElement.scrollWidth <= document.documentElement.clientWidth;
      assert.ok(await page.evaluate(fits), `${where} is too wide`);
      await assertAccessible(page, where);
    };
    for (const [address] of SCREENS) {
      await page.goto(server.origin + address);
      await heading(page).waitFor();
      await check(address);
    }
    await visitFolder(page, basename(folder));
    await check("a folder");
    await page.getByRole("button", { name: "Remove" }).click();
    await page.getByRole("dialog").evaluate((dialog) => Promise.all(dialog.getAnimations().map(({ finished }) => finished)));
    await check("a question");
  });
}

test("Back returns to the screen as it was, and the focus goes where the person goes", async (t) => {
  const { page } = await livedIn(t, { viewport: { width: 800, height: 500 } });
  const headingIsFocused = () => page.waitForFunction(() => document.activeElement.tagName === "H1");
  const scrolled = () => page.evaluate(() => Math.round(window.scrollY));
  await visit(page, "Photos");
  await headingIsFocused();
  await page.locator(".tile img").first().waitFor();
  await page.mouse.move(400, 250);
  await page.mouse.wheel(0, 700);
  await page.waitForFunction(() => window.scrollY > 500);
  const there = await scrolled();

  await visit(page, "Activity", "Skipped");
  await headingIsFocused();
  assert.equal(await scrolled(), 0);
  await page.goBack();
  await page.goBack();
  await heading(page).getByText("Photos").waitFor();
  await page.waitForFunction((there) => Math.abs(window.scrollY - there) < 5, there);
  await page.reload();
  await page.waitForFunction((there) => Math.abs(window.scrollY - there) < 5, there);
  await page.goBack();
  await heading(page).getByText("1 file needs you").waitFor();
  await page.waitForFunction(() => window.scrollY === 0);
  await page.goForward();
  await page.goForward();
  await page.waitForFunction(() => document.title === "Waiting · Safelight" || document.title === "Problems · Safelight");
});

test("the chosen theme holds, also after a reload", async (t) => {
  const { page } = await household(t, () => ({ colorScheme: "light" }));
  await waitForState(page, "empty");
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await visit(page, "Settings", "Appearance");
  await page.getByRole("radio", { name: "Dark" }).check();
  const dark = await ground();
  assert.notEqual(dark, light);
  await page.reload();
  assert.equal(await ground(), dark);
  await page.getByRole("radio", { name: "As the system" }).check();
  assert.equal(await ground(), light);
});

test("a screen reader hears the start, the end and the problems of a backup, and no more", async (t) => {
  const { page, folder } = await household(t);
  await waitForState(page, "empty");
  await page.evaluate(() => {
    window.heard = [];
    document.ariaNotify = (words) => window.heard.push(words);
  });
  for (let number = 0; number < 60; number++) await write(folder, `${number}.jpg`, await media("photo.jpg", `${number}`));
  await dropFolder(page, folder);
  await waitForState(page, "done");
  const heard = await page.evaluate(() => window.heard);
  assert.ok(heard.length <= 7, JSON.stringify(heard));
  assert.match(heard.find((said) => said.startsWith("Backing up")) ?? "", /^Backing up \d+ files?\.$/);
  assert.equal(heard.at(-1), "Everything is protected.");
});
