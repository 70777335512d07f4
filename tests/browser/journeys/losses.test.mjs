// The server loses photos that it had confirmed. The app learns of it and uploads the files that it still has again.
import assert from "node:assert/strict";
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { dropFolder, waitForState } from "../support/browser.mjs";
import { digests, media, onServer, untilHeld, write } from "../support/files.mjs";
import { household } from "../support/household.mjs";

test("files that the server lost are sent again, and damaged ones after a repair", async (t) => {
  const { page, server, data, folder } = await household(t);
  for (const name of ["whole", "lost", "damaged"]) await write(folder, `${name}.jpg`, await media("photo.jpg", name));
  await dropFolder(page, folder);
  await waitForState(page, "done");
  const wanted = [...(await digests(folder)).values()].sort();
  assert.deepEqual(await onServer(data), wanted);

  await server.stop();
  const originals = await originalsOf(data);
  await rm(originals.find((path) => path.endsWith("lost.jpg")));
  const damaged = originals.find((path) => path.endsWith("damaged.jpg"));
  await writeFile(damaged, "bits that rotted");
  assert.throws(() => server.command("check", "--read-data", "--repair"), ({ stdout }) => /2 findings/.test(stdout));
  await server.start();
  await page.getByRole("button", { name: "Back up now" }).click();
  await untilHeld({ data }, wanted.length, 30_000);
  await waitForState(page, "done");
  assert.deepEqual(await onServer(data), wanted);
  assert.match(server.command("check", "--read-data"), /all as they were stored/);
});

async function originalsOf(data) {
  const names = await readdir(join(data, "originals"), { recursive: true });
  return names.map((name) => join(data, "originals", name));
}
