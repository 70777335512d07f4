// The main promise: a folder with everything that real folders contain arrives on the server, bit for bit, and the
// page reports truthfully what was done with each file.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { Browser, addsUp, dropFolder, listOf, read, waitForNumbers, waitForState } from "../support/browser.mjs";
import { clear, digests, media, onServer, scratch, sparse, write } from "../support/files.mjs";
import { Server } from "../support/server.mjs";

const GIB = 1024 ** 3;
const KINDS = ["photo.jpg", "photo.png", "photo.heic", "clip.mp4", "clip.mov"];
const PLACES = [
  "",
  "Sommer 2019/Österreich 🏔️",
  "旅行/京都 2023",
  "with  two  spaces/and a very long folder name that goes on and on, as people make them when they import",
  "a/b/c/d/e/f/g/h",
];

let server, browser, folder, data;

before(async () => {
  data = await scratch("data");
  folder = await scratch("pictures");
  server = await Server.start(data);
  browser = await Browser.open();
});

after(async () => {
  await browser?.forget();
  await server?.stop();
  await Promise.all([clear(data), clear(folder)]);
});

test("a folder of every kind of file arrives bit for bit, and the numbers are right", async () => {
  const made = await makeFolder(folder);
  const page = await browser.page(server.pairingLink);
  await waitForState(page, "empty");
  await dropFolder(page, folder);
  await waitForNumbers(page, (now) => now.remaining > 0);
  // One file cannot be opened by anyone, so the final state is "needs-you", not "done".
  await waitForState(page, "needs-you", 300_000);

  const now = await read(page);
  assert.ok(addsUp(now), JSON.stringify(now));
  const { total, skipped, problems } = now;
  assert.deepEqual({ total, skipped, problems, protected: now.protected }, made.expected);

  const name = folder.split("/").at(-1);
  assert.deepEqual(await listOf(page, "Skipped"), prefixed(name, made.skipped));
  const listed = Object.entries(await listOf(page, "Problems"));
  assert.equal(listed.length, 1);
  assert.match(listed[0][1], /not valid text/);

  assert.deepEqual(await onServer(data), made.digests);
  assert.match(server.command("check", "--read-data"), /\S/);
});

test("opened again, it remembers everything: nothing is read, checked or sent", async () => {
  const page = await browser.page(server.origin);
  const requests = [];
  page.context().on("request", (request) => requests.push(new URL(request.url()).pathname));
  await page.reload();
  await waitForState(page, "needs-you");
  const api = requests.filter((path) => path.startsWith("/api") && path !== "/api/users/me");
  assert.deepEqual(api, []);
  assert.equal((await read(page)).remaining, 0);
});

// Fills the folder, and returns what must become of it.
async function makeFolder(folder) {
  const sent = new Set();
  let files = 0;
  for (let number = 0; number < 300; number++) {
    const kind = KINDS[number % KINDS.length];
    const place = PLACES[number % PLACES.length];
    const [stem, extension] = kind.split(".");
    await write(folder, join(place, `${stem} ${number} ümläut 😀 写真.${extension}`), await media(kind, `salt ${number}`));
    files++;
  }
  // Identical files under other names.
  for (const name of ["copy of one.jpg", "b/copy of one.jpg", "ANOTHER.JPG"]) {
    await write(folder, name, await media("photo.jpg", "twin"));
    files++;
  }
  await sparse(folder, "long video.mp4", 2 * GIB + 4321, "in the middle of a long video");
  files++;

  const skipped = {
    "empty.jpg": "Empty: it has no bytes.",
    "notes.txt": "Not a photo or video.",
    "a/photo.jpg.xmp": "An XMP file that describes a photo. Safelight does not back these up yet.",
    "no extension": "Not a photo or video.",
    ".thumbnails/1.jpg": "Hidden: its name, or that of a folder above it, begins with a dot.",
    ".thumbnails/deep/2.jpg": "Hidden: its name, or that of a folder above it, begins with a dot.",
    "@eaDir/photo.jpg/SYNOPHOTO_THUMB_M.jpg":
      "Created by a program for its own use: a thumbnail, a catalog or a recycle bin.",
  };
  const words = { "empty.jpg": "", "no extension": "just words" };
  for (const path of Object.keys(skipped)) {
    await write(folder, path, words[path] ?? (await media("photo.png", path)));
  }
  await write(folder, "photo without an extension", await media("photo.png", "its first bytes tell"));
  files++;
  const onDisk = await digests(folder);
  for (const [path, digest] of onDisk) if (!(path in skipped)) sent.add(digest);
  // A name that is not valid text: the browser lists the file, but nobody can open it.
  writeFileSync(Buffer.concat([Buffer.from(folder + "/bad "), Buffer.from([0xff, 0xfe]), Buffer.from(".jpg")]), "x");
  assert.ok(execFileSync("ls", [folder]).length > 0);

  const counted = { skipped: Object.keys(skipped).length, problems: 1, protected: files };
  const expected = { total: files + counted.skipped + 1, ...counted };
  return { expected, skipped, digests: [...sent].sort() };
}

function prefixed(name, reasons) {
  return Object.fromEntries(Object.entries(reasons).map(([path, reason]) => [`${name}/${path}`, reason]));
}
