//! The seam between a wasm program and its JavaScript, made by wasm-bindgen.

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::kept::Files;
use crate::page::Quality;

/// `NAME.wasm` and `NAME-bindings.js`, ready for the browser.
pub fn bind(wasm: &[u8], name: &str, quality: Quality) -> Result<Files> {
    let release = quality == Quality::Release;
    let mut bindgen = Bindgen::new();
    bindgen.input_bytes(name, wasm.to_vec()).out_name(name).web(true)?;
    bindgen.typescript(false).omit_default_module_path(true);
    bindgen.remove_name_section(release).remove_producers_section(release).debug(!release);
    let mut output = bindgen.generate_output().with_context(|| format!("bindings of {name}"))?;
    let js = output.js().as_bytes().to_vec();
    let wasm = output.wasm_mut().emit_wasm();
    Ok(Files::from([(format!("{name}.wasm"), wasm), (format!("{name}-bindings.js"), js)]))
}
