// The walk in a worker. The time is taken here, because starting a worker is not part of the walk.
import { lookAndRead, walk } from "./walk.js";

addEventListener("message", async ({ data: { folder, read } }) => {
  const began = performance.now();
  const seen = read ? await lookAndRead(folder) : { files: (await walk(folder)).length };
  postMessage({ ...seen, ms: performance.now() - began });
});
