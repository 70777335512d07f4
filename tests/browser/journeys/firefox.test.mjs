// Firefox gives no lasting folder access and does not wake a closed app. Files are uploaded once, and the page
// promises no more than that.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";

import { Firefox } from "../support/firefox.mjs";
import { arrived, clear, media, scratch, write } from "../support/files.mjs";
import { Server } from "../support/server.mjs";

const FILES = ["photo.jpg", "photo.heic", "photo.png", "clip.mp4"];

const state = `document.querySelector("[data-testid=headline]")?.dataset.state`;
const button = (name) => `[...document.querySelectorAll("button")].some((button) => button.checkVisibility() && button.innerText === "${name}")`;
const follow = (address) => `document.querySelector('a[href="${address}"]').click()`;

test("in Firefox files are added once, and the page says what it cannot do", async (t) => {
  const [data, folder] = [await scratch("data"), await scratch("pictures")];
  const server = await Server.start(data);
  const firefox = await Firefox.open();
  t.after(async () => {
    await firefox.forget();
    await server.stop();
    await Promise.all([data, folder].map(clear));
  });
  await firefox.goto(server.pairingLink);
  await firefox.until(`${state} === "empty"`);
  assert.equal(await firefox.evaluate(button("Add folder")), false, "no folder lasts");
  await firefox.says("This browser cannot keep access to a folder, so this is not automatic");

  // They were written a moment ago, so all of them are read at once a few seconds later.
  for (const name of FILES) await write(folder, name, await media(name, "from Firefox"));
  await firefox.choose("input[type=file]", FILES.map((name) => join(folder, name)));
  await firefox.until(`${state} === "done"`);
  await arrived({ data, folder });
  await firefox.says(`${FILES.length} files`);
  await firefox.evaluate(follow("/folders"));
  await firefox.says("Added once: new files in it are not noticed");
  await firefox.evaluate(follow("/settings"));
  await firefox.says("This browser cannot wake a closed app.");
  assert.equal(await firefox.evaluate(button("Install Safelight")), false, "it is no app here");
  await firefox.evaluate(follow("/settings/health"));
  await firefox.says("These files were added once. New ones are not noticed.");
  await firefox.says("This browser cannot wake a closed app. Chrome and Edge can.");
  await firefox.says("It cannot read folders or wake a closed app.");
});
