//! The seam between a wasm program and its JavaScript: made by wasm-bindgen, then its names made short. Each name
//! carries a hash that nothing compresses, twice; a program has some two hundred of them.

use std::path::Path;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::page::Quality;

/// A program ready for the browser.
pub struct Bound {
    pub wasm: Vec<u8>,
    pub js: String,
}

pub fn bind(wasm: &Path, name: &str, quality: Quality) -> Result<Bound> {
    let release = quality == Quality::Release;
    let mut bindgen = Bindgen::new();
    bindgen.input_path(wasm).out_name(name).web(true)?.typescript(false).omit_default_module_path(true);
    bindgen.remove_name_section(release).remove_producers_section(release).debug(!release);
    let mut output = bindgen.generate_output().with_context(|| format!("bindings of {name}"))?;
    let mut js = output.js().to_owned();
    if release {
        js = shorten(js, output.wasm_mut());
    }
    Ok(Bound { wasm: output.wasm_mut().emit_wasm(), js })
}

/// Renames what both sides call by a hashed name, and drops comments and indentation.
fn shorten(mut js: String, module: &mut walrus::Module) -> String {
    let mut number = 0;
    let mut rename = |name: &mut String| {
        if is_hashed(name) && js.contains(name.as_str()) {
            let short = format!("w{number}");
            js = js.replace(name.as_str(), &short);
            *name = short;
            number += 1;
        }
    };
    module.imports.iter_mut().for_each(|import| rename(&mut import.name));
    module.exports.iter_mut().for_each(|export| rename(&mut export.name));
    js.lines().map(str::trim).filter(|line| !is_comment(line)).collect::<Vec<_>>().join("\n")
}

/// Ends in sixteen hex digits.
fn is_hashed(name: &str) -> bool {
    let hash = name.len().checked_sub(16).and_then(|at| name.get(at..));
    hash.is_some_and(|hash| hash.chars().all(|digit| digit.is_ascii_hexdigit()))
}

/// wasm-bindgen writes a comment on lines of its own.
fn is_comment(line: &str) -> bool {
    line.is_empty()
        || line.starts_with("//")
        || line.starts_with("/*")
        || line.starts_with("* ")
        || line == "*/"
        || line == "*"
}
