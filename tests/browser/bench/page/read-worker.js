// Reads one part at a time by the given method, and answers with the number of bytes.
const METHODS = { stream, byob, slice, sync };
// Keeps the part, stream and reader alive: one that is garbage-collected during a read never answers.
let held;

addEventListener("message", async ({ data: { method, chunk, part } }) => {
  postMessage(await METHODS[method](part, chunk));
});
postMessage(0);

async function stream(part) {
  const whole = part.stream();
  const reader = whole.getReader();
  held = [part, whole, reader];
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return bytes;
    bytes += value.length;
  }
}

// Swaps between two buffers.
async function byob(part, chunk) {
  const whole = part.stream();
  const reader = whole.getReader({ mode: "byob" });
  held = [part, whole, reader];
  const fill = (buffer) => reader.read(new Uint8Array(buffer));
  let [ahead, next] = [fill(new ArrayBuffer(chunk)), fill(new ArrayBuffer(chunk))];
  let bytes = 0;
  for (;;) {
    const { done, value } = await ahead;
    if (done) return bytes;
    bytes += value.length;
    [ahead, next] = [next, fill(value.buffer)];
  }
}

async function slice(part, chunk) {
  held = part;
  const read = (at) => part.slice(at, at + chunk).arrayBuffer();
  let bytes = 0;
  let ahead = read(0);
  for (let at = chunk; bytes < part.size; at += chunk) {
    const next = at < part.size ? read(at) : undefined;
    bytes += (await ahead).byteLength;
    ahead = next;
  }
  return bytes;
}

function sync(part, chunk) {
  const reader = new FileReaderSync();
  let bytes = 0;
  for (let at = 0; at < part.size; at += chunk) {
    bytes += reader.readAsArrayBuffer(part.slice(at, at + chunk)).byteLength;
  }
  return bytes;
}
