// The memory of a whole browser, as counted by Linux.
import { factOf, familyOf } from "./processes.mjs";

// The proportional memory, in megabytes, of the browser with this profile and its child processes. File-backed memory
// is the browser's own program. Its share changes with every other browser on the machine, so it is left out.
export function memoryMb(profile) {
  return Math.round(familyOf(profile).reduce((sum, id) => sum + proportionalKb(id), 0) / 1024);
}

function proportionalKb(id) {
  const rollup = factOf(id, "smaps_rollup");
  const kb = (field) => Number(rollup.match(new RegExp(`^${field}:\\s+(\\d+)`, "m"))[1]);
  return rollup === "" ? 0 : kb("Pss") - kb("Pss_File");
}
