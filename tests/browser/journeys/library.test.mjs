// Browsing the server's photos: months, thumbnails, one photo in large, and the download of the original.
import assert from "node:assert/strict";
import { readFile, utimes } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { dropFolder, visit, waitForState } from "../support/browser.mjs";
import { media, write } from "../support/files.mjs";
import { household } from "../support/household.mjs";

test("photos are browsed by month, seen large, and downloaded bit for bit", async (t) => {
  const { page, folder } = await household(t);
  // Newest first. All but the last have a date of their own, in June; that one is as old as its last change.
  const kinds = { "c.heic": "photo.heic", "a.jpg": "photo.jpg", "clip.mp4": "clip.mp4", "b.png": "photo.png" };
  for (const [name, kind] of Object.entries(kinds)) {
    await write(folder, name, await media(kind));
    await utimes(join(folder, name), new Date("2019-12-24"), new Date("2019-12-24"));
  }
  await dropFolder(page, folder);
  await waitForState(page, "done");

  await visit(page, "Photos");
  const library = page.getByRole("main");
  await library.getByRole("heading", { name: "June 2024" }).waitFor();
  const months = await library.getByRole("heading", { level: 2 }).allTextContents();
  assert.deepEqual(months, ["June 20243 files", "December 20191 file"]);
  // Each month is loaded by its own request.
  await library.getByRole("button", { name: "clip.mp4" }).waitFor();
  await library.getByRole("button", { name: "c.heic" }).waitFor();
  const names = await library.locator(".tile").evaluateAll((tiles) => tiles.map((tile) => tile.ariaLabel));
  assert.deepEqual(names, ["c.heic", "a.jpg", "clip.mp4", "b.png"]);
  // A thumbnail where there can be one, and otherwise the file's type.
  const picture = library.getByRole("button", { name: "a.jpg" }).locator("img");
  await page.waitForFunction((img) => img.naturalWidth > 0, await picture.elementHandle());
  await library.getByRole("button", { name: "c.heic" }).getByText("HEIC").waitFor();

  await library.getByRole("button", { name: "a.jpg" }).press("Enter");
  const viewer = page.getByRole("dialog", { name: "Photo", exact: true });
  await viewer.getByRole("img", { name: "a.jpg" }).waitFor();
  const [download] = await Promise.all([page.waitForEvent("download"), viewer.getByText("Download").click()]);
  assert.equal(download.suggestedFilename(), "a.jpg");
  assert.deepEqual(await readFile(await download.path()), await readFile(join(folder, "a.jpg")));
  await page.keyboard.press("ArrowRight");
  await viewer.locator("video").waitFor();
  // The address says which photo is shown: a reload shows it again, and Back closes it.
  await page.reload();
  await viewer.locator("video").waitFor();
  await page.keyboard.press("Escape");
  await viewer.waitFor({ state: "hidden" });
  await page.waitForURL((url) => url.pathname === "/photos");

  await library.getByRole("button", { name: "clip.mp4" }).click();
  const film = viewer.locator("video");
  await page.waitForFunction((video) => video.readyState > 0 || video.error, await film.elementHandle());
  await page.goBack();
  await viewer.waitFor({ state: "hidden" });
});

test("photos on an Immich server are shown by Immich itself", async (t) => {
  const { page, folder } = await household(t);
  await write(folder, "photo.jpg", await media("photo.jpg"));
  await dropFolder(page, folder);
  await waitForState(page, "done");
  // The same answers as Immich gives.
  const unknown = { status: 404, json: { message: "Cannot GET /safelight/v1/capabilities", statusCode: 404 } };
  await page.route("**/safelight/v1/capabilities", (route) => route.fulfill(unknown));
  const config = { externalDomain: "https://photos.example" };
  await page.route("**/api/server/config", (route) => route.fulfill({ json: config }));
  const library = page.getByRole("main");
  await visit(page, "Photos");
  const link = library.getByRole("link", { name: "https://photos.example" });
  assert.equal(await link.getAttribute("href"), "https://photos.example");
  await visit(page, "Home");

  config.externalDomain = "";
  await visit(page, "Photos");
  await library.getByText("Set “External domain” in Immich to see its address here").waitFor();
});
