// Waits until a condition holds, while it keeps holding, or for things that cannot be observed. The only place where
// a journey sleeps.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

export const A_MINUTE_MS = 60_000;
const LOOK_EVERY_MS = 100;

// Waits until the condition is truthy, and returns its value. `what` says what was waited for: a text, or a function
// that describes the state after the timeout.
export async function until(condition, patienceMs, what, lookEveryMs = LOOK_EVERY_MS) {
  for (const end = Date.now() + patienceMs; ; await sleep(lookEveryMs)) {
    const fulfilled = await condition();
    if (fulfilled) return fulfilled;
    if (Date.now() > end) assert.fail(`waited ${patienceMs} ms for ${await told(what)}`);
  }
}

// Checks that something does not happen: polls, and fails as soon as the condition does not hold.
export async function staysSo(ms, condition, what) {
  const begun = Date.now();
  do {
    assert.ok(await condition(), `after ${Date.now() - begun} ms it was no longer so: ${await told(what)}`);
    await sleep(LOOK_EVERY_MS);
  } while (Date.now() < begun + ms);
}

// Lets time pass, as long as a person, a slow writer, a power cut or a dead line would take.
export const timePasses = (ms) => sleep(ms);

// Waits for something that cannot be observed from outside the browser.
export async function unseen(ms, what) {
  assert.ok(what, "say what is waited for");
  await sleep(ms);
}

const told = async (what) => (typeof what === "function" ? JSON.stringify(await what()) : what);
