// The fastest ways for plain JavaScript to read files and discard the bytes. A strategy is a read method, a read
// size, the number of workers, and whether large files are split into parts.
const PART_BYTES = 64 << 20;
// Some ways to read occasionally never answer (measured with streams).
const STALL_MS = 60_000;

export async function readAll(files, { method, chunk, workers, split }) {
  const parts = files.flatMap((file) => (split ? partsOf(file) : [file]));
  // Largest first, so that no worker is left alone with a large part at the end.
  parts.sort((a, b) => a.size - b.size);
  const each = Array.from({ length: workers }, () => readWith(method, chunk, parts));
  return (await Promise.all(each)).reduce((sum, bytes) => sum + bytes, 0);
}

function partsOf(file) {
  const parts = [];
  for (let at = 0; at < file.size; at += PART_BYTES) parts.push(file.slice(at, at + PART_BYTES));
  return parts;
}

// One worker that takes parts until none are left.
function readWith(method, chunk, parts) {
  const worker = new Worker("read-worker.js", { type: "module" });
  const reading = new Promise((resolve, reject) => {
    let bytes = 0;
    let patience;
    worker.onerror = (event) => reject(new Error(event.message));
    worker.onmessage = ({ data }) => {
      bytes += data;
      clearTimeout(patience);
      const part = parts.pop();
      if (!part) return resolve(bytes);
      patience = setTimeout(() => reject(new Error(`${method} stalls`)), STALL_MS);
      worker.postMessage({ method, chunk, part });
    };
  });
  return reading.finally(() => worker.terminate());
}
