// The line between a browser and the server. It counts the uploaded bytes, and can be cut and restored.
import { once } from "node:events";
import { connect, createServer } from "node:net";

import { A_MINUTE_MS, until } from "./waiting.mjs";

export class Line {
  static async to(server) {
    const line = new Line();
    line.up = 0;
    line.sockets = new Set();
    line.server = createServer((client) => line.join(client, connect(server.port, "127.0.0.1")));
    line.server.listen(0, "127.0.0.1");
    await once(line.server, "listening");
    line.port = line.server.address().port;
    return line;
  }

  get origin() {
    return `http://localhost:${this.port}`;
  }

  join(client, onward) {
    client.on("data", (bytes) => (this.up += bytes.length));
    for (const [from, to] of [[client, onward], [onward, client]]) {
      this.sockets.add(from);
      from.pipe(to);
      // When one end closes, the other is closed too.
      from.on("error", () => {});
      from.on("close", () => {
        this.sockets.delete(from);
        to.destroy();
      });
    }
    if (this.isCut) this.hangUp();
  }

  cut() {
    this.isCut = true;
    this.hangUp();
  }

  mend() {
    this.isCut = false;
  }

  async end() {
    this.cut();
    this.server.close();
    await once(this.server, "close");
  }

  hangUp() {
    this.sockets.forEach((socket) => socket.destroy());
  }
}

// Listens in place of a server and hangs up on everybody. It shows that a browser tried, and when it gave up.
export class Nobody {
  static async at(port) {
    const nobody = new Nobody();
    nobody.calls = 0;
    nobody.calledAt = Date.now();
    nobody.server = createServer((client) => {
      nobody.calls += 1;
      nobody.calledAt = Date.now();
      client.on("error", () => {});
      client.destroy();
    });
    nobody.server.listen(port, "127.0.0.1");
    await once(nobody.server, "listening");
    return nobody;
  }

  async isCalled() {
    await until(() => this.calls > 0, A_MINUTE_MS, "a call");
  }

  // Waits until there was no call for this long.
  async isLeftAlone(ms) {
    await until(() => Date.now() - this.calledAt > ms, A_MINUTE_MS, () => `the end of ${this.calls} calls`);
  }

  async leave() {
    this.server.close();
    await once(this.server, "close");
  }
}
