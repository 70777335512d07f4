// A restless person: edits a folder at random, and records every content that any file in it ever had.
//
// The record is exact, so any file on the server that was never in the folder is detected. A file is added or
// replaced by a rename, so no reader sees half of it. A slowly written file grows by whole memory pages, each in one
// write, so no reader sees half a page. Every prefix that ends at a page boundary is recorded before it is in the
// file. Such a prefix may be backed up, because nobody can know that more will come.
import { createHash } from "node:crypto";
import { copyFile, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

import { clear, digestOf, media, scratch, sparse, write } from "./files.mjs";
import { timePasses } from "./waiting.mjs";

const PAGE_BYTES = 4096;
const MIB = 1024 ** 2;
const KINDS = ["photo.jpg", "photo.png", "photo.heic", "photo.webp", "clip.mp4", "clip.mov"];
const ALBUMS = ["", "Sommer 2019", "旅行/京都", "a/b/c", "import"];
// A camera writes several files at a time, but not many.
const MOST_SLOW_FILES = 2;
// The pause between two edits.
const PAUSE_MS = [10, 160];

export class Edits {
  static async of(folder, random) {
    const edits = new Edits();
    Object.assign(edits, { folder, random, workshop: await scratch("workshop") });
    return edits;
  }

  // The digest of every content that any file in the folder ever had.
  held = new Set();
  // The paths of all files that were changed, moved or deleted, in the order of the edits.
  touched = [];
  // While true, files are only added.
  gentle = false;
  // The number of edits of each kind.
  counts = {};
  paths = [];
  slow = [];
  made = 0;

  // Edits until `stop` is called.
  start() {
    this.stopped = false;
    this.work = this.editUntilStopped();
    // `stop` reports the failure.
    this.work.catch(() => {});
  }

  // Stops the edits, after finishing every slowly written file.
  async stop() {
    this.stopped = true;
    await this.work;
    while (this.slow.length > 0) await this.growSlowFiles();
  }

  async forget() {
    await this.stop().catch(() => {});
    await clear(this.workshop);
  }

  async editUntilStopped() {
    while (!this.stopped) {
      await this.growSlowFiles();
      await this.editOnce();
      await timePasses(this.random.between(...PAUSE_MS));
    }
  }

  async editOnce() {
    const edit = this.choose();
    this.counts[edit] = (this.counts[edit] ?? 0) + 1;
    await this[edit]();
  }

  choose() {
    const kinds = ["addSome", "addSome", "addSome", "copy", "writeSlowly"];
    if (this.random.chance(0.02)) return "addLarge";
    if (this.gentle || this.paths.length < 20) return this.random.oneOf(kinds);
    if (this.random.chance(0.02)) return "moveAlbum";
    return this.random.oneOf([...kinds, "change", "change", "move", "move", "remove", "remove", "writeAnew"]);
  }

  async addSome() {
    for (let left = 1 + this.random.below(5); left > 0; left--) await this.add();
  }

  async add() {
    const kind = this.random.oneOf(KINDS);
    await this.appear(this.newPath(kind), await this.prepare(await media(kind, this.salt())));
  }

  async addLarge() {
    const made = join(this.workshop, "large");
    await sparse(this.workshop, "large", Math.floor(this.random.between(30 * MIB, 100 * MIB)), this.salt());
    this.held.add(await digestOf(made));
    await this.appear(this.newPath("clip.mp4"), made);
  }

  // The same bytes under a new name.
  async copy() {
    if (this.paths.length === 0) return this.add();
    const made = join(this.workshop, "copy");
    const path = this.random.oneOf(this.paths);
    await copyFile(join(this.folder, path), made);
    await this.appear(this.newPath(path), made);
  }

  // Other bytes under the same name, sometimes with the same length.
  async change() {
    const path = this.random.oneOf(this.paths);
    const made = await this.prepare(await media(this.random.oneOf(KINDS), this.salt()));
    await rename(made, join(this.folder, path));
    this.touched.push(path);
  }

  async move() {
    const path = this.take();
    await this.appear(this.newPath(path), join(this.folder, path));
  }

  async remove() {
    await rm(join(this.folder, this.take()));
  }

  // Renames a whole folder, so every file in it gets another path.
  async moveAlbum() {
    const album = this.random.oneOf(ALBUMS.slice(1));
    const isIn = (path) => path.startsWith(`${album}/`);
    const moved = this.paths.filter(isIn);
    if (moved.length === 0 || this.slow.some(({ path }) => isIn(path))) return;
    const anew = `${album} ${this.made++}`;
    await rename(join(this.folder, album), join(this.folder, anew));
    this.touched.push(...moved);
    this.paths = this.paths.map((path) => (isIn(path) ? anew + path.slice(album.length) : path));
  }

  // A new file that grows in small steps.
  async writeSlowly() {
    if (this.slow.length >= MOST_SLOW_FILES) return;
    await this.beginSlowFile(this.newPath(this.random.oneOf(KINDS)));
  }

  // Empties a file and writes other bytes in small steps.
  async writeAnew() {
    if (this.slow.length >= MOST_SLOW_FILES) return;
    await this.beginSlowFile(this.take());
  }

  async beginSlowFile(path) {
    await mkdir(dirname(join(this.folder, path)), { recursive: true });
    const file = await open(join(this.folder, path), "w");
    const pages = 2 + this.random.below(60);
    this.slow.push({ path, file, hash: createHash("sha1"), left: pages });
  }

  async growSlowFiles() {
    for (const slow of this.slow) await this.grow(slow, 1 + this.random.below(4));
    for (const { path } of this.slow.filter(({ left }) => left <= 0)) this.paths.push(path);
    this.slow = this.slow.filter(({ left }) => left > 0);
  }

  async grow(slow, pages) {
    for (let page = 0; page < pages && slow.left > 0; page++) {
      const bytes = Buffer.alloc(PAGE_BYTES, this.salt());
      this.held.add(slow.hash.update(bytes).copy().digest("hex"));
      this.touched.push(slow.path);
      await slow.file.write(bytes);
      slow.left--;
    }
    if (slow.left <= 0) await slow.file.close();
  }

  // Writes a complete file outside the folder, and records its digest.
  async prepare(bytes) {
    this.held.add(createHash("sha1").update(bytes).digest("hex"));
    await write(this.workshop, "made", bytes);
    return join(this.workshop, "made");
  }

  async appear(path, made) {
    await mkdir(dirname(join(this.folder, path)), { recursive: true });
    await rename(made, join(this.folder, path));
    this.paths.push(path);
  }

  // Removes a random file from the list of editable files.
  take() {
    const [path] = this.paths.splice(this.random.below(this.paths.length), 1);
    this.touched.push(path);
    return path;
  }

  // A name that no file had before. A file that takes over another's name with the same size and time could not be
  // told apart from it.
  newPath(like) {
    const kind = like.slice(like.lastIndexOf("."));
    return join(this.random.oneOf(ALBUMS), `${this.made++}${kind}`);
  }

  salt() {
    return `salt ${this.made++}`;
  }
}
