// Wakes the service worker as the browser would, from a blank page. None of our pages needs to be open.
import { A_MINUTE_MS, until } from "./waiting.mjs";

const TAG = "safelight-backup";

// Flags for a browser that wakes by itself after seconds instead of minutes, with this many tries. `more` sets
// further parameters of the same field trial.
export const waking = (tries, more = {}) => {
  const parameters = {
    initial_retry_delay_sec: 3,
    retry_delay_factor: 1,
    max_sync_attempts: tries,
    min_sync_recovery_time_sec: 1,
    ...more,
  };
  const lab = Object.entries(parameters).flat().join("/");
  return ["--force-fieldtrials=BackgroundSync/Lab", `--force-fieldtrial-params=BackgroundSync.Lab:${lab}`];
};

export class Waker {
  static async of(browser, origin) {
    const waker = new Waker();
    waker.origin = origin;
    waker.page = await browser.context.newPage();
    waker.session = await browser.context.newCDPSession(waker.page);
    waker.versions = new Map();
    const known = new Promise((resolve) => {
      waker.session.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
        for (const { registrationId, scopeURL } of registrations) {
          if (scopeURL === `${origin}/`) resolve(registrationId);
        }
      });
    });
    waker.session.on("ServiceWorker.workerVersionUpdated", ({ versions }) => {
      for (const version of versions) waker.versions.set(version.versionId, version);
    });
    await waker.session.send("ServiceWorker.enable");
    waker.registrationId = await known;
    return waker;
  }

  sync(lastChance = false) {
    return this.dispatch("dispatchSyncEvent", { lastChance });
  }

  periodicSync() {
    return this.dispatch("dispatchPeriodicSyncEvent", {});
  }

  push(data) {
    const { origin, registrationId } = this;
    return this.session.send("ServiceWorker.deliverPushMessage", { origin, registrationId, data: JSON.stringify(data) });
  }

  dispatch(event, more) {
    const { origin, registrationId } = this;
    return this.session.send(`ServiceWorker.${event}`, { origin, registrationId, tag: TAG, ...more });
  }

  // Stops the service worker, as the browser does when it is idle.
  async stop() {
    await this.session.send("ServiceWorker.stopAllWorkers");
    await this.until("stopped");
  }

  // Waits until some version of it has this status.
  async until(status) {
    const versions = () => [...this.versions.values()];
    const is = () => versions().some((version) => version.runningStatus === status);
    await until(is, A_MINUTE_MS, () => [`a service worker that is ${status}`, versions()]);
  }
}
