// The official Immich CLI against the vault: an Immich client also works with Safelight. The second run must find
// everything there. The CLI exits with status 0 even when uploads failed, so the test counts results.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { clear, digests, media, onServer, scratch, write } from "../browser/support/files.mjs";
import { Server } from "../browser/support/server.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const NODE = here("node_modules/node/bin/node");
const CLI = here("node_modules/@immich/cli/bin/immich");
const KINDS = ["photo.jpg", "photo.png", "photo.heic", "clip.mp4", "clip.mov"];

let server, folder, data, key;

before(async () => {
  [data, folder] = [await scratch("data"), await scratch("pictures")];
  for (let number = 0; number < 25; number++) {
    const kind = KINDS[number % KINDS.length];
    await write(folder, `Ausflug ${number % 3}/${number} ${kind}`, await media(kind, `salt ${number}`));
  }
  server = await Server.start(data);
  key = server.command("key", "new", "immich-cli").match(/[\w-]{40,}/)[0];
});

after(async () => {
  await server.stop();
  await Promise.all([clear(data), clear(folder)]);
});

test("a folder arrives with its album, and the second run uploads nothing", async () => {
  const first = await upload();
  assert.equal(first.newAssets.length, 25);
  assert.deepEqual(await onServer(data), [...(await digests(folder)).values()].sort());

  const second = await upload();
  assert.equal(second.newFiles.length, 0);
  assert.equal(second.duplicates.length, 25);

  const albums = await ask("/api/albums");
  assert.deepEqual(albums.map(({ albumName, assetCount }) => [albumName, assetCount]), [["Dark room", 25]]);
});

test("a key that was revoked is refused at once", async () => {
  const id = server.command("key", "list").match(/[0-9a-f]{8}-[0-9a-f-]{27}/)[0];
  server.command("key", "revoke", id);
  const answer = await fetch(`${server.origin}/api/users/me`, { headers: { "x-api-key": key } });
  assert.equal(answer.status, 401);
});

async function upload() {
  const words = ["upload", "--recursive", "--album-name", "Dark room", "--json-output", "--no-progress", folder];
  const env = { ...process.env, IMMICH_INSTANCE_URL: `${server.origin}/api`, IMMICH_API_KEY: key };
  const { stdout } = await promisify(execFile)(NODE, [CLI, ...words], { env });
  const lines = stdout.split("\n");
  return JSON.parse(lines.slice(lines.indexOf("{"), lines.lastIndexOf("}") + 1).join("\n"));
}

async function ask(path) {
  const answer = await fetch(server.origin + path, { headers: { "x-api-key": key } });
  assert.equal(answer.status, 200);
  return answer.json();
}
