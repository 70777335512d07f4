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
  if (isShared(event.request)) event.respondWith(receive(event.request));
  else if (path) event.respondWith(fromShell(path, event.request));
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

for (const end of ["success", "fail", "abort"]) {
  self.addEventListener(`backgroundfetch${end}`, (event) => event.waitUntil(afterFetch(event.registration.id)));
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
  const left = await run(kind);
  const { end } = left;
  // Refused where the person allows no notifications.
  if (left.worthTelling) await tell(words(left)).catch(() => {});
  if (end === "page-open" && isLast) await self.registration.sync.register(BACKUP);
  if (end !== "done") throw new Error(end);
}

async function run(kind, over) {
  engine ??= init({ module_or_path: fromShell(ENGINE) });
  await engine.catch((error) => {
    engine = undefined;
    throw error;
  });
  const fetches = (await self.registration.backgroundFetch?.getIds()) ?? [];
  return back_up(kind, fetches.filter((id) => id !== over).join("-"));
}

// The server is asked what arrived. A page that is open does it itself.
async function afterFetch(id) {
  await run("fetched", id);
  for (const page of await self.clients.matchAll()) page.postMessage("fetched");
}

// Waits until no page is open, for what holds then is what counts.
async function test() {
  const A_MINUTE = 120;
  for (let looks = 0; looks < A_MINUTE && (await self.clients.matchAll({ includeUncontrolled: true })).length > 0; looks++) {
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  await run("test");
}

// The browser demands that every push is seen; each takes the place of the one before.
async function tellOfPush() {
  await tell(words(await run("push").catch(() => ({}))));
}

const tell = (body) =>
  self.registration.showNotification("Safelight", { body, tag: BACKUP, icon: "/icons/icon-192.png", badge: "/icons/badge-96.png" });

const files = (number) => `${number} ${number === 1 ? "file" : "files"}`;

function words({ end, off, needs, sent, remaining, protected: isProtected, silentDays }) {
  const done = sent ? `${files(sent)} backed up. ` : "";
  if (end === "page-open") return "Safelight is open.";
  if (end === "busy") return "Safelight is backing up already.";
  if (off) return "The backup in the background is paused or switched off.";
  if (needs === "pairing") return "Your server asks to pair again. Open Safelight to do it.";
  if (needs === "space") return `${done}Your server is full.`;
  if (silentDays) return `Nothing could be backed up for ${silentDays} days. Open Safelight to see why.`;
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

const isShared = ({ method, url }) => method === "POST" && new URL(url).pathname === "/share";

// What another app shares is kept at once, whether the server can be reached or not; the page that opens takes it over.
async function receive(request) {
  const parcel = `${Date.now()}`;
  let inbox;
  try {
    const files = (await request.formData()).getAll("media");
    inbox = await (await navigator.storage.getDirectory()).getDirectoryHandle("safelight-inbox", { create: true });
    const folder = await inbox.getDirectoryHandle(parcel, { create: true });
    for (const [number, file] of files.entries()) {
      const name = files.slice(0, number).some((other) => other.name === file.name) ? `${number} ${file.name}` : file.name;
      const writable = await (await folder.getFileHandle(name, { create: true })).createWritable();
      await writable.write(file);
      await writable.close();
    }
    return Response.redirect("/#shared", 303);
  } catch {
    await inbox?.removeEntry(parcel, { recursive: true }).catch(() => {});
    return Response.redirect("/#share-failed", 303);
  }
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
