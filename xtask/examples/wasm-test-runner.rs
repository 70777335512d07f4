//! Runs one wasm test module in a browser. Cargo calls it in place of the module. It is an example because it needs
//! many dependencies (an HTTP server, a WebDriver client) that nothing else here needs.

use anyhow::Result;

fn main() -> Result<()> {
    env_logger::init();
    wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(std::env::args_os())
}
