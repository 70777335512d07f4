// The line between a browser and the server: it counts what goes up, and can be cut and mended.
import { once } from "node:events";
import { connect, createServer } from "node:net";

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
      // One end that is gone takes the other with it.
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
