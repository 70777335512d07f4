// Real Firefox, driven through WebDriver BiDi: https://w3c.github.io/webdriver-bidi/. Debian has no geckodriver, and
// none is needed, because Firefox itself listens.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { WebSocket } from "ws";

import { A_MINUTE_MS, until } from "./waiting.mjs";

const LISTENING = /WebDriver BiDi listening on (ws:\/\/\S+)/;

export class Firefox {
  static async open() {
    const firefox = new Firefox();
    firefox.profile = await mkdtemp(join(tmpdir(), "safelight-firefox-"));
    await firefox.start();
    return firefox;
  }

  async start() {
    const words = ["--headless", "--no-remote", "--profile", this.profile, "--remote-debugging-port=0"];
    const env = { ...process.env, HOME: this.profile, MOZ_CRASHREPORTER_DISABLE: "1" };
    this.process = spawn(process.env.FIREFOX, words, { env, stdio: ["ignore", "ignore", "pipe"] });
    const address = await addressOf(this.process);
    this.socket = new WebSocket(`${address}/session`);
    this.asked = new Map();
    this.socket.on("message", (message) => this.hear(JSON.parse(message)));
    await once(this.socket, "open");
    await this.send("session.new", { capabilities: {} });
    const { contexts } = await this.send("browsingContext.getTree", {});
    this.context = contexts[0].context;
  }

  // Sends a command and returns its result.
  async send(method, params) {
    const id = this.asked.size + 1;
    const answer = new Promise((resolve) => this.asked.set(id, resolve));
    this.socket.send(JSON.stringify({ id, method, params }));
    const { type, result, error, message } = await answer;
    if (type === "error") throw new Error(`${method}: ${error}: ${message}`);
    return result;
  }

  hear(message) {
    this.asked.get(message.id)?.(message);
  }

  async goto(url) {
    await this.send("browsingContext.navigate", { context: this.context, url, wait: "complete" });
  }

  // Evaluates an expression in the page. The value can be anything that JSON can express.
  async evaluate(expression) {
    const { type, result, exceptionDetails } = await this.send("script.evaluate", {
      expression: `Promise.resolve(${expression}).then((value) => JSON.stringify(value ?? null))`,
      target: { context: this.context },
      awaitPromise: true,
      userActivation: true,
    });
    if (type === "exception") throw new Error(exceptionDetails.text);
    return JSON.parse(result.value);
  }

  // Waits until the expression is truthy, and returns its value.
  async until(expression, patienceMs = A_MINUTE_MS) {
    const page = async () => [expression, await this.evaluate("document.body.innerText")];
    return until(() => this.evaluate(expression), patienceMs, page);
  }

  // Waits until the page shows this text.
  async says(sentence) {
    await this.until(`document.body.innerText.includes(${JSON.stringify(sentence)})`);
  }

  // Chooses files as a person would in the dialog of a file input.
  async choose(selector, files) {
    const { nodes } = await this.send("browsingContext.locateNodes", {
      context: this.context,
      locator: { type: "css", value: selector },
    });
    const element = { sharedId: nodes[0].sharedId };
    await this.send("input.setFiles", { context: this.context, element, files });
  }

  async forget() {
    const ended = this.process.exitCode === null && once(this.process, "exit");
    await this.send("browser.close", {}).catch(() => this.process.kill());
    await ended;
    await rm(this.profile, { recursive: true, force: true });
  }
}

async function addressOf(process) {
  for await (const line of createInterface({ input: process.stderr })) {
    const [, address] = line.match(LISTENING) ?? [];
    if (address) return address;
  }
  throw new Error("Firefox does not listen");
}
