// What enables a backup without a page: installing is explained once, and lost permissions come back with one click.
import assert from "node:assert/strict";
import { test } from "node:test";

import { dropFolder, visit, waitForNumbers, waitForState } from "../support/browser.mjs";
import { clear, media, scratch, write } from "../support/files.mjs";
import { household } from "../support/household.mjs";

const explanation = (page) => page.getByRole("complementary", { name: "While Safelight is closed" });

async function backedUp({ page, folder }) {
  await write(folder, "first.jpg", await media("photo.jpg", "first"));
  await dropFolder(page, folder);
  await waitForState(page, "done");
}

// The browser's own dialog cannot be answered here, so the test records that it would be shown.
const PROMPT = `BeforeInstallPromptEvent.prototype.prompt = async () => {
  sessionStorage.prompted = "yes";
  return { outcome: "dismissed" };
}`;

test("why to install is explained once, when the first files are safe, with a button to do it", async (t) => {
  const home = await household(t, () => ({ initScript: PROMPT }));
  const { page } = home;
  assert.equal(await explanation(page).count(), 0);
  await backedUp(home);
  await explanation(page).getByText("To notice and back up new photos while it is closed").waitFor();
  await explanation(page).getByRole("button", { name: "Install Safelight" }).click();
  assert.equal(await page.evaluate(() => sessionStorage.prompted), "yes");
  await explanation(page).waitFor({ state: "hidden" });

  await page.reload();
  await waitForState(page, "done");
  // By then it is known what the browser allows.
  await visit(page, "Settings");
  await page.getByTestId("background").getByText(/./).first().waitFor();
  await visit(page, "Home");
  assert.equal(await explanation(page).count(), 0, "once is enough");
});

const PHONE =
  "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36";

test("on Android nothing is promised that Android does not allow, and no missing feature is needed", async (t) => {
  const lacking = "for (const name of ['setAppBadge', 'clearAppBadge']) delete Navigator.prototype[name]";
  const home = await household(t, () => ({ userAgent: PHONE, initScript: lacking }));
  const { page } = home;
  await backedUp(home);
  await explanation(page).getByText("Browsers on Android do not let a closed app read folders.").waitFor();
  await explanation(page).getByRole("button", { name: "Not now" }).click();
  await explanation(page).waitFor({ state: "hidden" });
  await visit(page, "Settings", "Background health");
  const section = page.getByRole("region", { name: "Background health" });
  await section.getByText("choose “Unrestricted”").waitFor();
  await section.getByText("so copies are sent instead.").waitFor();
});

// Fakes the prompt, because nobody can answer the real one here.
const ASKED = `FileSystemHandle.prototype.requestPermission = async function () {
  sessionStorage.asked = [sessionStorage.asked, this.name].filter(Boolean).join();
  return "granted";
}`;

test("one click asks for every folder whose permission is gone", async (t) => {
  const home = await household(t, () => ({ initScript: ASKED }));
  const { browser, server, folder } = home;
  const other = await scratch("others");
  t.after(() => clear(other));
  await backedUp(home);
  await write(other, "second.jpg", await media("photo.jpg", "second"));
  await dropFolder(home.page, other);
  await waitForNumbers(home.page, (now) => now.protected === 2);
  await browser.close();
  await browser.start();
  const page = await browser.page(server.origin);
  await waitForState(page, "needs-you");
  await page.getByRole("button", { name: "Allow access" }).first().click();
  const names = [folder, other].map((path) => path.split("/").pop());
  await page.waitForFunction((count) => sessionStorage.asked?.split(",").length === count, names.length);
  assert.deepEqual((await page.evaluate(() => sessionStorage.asked)).split(",").sort(), names.sort());
});
