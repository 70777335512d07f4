// Starts the backup worker and each nested worker that reads files; both run the same module.
import init from "{{backup-worker-bindings.js}}";

await init({ module_or_path: "{{backup-worker.wasm}}" });
