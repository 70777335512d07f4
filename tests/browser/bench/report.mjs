// Turns measurements into verdicts and one table.

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
}

// A row of the result. `ours` and `yardstick` hold one number per run. In each run both were measured one after the
// other, so the ratio is also taken per run. `target` is `atMost`, `atLeast`, or missing for a row that only informs.
export function judged(row) {
  const ratios = row.ours.map((ours, run) => ours / row.yardstick[run]);
  const ratio = median(ratios);
  const medians = { ours: median(row.ours), yardstick: median(row.yardstick), ratio };
  return { ...row, medians, ratios, verdict: verdict(ratio, row) };
}

function verdict(ratio, { target }) {
  if (!target) return "";
  const met = target.atMost === undefined ? ratio >= target.atLeast : ratio <= target.atMost;
  return met ? "met" : "missed";
}

// What a small file may cost.
export const WORKER_MS_PER_FILE = 1.5;
export const PAGE_MS_PER_FILE = 1;

// A row that is judged by a fixed number.
export function budgetRow(name, unit, ours, budget) {
  return { name, unit, ours, yardstick: ours.map(() => budget), against: "the budget", target: { atMost: 1 } };
}

// The CPU seconds of each part in the middle run of each row that has them.
export function cpuLines(rows) {
  return rows.flatMap(({ name, cpu = {} }) =>
    Object.entries(cpu).map(([whose, runs]) => `CPU seconds, ${name}, ${whose}: ${cpuWords(middleOf(runs))}`),
  );
}

const cpuSum = (parts) => Object.values(parts).reduce((sum, seconds) => sum + seconds, 0);

const middleOf = (runs) => [...runs].sort((a, b) => cpuSum(a) - cpuSum(b))[Math.floor(runs.length / 2)];

function cpuWords(parts) {
  const largestFirst = Object.entries(parts).sort(([, a], [, b]) => b - a);
  const each = largestFirst.map(([part, seconds]) => `${part} ${seconds.toFixed(1)}`);
  return `${cpuSum(parts).toFixed(1)} (${each.join(", ")})`;
}

export function table(rows) {
  const header = ["bench", "ours", "yardstick", "ratio", "target", ""];
  const lines = rows.map(({ name, unit, medians, against, target, verdict }) => [
    name,
    measure(medians.ours, unit),
    `${measure(medians.yardstick, unit)} (${against})`,
    medians.ratio.toPrecision(3),
    targetWords(target),
    verdict,
  ]);
  const all = [header, ...lines];
  const widths = header.map((_, column) => Math.max(...all.map((line) => line[column].length)));
  return all.map((line) => line.map((cell, column) => cell.padEnd(widths[column])).join("  ").trimEnd()).join("\n");
}

function targetWords(target) {
  if (!target) return "";
  return target.atMost === undefined ? `at least ${target.atLeast}` : `at most ${target.atMost}`;
}

function measure(number, unit) {
  return `${number >= 100 ? Math.round(number) : Number(number.toPrecision(3))} ${unit}`;
}

// Prints progress, so that the bench is not silent for minutes.
export function say(...words) {
  console.log(...words);
}
