// CPU seconds of a browser and a server, as counted by Linux: of each process and each of its threads.
import { existsSync, readdirSync } from "node:fs";

import { factOf, familyOf } from "./processes.mjs";

const TICKS_PER_SECOND = 100;
// What takes less than this is left out.
const LEAST_SECONDS = 0.05;
const SERVICES = { "network.mojom.NetworkService": "network service", "storage.mojom.StorageService": "storage service" };
const RENDERER_THREADS = { DedicatedWorker: "readers", ServiceWorker: "service worker", Compositor: "compositor" };
const BROWSER_THREADS = { Chrome_IOThread: "IO thread", ThreadPool: "thread pool" };

// Measures the CPU seconds of each part from its beginning: `{ "backup worker": 1.2, … }`.
export class CpuMeter {
  // `profile` identifies the browser, if there is one.
  static begin({ profile, server }) {
    const meter = new CpuMeter();
    meter.read = () => secondsOf(profile, server);
    meter.before = meter.read();
    return meter;
  }

  end() {
    const spent = Object.entries(this.read()).map(([part, seconds]) => [part, seconds - (this.before[part] ?? 0)]);
    return Object.fromEntries(spent.filter(([, seconds]) => seconds >= LEAST_SECONDS));
  }
}

// The CPU seconds of this program's children that have ended.
export function secondsOfEndedChildren() {
  const [user, system] = statOf(process.pid).slice(13, 15);
  return (Number(user) + Number(system)) / TICKS_PER_SECOND;
}

function secondsOf(profile, server) {
  const seconds = {};
  const add = (part, more) => (seconds[part] = (seconds[part] ?? 0) + more);
  for (const id of profile ? familyOf(profile) : []) {
    const kind = factOf(id, "cmdline").match(/--type=([\w-]+)/)?.[1] ?? "browser";
    if (kind === "renderer") addThreads(id, add, "page", rendererThreads(id));
    else if (kind === "browser") addThreads(id, add, kind, browserThreads(id));
    else add(serviceOf(id) ?? kind, processSeconds(id));
  }
  if (server) add("server", processSeconds(server.process.pid));
  return seconds;
}

function addThreads(id, add, process, nameOf) {
  let rest = processSeconds(id);
  for (const thread of threadsOf(id)) {
    const name = nameOf(thread);
    if (!name) continue;
    add(`${process}: ${name}`, thread.seconds);
    rest -= thread.seconds;
  }
  add(`${process}: other threads`, Math.max(0, rest));
}

// The engine's worker is the first worker of its page, and starts the others.
function rendererThreads(process) {
  const engine = threadsOf(process).find(({ name }) => name.startsWith("DedicatedWorker"))?.id;
  return (thread) => {
    if (thread.id === process) return "main thread";
    return thread.id === engine ? "backup worker" : named(thread, RENDERER_THREADS);
  };
}

const browserThreads = (process) => (thread) => thread.id === process ? "main thread" : named(thread, BROWSER_THREADS);

const named = ({ name }, names) => Object.entries(names).find(([begin]) => name.startsWith(begin))?.[1];

function threadsOf(id) {
  return namesIn(`/proc/${id}/task`)
    .map(Number)
    .sort((a, b) => a - b)
    .map((thread) => {
      const nanoseconds = factOf(id, `task/${thread}/schedstat`).split(" ")[0];
      return { id: thread, name: factOf(id, `task/${thread}/comm`), seconds: Number(nanoseconds) / 1e9 };
    });
}

// None if the process ended in the meantime.
function namesIn(folder) {
  return existsSync(folder) ? readdirSync(folder) : [];
}

function serviceOf(id) {
  const service = factOf(id, "cmdline").match(/--utility-sub-type=([\w.]+)/)?.[1];
  return SERVICES[service] ?? service;
}

// Includes threads that have ended.
function processSeconds(id) {
  const [user, system] = statOf(id).slice(11, 13);
  return user === undefined ? 0 : (Number(user) + Number(system)) / TICKS_PER_SECOND;
}

// The fields of `stat` behind the program's name, which may contain spaces.
const statOf = (id) => factOf(id, "stat").replace(/^.*\) /s, "").split(" ");
