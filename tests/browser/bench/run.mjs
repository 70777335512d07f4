// Measures the app against yardsticks taken in the same run, in the same browser: `cargo xtask bench`. Ratios compare
// across machines, numbers of seconds do not. A missed target is reported but does not fail the run. A wrong number
// of protected files does.
import { mkdir, writeFile } from "node:fs/promises";
import { cpus, release, totalmem, type } from "node:os";
import { dirname } from "node:path";
import { execFileSync } from "node:child_process";
import { parseArgs } from "node:util";

import { backups } from "./backups.mjs";
import { hash } from "./hash.mjs";
import { ingest } from "./ingest.mjs";
import { library } from "./library.mjs";
import { memory } from "./memory.mjs";
import { FULL, QUICK } from "./sizes.mjs";
import { cpuLines, judged, table } from "./report.mjs";

// Benches that share their setup form one group. Running any of them runs the setup once.
const GROUPS = [
  { benches: ["hash"], run: hash },
  { benches: ["many-files", "rescan", "start", "wake"], run: library },
  { benches: ["first-backup", "second-backup"], run: backups },
  { benches: ["memory"], run: memory },
  { benches: ["ingest", "load"], run: ingest },
];
const ALL = GROUPS.flatMap(({ benches }) => benches);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: "string" }, quick: { type: "boolean" }, save: { type: "string" } },
});
const wanted = positionals.length > 0 ? positionals : ALL;
const unknown = wanted.filter((name) => !ALL.includes(name));
if (unknown.length > 0) throw new Error(`no bench is called ${unknown}; there are ${ALL.join(", ")}`);

const sizes = values.quick ? QUICK : FULL;
const rows = [];
for (const { benches, run } of GROUPS) {
  const ours = benches.filter((name) => wanted.includes(name));
  if (ours.length === 0) continue;
  const options = { wanted: ours, sizes, runs: (usual) => Number(values.runs ?? (values.quick ? 1 : usual)) };
  rows.push(...(await run(options)).map(judged));
  await save();
}
console.log(`\n${machineWords()}\n\n${table(rows)}\n\n${cpuLines(rows).join("\n")}\n`);

function machine() {
  const quiet = { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] };
  const browser = execFileSync(process.env.CHROMIUM, ["--version"], quiet).trim();
  const [processor] = cpus();
  const memoryGb = Math.round(totalmem() / 2 ** 30);
  return { browser, processor: processor.model, cores: cpus().length, memoryGb, system: `${type()} ${release()}` };
}

function machineWords() {
  const { browser, processor, cores, memoryGb, system } = machine();
  return `${cores} cores of ${processor}, ${memoryGb} GB, ${system}, ${browser}`;
}

async function save() {
  if (!values.save) return;
  await mkdir(dirname(values.save), { recursive: true });
  const result = { at: new Date().toISOString(), ...machine(), quick: Boolean(values.quick), sizes, rows };
  await writeFile(values.save, JSON.stringify(result, null, 2));
}
