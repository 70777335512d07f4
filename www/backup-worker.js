// Starts the backup worker, and each nested worker that reads files: the same module in both.
import init from "{{backup-worker-bindings.js}}";

await init({ module_or_path: "{{backup-worker.wasm}}" });
