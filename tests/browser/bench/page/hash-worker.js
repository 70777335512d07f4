// SHA-1 as web pages compute it with the usual libraries: file by file, streamed, one update per chunk.
import { sha1 } from "/vendor/@noble/hashes/legacy.js";
import { createSHA1 } from "/vendor/hash-wasm/dist/index.esm.js";

const LIBRARIES = {
  "hash-wasm": async () => (await createSHA1()).init(),
  "@noble/hashes": async () => sha1.create(),
};

addEventListener("message", async ({ data: { library, files } }) => {
  const began = performance.now();
  let bytes = 0;
  for (const file of files) {
    const hasher = await LIBRARIES[library]();
    const reader = file.stream().getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      hasher.update(value);
      bytes += value.length;
    }
    hasher.digest();
  }
  postMessage({ bytes, hashMs: performance.now() - began });
});
