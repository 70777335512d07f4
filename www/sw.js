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
  if (event.data === "test-backup") event.waitUntil(test());
  if (Array.isArray(event.data)) event.waitUntil(hold(event.data));
});

for (const kind of ["sync", "periodicsync"]) {
  self.addEventListener(kind, (event) => {
    if (event.tag === BACKUP) event.waitUntil(backUp(kind, event.lastChance));
  });
}

self.addEventListener("push", (event) => event.waitUntil(tellOfPush()));
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show());
});

let engine;

// A rejection makes the browser try again, three times in all. The page that is open at the last try cannot ask anew when
// it is closed, and while it is open we can.
async function backUp(kind, isLast) {
  const { end } = await run(kind);
  if (end === "page-open" && isLast) await self.registration.sync.register(BACKUP);
  if (end !== "done") throw new Error(end);
}

async function run(kind) {
  engine ??= init({ module_or_path: fromShell(ENGINE) });
  await engine.catch((error) => {
    engine = undefined;
    throw error;
  });
  return back_up(kind);
}

// Waits until no page is open, for what holds then is what counts.
async function test() {
  const A_MINUTE = 120;
  for (let looks = 0; looks < A_MINUTE && (await self.clients.matchAll()).length > 0; looks++) {
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  await run("test");
}

// The browser demands that every push is seen; each takes the place of the one before.
async function tellOfPush() {
  const body = words(await run("push").catch(() => ({})));
  await self.registration.showNotification("Safelight", { body, tag: BACKUP, icon: "/icons/icon-192.png", badge: "/icons/badge-96.png" });
}

const files = (number) => `${number} ${number === 1 ? "file" : "files"}`;

function words({ end, needs, sent, remaining, protected: isProtected }) {
  const done = sent ? `${files(sent)} backed up. ` : "";
  if (end === "page-open") return "Safelight is open and backs up by itself.";
  if (needs === "pairing") return "Your server asks to pair again. Open Safelight to do it.";
  if (needs) return `${done}The browser wants your permission for a folder. Open Safelight to give it.`;
  if (isProtected) return `${done}Everything is protected.`;
  if (remaining) return `${done}${files(remaining)} to go. Open Safelight to go on.`;
  return `${done}Not everything could be checked. Open Safelight to see why.`;
}

async function show() {
  const pages = await self.clients.matchAll({ type: "window" });
  await (pages[0]?.focus() ?? self.clients.openWindow("/"));
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
