//! The JavaScript bindings of a wasm program, made by wasm-bindgen.

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::kept::Files;
use crate::page::Quality;
use crate::script::without_comments;
use crate::split::split;

/// Makes `NAME.wasm` and `NAME-bindings.js`, ready for the browser.
pub fn bind(wasm: &[u8], name: &str, quality: Quality) -> Result<Files> {
    bind_with(&mut Bindgen::new(), wasm, name, quality)
}

/// The same for the page, together with its chunks and their loader.
pub fn split_and_bind(wasm: &[u8], name: &str, quality: Quality) -> Result<Files> {
    let parts = split(wasm, name)?;
    // Chunks refer to the linker's exports by the names that the linker gave them.
    let mut bindgen = Bindgen::new();
    bindgen.keep_lld_exports(true).demangle(false);
    let mut files = bind_with(&mut bindgen, &parts.main, name, quality)?;
    files.extend(parts.others);
    Ok(files)
}

fn bind_with(bindgen: &mut Bindgen, wasm: &[u8], name: &str, quality: Quality) -> Result<Files> {
    let release = quality == Quality::Release;
    bindgen.input_bytes(name, wasm.to_vec()).out_name(name).web(true)?;
    bindgen.typescript(false).omit_default_module_path(true);
    bindgen.remove_name_section(release).remove_producers_section(release).debug(!release);
    let mut output = bindgen.generate_output().with_context(|| format!("bindings of {name}"))?;
    let js = if release { without_comments(output.js()) } else { output.js().into() }.into_bytes();
    let wasm = output.wasm_mut().emit_wasm();
    Ok(Files::from([(format!("{name}.wasm"), wasm), (format!("{name}-bindings.js"), js)]))
}
