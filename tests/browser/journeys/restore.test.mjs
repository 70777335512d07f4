// Restores a folder: on the disk that lost some of its files, and on a new computer.
import assert from "node:assert/strict";
import { open, readdir, rm, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { Browser, dropFolder, dropIntoPicker, PICKER_BY_DROP, visit, waitForNumbers, waitForState } from "../support/browser.mjs";
import { clear, digests, media, onServer, scratch, sparse, write } from "../support/files.mjs";
import { household } from "../support/household.mjs";
import { A_MINUTE_MS, until } from "../support/waiting.mjs";

const PATHS = ["a.jpg", "2024/May/b.jpg", "2024/May/é 日本.jpg", "2024/c.jpg", "d/e/f/g.jpg", "twin of a.jpg"];
const LARGE = "film.mp4";
const LARGE_BYTES = 150 * 1024 ** 2;

const options = (server) => ({ mayWrite: server.origin, initScript: PICKER_BY_DROP });

// A household whose server has a folder with some photos and a film. Also returns the digests of its files.
async function backedUp(t) {
  const home = await household(t, options);
  const { page, folder } = home;
  for (const path of PATHS) await write(folder, path, await media("photo.jpg", path.replace("twin of ", "")));
  await sparse(folder, LARGE, LARGE_BYTES, "a film");
  await dropFolder(page, folder);
  await waitForNumbers(page, (now) => now.state === "done" && now.protected === PATHS.length + 1);
  await waitForInventory(page, PATHS.length + 1);
  return { ...home, files: await digests(folder) };
}

async function waitForInventory(page, held) {
  const folders = () => page.evaluate(async () => (await fetch("/safelight/v1/folders")).json());
  await until(async () => (await folders())[0]?.held === held, A_MINUTE_MS, folders);
}

// Opens the section, and picks this local folder for the first folder that the server knows.
async function look(page, into) {
  await visit(page, "Folders");
  const section = page.getByRole("region", { name: "Restore a folder" });
  const line = section.getByRole("listitem").filter({ hasText: "safelight-pictures" });
  await line.getByRole("button", { name: "Restore missing files" }).click();
  await dropIntoPicker(page, into);
  return line;
}

const restore = (line) => line.getByRole("button", { name: "Restore them" }).click();

test("files deleted from a folder, or cut to nothing, are restored to their places", async (t) => {
  const { page, data, folder, files } = await backedUp(t);
  const stored = await onServer(data);
  await rm(join(folder, "2024"), { recursive: true });
  await rm(join(folder, LARGE));
  await truncate(join(folder, "a.jpg"), 0);
  await page.getByRole("button", { name: "Back up now" }).click();
  // The server is told about the deletions too, but keeps the paths.
  await waitForNumbers(page, (now) => now.protected === 2 && now.state === "done");

  const line = await look(page, folder);
  await line.getByText(/is missing 5 files \(157 MB\)\. 2 files are already there\./).waitFor();
  await restore(line);
  // Looking at another screen does not stop the restore.
  await visit(page, "Home");
  await visit(page, "Folders");
  await line.getByText("5 files were restored, byte for byte.").waitFor();
  assert.deepEqual(await digests(folder), files);

  await waitForNumbers(page, (now) => now.protected === files.size && now.state === "done");
  assert.deepEqual(await onServer(data), stored, "nothing was sent twice");
  await (await look(page, folder)).getByText(/^Nothing is missing in .* 7 files are already there\./).waitFor();
});

test("on a new computer the whole folder is restored, but no file that is damaged on the server", async (t) => {
  const { server, data, files } = await backedUp(t);
  const other = await scratch("restored");
  const anew = await Browser.open(options(server));
  t.after(async () => {
    await anew.forget();
    await clear(other);
  });
  const page = await anew.page(server.newPairingLink());
  await waitForState(page, "empty");
  await write(other, "a.jpg", "something else");
  await flipOneBit(join(data, "originals", await pathOf(page, files.get("d/e/f/g.jpg"))));
  const line = await look(page, other);
  await line.getByText(/is missing 6 files.*1 file has different contents and is not changed\./).waitFor();
  await restore(line);
  await line.getByText(/^5 files were restored/).waitFor();
  await line.getByText("d/e/f/g.jpg: these are not the bytes that were backed up").waitFor();

  const restored = await digests(other);
  files.delete("d/e/f/g.jpg");
  const [mine, theirs] = [restored.get("a.jpg"), files.get("a.jpg")];
  assert.notEqual(mine, theirs);
  assert.deepEqual(new Map([...restored, ["a.jpg", theirs]]), files);
  assert.equal((await stat(join(other, "a.jpg"))).size, "something else".length);
  assert.deepEqual(await readdir(join(other, "d/e/f")), [], "nothing is left of it");

  await flipOneBit(join(other, "2024/c.jpg"));
  await (await look(page, other)).getByText(/is missing 1 file .* 5 files are already there\. 1 file has different/).waitFor();
  await page.getByRole("switch", { name: "Compare every byte" }).click();
  await (await look(page, other)).getByText(/is missing 1 file .* 4 files are already there\. 2 files have different/).waitFor();
});

// Where the server stores the file with this digest.
async function pathOf(page, digest) {
  const asset = await page.evaluate(async (checksum) => {
    const body = JSON.stringify({ assets: [{ id: "1", checksum }] });
    const headers = { "content-type": "application/json" };
    const answer = await fetch("/api/assets/bulk-upload-check", { method: "POST", body, headers });
    const { assetId } = (await answer.json()).results[0];
    return (await fetch(`/api/assets/${assetId}`)).json();
  }, digest);
  return asset.originalPath;
}

async function flipOneBit(path) {
  const file = await open(path, "r+");
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, 100);
  buffer[0] ^= 1;
  await file.write(buffer, 0, 1, 100);
  await file.close();
}
