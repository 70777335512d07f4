//! The seam between a wasm program and its JavaScript: made by wasm-bindgen, then its names made short. Each name
//! carries a hash that nothing compresses, twice; a program has some two hundred of them.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::lean::lean;
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
        js = shorten(js, output.wasm_mut())?;
    }
    Ok(Bound { wasm: output.wasm_mut().emit_wasm(), js })
}

/// Renames what both sides call by a hashed name, and the module that each import repeats.
fn shorten(mut js: String, module: &mut walrus::Module) -> Result<String> {
    let modules: BTreeSet<String> = module.imports.iter().map(|import| import.module.clone()).collect();
    for (number, name) in modules.into_iter().enumerate() {
        let short = format!("m{number}_");
        js = js.replace(&name, &short);
        let theirs = module.imports.iter_mut().filter(|import| import.module == name);
        theirs.for_each(|import| import.module.clone_from(&short));
    }
    let imports = module.imports.iter_mut().map(|import| &mut import.name);
    let exports = module.exports.iter_mut().map(|export| &mut export.name);
    let mut names: Vec<&mut String> = imports.chain(exports).filter(|name| is_hashed(name)).collect();
    // A name may begin with another one: the longer is replaced first.
    names.sort_by_key(|name| Reverse(name.len()));
    for (number, name) in names.into_iter().enumerate() {
        let short = format!("w{number}_");
        js = js.replace(name.as_str(), &short);
        *name = short;
    }
    // Said for tools; the browser looks at the code itself.
    module.customs.remove_raw("target_features");
    lean(&js)
}

/// Ends in sixteen hex digits, and perhaps a number that tells it from its twin.
fn is_hashed(name: &str) -> bool {
    let twin = name.rsplit_once('_').filter(|(_, number)| number.len() < 4 && is_all(number, 10));
    let name = twin.map_or(name, |(name, _)| name);
    let hash = name.len().checked_sub(16).and_then(|at| name.get(at..));
    hash.is_some_and(|hash| is_all(hash, 16))
}

fn is_all(text: &str, radix: u32) -> bool {
    text.chars().all(|digit| digit.is_digit(radix))
}
