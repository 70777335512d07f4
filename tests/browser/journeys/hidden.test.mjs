// Names that the browser hides from web apps, and names that do not tell what a file is: every photo is backed up, or
// named as one that is not.
import assert from "node:assert/strict";
import { readFile, rename, symlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { test } from "node:test";

import { dropFolder, dropIntoPicker, listOf, PICKER_BY_DROP, read, visit, visitFolder, waitForNumbers, waitForState } from "../support/browser.mjs";
import { clear, digestOf, media, onServer, scratch, write } from "../support/files.mjs";
import { household } from "../support/household.mjs";

// Measured in Chromium: a folder's own listing leaves all of these out.
const HIDDEN = [
  'quoted "name".jpg', "star *.jpg", "beach: day 1.jpg", "a < b.jpg", "a > b.jpg", "why?.jpg", "pipe |.jpg", "back\\slash.jpg",
  "zero\u200Bwidth.jpg", "joined\u200D.jpg", "turned\u202E.jpg", "tab\t.jpg", "new\nline.jpg", " leading space.jpg",
  "~tilde.jpg", "CON.jpg", "nul.png", "com1.mp4", "trip: Rome/1.jpg", "trip: Rome/deeper/2.jpg",
];
const SHOWN = ["plain.jpg", "2024/with # and ;.jpg", "2024/Österreich 🏔.jpg"];

async function makeFolder(folder) {
  for (const name of [...HIDDEN, ...SHOWN]) {
    await write(folder, name, await media(name.endsWith("mp4") ? "clip.mp4" : "photo.jpg", name));
  }
  // Not worth a word: it would not be backed up either if it were shown.
  await write(folder, "notes: 1.txt", Buffer.from("notes"));
}

async function digestsOf(folder, names) {
  return (await Promise.all(names.map((name) => digestOf(join(folder, name))))).sort();
}

const region = (page) => page.getByTestId("hidden-names");

test("hidden names in a dropped folder are named, and uploaded once the person agrees", async (t) => {
  const home = await household(t);
  const { page, folder, data } = home;
  await makeFolder(folder);
  await dropFolder(page, folder);
  await waitForNumbers(page, (now) => now.hidden === HIDDEN.length);
  await waitForState(page, "needs-you");
  const now = await read(page);
  assert.deepEqual([now.protected, now.problems, now.hidden], [SHOWN.length, HIDDEN.length, HIDDEN.length]);
  assert.deepEqual(await onServer(data), await digestsOf(folder, SHOWN), "nothing hidden is sent unasked");
  await visitFolder(page, basename(folder));
  await region(page).getByText(`${HIDDEN.length} files here have names that your browser hides`).waitFor();

  const list = Object.entries(await listOf(page, "Problems"));
  assert.equal(list.length, HIDDEN.length);
  for (const [, reason] of list) assert.match(reason, /The browser hides this name/);
  await visitFolder(page, basename(folder));
  await region(page).getByRole("link", { name: "Show their names" }).click();
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save list" }).click();
  const saved = await readFile(await (await download).path(), "utf8");
  assert.equal(saved.split(/\t.*\n/).filter(Boolean).length, HIDDEN.length);
  assert.ok(saved.includes("beach: day 1.jpg"));

  await visitFolder(page, basename(folder));
  await region(page).getByRole("button", { name: "Back them up now" }).click();
  await waitForState(page, "done");
  assert.deepEqual((await read(page)).hidden, 0);
  assert.deepEqual(await onServer(data), await digestsOf(folder, [...HIDDEN, ...SHOWN]));

  // A rescan, which sees none of them, calls none of them gone, also in another tab.
  await page.reload();
  await waitForState(page, "done");
  await visit(page, "Home");
  await page.getByRole("button", { name: "Back up now" }).click();
  await waitForNumbers(page, (now) => now.state === "done" && now.protected === HIDDEN.length + SHOWN.length);
});

test("a folder from the picker is compared when it is chosen once more, and the app remembers when", async (t) => {
  const home = await household(t, () => ({ initScript: PICKER_BY_DROP }));
  const { page, folder, data } = home;
  await makeFolder(folder);
  await page.getByRole("button", { name: "Add folder" }).click();
  await dropIntoPicker(page, folder);
  await waitForState(page, "done");
  assert.equal((await read(page)).total, SHOWN.length);

  const choose = (place) => place.locator("input[type=file]").setInputFiles(folder);
  await visitFolder(page, basename(folder));
  await region(page).getByRole("button", { name: "Look for hidden names" }).waitFor();
  await choose(region(page));
  await waitForNumbers(page, (now) => now.hidden === HIDDEN.length && now.state === "needs-you");
  await region(page).getByRole("button", { name: "Back them up now" }).click();
  await waitForState(page, "done");
  assert.deepEqual(await onServer(data), await digestsOf(folder, [...HIDDEN, ...SHOWN]));

  await visit(page, "Settings", "Background health");
  const health = page.getByRole("region", { name: "Background health" });
  const look = health.getByTestId("hidden-looks");
  await look.getByText(/Last compared .*\d/).waitFor();
  await rename(join(folder, "beach: day 1.jpg"), join(folder, "beach, day 1.jpg"));
  await write(folder, "new: 2.jpg", await media("photo.jpg", "new"));
  await choose(look);
  await waitForNumbers(page, (now) => now.hidden === 1 && now.state === "needs-you");
});

test("symbolic links, which no browser lists, are explained where hidden names are looked for", async (t) => {
  const { page, folder, data } = await household(t);
  await write(folder, "plain.jpg", await media("photo.jpg", "plain"));
  const elsewhere = await scratch("elsewhere");
  t.after(() => clear(elsewhere));
  await write(elsewhere, "linked.jpg", await media("photo.jpg", "linked"));
  await symlink(elsewhere, join(folder, "link"));
  await symlink(folder, join(folder, "loop"));
  await dropFolder(page, folder);
  await waitForState(page, "done");
  assert.equal((await onServer(data)).length, 1);
  await visit(page, "Settings", "Background health");
  const health = page.getByRole("region", { name: "Background health" });
  await health.getByText(/Browsers list no symbolic links/).waitFor();
});

test("what a name does not tell, the first bytes tell", async (t) => {
  const { page, folder, data } = await household(t);
  const photos = ["dji_fly_20230207_photo", "a.jfif", "IMG_1.jpg~2", "b.pic"];
  const films = ["PXL_20240101.MP", "c.360", "d.3g2"];
  for (const name of photos) await write(folder, name, await media("photo.jpg", name));
  for (const name of films) await write(folder, name, await media("clip.mp4", name));
  await write(folder, "app.ts", Buffer.from("export const answer = 42;\n"));
  await write(folder, "module.mts", Buffer.from("export {};\n"));
  await write(folder, "LICENSE", Buffer.from("Permission is granted\n"));
  await dropFolder(page, folder);
  await waitForState(page, "done");
  const now = await read(page);
  assert.deepEqual([now.protected, now.skipped], [photos.length + films.length, 3]);
  assert.deepEqual(await onServer(data), await digestsOf(folder, [...photos, ...films]));
  for (const reason of Object.values(await listOf(page, "Skipped"))) assert.match(reason, /Not a photo or video/);
});
