// Real Chromium, driven through its debugging protocol. Folders arrive as real handles, by real drops.
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { chromium } from "playwright-core";

import { endIfThere, familyOf, killFamily } from "./processes.mjs";
import { A_MINUTE_MS, unseen, until } from "./waiting.mjs";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
];

export class Browser {
  static async open(options = {}) {
    const browser = new Browser();
    browser.profile = options.profile ?? (await mkdtemp(join(tmpdir(), "safelight-profile-")));
    browser.options = options;
    await browser.start();
    return browser;
  }

  async start() {
    const { allowAlways, mayWrite } = this.options;
    // As if the person had answered "Allow on every visit" for this origin: folders stay readable after a restart.
    if (allowAlways) await allow(this.profile, "file_system_access_extended_permission", allowAlways);
    // As if the person had allowed writing to every folder.
    if (mayWrite) await allow(this.profile, "file_system_write_guard", mayWrite);
    this.context = await chromium.launchPersistentContext(this.profile, {
      executablePath: process.env.CHROMIUM,
      headless: true,
      // Installed apps write files to HOME, so HOME is the profile.
      env: { ...process.env, HOME: this.profile },
      args: [...FLAGS, ...(this.options.flags ?? [])],
      viewport: this.options.viewport ?? { width: 1280, height: 800 },
      colorScheme: this.options.colorScheme ?? "light",
      deviceScaleFactor: this.options.scale ?? 1,
      userAgent: this.options.userAgent,
    });
    this.context.setDefaultTimeout(60_000);
    if (this.options.initScript) await this.context.addInitScript(this.options.initScript);
  }

  async page(url) {
    const page = await this.context.newPage();
    page.on("pageerror", (error) => console.error("page error:", error.message));
    page.on("console", (message) => {
      if (message.type() === "error") console.error("console:", message.text());
    });
    await page.goto(url);
    return page;
  }

  // Installs the app, as a person would from the browser's menu.
  async install(origin) {
    const session = await this.context.browser().newBrowserCDPSession();
    await session.send("PWA.install", { manifestId: `${origin}/`, installUrlOrBundleUrl: `${origin}/` });
    await session.detach();
  }

  // The same browser without a debugger attached. Only such a browser ends events at its own deadlines.
  async goOnUnwatched() {
    await this.close();
    const unwatched = ["--headless", "--password-store=basic", `--user-data-dir=${this.profile}`, "about:blank"];
    const env = { ...process.env, HOME: this.profile };
    spawn(process.env.CHROMIUM, [...FLAGS, ...(this.options.flags ?? []), ...unwatched], { env, stdio: "ignore" });
  }

  // Ends the browser without a debugger, and restarts it with one.
  async watchAgain() {
    const families = familyOf(this.profile);
    families.forEach((id) => endIfThere(id));
    await until(() => familyOf(this.profile).length === 0, A_MINUTE_MS, "the browser's end");
    await this.start();
  }

  async close() {
    await this.context.close();
  }

  // Kills all browser processes at once: nothing is flushed, and nobody is notified.
  async kill() {
    const closed = new Promise((resolve) => this.context.once("close", resolve));
    killFamily(this.profile);
    await closed;
  }

  async forget() {
    await this.close().catch(() => {});
    killFamily(this.profile);
    await rm(this.profile, { recursive: true, force: true });
  }
}

async function allow(profile, what, origin) {
  const file = join(profile, "Default", "Preferences");
  const preferences = JSON.parse(await readFile(file, "utf8").catch(() => "{}"));
  let place = preferences;
  for (const key of ["profile", "content_settings", "exceptions", what]) {
    place = place[key] ??= {};
  }
  place[`${origin},*`] = { setting: 1 };
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(preferences));
}

// After the last page closes, the service worker holds the folders' handles for 10 s, and with them the grants from a
// drop. Checking for a permission also holds a handle and extends the grant.
export const grantsLapse = () => unseen(11_000, "the end of the permissions for dropped folders");

// Drops a folder from the disk on the page, as a person would.
export async function dropFolder(page, folder) {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [folder], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"]) {
    await session.send("Input.dispatchDragEvent", { type, x: 200, y: 200, data });
  }
  await session.detach();
}

// The folder picker cannot be driven here. A drop stands in for the choice, and gives a real handle of a real folder.
export const PICKER_BY_DROP = `window.showDirectoryPicker = () => new Promise((resolve) => {
  document.documentElement.dataset.picking = "";
  const take = (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    delete document.documentElement.dataset.picking;
    window.dispatchEvent(new DragEvent("dragleave"));
    resolve(event.dataTransfer.items[0].getAsFileSystemHandle());
  };
  window.addEventListener("drop", take, { capture: true, once: true });
});`;

export async function dropIntoPicker(page, folder) {
  await page.waitForSelector("html[data-picking]");
  await dropFolder(page, folder);
}

const headline = (page) => page.getByTestId("headline");

// The state and the numbers that the page shows now.
export async function read(page) {
  return headline(page).evaluate((element) => {
    const { state, ...numbers } = element.dataset;
    delete numbers.testid;
    const counts = Object.entries(numbers).map(([name, value]) => [name, Number(value)]);
    return { state, ...Object.fromEntries(counts), words: element.innerText };
  });
}

export async function waitForState(page, state, timeout = 60_000) {
  await page.waitForSelector(`[data-testid=headline][data-state="${state}"]`, { timeout }).catch(async (error) => {
    throw new Error(`waited for ${state}, but the page says ${JSON.stringify(await read(page))}`, { cause: error });
  });
}

// Waits until the page's numbers meet the condition. On timeout it fails and shows the last numbers.
export async function waitForNumbers(page, condition, timeout = 60_000) {
  const fitting = async () => {
    const now = await read(page);
    return condition(now) && now;
  };
  return until(fitting, timeout, async () => ["other numbers than these", await read(page)], 50);
}

export function addsUp(now) {
  return now.total === now.protected + now.remaining + now.skipped + now.problems;
}

// Goes to a screen by its links, as a person would: `visit(page, "Settings", "Devices")`.
export async function visit(page, section, ...further) {
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: new RegExp(`^${section}`) }).click();
  for (const name of further) {
    await page.getByRole("navigation", { name: section }).getByRole("link", { name: new RegExp(`^${name}`) }).click();
  }
}

// Opens the screen of a folder.
export async function visitFolder(page, name) {
  await visit(page, "Folders");
  await page.getByRole("main").getByRole("link", { name: new RegExp(name) }).click();
  await page.getByRole("heading", { level: 1, name: new RegExp(name) }).waitFor();
}

// Sets the upload speed, and returns to Home.
export async function limitSpeed(page, option) {
  await visit(page, "Settings", "When to send");
  await page.getByLabel("Upload speed").selectOption(option);
  await visit(page, "Home");
}

// Opens the history.
export async function visitHistory(page) {
  await visit(page, "Activity", "History");
  return page.getByRole("region", { name: "History" });
}

// The rows of one of the lists of Activity, as a map from path to reason. Only those near the window are drawn.
export async function listOf(page, name) {
  await visit(page, "Activity", name);
  await page.getByRole("grid").waitFor();
  const rows = {};
  const all = async () => Number(await page.getByRole("grid").getAttribute("aria-rowcount")) - 1;
  for (let from = 0; Object.keys(rows).length < (await all()); from += 400) {
    await page.evaluate((from) => window.scrollTo(0, from), from);
    await page.waitForFunction(() => !document.querySelector(".window .file-row:empty"));
    Object.assign(rows, await page.evaluate(drawnRows));
  }
  await visit(page, "Home");
  return rows;
}

function drawnRows() {
  const row = (row) => [row.querySelector("[data-path]").dataset.path, row.querySelector(".reason").textContent];
  return Object.fromEntries([...document.querySelectorAll(".window .file-row")].map(row));
}
