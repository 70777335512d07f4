// The heap of the backup worker, as reported by its own inspector. V8's number leaves out WebAssembly memory, so this
// asks the memory objects themselves. The readers are separate workers and are not counted.

const MEMORIES = "WebAssembly.Memory.prototype";
const BYTES = "function () { return this.reduce((sum, memory) => sum + memory.buffer.byteLength, 0); }";

export async function backupWorkerMb(page) {
  const worker = await Inspector.ofWorker(page);
  const { usedSize, embedderHeapUsedSize, backingStorageSize } = await worker.send("Runtime.getHeapUsage");
  const wasm = await wasmBytes(worker);
  await worker.leave();
  return Math.round((usedSize + embedderHeapUsedSize + backingStorageSize + wasm) / 1e5) / 10;
}

async function wasmBytes(worker) {
  const { result: prototype } = await worker.send("Runtime.evaluate", { expression: MEMORIES });
  const { objects } = await worker.send("Runtime.queryObjects", { prototypeObjectId: prototype.objectId });
  const call = { functionDeclaration: BYTES, objectId: objects.objectId, returnByValue: true };
  const { result: bytes } = await worker.send("Runtime.callFunctionOn", call);
  await worker.send("Runtime.releaseObject", { objectId: objects.objectId });
  return bytes.value;
}

// A session with a page's dedicated worker, tunnelled through the page's session.
class Inspector {
  static async ofWorker(page) {
    const inspector = new Inspector();
    inspector.page = await page.context().newCDPSession(page);
    inspector.asked = new Map();
    inspector.page.on("Target.receivedMessageFromTarget", ({ message }) => inspector.hear(JSON.parse(message)));
    const attached = new Promise((resolve) => {
      inspector.page.on("Target.attachedToTarget", (target) => target.targetInfo.type === "worker" && resolve(target));
    });
    const attach = { autoAttach: true, waitForDebuggerOnStart: false, flatten: false };
    await inspector.page.send("Target.setAutoAttach", attach);
    inspector.session = (await attached).sessionId;
    return inspector;
  }

  async send(method, params = {}) {
    const id = this.asked.size + 1;
    const answer = new Promise((resolve) => this.asked.set(id, resolve));
    const message = JSON.stringify({ id, method, params });
    await this.page.send("Target.sendMessageToTarget", { sessionId: this.session, message });
    const { result, error } = await answer;
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  hear(message) {
    this.asked.get(message.id)?.(message);
  }

  async leave() {
    await this.page.detach();
  }
}
