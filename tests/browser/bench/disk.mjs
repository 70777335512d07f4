// The files for the benches: random bytes, made quickly, and read once so that they are in the page cache.
import { randomFillSync } from "node:crypto";
import { execFileSync } from "node:child_process";
import { createReadStream } from "node:fs";
import { mkdir, open, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

const PIECE = 32 << 20;

export async function random(path, size) {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, "w");
  for (let at = 0; at < size; at += PIECE) {
    await file.write(randomFillSync(Buffer.alloc(Math.min(PIECE, size - at))));
  }
  await file.close();
}

// Camera files, one minute apart, a hundred per folder as cameras do it.
export async function photos(folder, count, size) {
  for (let number = 0; number < count; number++) {
    const path = join(folder, `${100 + Math.floor(number / 100)}CANON/IMG_${String(number).padStart(5, "0")}.jpg`);
    await random(path, size);
    await dated(path, number);
  }
}

// Sets the modification time, which decides the order of uploads: Safelight takes the newest first.
export async function dated(path, minute) {
  const when = new Date(Date.UTC(2024, 4, 1) + minute * 60_000);
  await utimes(path, when, when);
}

// Many small files in many folders, with few different contents, so that listing and recording them is all the work.
export async function library(folder, { folders, filesEach, contents }) {
  const bytes = Array.from({ length: contents }, () => randomFillSync(Buffer.alloc(512)));
  for (let number = 0; number < folders; number++) {
    const place = join(folder, `${2000 + (number % 25)}`, `Event ${String(number).padStart(4, "0")}`);
    await mkdir(place, { recursive: true });
    const files = Array.from({ length: filesEach }, (_, file) => number * filesEach + file);
    const path = (file) => join(place, `IMG_${String(file).padStart(6, "0")}.jpg`);
    await Promise.all(files.map((file) => writeFile(path(file), bytes[file % contents])));
  }
}

export async function warm(path) {
  for await (const _ of createReadStream(path, { highWaterMark: 1 << 22 }));
}

// Flushes pending disk writes so that they do not slow down the next measurement.
export function settleDisk() {
  execFileSync("sync");
}
