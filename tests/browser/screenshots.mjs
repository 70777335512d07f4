// Takes the screenshots for the README and the manifest from the running app, with a folder that looks like a real
// person's.
import { writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { Browser, dropFolder, waitForNumbers, waitForState } from "./support/browser.mjs";
import { clear, media, scratch, sparse, write } from "./support/files.mjs";
import { Server } from "./support/server.mjs";

const TARGET = fileURLToPath(new URL("../../public/screenshots/", import.meta.url));
const PHONE = { viewport: { width: 390, height: 844 }, scale: 2 };
const PLACES = ["2019 Norway", "2022 Kyoto 京都", "2024 Summer/Beach", "2024 Summer/Garden"];

await mkdir(TARGET, { recursive: true });
await shoot("wide", {}, protectedFolder);
await shoot("narrow", PHONE, inTheMiddle);
await shoot("dark", { ...PHONE, colorScheme: "dark" }, protectedFolder);
await shoot("needs-you", PHONE, withProblem);
await shoot("unpaired", { ...PHONE, unpaired: true }, (page) => waitForState(page, "unpaired"));

async function shoot(name, options, story) {
  const [data, home] = [await scratch("data"), await scratch("home")];
  const server = await Server.start(data);
  const browser = await Browser.open(options);
  const page = await browser.page(options.unpaired ? server.origin : server.pairingLink);
  await story(page, join(home, "Pictures"));
  await page.mouse.move(0, 0);
  await page.screenshot({ path: join(TARGET, `${name}.png`) });
  await browser.forget();
  await server.stop();
  await Promise.all([clear(data), clear(home)]);
}

async function pictures(folder) {
  for (let number = 0; number < 240; number++) {
    const place = PLACES[number % PLACES.length];
    await write(folder, `${place}/IMG_${2041 + number}.jpg`, await media("photo.jpg", `salt ${number}`));
  }
  for (const name of ["2024 Summer/notes.txt", "2019 Norway/.DS_Store", "@eaDir/thumb.jpg"]) await write(folder, name, "x");
}

async function protectedFolder(page, folder) {
  await pictures(folder);
  await waitForState(page, "empty");
  await dropFolder(page, folder);
  await waitForState(page, "done");
}

async function inTheMiddle(page, folder) {
  await pictures(folder);
  for (const name of ["Fjord", "Concert", "Birthday", "Waves"]) {
    await sparse(folder, `2024 Summer/${name}.mp4`, 1_400_000_000, name);
  }
  await waitForState(page, "empty");
  await dropFolder(page, folder);
  await waitForNumbers(page, (now) => now.protected >= 240 && /left/.test(now.words));
}

async function withProblem(page, folder) {
  await pictures(folder);
  const name = Buffer.concat([Buffer.from(`${folder}/IMG`), Buffer.from([0xff]), Buffer.from(".jpg")]);
  writeFileSync(name, "x");
  await waitForState(page, "empty");
  await dropFolder(page, folder);
  await waitForState(page, "needs-you");
  await page.getByRole("link", { name: /problems?$/ }).first().click();
  await page.waitForSelector(".window .file-row");
}
