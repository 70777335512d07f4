// Preparations for the time without a page: copies, files that the browser itself uploads, and files shared by other
// apps.
import assert from "node:assert/strict";
import { test } from "node:test";

import { dropFolder, grantsLapse, limitSpeed, read, visit, visitFolder, visitHistory, waitForNumbers, waitForState } from "../support/browser.mjs";
import { digests, media, onServer, sparse, untilHeld, write } from "../support/files.mjs";
import { household, lastingHousehold } from "../support/household.mjs";
import { A_MINUTE_MS, until } from "../support/waiting.mjs";
import { Waker } from "../support/wakes.mjs";

const copies = (page) =>
  page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open("safelight");
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const counting = opening.result.transaction("copies").objectStore("copies").count();
          counting.onsuccess = () => {
            opening.result.close();
            resolve(counting.result);
          };
        };
      }),
  );

async function untilCopies(page, number) {
  const what = async () => `${number} copies, of which there are ${await copies(page)}`;
  await until(async () => (await copies(page)) === number, A_MINUTE_MS, what);
}

test("without lasting access copies are sent, the rest waits, and the app says so", async (t) => {
  const home = await household(t);
  const { browser, server, folder, page } = home;
  await write(folder, "first.jpg", await media("photo.jpg", "first"));
  await dropFolder(page, folder);
  await waitForState(page, "done");
  const waker = await Waker.of(browser, server.origin);

  await server.stop();
  for (const name of ["a", "b", "deep/c"]) await write(folder, `${name}.jpg`, await media("photo.jpg", name));
  await sparse(folder, "film.mp4", 30_000_000, "a film");
  await page.getByRole("button", { name: "Back up now" }).click();
  await waitForNumbers(page, (now) => now.remaining === 4);
  await untilCopies(page, 4);
  await page.getByText(/the browser may send its copies of 4 files; the rest waits for you\./).waitFor();
  assert.equal((await read(page)).protected, 1, "a copy is no backup");
  const wanted = [...(await digests(folder)).values()].sort();

  await page.close();
  await grantsLapse();
  await write(folder, "unseen.jpg", await media("photo.jpg", "unseen"));
  await server.start();
  await waker.stop();
  await waker.sync();
  await untilHeld(home, 5);
  assert.deepEqual(await onServer(home.data), wanted, "byte by byte what the folder held");

  const again = await browser.page(server.origin);
  await waitForState(again, "needs-you");
  await waitForNumbers(again, (now) => now.protected === 5);
  await untilCopies(again, 0);
  await visit(again, "Settings");
  await again.getByText(/did not let it read all your folders without an open page/).waitFor();
});

// Adds a film that takes about fifteen seconds, and clicks to leave it to the browser.
async function filmLeftToTheBrowser(t) {
  const home = await lastingHousehold(t);
  const { folder, page, browser, server } = home;
  await write(folder, "first.jpg", await media("photo.jpg", "first"));
  await dropFolder(page, folder);
  await waitForState(page, "done");
  home.waker = await Waker.of(browser, server.origin);
  await limitSpeed(page, "20");
  await sparse(folder, "film.mp4", 40_000_000, "a film");
  await page.getByRole("button", { name: "Back up now" }).click();
  await page.getByText("The browser itself can send 1 large file").waitFor();
  await page.getByRole("button", { name: "Finish in the background" }).click();
  await page.getByText("The browser itself sends 1 file, even after you close Safelight").waitFor();
  return home;
}

test("a large film left to the browser arrives with the page closed, and counts only once the server confirms it", async (t) => {
  const home = await filmLeftToTheBrowser(t);
  const { browser, server, folder, page } = home;
  assert.equal((await read(page)).remaining, 1);
  await page.close();
  await untilHeld(home, 2);
  assert.deepEqual(await onServer(home.data), [...(await digests(folder)).values()].sort());

  const again = await browser.page(server.origin);
  await waitForState(again, "done");
  const now = await read(again);
  assert.deepEqual([now.protected, now.remaining], [2, 0]);
  await (await visitHistory(again)).getByText(/the browser was done with the large files/).waitFor();
});

test("files left to the browser survive the browser's end", async (t) => {
  const home = await filmLeftToTheBrowser(t);
  await home.page.close();
  await home.browser.close();
  await home.browser.start();
  await untilHeld(home, 2);
  assert.deepEqual(await onServer(home.data), [...(await digests(home.folder)).values()].sort());
  const again = await home.browser.page(home.server.origin);
  await waitForState(again, "done");
});

test("an open page learns when the browser is done", async (t) => {
  const home = await filmLeftToTheBrowser(t);
  await waitForState(home.page, "done");
  assert.equal((await onServer(home.data)).length, 2);
  assert.equal(await home.page.getByTestId("left").count(), 0);
});

test("a fetch that the person cancels or the server refuses leaves the film in the queue", async (t) => {
  const home = await filmLeftToTheBrowser(t);
  const { browser, server, page } = home;
  const [worker] = browser.context.serviceWorkers();
  await worker.evaluate(async () => {
    const fetches = self.registration.backgroundFetch;
    for (const id of await fetches.getIds()) await (await fetches.get(id)).abort();
  });
  await page.getByText("The browser itself sends 1 file").waitFor({ state: "hidden" });
  // Safelight continues by itself, and the film can be left to the browser again.
  await page.getByText("The browser itself can send 1 large file").waitFor();
  await page.getByRole("button", { name: "Finish in the background" }).click();
  await page.getByText("The browser itself sends 1 file").waitFor();
  server.revokeAllSessions();
  await server.restart();
  await page.getByText("The browser itself sends 1 file").waitFor({ state: "hidden" });
  await waitForState(page, "unpaired");
  assert.equal((await onServer(home.data)).length, 1);
  await page.goto(server.newPairingLink());
  await waitForState(page, "done");
  assert.equal((await onServer(home.data)).length, 2);
});

// Shares files as the system does: with a form that is posted from another page.
async function share(page, origin, files) {
  // Without a service worker there would be nobody to take them.
  await page.waitForFunction(() => navigator.serviceWorker.controller?.state === "activated");
  await page.goto("about:blank");
  await page.setContent(
    `<form method="POST" action="${origin}/share" enctype="multipart/form-data"><input type="file" name="media" multiple></form>`,
  );
  await page.locator("input").setInputFiles(files);
  await Promise.all([page.waitForURL(`${origin}/**`), page.evaluate(() => document.forms[0].submit())]);
}

// In a browser tab the person is asked.
async function shareAndAgree(page, origin, files) {
  await share(page, origin, files);
  await page.getByTestId("held").getByRole("button", { name: "Add to backup" }).click();
  await page.getByTestId("held").waitFor({ state: "hidden" });
}

const shared = (page) =>
  page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const inbox = await root.getDirectoryHandle("safelight-inbox");
    const names = [];
    for await (const handle of inbox.values()) {
      for await (const name of handle.keys()) names.push(`N/${name}`);
    }
    return names.sort();
  });

test("files shared by other apps are kept while the server is away, backed up, and then removed here", async (t) => {
  const home = await lastingHousehold(t);
  const { server, page } = home;
  const photo = async (name, what) => ({ name, mimeType: "image/jpeg", buffer: await media("photo.jpg", what) });
  // Without a service worker there would be nobody to take them, and without the server it cannot be installed.
  await page.waitForFunction(() => navigator.serviceWorker.controller?.state === "activated");
  await server.stop();
  await shareAndAgree(page, server.origin, [await photo("IMG_1.jpg", "one"), await photo("IMG_1.jpg", "two")]);
  await waitForNumbers(page, (now) => now.remaining === 2);
  // One has the new name that a renamed duplicate was given, and one has no extension.
  const others = [await photo("1 IMG_1.jpg", "four"), await photo("1000012345", "five")];
  await shareAndAgree(page, server.origin, [await photo("IMG_1.jpg", "three"), await photo("IMG_1.jpg", "six"), ...others]);
  await waitForNumbers(page, (now) => now.remaining === 6);
  assert.deepEqual(await shared(page), [
    "N/1 IMG_1.jpg",
    "N/1 IMG_1.jpg",
    "N/1000012345.jpeg",
    "N/2 1 IMG_1.jpg",
    "N/IMG_1.jpg",
    "N/IMG_1.jpg",
  ]);
  await visitFolder(page, "Shared with Safelight");
  await page.getByTestId("account").waitFor();
  assert.equal(await page.getByRole("main").getByRole("button").count(), 0, "nobody removes what waits there");

  await server.start();
  await untilHeld(home, 6);
  await waitForState(page, "done");
  // The copy here is removed once the server has the file.
  await until(async () => (await shared(page)).length === 0, A_MINUTE_MS, () => shared(page));
});

test("another website's files are held until the person agrees, also after a reload, and can be discarded", async (t) => {
  const home = await lastingHousehold(t);
  const { server, page } = home;
  const photo = async (name, what) => ({ name, mimeType: "image/jpeg", buffer: await media("photo.jpg", what) });
  await share(page, server.origin, [await photo("planted.jpg", "planted")]);
  await page.getByText("1 file was sent to Safelight by another page or app: “planted.jpg”").waitFor();
  await page.reload();
  await page.getByTestId("held").waitFor();
  await waitForState(page, "empty");
  await page.getByTestId("held").getByRole("button", { name: "Discard" }).click();
  await page.getByTestId("held").waitFor({ state: "hidden" });
  await page.reload();
  await waitForState(page, "empty");
  assert.equal(await page.getByTestId("held").count(), 0);
  assert.deepEqual(await onServer(home.data), []);
});

test("in the window of the installed app, what the system shares is taken without a question", async (t) => {
  const home = await lastingHousehold(t);
  const { server, page } = home;
  // The only thing that is played here is that this is the window of an app.
  await page.addInitScript(() => {
    const real = window.matchMedia.bind(window);
    window.matchMedia = (query) => real(query === "(display-mode: standalone)" ? "all" : query);
  });
  await share(page, server.origin, [{ name: "IMG_1.jpg", mimeType: "image/jpeg", buffer: await media("photo.jpg", "one") }]);
  await untilHeld(home, 1);
  assert.equal(await page.getByTestId("held").count(), 0);
});

test("an empty share says that nothing arrived, and leaves nothing behind", async (t) => {
  const home = await lastingHousehold(t);
  const { server, page } = home;
  await share(page, server.origin, []);
  await page.getByText("Nothing arrived").waitFor();
  const left = await page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const names = [];
    for await (const name of root.keys()) names.push(name);
    return names;
  });
  assert.deepEqual(left, []);
  assert.equal((await read(page)).total, 0);
});

test("without a service worker a share is refused with a message, and nothing is lost", async (t) => {
  const home = await household(t);
  const answer = await fetch(`${home.server.origin}/share`, { method: "POST", redirect: "manual" });
  assert.deepEqual([answer.status, answer.headers.get("location")], [303, "/#share-failed"]);
  await home.page.goto(`${home.server.origin}/#share-failed`);
  await home.page.getByText(/What you shared was not added/).waitFor();
});
