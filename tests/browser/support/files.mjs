// Folders on disk, made for a journey, and the contents of the server's disk at its end.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";

import { A_MINUTE_MS, staysSo, until } from "./waiting.mjs";

const MEDIA = fileURLToPath(new URL("../../fixtures/media/", import.meta.url));

export async function scratch(name) {
  return mkdtemp(join(tmpdir(), `safelight-${name}-`));
}

export async function clear(folder) {
  await rm(folder, { recursive: true, force: true });
}

export async function write(folder, path, bytes) {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, bytes);
}

// A real photo or video, made unique by a few bytes at its end, which every reader ignores.
export async function media(name, salt = "") {
  const bytes = await readFile(join(MEDIA, name));
  return Buffer.concat([bytes, Buffer.from(salt)]);
}

// A sparse file: it has its full size, and is written at once.
export async function sparse(folder, path, size, salt) {
  const file = await open(join(folder, path), "w");
  await file.truncate(size);
  await file.write(Buffer.from(salt), 0, salt.length, Math.floor(size / 2));
  await file.close();
}

// Every file below a folder, as a map from path to SHA-1.
export async function digests(folder, prefix = "") {
  const found = new Map();
  for (const entry of await readdir(join(folder, prefix), { withFileTypes: true })) {
    const path = join(prefix, entry.name);
    if (entry.isDirectory()) {
      for (const [inner, digest] of await digests(folder, path)) found.set(inner, digest);
    } else {
      found.set(path, await digestOf(join(folder, path)));
    }
  }
  return found;
}

export async function digestOf(file) {
  const hash = createHash("sha1");
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 22 })) hash.update(chunk);
  return hash.digest("hex");
}

// The SHA-1 of every original on the server's disk, sorted. A file that is there twice is listed twice.
export async function onServer(data) {
  return [...(await digests(join(data, "originals"))).values()].sort();
}

// Every look reads all files in full.
const LOOK_AT_DISK_MS = 200;

// Waits until the server's disk holds exactly the files of the folder.
export async function arrived({ data, folder }, patienceMs = A_MINUTE_MS) {
  const wanted = [...(await digests(folder)).values()].sort();
  const isThere = async () => isDeepStrictEqual(await onServer(data), wanted);
  const what = async () => ({ wanted, held: await onServer(data) });
  await until(isThere, patienceMs, what, LOOK_AT_DISK_MS);
}

// Waits until the server's disk holds this many files.
export async function untilHeld({ data }, number, patienceMs = A_MINUTE_MS) {
  const isThere = async () => (await onServer(data)).length === number;
  const what = async () => `${number} files on the server, which has ${(await onServer(data)).length}`;
  await until(isThere, patienceMs, what, LOOK_AT_DISK_MS);
}

// Checks that the server's disk holds this many files and that the number does not change.
export async function holdsStill(ms, { data }, number, what) {
  await staysSo(ms, async () => (await onServer(data)).length === number, what);
}
