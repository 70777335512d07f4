// What the service worker says of a wake-up, in every state: taken from its source, for nobody can bring about all of them.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

const source = await readFile(new URL("../../../www/sw.js", import.meta.url), "utf8");
const [said] = source.match(/^const files = [^]*?^}$/m);
const words = new Function(`${said}; return words;`)();

test("a notification says what was done, and what is needed", () => {
  const table = [
    [{ end: "page-open" }, "Safelight is open."],
    [{ end: "busy" }, "Safelight is backing up already."],
    [{ end: "done", off: 1 }, "The backup in the background is paused or switched off."],
    [{ end: "done", needs: "pairing", sent: 3 }, "Your server asks to pair again. Open Safelight to do it."],
    [{ end: "done", needs: "space", sent: 1 }, "1 file backed up. Your server is full."],
    [{ end: "unfinished", silentDays: 8, remaining: 2 }, "Nothing could be backed up for 8 days. Open Safelight to see why."],
    [{ end: "done", needs: "permission" }, "The browser wants your permission for a folder. Open Safelight to give it."],
    [{ end: "done", sent: 12, isProtected: 1 }, "12 files backed up. Everything is protected."],
    [{ end: "done", isProtected: 1 }, "Everything is protected."],
    [{ end: "unfinished", sent: 2, remaining: 1, problems: 4 }, "2 files backed up. 1 file to go. Open Safelight to go on."],
    [{ end: "done", sent: 1, problems: 2 }, "1 file backed up. 2 files with problems. Open Safelight to see why."],
    [{ end: "unfinished" }, "Not everything could be checked. Open Safelight to see why."],
    [{}, "Not everything could be checked. Open Safelight to see why."],
  ];
  for (const [left, sentence] of table) assert.equal(words(left), sentence);
});
