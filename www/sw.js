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
// Asked for by a page whose network is gone. A tag of its own has all its tries before it.
const OFFLINE = "safelight-offline";

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
  if (event.data === "left") event.waitUntil(goOn("left"));
  if (event.data === "test-backup") event.waitUntil((testing = test().finally(() => (testing = undefined))));
  if (event.data === "version") event.ports[0].postMessage(VERSION);
  if (Array.isArray(event.data)) event.waitUntil(hold(event.data));
  if (event.data.tell) event.waitUntil(tellUnseen(event.data.tell));
});

self.addEventListener("sync", (event) => {
  if (event.tag === BACKUP) event.waitUntil(backUp("sync", event.lastChance));
  if (event.tag === OFFLINE) event.waitUntil(goOn("sync"));
});
self.addEventListener("periodicsync", (event) => {
  if (event.tag === BACKUP) event.waitUntil(backUp("periodicsync"));
});

for (const end of ["success", "fail", "abort"]) {
  self.addEventListener(`backgroundfetch${end}`, (event) => event.waitUntil(afterFetch(event.registration.id)));
}

self.addEventListener("push", (event) => event.waitUntil(tellOfPush(event.data?.text())));
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(subscribeAnew()));
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

let testing;

// A page that is still there has an engine of its own, and a test is not to find everything done.
async function goOn(kind) {
  if (!testing && (await closed(10))) await backUp(kind);
}

let running;

// What the browser sent may be known to a run that goes on as still being sent: it ends first.
function run(kind, over) {
  const before = running?.catch(() => {});
  return (running = kind === "fetched" && before ? before.then(() => shift(kind, over)) : shift(kind, over));
}

async function shift(kind, over) {
  engine ??= init({ module_or_path: fromShell(ENGINE) });
  await engine.catch((error) => {
    engine = undefined;
    throw error;
  });
  const fetches = (await self.registration.backgroundFetch?.getIds()) ?? [];
  // Both well behind the deadlines of a shift: whoever is late then will never come.
  const late = pause(kind === "push" ? 50_000 : 175_000).then(() => Promise.reject(new Error("late")));
  const fetching = fetches.filter((id) => id !== over).join("-");
  const [end, needs, off, sent, remaining, problems, isProtected, worthTelling, silentDays] = await Promise.race([
    back_up(KINDS.indexOf(kind), fetching),
    late,
  ]);
  return { end: ENDS[end], needs: NEEDS[needs], off, sent, remaining, problems, isProtected, worthTelling, silentDays };
}

// As the program numbers them.
const KINDS = ["sync", "periodicsync", "push", "test", "fetched", "left"];
const ENDS = ["done", "unfinished", "busy", "page-open"];
const NEEDS = ["", "pairing", "permission", "space"];

// The server is asked what arrived. A page that is open does it itself.
async function afterFetch(id) {
  await run("fetched", id).catch(() => {});
  for (const page of await pages()) page.postMessage("fetched");
}

// What holds when no page is open is what counts.
async function test() {
  await closed(60);
  await run("test");
}

// An original that is looked at in a tab of its own is no page.
const pages = async () =>
  (await self.clients.matchAll({ type: "window", includeUncontrolled: true })).filter(({ url }) => !url.includes("/api/"));

const isSeen = async () => (await pages()).some((page) => page.visibilityState === "visible");

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Waits until no page has been open for a second, which the browser needs to take its permissions back. False if one stays.
async function closed(seconds) {
  for (let looks = 0, without = 0; looks < 2 * seconds; looks++) {
    without = (await pages()).length ? 0 : without + 1;
    if (without > 2) return true;
    await pause(500);
  }
  return false;
}

// The browser demands that every push is seen, unless the app is; each takes the place of the one before.
async function tellOfPush(said = "") {
  // Whoever tries it out closes the app first.
  if (said.includes("asked")) await closed(40);
  const left = await run("push").catch(() => ({}));
  if (left.end === "page-open" && (await isSeen())) return Promise.all((await told()).map((old) => old.close()));
  await tell(words(left));
}

async function tellUnseen(body) {
  if (!(await isSeen())) await tell(body);
}

const told = () => self.registration.getNotifications({ tag: BACKUP });

const tell = (body) =>
  self.registration.showNotification("Safelight", { body, tag: BACKUP, icon: "/icons/icon-192.png", badge: "/icons/badge-96.png" });

// The push service gave the browser another address.
async function subscribeAnew() {
  const address = "/safelight/v1/push";
  const { publicKey, endpoint: before, dailyAt, held } = await (await fetch(address)).json();
  // Turned off, it stays so.
  if (!before) return;
  const options = { userVisibleOnly: true, applicationServerKey: publicKey };
  const { endpoint, keys } = (await self.registration.pushManager.subscribe(options)).toJSON();
  await fetch(address, { method: "PUT", body: JSON.stringify({ endpoint, keys, dailyAt, held }) });
}

const files = (number) => `${number} ${number === 1 ? "file" : "files"}`;

function words({ end, off, needs, sent, remaining, problems, isProtected, silentDays }) {
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
  if (problems) return `${done}${files(problems)} with problems. Open Safelight to see why.`;
  return `${done}Not everything could be checked. Open Safelight to see why.`;
}

async function show() {
  const [page] = await pages();
  await (page?.focus() ?? self.clients.openWindow("/"));
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
  await pause(10_000);
  return handles.length;
}

const isShared = ({ method, url }) => method === "POST" && new URL(url).pathname === "/share";

// What another app shares is kept at once, whether the server can be reached or not; the page that opens takes it over.
async function receive(request) {
  const parcel = crypto.randomUUID();
  let inbox;
  try {
    const files = (await request.formData()).getAll("media");
    inbox = await (await navigator.storage.getDirectory()).getDirectoryHandle("safelight-inbox", { create: true });
    const folder = await inbox.getDirectoryHandle(parcel, { create: true });
    const used = new Set();
    for (const [number, file] of files.entries()) {
      let name = nameOf(file);
      while (used.has(name)) name = `${number} ${name}`;
      used.add(name);
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

// Some apps name no ending, without which nobody knows a photo.
function nameOf({ name, type }) {
  const ending = type.replace(/.*\//, "").replace("quicktime", "mov").replace("3gpp", "3gp");
  const safe = name.replace(/[/\\]/g, "_") || "shared";
  return /\.\w+$/.test(safe) ? safe : `${safe}.${ending}`;
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
