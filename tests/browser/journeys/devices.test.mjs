// The list of paired browsers: revokes one, and then signs out this one.
import assert from "node:assert/strict";
import { test } from "node:test";

import { dropFolder, visit, waitForState } from "../support/browser.mjs";
import { media, write } from "../support/files.mjs";
import { household } from "../support/household.mjs";

test("a lost phone's access is revoked at once, and then this browser signs out", async (t) => {
  const { page, folder, server } = await household(t);
  await write(folder, "photo.jpg", await media("photo.jpg"));
  const phone = await pairAs(server, "Lost phone");
  assert.equal(await phone(), 200);
  await dropFolder(page, folder);
  await waitForState(page, "done");

  await visit(page, "Settings", "Devices");
  const devices = page.getByRole("region", { name: "Devices" });
  const line = devices.getByRole("listitem").filter({ hasText: "Lost phone" });
  await line.getByText(/^Last used/).waitFor();
  await line.getByRole("button", { name: "Revoke access" }).click();
  await line.getByRole("button", { name: "Keep" }).click();
  assert.equal(await phone(), 200);
  await line.getByRole("button", { name: "Revoke access" }).click();
  await line.getByRole("button", { name: "Revoke it now" }).click();
  await line.waitFor({ state: "detached" });
  assert.equal(await phone(), 401);

  const own = devices.getByRole("listitem").filter({ hasText: "(this browser)" });
  await own.getByRole("button", { name: "Sign out" }).click();
  await own.getByRole("button", { name: "Sign out this browser" }).click();
  await waitForState(page, "unpaired");
});

// Pairs another device. Returns a function that asks who is signed in and returns the status.
async function pairAs(server, deviceName) {
  const code = server.newPairingLink().split("#pair=")[1];
  const body = JSON.stringify({ code, deviceName });
  const answer = await fetch(`${server.origin}/safelight/v1/pair`, { method: "POST", body });
  const cookie = answer.headers.get("set-cookie").split(";")[0];
  return async () => (await fetch(`${server.origin}/api/users/me`, { headers: { cookie } })).status;
}
