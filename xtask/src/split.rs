//! Splits the page's program: code that the first screen does not need goes into chunks, which the page loads on
//! demand. The functions marked `#[wasm_split]` in the page are the split points.

use std::fs;

use anyhow::{Context, Result, anyhow};
use wasm_split_cli_support::{Options, transform};

use crate::kept::Files;

/// The parts of a program that was linked with relocations.
pub struct Parts {
    /// The part that is loaded first. It still needs its bindings.
    pub main: Vec<u8>,
    /// The chunks (`NAME.wasm`) and their loader.
    pub others: Files,
}

/// The JavaScript that loads chunks is `NAME-chunks.js`. It and the program's bindings import each other.
pub fn split(wasm: &[u8], name: &str) -> Result<Parts> {
    let dir = tempfile::tempdir()?;
    let main = dir.path().join("main.wasm");
    let (loader, bindings) = (format!("./{name}-chunks.js"), format!("./{name}-bindings.js"));
    let mut options = Options::new(wasm);
    options.output_dir = dir.path();
    options.main_out_path = &main;
    options.link_name = &loader;
    options.main_module = &bindings;
    transform(options).map_err(|error| anyhow!("splitting the page: {error:#}"))?;
    let mut others = Files::new();
    for entry in fs::read_dir(dir.path())? {
        let path = entry?.path();
        if path == main {
            continue;
        }
        let name = path.file_name().and_then(|name| name.to_str()).context("a chunk has no name")?;
        let bytes = fs::read(&path)?;
        let is_wasm = name.ends_with(".wasm");
        others.insert(name.into(), if is_wasm { without_custom_sections(&bytes)? } else { bytes });
    }
    Ok(Parts { main: fs::read(&main)?, others })
}

/// Custom sections hold names and other data for debuggers.
fn without_custom_sections(wasm: &[u8]) -> Result<Vec<u8>> {
    const CUSTOM: u8 = 0;
    let (header, mut rest) = wasm.split_at_checked(8).context("no wasm module")?;
    let mut kept = header.to_vec();
    while let Some((id, body)) = rest.split_first() {
        let (length, digits) = leb128(body).context("a section without a length")?;
        let (section, after) = rest.split_at_checked(1 + digits + length).context("a section is cut off")?;
        if *id != CUSTOM {
            kept.extend(section);
        }
        rest = after;
    }
    Ok(kept)
}

/// Decodes a LEB128 number (seven bits per byte). Returns it with its length in bytes.
fn leb128(bytes: &[u8]) -> Option<(usize, usize)> {
    let digits = bytes.iter().position(|byte| byte & 0x80 == 0)? + 1;
    let value = bytes[..digits]
        .iter()
        .rev()
        .try_fold(0_usize, |value, byte| value.checked_mul(128)?.checked_add(usize::from(byte & 0x7f)))?;
    Some((value, digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &[u8] = b"\0asm\x01\0\0\0";

    #[test]
    fn custom_sections_go_and_all_others_stay() {
        // A custom section of 200 bytes, so its length takes two bytes.
        let custom = [&[0, 0xc8, 0x01], [7; 200].as_slice()].concat();
        let (types, code) = ([1, 2, 8, 8].as_slice(), [10, 1, 9].as_slice());
        let wasm = [HEADER, types, &custom, code, &[0, 0]].concat();
        assert_eq!(without_custom_sections(&wasm).unwrap(), [HEADER, types, code].concat());
    }

    #[test]
    fn a_module_that_is_cut_off_is_refused() {
        assert!(without_custom_sections(&HEADER[..5]).is_err());
        assert!(without_custom_sections(&[HEADER, &[1, 9, 0]].concat()).is_err());
        assert!(without_custom_sections(&[HEADER, &[1, 0x80]].concat()).is_err());
    }
}
