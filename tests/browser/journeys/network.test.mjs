// The network itself goes down and comes back: the test runs in its own network namespace and takes down the only
// interface. The browser then wakes the service worker without any help.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { dropFolder, waitForNumbers, waitForState } from "../support/browser.mjs";
import { holdsStill, media, untilHeld, write } from "../support/files.mjs";
import { lastingHousehold } from "../support/household.mjs";
import { Nobody } from "../support/line.mjs";
import { waking } from "../support/wakes.mjs";

const NAME = "the files that a page leaves behind continue by themselves once the network is back";
const ip = (...words) => execFileSync(process.env.IP ?? "ip", words, { stdio: "inherit" });

if (process.env.NETWORK_OF_ITS_OWN) {
  test(NAME, goesOn);
} else {
  test(NAME, () => {
    const apart = process.getuid() === 0 ? "-n" : "-rn";
    const env = { ...process.env, NETWORK_OF_ITS_OWN: "yes", NODE_TEST_CONTEXT: undefined };
    const inside = ["node", "--test-reporter=spec", fileURLToPath(import.meta.url)];
    const ended = spawnSync("unshare", [apart, ...inside], { env, encoding: "utf8" });
    assert.equal(ended.status, 0, `${ended.stdout}${ended.stderr}${ended.error ?? ""}`);
    assert.match(ended.stdout, /pass 1/);
  });
}

async function goesOn(t) {
  ip("link", "set", "lo", "up");
  ip("link", "add", "up0", "type", "veth", "peer", "name", "up1");
  ip("addr", "add", "10.77.0.2/24", "dev", "up0");
  ip("link", "set", "up1", "up");
  ip("link", "set", "up0", "up");
  ip("route", "add", "default", "via", "10.77.0.1");
  const { page, server, folder, data } = await lastingHousehold(t, () => ({ flags: waking(60) }));
  await write(folder, "first.jpg", await media("photo.jpg", "first"));
  await dropFolder(page, folder);
  await waitForState(page, "done");

  // Loopback always works, so the server is stopped together with the network.
  await server.stop();
  ip("link", "set", "up0", "down");
  await page.waitForFunction(() => !navigator.onLine);
  await write(folder, "second.jpg", await media("photo.jpg", "second"));
  await waitForNumbers(page, (now) => now.remaining === 1 && now.state === "offline");
  await page.close();
  // Work in progress continues for a moment after the page is closed. It finds no server.
  const nobody = await Nobody.at(server.port);
  await nobody.isLeftAlone(5_000);
  await nobody.leave();
  await server.start();
  // Several times the browser's retry delay.
  await holdsStill(12_000, { data }, 1, "nothing wakes it while the network is away");

  ip("link", "set", "up0", "up");
  await untilHeld({ data }, 2);
}
