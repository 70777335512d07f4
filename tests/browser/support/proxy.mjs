// A reverse proxy with a request size limit, as the usual ones have. A larger request gets an HTML page instead of
// the server's answer.
import { once } from "node:events";
import { createServer, request as ask } from "node:http";

const REFUSAL = "<html><head><title>413 Request Entity Too Large</title></head><body>nginx</body></html>";

export class Proxy {
  static async to(server, limit) {
    const proxy = new this();
    Object.assign(proxy, { limit, refused: 0, largest: 0 });
    proxy.server = createServer((request, response) => proxy.pass(server, request, response));
    proxy.server.listen(0, "127.0.0.1");
    await once(proxy.server, "listening");
    proxy.port = proxy.server.address().port;
    return proxy;
  }

  get origin() {
    return `http://localhost:${this.port}`;
  }

  pass(server, request, response) {
    const size = Number(request.headers["content-length"] ?? 0);
    if (size > this.limit) {
      this.refused += 1;
      response.writeHead(413, { "content-type": "text/html", connection: "close" }).end(REFUSAL);
      request.resume();
      return;
    }
    this.largest = Math.max(this.largest, size);
    const { method, url, headers } = request;
    const onward = ask({ host: "127.0.0.1", port: server.port, method, path: url, headers });
    onward.on("response", (answer) => answer.pipe(response.writeHead(answer.statusCode, answer.headers)));
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  }

  async end() {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }
}
