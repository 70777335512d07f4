// What the benches work on: files of random bytes, made quickly, read once so that the page cache holds them.
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

// Camera files, a minute apart, a hundred to a folder as cameras keep them.
export async function photos(folder, count, size) {
  for (let number = 0; number < count; number++) {
    const path = join(folder, `${100 + Math.floor(number / 100)}CANON/IMG_${String(number).padStart(5, "0")}.jpg`);
    await random(path, size);
    await dated(path, number);
  }
}

// The minute decides the turn: Safelight takes the newest first.
export async function dated(path, minute) {
  const when = new Date(Date.UTC(2024, 4, 1) + minute * 60_000);
  await utimes(path, when, when);
}

// Many small files in many folders, of few different contents, so that finding and entering them is all the work.
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

// What is still to be written to disk is not to weigh on what is measured next.
export function settleDisk() {
  execFileSync("sync");
}
