//! Builds what the browser loads: the page, the workers, and the hand-written files around them.
//!
//! A name under `assets/` carries a hash of its content, so that it can be kept for ever. Files that name others
//! hold `{{placeholders}}`; they are made after what they name.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use brotli::BrotliCompress;
use brotli::enc::BrotliEncoderParams;
use sha1::{Digest, Sha1};

use crate::bindings::bind;
use crate::lean::lean;
use crate::shell::{cargo, ensure_wasm_target, run, say};
use crate::{root, target};

/// How well the page is built.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Quality {
    /// Small and fast, with compressed neighbours.
    Release,
    /// Ready in seconds.
    Quick,
}

/// The wasm programs: the name of what cargo builds, and the name it gets here.
const PROGRAMS: [(&str, &str); 3] =
    [("safelight_page", "page"), ("backup-worker", "backup-worker"), ("service-worker", "service-worker")];
/// Text gains, images are compressed already.
const COMPRESSED: [&str; 7] = ["html", "js", "css", "wasm", "svg", "webmanifest", "json"];

/// What was built: where, and which file has which role.
pub struct Page {
    pub dir: PathBuf,
    /// Role to path below `dir`: `page.wasm` to `assets/page-0123456789.wasm`.
    pub files: BTreeMap<String, String>,
}

pub fn build(quality: Quality) -> Result<Page> {
    ensure_wasm_target()?;
    let profile = match quality {
        Quality::Release => "web",
        Quality::Quick => "dev",
    };
    say(&format!("building page and workers ({profile})"));
    let packages = ["--package", "safelight-page", "--package", "safelight-workers"];
    let mut build = cargo(&["build", "--target", "wasm32-unknown-unknown", "--profile", profile]);
    run(build.args(packages).env("RUSTFLAGS", remapped_paths()))?;
    let built =
        target().join("wasm32-unknown-unknown").join(if profile == "dev" { "debug" } else { profile });
    let dir = target().join(if quality == Quality::Release { "page" } else { "page-dev" });
    let mut page = Page::begin(dir)?;
    for (program, name) in PROGRAMS {
        page.add_program(&built.join(format!("{program}.wasm")), name, quality)?;
    }
    page.add_hand_written()?;
    if quality == Quality::Release {
        say("compressing");
        page.compress()?;
    }
    Ok(page)
}

impl Page {
    fn begin(dir: PathBuf) -> Result<Page> {
        if dir.exists() {
            fs::remove_dir_all(&dir).with_context(|| format!("could not clear {}", dir.display()))?;
        }
        fs::create_dir_all(dir.join("assets"))?;
        Ok(Page { dir, files: BTreeMap::new() })
    }

    fn add_program(&mut self, wasm: &Path, name: &str, quality: Quality) -> Result<()> {
        let bound = bind(wasm, name, quality)?;
        self.add_asset(name, "wasm", &bound.wasm)?;
        self.add_asset(&format!("{name}-bindings"), "js", bound.js.as_bytes())
    }

    fn add_hand_written(&mut self) -> Result<()> {
        let www = root().join("www");
        for role in ["page", "backup-worker"] {
            let text = self.filled(&www.join(format!("{role}.js")))?;
            self.add_asset(role, "js", lean(&text)?.as_bytes())?;
        }
        self.add_asset("style", "css", joined(&www.join("style"))?.as_bytes())?;
        let index = self.filled(&www.join("index.html"))?;
        self.add_file("index.html", index.as_bytes())?;
        self.copy_public(&root().join("public"), "")?;
        self.add_service_worker(&www.join("sw.js"))
    }

    /// The service worker is made last: it lists everything else, and its version is a hash of the list.
    fn add_service_worker(&mut self, source: &Path) -> Result<()> {
        let kept = |path: &&String| !path.starts_with("screenshots/");
        let list: Vec<String> = self.files.values().filter(kept).map(|path| format!("\"/{path}\"")).collect();
        let contents = self.files.values().map(|path| Ok(hash(&fs::read(self.dir.join(path))?)));
        let version = hash(contents.collect::<Result<String>>()?.as_bytes());
        let text = self.filled(source)?;
        let text =
            text.replace("{{files}}", &format!("[{}]", list.join(", "))).replace("{{version}}", &version);
        self.add_file("sw.js", lean(&text)?.as_bytes())
    }

    fn copy_public(&mut self, from: &Path, prefix: &str) -> Result<()> {
        for entry in sorted_entries(from)? {
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                self.copy_public(&entry.path(), &format!("{name}/"))?;
            } else {
                self.add_file(&name, &fs::read(entry.path())?)?;
            }
        }
        Ok(())
    }

    fn add_asset(&mut self, role: &str, extension: &str, bytes: &[u8]) -> Result<()> {
        let path = format!("assets/{role}-{}.{extension}", hash(bytes));
        self.write(&path, bytes)?;
        self.files.insert(format!("{role}.{extension}"), path);
        Ok(())
    }

    fn add_file(&mut self, path: &str, bytes: &[u8]) -> Result<()> {
        self.write(path, bytes)?;
        self.files.insert(path.into(), path.into());
        Ok(())
    }

    fn write(&self, path: &str, bytes: &[u8]) -> Result<()> {
        let path = self.dir.join(path);
        fs::create_dir_all(path.parent().unwrap_or(&self.dir))?;
        fs::write(&path, bytes).with_context(|| format!("could not write {}", path.display()))
    }

    /// The text of a file with `{{page.wasm}}` and the like replaced by their addresses.
    fn filled(&self, source: &Path) -> Result<String> {
        let mut text =
            fs::read_to_string(source).with_context(|| format!("could not read {}", source.display()))?;
        for (role, path) in &self.files {
            text = text.replace(&format!("{{{{{role}}}}}"), &format!("/{path}"));
        }
        Ok(text)
    }

    fn compress(&self) -> Result<()> {
        for path in self.files.values() {
            if COMPRESSED.iter().any(|extension| path.ends_with(&format!(".{extension}"))) {
                let bytes = brotli(&fs::read(self.dir.join(path))?)?;
                self.write(&format!("{path}.br"), &bytes)?;
            }
        }
        Ok(())
    }
}

/// The files of a folder as one text, in the order of their names.
fn joined(folder: &Path) -> Result<String> {
    sorted_entries(folder)?.iter().map(|entry| Ok(fs::read_to_string(entry.path())?)).collect()
}

fn sorted_entries(folder: &Path) -> Result<Vec<fs::DirEntry>> {
    let mut entries = fs::read_dir(folder)?.collect::<std::io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    Ok(entries)
}

/// Keeps this machine's paths out of the result: they would change its content, and so its names, from machine to
/// machine. Only dependencies have absolute paths; those of the workspace are relative to its root.
fn remapped_paths() -> String {
    let home = env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let cargo_home = env::var_os("CARGO_HOME").map_or_else(|| home.join(".cargo"), PathBuf::from);
    let registry = cargo_home.join("registry/src");
    format!("--remap-path-prefix={}=crates", registry.display())
}

/// Ten hex digits of the content's SHA-1: a name, not a proof.
fn hash(bytes: &[u8]) -> String {
    Sha1::digest(bytes).iter().take(5).map(|byte| format!("{byte:02x}")).collect()
}

/// The smallest that brotli can make of it: which window and which blocks suit a file only trying tells.
fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    const WINDOW_AND_BLOCK_BITS: [(i32, i32); 2] = [(22, 0), (19, 16)];
    let mut smallest: Option<Vec<u8>> = None;
    for (lgwin, lgblock) in WINDOW_AND_BLOCK_BITS {
        let size_hint = bytes.len();
        let params = BrotliEncoderParams { quality: 11, lgwin, lgblock, size_hint, ..Default::default() };
        let mut compressed = Vec::new();
        BrotliCompress(&mut &*bytes, &mut compressed, &params)?;
        if smallest.as_ref().is_none_or(|smallest| compressed.len() < smallest.len()) {
            smallest = Some(compressed);
        }
    }
    Ok(smallest.unwrap_or_default())
}
