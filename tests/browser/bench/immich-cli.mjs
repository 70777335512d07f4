// The official Immich CLI as people run it: its own Node, its default concurrency.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const here = (path) => fileURLToPath(new URL(`../../clients/node_modules/${path}`, import.meta.url));
const NODE = here("node/bin/node");
const CLI = here("@immich/cli/bin/immich");
const OUTPUT_BYTES = 64 << 20;

export function newKey(server) {
  return server.command("key", "new", "bench").match(/[\w-]{40,}/)[0];
}

// Milliseconds until the program ends, and what it reports. It exits with status 0 even when uploads failed.
export async function upload(server, key, folder) {
  const env = { ...process.env, IMMICH_INSTANCE_URL: `${server.origin}/api`, IMMICH_API_KEY: key };
  const words = ["upload", "--recursive", "--json-output", "--no-progress", folder];
  const began = performance.now();
  const { stdout } = await promisify(execFile)(NODE, [CLI, ...words], { env, maxBuffer: OUTPUT_BYTES });
  const ms = performance.now() - began;
  const lines = stdout.split("\n");
  assert.ok(lines.includes("{"), stdout);
  return { ms, said: JSON.parse(lines.slice(lines.indexOf("{"), lines.lastIndexOf("}") + 1).join("\n")) };
}
