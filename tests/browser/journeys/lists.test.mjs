// The lists of files: long ones, searched and filtered ones, and what a person does with the files that they choose.
import assert from "node:assert/strict";
import { test } from "node:test";

import { dropFolder, read, visit, waitForNumbers, waitForState } from "../support/browser.mjs";
import { media, write } from "../support/files.mjs";
import { household } from "../support/household.mjs";

const NOTES = 1500;

const grid = (page) => page.getByRole("grid");
const rows = (page) => page.locator(".window .file-row");
const hasRows = (page, number) =>
  page.waitForFunction((number) => document.querySelector("[role=grid]")?.ariaRowCount === String(number + 1), number);
const bulk = (page) => page.getByRole("toolbar", { name: "Chosen files" });

test("a long list is drawn only where it is seen, and is searched, filtered and sorted in its address", async (t) => {
  const { page, folder } = await household(t);
  for (let number = 0; number < NOTES; number++) await write(folder, `notes/${number}.txt`, "x".repeat(number));
  await write(folder, ".hidden.jpg", "x");
  await write(folder, "a.jpg", await media("photo.jpg"));
  await dropFolder(page, folder);
  await waitForNumbers(page, (now) => now.skipped === NOTES + 1 && now.state === "done");

  await visit(page, "Activity", "Skipped");
  await hasRows(page, NOTES + 1);
  assert.ok((await rows(page).count()) < 60, "only what is near the window is drawn");
  await page.getByLabel("Order").selectOption("By name");
  await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
  await rows(page).filter({ hasText: "999.txt" }).waitFor();
  assert.ok((await rows(page).count()) < 60);

  await page.getByLabel("Search by name").fill("NOTES/77");
  await hasRows(page, 11);
  assert.match(page.url(), /\/activity\/skipped\?.*q=NOTES%2F77/);
  await page.reload();
  await hasRows(page, 11);
  assert.equal(await page.getByLabel("Search by name").inputValue(), "NOTES/77");
  assert.equal(await page.getByLabel("Order").inputValue(), "name");
  await page.getByLabel("Search by name").fill("nothing has this name");
  await page.getByText("No file matches").waitFor();
  await page.getByRole("button", { name: "Show all" }).click();
  await hasRows(page, NOTES + 1);

  await page.getByLabel("Reason").selectOption("Hidden by a dot");
  await hasRows(page, 1);
  await rows(page).filter({ hasText: ".hidden.jpg" }).click();
  const detail = page.getByRole("dialog", { name: ".hidden.jpg" });
  await detail.getByText("begins with a dot").waitFor();
  await page.keyboard.press("Escape");
  await detail.waitFor({ state: "hidden" });
});

test("files are chosen by keyboard, left out, and included again", async (t) => {
  const { page, folder, server } = await household(t);
  await write(folder, "first.jpg", await media("photo.jpg", "first"));
  await dropFolder(page, folder);
  await waitForState(page, "done");
  await server.stop();
  for (let number = 0; number < 6; number++) await write(folder, `${number}.jpg`, await media("photo.jpg", `${number}`));
  await waitForNumbers(page, (now) => now.remaining === 6);

  await visit(page, "Activity", "Waiting");
  await hasRows(page, 6);
  await page.getByLabel("Order").selectOption("By name");
  await rows(page).first().getByText("0.jpg").waitFor();
  await grid(page).focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Space");
  await bulk(page).getByText(/^1 file chosen/).waitFor();
  await page.keyboard.press("Shift+ArrowDown");
  await bulk(page).getByText(/^2 files chosen/).waitFor();
  await bulk(page).getByRole("button", { name: "Skip" }).click();
  await hasRows(page, 4);
  await waitForNumbers(page, (now) => now.skipped === 2 && now.remaining === 4);
  await bulk(page).waitFor({ state: "hidden" });

  await grid(page).focus();
  await page.keyboard.press("Control+a");
  await bulk(page).getByText(/^4 files chosen/).waitFor();
  await page.keyboard.press("Escape");
  await bulk(page).waitFor({ state: "hidden" });
  await server.start();
  await waitForNumbers(page, (now) => now.protected === 5);
  assert.equal((await read(page)).skipped, 2, "what was left out stays out");

  await visit(page, "Activity", "Skipped");
  await hasRows(page, 2);
  await page.getByLabel("Choose all files").check();
  await bulk(page).getByRole("button", { name: "Include again" }).click();
  await waitForNumbers(page, (now) => now.protected === 7 && now.skipped === 0);
});
