//! Builds everything that the browser loads: the page, the workers, and the hand-written files around them.
//!
//! Names under `assets/` contain a hash of the content, so browsers may cache them forever. Files that refer to
//! others hold `{{placeholders}}`, and are made after the files that they refer to.
//!
//! Invariant: the folder holds exactly the files of this build, and a file whose content is unchanged is not
//! rewritten.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, Result, anyhow};
use brotli::BrotliCompress;
use brotli::enc::BrotliEncoderParams;
use sha1::{Digest, Sha1};

use crate::bindings::{bind, split_and_bind};
use crate::kept::{Files, Kept};
use crate::script::without_comments;
use crate::shell::{cargo, ensure_wasm_target, run, say};
use crate::{root, target};

/// The kind of build.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Quality {
    /// Small and fast, with a compressed copy beside each file.
    Release,
    /// Ready in seconds.
    Quick,
}

/// The wasm programs: the name of cargo's output, and the name used here.
const PROGRAMS: [(&str, &str); 3] =
    [("safelight_page", "page"), ("backup-worker", "backup-worker"), ("service-worker", "service-worker")];
/// Text compresses well. Images are already compressed.
const COMPRESSED: [&str; 7] = ["html", "js", "css", "wasm", "svg", "webmanifest", "json"];

/// All files that the server hosts.
#[derive(Default)]
pub struct Page {
    /// Role to path, such as `page.wasm` to `assets/page-0123456789.wasm`.
    roles: BTreeMap<String, String>,
    /// Path to content, including the compressed copies.
    files: Files,
}

/// A page on disk.
pub struct Built {
    pub dir: PathBuf,
    pub page: Page,
}

pub fn build(quality: Quality) -> Result<Built> {
    let programs = compile(quality)?;
    let kept = Kept::open(target().join("kept"))?;
    let mut page = Page::default();
    for bound in side_by_side(programs, |(name, wasm)| bound(&kept, name, &wasm, quality))? {
        page.add_program(bound)?;
    }
    page.add_hand_written(&root())?;
    if quality == Quality::Release {
        page.compress(&kept)?;
    }
    kept.prune();
    let dir = target().join(if quality == Quality::Release { "page" } else { "page-dev" });
    page.write(&dir)?;
    Ok(Built { dir, page })
}

/// The three programs as compiled, by name.
fn compile(quality: Quality) -> Result<Vec<(&'static str, Vec<u8>)>> {
    ensure_wasm_target()?;
    let (profile, folder) = match quality {
        Quality::Release => ("web", "web"),
        Quality::Quick => ("dev", "debug"),
    };
    say(&format!("building page and workers ({profile})"));
    let packages = ["--package", "safelight-page", "--package", "safelight-workers"];
    let mut build = cargo(&["build", "--target", "wasm32-unknown-unknown", "--profile", profile]);
    run(build.args(packages).env("RUSTFLAGS", flags()))?;
    let built = target().join("wasm32-unknown-unknown").join(folder);
    let read = |(program, name)| Ok((name, read(&built.join(format!("{program}.wasm")))?));
    PROGRAMS.into_iter().map(read).collect()
}

fn bound(kept: &Kept, name: &str, wasm: &[u8], quality: Quality) -> Result<Files> {
    let quality_name: &[u8] = match quality {
        Quality::Release => b"release",
        Quality::Quick => b"quick",
    };
    kept.get_or_make("bind", &[name.as_bytes(), quality_name, wasm], || {
        say(&format!("binding {name}"));
        if name == "page" { split_and_bind(wasm, name, quality) } else { bind(wasm, name, quality) }
    })
}

impl Page {
    /// Scripts refer to wasm files and import each other. So wasm files get their names first, and all scripts of one
    /// program share one hash.
    fn add_program(&mut self, bound: Files) -> Result<()> {
        let (scripts, programs): (Files, Files) =
            bound.into_iter().partition(|(role, _)| role.ends_with(".js"));
        for (role, bytes) in &programs {
            self.add_asset(role, bytes.clone());
        }
        let texts = scripts.into_iter().map(|(role, bytes)| Ok((role, self.with_wasm_names(bytes)?)));
        let texts = texts.collect::<Result<Vec<(String, String)>>>()?;
        let tag = hash(texts.iter().map(|(_, text)| text.as_str()).collect::<String>().as_bytes());
        for (role, text) in &texts {
            let imported = |text: String, (other, _): &(String, String)| import_renamed(&text, other, &tag);
            let text = texts.iter().fold(text.clone(), imported);
            self.add_tagged(role, &tag, text.into());
        }
        Ok(())
    }

    /// Replaces the relative names of wasm files in a script by their addresses.
    fn with_wasm_names(&self, script: Vec<u8>) -> Result<String> {
        let wasm = self.roles.iter().filter(|(role, _)| role.ends_with(".wasm"));
        Ok(wasm.fold(String::from_utf8(script)?, |text, (role, path)| {
            text.replace(&format!("\"./{role}\""), &format!("\"/{path}\""))
        }))
    }

    fn add_hand_written(&mut self, root: &Path) -> Result<()> {
        let www = root.join("www");
        for role in ["page.js", "theme.js", "backup-worker.js"] {
            let text = self.filled(&www.join(role))?;
            self.add_asset(role, text.into());
        }
        self.add_asset("style.css", joined(&www.join("style"))?.into());
        let index = self.filled(&www.join("index.html"))?;
        self.add_file("index.html", index.into());
        self.copy_public(&root.join("public"), "")?;
        self.add_service_worker(&www.join("sw.js"))
    }

    /// The service worker is made last, because it lists everything else, and its version is a hash of all of it.
    fn add_service_worker(&mut self, source: &Path) -> Result<()> {
        let kept = |path: &&String| !path.starts_with("screenshots/");
        let list: Vec<String> = self.roles.values().filter(kept).map(|path| format!("\"/{path}\"")).collect();
        let text = self.filled(source)?;
        let text = text.replace("{{files}}", &format!("[{}]", list.join(", ")));
        // Comments are removed because this file is loaded at every wake-up.
        let text = without_comments(&text.replace("{{version}}", &self.version()));
        self.add_file("sw.js", text.into());
        Ok(())
    }

    fn copy_public(&mut self, from: &Path, prefix: &str) -> Result<()> {
        for entry in sorted_entries(from)? {
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                self.copy_public(&entry.path(), &format!("{name}/"))?;
            } else {
                self.add_file(&name, read(&entry.path())?);
            }
        }
        Ok(())
    }

    /// Adds a file under a name that contains a hash of its content.
    fn add_asset(&mut self, role: &str, bytes: Vec<u8>) {
        self.add_tagged(role, &hash(&bytes), bytes);
    }

    fn add_tagged(&mut self, role: &str, tag: &str, bytes: Vec<u8>) {
        let path = format!("assets/{}", tagged(role, tag));
        self.roles.insert(role.into(), path.clone());
        self.files.insert(path, bytes);
    }

    fn add_file(&mut self, path: &str, bytes: Vec<u8>) {
        self.roles.insert(path.into(), path.into());
        self.files.insert(path.into(), bytes);
    }

    /// The text of a file, with `{{page.wasm}}` and the like replaced by addresses.
    fn filled(&self, source: &Path) -> Result<String> {
        let mut text = String::from_utf8(read(source)?)?;
        for (role, path) in &self.roles {
            text = text.replace(&format!("{{{{{role}}}}}"), &format!("/{path}"));
        }
        Ok(text)
    }

    fn compress(&mut self, kept: &Kept) -> Result<()> {
        let gains = |path: &str| COMPRESSED.iter().any(|extension| path.ends_with(&format!(".{extension}")));
        let files: Vec<(&String, &Vec<u8>)> = self.files.iter().filter(|(path, _)| gains(path)).collect();
        let compressed = side_by_side(files, |(path, bytes)| {
            let result = kept.get_or_make("brotli", &[bytes], || {
                say(&format!("compressing {path}"));
                Ok(Files::from([("br".into(), brotli(bytes)?)]))
            });
            Ok(result?.into_values().map(|bytes| (format!("{path}.br"), bytes)).collect::<Files>())
        })?;
        self.files.extend(compressed.into_iter().flatten());
        Ok(())
    }

    /// The paths of all files.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        self.files.keys()
    }

    /// A hash of every name and content.
    pub fn version(&self) -> String {
        let lines = self.files.iter().map(|(path, bytes)| format!("{} {path}\n", hash(bytes)));
        hash(lines.collect::<String>().as_bytes())
    }

    /// The chunks of the page, which it loads on demand.
    pub fn chunks(&self) -> impl Iterator<Item = &String> {
        self.roles.keys().filter(|role| role.starts_with("split_") || role.starts_with("chunk_"))
    }

    /// How many bytes the browser downloads for this role.
    pub fn compressed_size(&self, role: &str) -> Result<usize> {
        let path = self.roles.get(role).with_context(|| format!("the page has no {role}"))?;
        let bytes = self.files.get(&format!("{path}.br"));
        Ok(bytes.with_context(|| format!("{role} is not compressed"))?.len())
    }

    fn write(&self, dir: &Path) -> Result<()> {
        self.remove_others(dir, "")?;
        for (path, bytes) in &self.files {
            let path = dir.join(path);
            if fs::read(&path).is_ok_and(|present| present == *bytes) {
                continue;
            }
            fs::create_dir_all(path.parent().unwrap_or(dir))?;
            fs::write(&path, bytes).with_context(|| format!("could not write {}", path.display()))?;
        }
        Ok(())
    }

    /// Removes files that are not part of this page.
    fn remove_others(&self, dir: &Path, prefix: &str) -> Result<()> {
        if !dir.exists() {
            return Ok(());
        }
        for entry in sorted_entries(dir)? {
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                self.remove_others(&entry.path(), &format!("{name}/"))?;
            } else if !self.files.contains_key(&name) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}

fn tagged(role: &str, tag: &str) -> String {
    let (stem, extension) = role.rsplit_once('.').unwrap_or((role, ""));
    format!("{stem}-{tag}.{extension}")
}

/// Renames only imports, because wasm asks for the module by its plain name.
fn import_renamed(text: &str, role: &str, tag: &str) -> String {
    ['"', '\''].into_iter().fold(text.to_owned(), |text, quote| {
        let from = |name: &str| format!("from {quote}./{name}{quote}");
        text.replace(&from(role), &from(&tagged(role, tag)))
    })
}

/// One thread per item, since there are only a few.
fn side_by_side<T: Send, U: Send>(items: Vec<T>, work: impl Fn(T) -> Result<U> + Sync) -> Result<Vec<U>> {
    thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> = items.into_iter().map(|item| scope.spawn(move || work(item))).collect();
        let join = |thread: thread::ScopedJoinHandle<'_, Result<U>>| {
            thread.join().unwrap_or_else(|_| Err(anyhow!("a build step panicked")))
        };
        threads.into_iter().map(join).collect()
    })
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

/// `erase_components` makes Leptos compile fewer types: the page is a fifteenth smaller.
///
/// The other flag keeps this machine's paths out of the output. Otherwise they would change its content, and so its
/// names, from machine to machine. Only dependencies have absolute paths. Those of the workspace are relative to its
/// root.
fn flags() -> String {
    let home = env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let cargo_home = env::var_os("CARGO_HOME").map_or_else(|| home.join(".cargo"), PathBuf::from);
    let registry = cargo_home.join("registry/src");
    format!("--cfg erase_components --remap-path-prefix={}=crates", registry.display())
}

/// The first ten hex digits of the content's SHA-1. Used as a name, not as a proof.
fn hash(bytes: &[u8]) -> String {
    Sha1::digest(bytes).iter().take(5).map(|byte| format!("{byte:02x}")).collect()
}

fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let params = BrotliEncoderParams { quality: 11, lgwin: 22, size_hint: bytes.len(), ..Default::default() };
    let mut compressed = Vec::new();
    BrotliCompress(&mut &*bytes, &mut compressed, &params)?;
    Ok(compressed)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("could not read {}", path.display()))
}

#[cfg(test)]
mod tests;
