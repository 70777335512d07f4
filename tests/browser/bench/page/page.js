// The yardsticks: plain JavaScript that walks, reads or hashes the dropped folder as fast as it can.
import { readAll } from "./reading.js";
import { upload } from "./upload.js";
import { lookAndRead, walk } from "./walk.js";

let folder;
const dropped = new Promise((resolve) => {
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", async (event) => {
    event.preventDefault();
    folder = await event.dataTransfer.items[0].getAsFileSystemHandle();
    resolve();
  });
});

// Each resolves to the milliseconds it took and what it found.
window.yardstick = {
  dropped,
  read: (strategy) => timed(async () => ({ bytes: await readAll(await walk(folder), strategy) })),
  hash: (library) => timed(async () => inWorker("hash-worker.js", { library, files: await walk(folder) })),
  walkHere: () => timed(async () => ({ files: (await walk(folder)).length })),
  walkInWorker: () => timed(() => inWorker("walk-worker.js", { folder })),
  readHere: () => timed(() => lookAndRead(folder)),
  readInWorker: () => timed(() => inWorker("walk-worker.js", { folder, read: true })),
  upload: (key) => timed(() => upload(folder, key)),
};

async function timed(work) {
  const began = performance.now();
  const seen = await work();
  return { ms: seen.ms ?? performance.now() - began, ...seen };
}

async function inWorker(script, message) {
  const worker = new Worker(script, { type: "module" });
  const answer = new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message ?? `${script} failed`));
  });
  worker.postMessage(message);
  const seen = await answer;
  worker.terminate();
  return seen;
}
