// Serves the yardsticks' page: a separate site on loopback, which gets the same real folder by the same drop.
import { createServer } from "node:http";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { extname, normalize } from "node:path";
import { fileURLToPath } from "node:url";

import { dropFolder } from "../support/browser.mjs";

const PLACES = { page: new URL("page/", import.meta.url), vendor: new URL("../node_modules/", import.meta.url) };
const TYPES = { ".html": "text/html", ".js": "text/javascript" };

export class Harness {
  static async start() {
    const harness = new Harness();
    harness.server = createServer((request, response) => serve(request, response));
    harness.server.listen(0, "127.0.0.1");
    await once(harness.server, "listening");
    return harness;
  }

  get origin() {
    return `http://localhost:${this.server.address().port}`;
  }

  // Opens a page that holds the folder. The benches call its `yardstick`.
  async open(browser, folder) {
    return taking(folder, await browser.page(`${this.origin}/page/index.html`));
  }

  // The same, in a page of another origin, which therefore may send requests to that origin.
  async openAt(browser, url, folder) {
    const page = await browser.context.newPage();
    const session = await page.context().newCDPSession(page);
    await session.send("Page.setBypassCSP", { enabled: true });
    await page.goto(url);
    await page.addScriptTag({ type: "module", url: `${this.origin}/page/page.js` });
    return taking(folder, page);
  }

  async stop() {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }
}

async function taking(folder, page) {
  await page.waitForFunction(() => window.yardstick);
  await dropFolder(page, folder);
  await page.evaluate(() => window.yardstick.dropped);
  return page;
}

async function serve(request, response) {
  const [, place, ...rest] = normalize(new URL(request.url, "http://localhost").pathname).split("/");
  try {
    const bytes = await readFile(fileURLToPath(new URL(rest.join("/"), PLACES[place])));
    const type = TYPES[extname(rest.at(-1))] ?? "application/octet-stream";
    response.writeHead(200, { "content-type": type, "access-control-allow-origin": "*" });
    response.end(bytes);
  } catch {
    response.writeHead(404);
    response.end();
  }
}
