// A file that does not fit, and a sign-in in front of the server: what concerns one file, and what concerns all.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";

import { Browser, dropFolder, read, waitForState } from "../support/browser.mjs";
import { arrived, clear, onServer, scratch, sparse } from "../support/files.mjs";
import { Proxy } from "../support/proxy.mjs";
import { Server } from "../support/server.mjs";

const KB = 1_000;
const MB = 1_000_000;

test("a film that does not fit into the quota waits by name, and every photo arrives", async (t) => {
  const { server, browser, data, folder } = await household(t);
  server.command("user", "quota", "owner", "20MB");
  for (let number = 0; number < 40; number++) await sparse(folder, `${number}.jpg`, 100 * KB, `photo ${number}`);
  await sparse(folder, "newest film.mp4", 30 * MB, "film");

  const page = await browser.page(server.pairingLink);
  await waitForState(page, "empty");
  await dropFolder(page, folder);
  await waitForState(page, "needs-you");
  const { protected: kept, remaining, problems } = await read(page);
  assert.deepEqual([kept, remaining, problems], [40, 1, 0]);
  assert.equal((await onServer(data)).length, 40);
  await page.getByText("1 file waits for room; everything that fits is sent.").waitFor();
  assert.equal(await page.getByText("may send its copy").count(), 0, "a copy would not fit either");
  await page.getByText("Your quota on the server is too small").waitFor();

  // The person makes room.
  server.command("user", "quota", "owner", "1GB");
  await page.getByRole("button", { name: "Back up now" }).click();
  await waitForState(page, "done");
  await arrived({ data, folder });
});

test("a sign-in in front of the server is named, and the backup continues after it", async (t) => {
  const { server, browser, data, folder } = await household(t);
  const gate = await Gate.before(server);
  t.after(() => gate.end());
  const page = await browser.page(`${gate.origin}/#pair=${server.newPairingLink().split("#pair=")[1]}`);
  await waitForState(page, "empty");
  await page.waitForFunction(() => navigator.serviceWorker.controller?.state === "activated");

  // The session with the gate has ended. The app itself still opens, because its service worker has it.
  gate.isOpen = false;
  await sparse(folder, "a.jpg", 100 * KB, "a");
  await dropFolder(page, folder);
  await waitForState(page, "needs-you");
  await page.getByText("Something in front of your server wants you to sign in").waitFor();
  assert.deepEqual(await onServer(data), []);

  await page.getByRole("link", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "Enter" }).click();
  await page.waitForURL(`${gate.origin}/`);
  await waitForState(page, "needs-you");
  // The drop's permission ended with the page it was given to.
  await dropFolder(page, folder);
  await waitForState(page, "done");
  await arrived({ data, folder });
});

async function household(t) {
  const [data, folder] = [await scratch("data"), await scratch("pictures")];
  const server = await Server.start(data);
  const browser = await Browser.open();
  t.after(async () => {
    await browser.forget();
    await server.stop();
    await Promise.all([data, folder].map(clear));
  });
  return { server, browser, data, folder };
}

// A proxy that sends everybody to a sign-in page on another origin, as Authelia and oauth2-proxy do, until they entered.
test("an upload that is led to a sign-in page on the same host is not taken for the file's fault", async (t) => {
  const { server, browser, data, folder } = await household(t);
  const gate = await Gate.before(server);
  t.after(() => gate.end());
  const page = await browser.page(`${gate.origin}/#pair=${server.newPairingLink().split("#pair=")[1]}`);
  await waitForState(page, "empty");
  [gate.isSameHost, gate.endsAtUpload] = [true, true];
  await sparse(folder, "a.jpg", 100 * KB, "a");
  await dropFolder(page, folder);
  await page.getByText("Something in front of your server wants you to sign in").waitFor();
  assert.deepEqual(await onServer(data), []);

  gate.isOpen = true;
  await page.getByRole("button", { name: "Back up now" }).click();
  await waitForState(page, "done");
  await arrived({ data, folder });
});

class Gate extends Proxy {
  isOpen = true;

  static async before(server) {
    const gate = await this.to(server, Infinity);
    gate.porter = createServer((request, response) => gate.welcome(request, response));
    gate.porter.listen(0, "127.0.0.1");
    await once(gate.porter, "listening");
    return gate;
  }

  // Some gates show their sign-in page on the host of what they guard.
  isSameHost = false;
  // The session ends at the first upload.
  endsAtUpload = false;

  pass(server, request, response) {
    if (this.endsAtUpload && request.method === "POST" && request.url === "/api/assets") {
      [this.isOpen, this.endsAtUpload] = [false, false];
    }
    if (this.isSameHost && request.url.startsWith("/gate/")) return this.welcome(request, response);
    if (this.isOpen) return super.pass(server, request, response);
    const porter = this.isSameHost ? "/gate/" : `http://127.0.0.1:${this.porter.address().port}/`;
    response.writeHead(302, { location: `${porter}?back=${encodeURIComponent(request.url)}` }).end();
    request.resume();
  }

  welcome({ method, url }, response) {
    const back = `${this.origin}${new URL(url, "http://gate").searchParams.get("back") ?? "/"}`;
    if (method === "POST") {
      this.isOpen = true;
      response.writeHead(303, { location: back }).end();
    } else {
      response.writeHead(200, { "content-type": "text/html" }).end('<form method="post"><button>Enter</button></form>');
    }
  }

  async end() {
    this.porter.close();
    await super.end();
  }
}
