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
    let mut js = if release { without_comments(output.js()) } else { output.js().into() }.into_bytes();
    let mut wasm = output.wasm_mut().emit_wasm();
    if release {
        number_imports(&mut js, &mut wasm);
    }
    Ok(Files::from([(format!("{name}.wasm"), wasm), (format!("{name}-bindings.js"), js)]))
}

/// The length of the hash at the end of an import's name.
const HASH_DIGITS: usize = 16;
const IMPORT: &[u8] = b"__wbg_";

/// Replaces the hashes in the names of imports, such as `__wbg_open_0b7832f51fde5a5f`, by numbers of the same length.
/// Hashes do not compress: they were a sixtieth of each download.
fn number_imports(js: &mut [u8], wasm: &mut [u8]) {
    let hashes = import_hashes(js);
    for (number, hash) in hashes.iter().enumerate() {
        // An import stands in the program once. Anything else might be something else.
        let [in_wasm] = places(wasm, hash)[..] else { continue };
        let number = format!("{number:0HASH_DIGITS$x}");
        for at in places(js, hash) {
            js[at..at + HASH_DIGITS].copy_from_slice(number.as_bytes());
        }
        wasm[in_wasm..in_wasm + HASH_DIGITS].copy_from_slice(number.as_bytes());
    }
}

/// Each different hash, in the order of the text.
fn import_hashes(js: &[u8]) -> Vec<Vec<u8>> {
    let mut hashes: Vec<Vec<u8>> = Vec::new();
    for at in places(js, IMPORT) {
        let name = js[at..].iter().position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_');
        let name = &js[at..at + name.unwrap_or(js.len() - at)];
        let hash = name.rsplit(|byte| *byte == b'_').next().unwrap_or_default();
        let is_hash = hash.len() == HASH_DIGITS && hash.iter().all(u8::is_ascii_hexdigit);
        if is_hash && !hashes.iter().any(|known| known == hash) {
            hashes.push(hash.to_vec());
        }
    }
    hashes
}

fn places(text: &[u8], wanted: &[u8]) -> Vec<usize> {
    let found = text.windows(wanted.len()).enumerate().filter(|(_, window)| *window == wanted);
    found.map(|(at, _)| at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_of_imports_become_numbers_on_both_sides() {
        let mut js =
            *b"{ __wbg_a_0123456789abcdef: 1, __wbg_b_fedcba9876543210: 2, __wbg_c: 3, x_0123456789abcdef }";
        let mut wasm = *b"\0asm __wbg_b_fedcba9876543210 __wbg_a_0123456789abcdef";
        number_imports(&mut js, &mut wasm);
        let expected =
            "{ __wbg_a_0000000000000000: 1, __wbg_b_0000000000000001: 2, __wbg_c: 3, x_0000000000000000 }";
        assert_eq!(str::from_utf8(&js).unwrap(), expected);
        assert_eq!(wasm, *b"\0asm __wbg_b_0000000000000001 __wbg_a_0000000000000000");
    }

    #[test]
    fn what_stands_in_the_program_more_than_once_keeps_its_name() {
        let mut js = *b"__wbg_a_0123456789abcdef";
        let mut wasm = *b"__wbg_a_0123456789abcdef 0123456789abcdef";
        number_imports(&mut js, &mut wasm);
        assert_eq!(js, *b"__wbg_a_0123456789abcdef");
    }
}
