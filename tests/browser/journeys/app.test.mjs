// Safelight as an app: it opens offline, updates on request, can be installed, and works by keyboard, on a phone, and
// in a browser without folder access.
import assert from "node:assert/strict";
import { cp, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";

import { assertAccessible } from "../support/axe.mjs";
import { Browser, dropFolder, listOf, read, visit, waitForNumbers, waitForState } from "../support/browser.mjs";
import { clear, digests, media, onServer, scratch, write } from "../support/files.mjs";
import { Server } from "../support/server.mjs";

const BUILT_PAGE = join(dirname(process.env.SAFELIGHT), "../page");

let server, browser, folder, data;

beforeEach(async () => {
  [data, folder] = [await scratch("data"), await scratch("pictures")];
  for (let number = 0; number < 6; number++) await write(folder, `${number}.jpg`, await media("photo.jpg", `${number}`));
  await write(folder, "notes.txt", "x");
});

afterEach(async () => {
  await browser?.forget();
  await server?.stop();
  await Promise.all([clear(data), clear(folder)]);
});

async function open(options = {}, ...extra) {
  server = await Server.start(data, ...extra);
  browser = await Browser.open(options);
  const page = await browser.page(server.pairingLink);
  await waitForState(page, "empty");
  return page;
}

const serviceWorkerIsReady = (page) =>
  page.waitForFunction(() => navigator.serviceWorker.controller?.state === "activated");

test("it opens without the server, says so, and continues when the server is back", async () => {
  const page = await open();
  await dropFolder(page, folder);
  await waitForState(page, "done");
  await serviceWorkerIsReady(page);
  await server.stop();
  await page.reload();
  await waitForState(page, "offline");
  assert.equal((await read(page)).protected, 6, "what was protected is known without the server");
  // The code of these screens is loaded on first use.
  for (const [section, name] of [["Activity", "History"], ["Settings", "Background health"]]) {
    await visit(page, section, name);
    await page.getByRole("region", { name }).getByRole("listitem").first().waitFor();
  }
  await server.start();
  await waitForState(page, "done");
});

test("a new version is offered, waits to be asked, and then takes over", async () => {
  const built = await scratch("page");
  await cp(BUILT_PAGE, built, { recursive: true });
  const page = await open({}, "--page", built);
  await serviceWorkerIsReady(page);
  await page.evaluate(() => (window.oldPage = true));
  await makeNewVersion(built);
  await page.evaluate(async () => (await navigator.serviceWorker.ready).update());
  const update = page.getByRole("button", { name: "Update" });
  await update.waitFor();
  assert.equal(await page.evaluate(() => window.oldPage), true, "nothing is forced");
  await update.click();
  await page.waitForFunction(() => window.oldPage === undefined);
  await waitForState(page, "empty");
  const caches = await page.evaluate(() => window.caches.keys());
  assert.deepEqual(caches, ["shell-new-version"]);
  await clear(built);
});

test("the service worker answers a message of another version, and keeps working", async () => {
  const page = await open();
  await serviceWorkerIsReady(page);
  const ask = (message) =>
    page.evaluate(
      (message) =>
        new Promise((resolve) => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = ({ data }) => resolve(data.message);
          navigator.serviceWorker.controller.postMessage(message, [port2]);
        }),
      message,
    );
  for (const message of [null, "left", { protocol: 999, message: "tell-version" }, { protocol: 1, message: "sing" }]) {
    assert.equal(await ask(message), "not-understood", JSON.stringify(message));
  }
  const { version } = await ask({ protocol: 1, message: "tell-version" });
  const caches = await page.evaluate(() => window.caches.keys());
  assert.deepEqual(caches, [`shell-${version}`]);
});

test("the browser considers it installable", async () => {
  const page = await open();
  await serviceWorkerIsReady(page);
  const session = await page.context().newCDPSession(page);
  const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
  // The test profile counts as incognito. Nothing else may prevent the installation.
  assert.deepEqual(installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito"), []);
  const { errors } = await session.send("Page.getAppManifest");
  assert.deepEqual(errors, []);
});

test("a folder chosen in the picker is backed up", async () => {
  // The picker cannot be driven in headless mode. A drop gives the real handle to its caller.
  const initScript = () => {
    window.showDirectoryPicker = () =>
      new Promise((resolve) => {
        const take = async (event) => {
          event.stopImmediatePropagation();
          event.preventDefault();
          resolve(await event.dataTransfer.items[0].getAsFileSystemHandle());
        };
        window.addEventListener("drop", take, { capture: true, once: true });
      });
  };
  const page = await open({ initScript });
  await page.getByRole("button", { name: "Add folder" }).focus();
  await page.keyboard.press("Enter");
  await dropFolder(page, folder);
  await waitForState(page, "done");
  assert.equal((await read(page)).protected, 6);
});

test("a browser without folders uploads once, and says that this is not automatic", async () => {
  const page = await open({ initScript: () => delete window.showDirectoryPicker });
  assert.equal(await page.getByRole("button", { name: "Add folder" }).count(), 0);
  await page.getByText("this is not automatic").waitFor();
  await page.locator("input[type=file]").setInputFiles(folder);
  await waitForState(page, "done");
  assert.deepEqual(await onServer(data), await mediaDigests());
  await visit(page, "Folders");
  await page.getByText("new files in it are not noticed").waitFor();
  const skipped = await listOf(page, "Skipped");
  assert.deepEqual(Object.values(skipped), ["Not a photo or video."]);
});

// What a screen reader announces for the focused element.
function nameOfFocused() {
  const focused = document.activeElement;
  const label = document.getElementById(focused.getAttribute("aria-labelledby")) ?? focused.labels?.[0];
  // Of a link to a folder or a run, the first line is its name.
  const lines = focused.matches(".by-folder a, .runs-strip a, .folder-row, .place") ? 1 : Infinity;
  const text = (focused.ariaLabel ?? (label ?? focused).innerText).trim().split("\n").slice(0, lines).join(" ");
  return text.replace(/\s+/g, " ").trim();
}

test("everything can be reached and used by keyboard alone", async () => {
  const page = await open();
  await dropFolder(page, folder);
  await waitForState(page, "done");
  await page.reload();
  await waitForState(page, "done");
  // The browser's install offer arrives a moment later.
  await page.getByRole("button", { name: "Install Safelight" }).waitFor();
  const home = ["Skip to content", "Home", "Folders", "Photos", "Activity", "Settings", new URL(server.origin).host];
  home.push("Pause", "Back up now", "Add folder", "6 protected", "0 remaining", "1 skipped", "0 problems");
  home.push("Install Safelight", "Not now", "All folders", basename(folder), "All runs");
  assert.deepEqual(await reached(page, home.length), home);

  // The heading of each screen takes the focus, and `g` and a letter lead to it.
  await goBy(page, "f", "Folders");
  assert.deepEqual(await reached(page, 2), ["Add folder", basename(folder)]);
  await page.keyboard.press("Enter");
  await page.waitForFunction((name) => document.activeElement.innerText === name, basename(folder));
  assert.deepEqual(await reached(page, 2), ["Back up edited files again", "Remove"]);
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement.innerText === "Keep");
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => document.activeElement.innerText === "Remove");

  await goBy(page, "s", "Settings");
  const subjects = ["Backup", "When to send", "Notifications", "Appearance", "Devices", "Background health", "About"];
  const settings = [...subjects, "Foreground backup", "Keep the screen on", "Background backup", "Install Safelight"];
  settings.push("Background health", "Copies for the background");
  assert.deepEqual(await reached(page, settings.length), settings);
  await page.getByRole("switch", { name: "Foreground backup" }).press("Space");
  await waitForState(page, "paused");
  await page.getByRole("switch", { name: "Foreground backup" }).press("Space");
  await waitForState(page, "done");

  await goBy(page, "a", "Activity");
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys" }).getByText("g h Home").waitFor();
  await page.keyboard.press("Escape");
  await goBy(page, "h", "Everything is protected");
});

// Goes to a screen by its keys, and waits until its heading has the focus.
async function goBy(page, key, heading) {
  await page.keyboard.press("g");
  await page.keyboard.press(key);
  const isThere = (heading) => document.activeElement.tagName === "H1" && document.activeElement.innerText === heading;
  await page.waitForFunction(isThere, heading);
}

// What is reached by pressing Tab so many times.
async function reached(page, presses) {
  const names = [];
  while (names.length < presses) {
    await page.keyboard.press("Tab");
    names.push(await page.evaluate(nameOfFocused));
  }
  return names;
}

for (const colorScheme of ["light", "dark"]) {
  test(`on a phone, ${colorScheme}: nothing is cut off, and nothing is in the way`, async () => {
    const page = await open({ viewport: { width: 360, height: 740 }, colorScheme });
    await assertAccessible(page);
    await dropFolder(page, folder);
    await waitForState(page, "done");
    await page.getByRole("link", { name: /skipped$/ }).click();
    await page.waitForSelector(".window .file-row");
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth));
    await assertAccessible(page);
  });
}

test("the same folder twice, or one inside it, is backed up once", async () => {
  await write(folder, "inner/7.jpg", await media("photo.jpg", "7"));
  const page = await open();
  await dropFolder(page, folder);
  await waitForNumbers(page, (now) => now.state === "done" && now.protected === 7);
  await dropFolder(page, folder);
  await page.getByText("is already being backed up.").waitFor();
  await page.getByRole("button", { name: "Dismiss" }).click();
  await dropFolder(page, join(folder, "inner"));
  await page.getByText("is inside").waitFor();
  await waitForNumbers(page, (now) => now.state === "done" && now.protected === 7);
  assert.equal(await page.locator(".by-folder a").count(), 1);
});

async function makeNewVersion(built) {
  const file = join(built, "sw.js");
  const text = await readFile(file, "utf8");
  const newer = text.replace(/(VERSION = ")[0-9a-f]{10}(")/, "$1new-version$2");
  assert.notEqual(newer, text);
  await writeFile(file, newer);
  await clear(`${file}.br`);
}

async function mediaDigests() {
  const all = await digests(folder);
  return [...all].filter(([path]) => path.endsWith(".jpg")).map(([, digest]) => digest).sort();
}
