// The common setup of most journeys: a server with an empty vault, a folder for photos, and a paired browser.
// Everything is removed when the test ends, however it ends.
import { Browser, waitForState } from "./browser.mjs";
import { clear, scratch } from "./files.mjs";
import { Server } from "./server.mjs";

// `options` makes the browser's options from the server.
export async function household(t, options = () => ({})) {
  const [data, folder] = await Promise.all(["data", "pictures"].map(scratch));
  const home = { data, folder };
  t.after(async () => {
    await home.browser?.forget();
    await home.server?.stop();
    await Promise.all([data, folder].map(clear));
  });
  home.server = await Server.start(data);
  home.browser = await Browser.open(options(home.server));
  home.page = await home.browser.page(home.server.pairingLink);
  await waitForState(home.page, "empty");
  return home;
}

// The same with a browser whose grants and cookies survive a kill: they reach the disk only with a clean close.
export async function lastingHousehold(t, options = () => ({})) {
  const home = await household(t, (server) => ({ allowAlways: server.origin, ...options(server) }));
  await home.browser.close();
  await home.browser.start();
  home.page = await home.browser.page(home.server.origin);
  await waitForState(home.page, "empty");
  return home;
}
