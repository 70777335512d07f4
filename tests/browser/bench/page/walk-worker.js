// The walk, away from the window. The time is taken here: to start a worker is no part of a walk.
import { walk } from "./walk.js";

addEventListener("message", async ({ data }) => {
  const began = performance.now();
  const files = await walk(data);
  postMessage({ files: files.length, ms: performance.now() - began });
});
