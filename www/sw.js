// Serves the app shell, so that Safelight opens offline, and passes every other event to the program, which is written
// in Rust. This file contains only what must happen at once or without the program. It serves nothing under /api and
// /safelight.
//
// A version is a cache: it is filled completely at install, or not at all. A new version waits for the page's
// "use-new-version".

import init, { handle } from "{{service-worker-bindings.js}}";

const VERSION = "{{version}}";
const FILES = {{files}};
const SHELL = "shell-";
const CACHE = SHELL + VERSION;
// Only the network answers these.
const ELSEWHERE = ["/api/", "/safelight/", "/.well-known/"];
const RELOADED_MS = 1_000;
const PROGRAM = "{{service-worker.wasm}}";

// The browser requires all listeners to be registered by the time this file has run.
self.addEventListener("install", (event) => {
  event.waitUntil(fill());
  // These requests bypass this worker; otherwise every upload would wake it.
  event.addRoutes?.(ELSEWHERE.map((start) => ({ condition: { urlPattern: `${start}*` }, source: "network" })));
});
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("fetch", (event) => {
  const path = shellPath(event.request);
  if (isShared(event.request)) event.respondWith(run(event).catch(shareFailed));
  else if (path) event.respondWith(fromShell(path, event.request));
});
// This message needs no program: a page of any version must be able to replace a worker of any other version, even one
// whose program is broken. So its form never changes, whatever the protocol number.
self.addEventListener("message", (event) => {
  if (event.data?.message === "use-new-version") event.waitUntil(self.skipWaiting());
  else event.waitUntil(event.data?.message === "left" ? runSoon(event) : run(event));
});
const EVENTS = ["sync", "periodicsync", "push", "pushsubscriptionchange", "notificationclick"];
const ENDS_OF_FETCHES = ["backgroundfetchsuccess", "backgroundfetchfail", "backgroundfetchabort"];
for (const name of [...EVENTS, ...ENDS_OF_FETCHES]) {
  self.addEventListener(name, (event) => event.waitUntil(run(event)));
}

let program;

// Passes an event to the program, which is loaded for the first one. If loading fails, the next event tries again.
async function run(event) {
  program ??= init({ module_or_path: fromShell(PROGRAM) });
  try {
    await program;
  } catch (error) {
    program = undefined;
    throw error;
  }
  return handle(event, VERSION);
}

// A page that closed may be reloading: loading the program just then would slow the page down.
async function runSoon(event) {
  await new Promise((resolve) => setTimeout(resolve, RELOADED_MS));
  return run(event);
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

const isShared = ({ method, url }) => method === "POST" && new URL(url).pathname === "/share";

const shareFailed = () => Response.redirect("/#share-failed", 303);

// The path in the shell that answers a request; null for requests that go to the network.
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
