// The real server on loopback, with its own data folder.
import { spawn, execFileSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

const PROGRAM = process.env.SAFELIGHT;

export class Server {
  constructor(data, extra) {
    this.data = data;
    this.extra = extra;
    this.port = 0;
    // The log output of all its starts.
    this.log = "";
  }

  static async start(data, ...extra) {
    const server = new Server(data, extra);
    await server.start();
    return server;
  }

  // Starts on the previous port, if any, because clients expect it there.
  async start() {
    const listen = `127.0.0.1:${this.port}`;
    this.process = spawn(PROGRAM, ["serve", "--data", this.data, "--listen", listen, ...this.extra], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.process.stderr.on("data", (chunk) => (this.log += chunk));
    for await (const line of createInterface({ input: this.process.stdout })) {
      const pairing = line.match(/^Open (http:\/\/localhost:(\d+)\/#pair=\S+)$/);
      if (pairing) [, this.pairingLink, this.port] = pairing;
      const listening = line.match(/127\.0\.0\.1:(\d+)/);
      if (listening) this.port = Number(listening[1]);
      if (line.startsWith("Ready")) return;
    }
    throw new Error(`the server did not start:\n${this.log}`);
  }

  get origin() {
    return `http://localhost:${this.port}`;
  }

  async stop(signal = "SIGTERM") {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const exited = once(this.process, "exit");
    this.process.kill(signal);
    await exited;
  }

  async restart(signal = "SIGTERM") {
    await this.stop(signal);
    await this.start();
  }

  command(...words) {
    return execFileSync(PROGRAM, [...words, "--data", this.data], { encoding: "utf8" });
  }

  newPairingLink() {
    return this.command("pair").match(/http:\/\/\S+#pair=\S+/)[0];
  }

  revokeAllSessions() {
    const ids = this.command("session", "list").match(/[0-9a-f]{8}-[0-9a-f-]{27}/g) ?? [];
    ids.forEach((id) => this.command("session", "revoke", id));
    return ids.length;
  }
}
