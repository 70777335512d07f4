// The processes of a program under test, found by a word that only their command line contains. Linux only.
import { readdirSync, readFileSync } from "node:fs";

// The ids of the processes whose command line holds the word, and of all their descendants.
export function familyOf(word) {
  const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(describe).filter(Boolean);
  const family = new Set(all.filter(({ command }) => command.includes(word)).map(({ id }) => id));
  for (let grown = true; grown; ) {
    const children = all.filter(({ id, parent }) => family.has(parent) && !family.has(id));
    children.forEach(({ id }) => family.add(id));
    grown = children.length > 0;
  }
  return [...family];
}

// Kills the family at once, without any cleanup, including processes that it starts in the meantime.
export function killFamily(word) {
  for (let family = familyOf(word); family.length > 0; family = familyOf(word)) family.forEach((id) => kill(id));
}

// What the kernel reports about a process, or an empty string if it ended in the meantime.
export function factOf(id, file) {
  try {
    return readFileSync(`/proc/${id}/${file}`, "utf8");
  } catch {
    return "";
  }
}

// A zombie, which has ended but was not reaped by its parent, does not count.
function describe(name) {
  const [, state, parent] = factOf(name, "status").match(/State:\s+(\S)[^]*PPid:\s+(\d+)/) ?? [];
  const alive = parent && !["Z", "X"].includes(state);
  return alive && { id: Number(name), parent: Number(parent), command: factOf(name, "cmdline") };
}

// Asks a process to exit.
export const endIfThere = (id) => kill(id, "SIGTERM");

function kill(id, signal = "SIGKILL") {
  try {
    process.kill(id, signal);
  } catch (error) {
    if (error.code !== "ESRCH") throw error; // It has already ended.
  }
}
