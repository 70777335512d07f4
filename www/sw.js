// Serves the app shell, so that Safelight opens offline, and backs up when the browser wakes it without a page. Of /api
// and /safelight it serves nothing.
//
// A version is a cache: filled whole at install, or not at all. A new one waits for the page's "use-new-version".

import init, { back_up } from "{{service-worker-bindings.js}}";

const VERSION = "{{version}}";
const FILES = {{files}};
const SHELL = "shell-";
const CACHE = SHELL + VERSION;
// What is the network's alone.
const ELSEWHERE = ["/api/", "/safelight/", "/.well-known/"];
const ENGINE = "{{service-worker.wasm}}";
const BACKUP = "safelight-backup";

self.addEventListener("install", (event) => {
  event.waitUntil(fill());
  // Uploads above all need not even ask us: each would wake this worker.
  event.addRoutes?.(ELSEWHERE.map((start) => ({ condition: { urlPattern: `${start}*` }, source: "network" })));
});
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("fetch", (event) => {
  const path = shellPath(event.request);
  if (path) event.respondWith(fromShell(path, event.request));
});
self.addEventListener("message", (event) => {
  if (event.data === "use-new-version") event.waitUntil(self.skipWaiting());
  if (Array.isArray(event.data)) event.waitUntil(hold(event.data));
});

for (const kind of ["sync", "periodicsync"]) {
  self.addEventListener(kind, (event) => {
    if (event.tag === BACKUP) event.waitUntil(backUp(kind, event.lastChance));
  });
}

let engine;

// A rejection makes the browser try again, three times in all. The page that is open at the last try cannot ask anew when
// it is closed, and while it is open we can.
async function backUp(kind, isLast) {
  engine ??= init({ module_or_path: fromShell(ENGINE) });
  await engine.catch((error) => {
    engine = undefined;
    throw error;
  });
  const end = await back_up(kind);
  if (end === "page-open" && isLast) await self.registration.sync.register(BACKUP);
  if (end !== "done") throw new Error(end);
}

async function fill() {
  const cache = await caches.open(CACHE);
  await cache.addAll(FILES.map((path) => new Request(path, { cache: "no-cache" })));
}

async function takeOver() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(SHELL) && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

// The grant of a dropped folder lives only while some handle does. These bridge a reload; nothing else uses them.
async function hold(handles) {
  const BRIDGE_MS = 10_000;
  await new Promise((resolve) => setTimeout(resolve, BRIDGE_MS));
  return handles.length;
}

// The path of the shell that answers a request; nothing for what is the network's.
function shellPath(request) {
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return null;
  if (ELSEWHERE.some((start) => url.pathname.startsWith(start))) return null;
  if (request.mode === "navigate") return "/index.html";
  return FILES.includes(url.pathname) ? url.pathname : null;
}

async function fromShell(path, request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(path)) ?? fetch(request ?? path);
}
