//! Results of slow steps, kept on disk so that no step runs twice on the same input.
//!
//! Invariant: a result is stored under a hash of everything that it depends on: the step, its inputs, and this
//! program, which holds the code of every step (wasm-bindgen and brotli are linked into it). A result that is damaged
//! or incomplete counts as missing.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result};
use sha1::{Digest, Sha1};
use tempfile::NamedTempFile;

/// The output of a step: contents by name.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Enough for a few versions of the page. One release build needs about twenty.
const MOST_RESULTS: usize = 100;
const DIGEST_BYTES: usize = 20;

pub struct Kept {
    dir: PathBuf,
    program: [u8; DIGEST_BYTES],
}

impl Kept {
    pub fn open(dir: PathBuf) -> Result<Kept> {
        let program = std::env::current_exe().and_then(fs::read).context("cannot read this program")?;
        Kept::of_program(dir, &program)
    }

    fn of_program(dir: PathBuf, program: &[u8]) -> Result<Kept> {
        fs::create_dir_all(&dir).with_context(|| format!("cannot create {}", dir.display()))?;
        Ok(Kept { dir, program: Sha1::digest(program).into() })
    }

    /// The kept result of this step for these inputs. If there is none, makes and keeps it.
    pub fn get_or_make(
        &self,
        step: &str,
        inputs: &[&[u8]],
        make: impl FnOnce() -> Result<Files>,
    ) -> Result<Files> {
        let path = self.dir.join(self.key(step, inputs));
        if let Some(files) = read(&path) {
            return Ok(files);
        }
        let files = make()?;
        self.keep(&path, &files).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(files)
    }

    /// Removes the least recently used results. Nothing depends on this, so failures do no harm.
    pub fn prune(&self) {
        let Ok(entries) = fs::read_dir(&self.dir) else { return };
        let used = |path: &Path| path.metadata().and_then(|file| file.modified()).ok();
        let mut results: Vec<(Option<SystemTime>, PathBuf)> =
            entries.filter_map(|entry| Some(entry.ok()?.path())).map(|path| (used(&path), path)).collect();
        results.sort();
        let excess = results.len().saturating_sub(MOST_RESULTS);
        for (_, path) in results.drain(..excess) {
            _ = fs::remove_file(path);
        }
    }

    /// The lengths are part of the hash, so no two lists of inputs hash the same bytes.
    fn key(&self, step: &str, inputs: &[&[u8]]) -> String {
        let mut hasher = Sha1::new_with_prefix(self.program);
        for part in [step.as_bytes()].iter().chain(inputs) {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        let digest = hasher.finalize();
        format!("{step}-{}", digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
    }

    /// Written to a temporary file and renamed, so another thread or build that makes the same result at the same
    /// time never reads half of it.
    fn keep(&self, path: &Path, files: &Files) -> Result<()> {
        let mut unfinished = NamedTempFile::new_in(&self.dir)?;
        unfinished.write_all(&packed(files))?;
        unfinished.persist(path)?;
        Ok(())
    }
}

/// Reading marks the result as used.
fn read(path: &Path) -> Option<Files> {
    let files = unpacked(&fs::read(path).ok()?)?;
    if let Ok(file) = File::options().append(true).open(path) {
        _ = file.set_modified(SystemTime::now());
    }
    Some(files)
}

/// A digest of the rest, then each name and content, each preceded by its length.
fn packed(files: &Files) -> Vec<u8> {
    let mut body = Vec::new();
    for part in files.iter().flat_map(|(name, bytes)| [name.as_bytes(), bytes]) {
        body.extend((part.len() as u64).to_le_bytes());
        body.extend(part);
    }
    [Sha1::digest(&body).as_slice(), &body].concat()
}

fn unpacked(packed: &[u8]) -> Option<Files> {
    let (digest, mut body) = packed.split_at_checked(DIGEST_BYTES)?;
    if Sha1::digest(body).as_slice() != digest {
        return None;
    }
    let mut files = Files::new();
    while !body.is_empty() {
        let name = String::from_utf8(next_part(&mut body)?.to_vec()).ok()?;
        files.insert(name, next_part(&mut body)?.to_vec());
    }
    Some(files)
}

fn next_part<'a>(body: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, rest) = body.split_first_chunk()?;
    let (part, rest) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
    *body = rest;
    Some(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_runs_once_for_the_same_input() {
        let dir = tempfile::tempdir().unwrap();
        let kept = kept(&dir, b"program");
        assert!(runs(&kept, "bind", &[b"a"]));
        assert!(!runs(&kept, "bind", &[b"a"]));
    }

    #[test]
    fn another_input_step_or_program_runs_the_step_again() {
        let dir = tempfile::tempdir().unwrap();
        assert!(runs(&kept(&dir, b"program"), "bind", &[b"ab", b"c"]));
        assert!(runs(&kept(&dir, b"program"), "bind", &[b"ab", b"d"]));
        assert!(runs(&kept(&dir, b"program"), "bind", &[b"a", b"bc"]), "the same bytes, cut elsewhere");
        assert!(runs(&kept(&dir, b"program"), "bind", &[b"abc"]));
        assert!(runs(&kept(&dir, b"program"), "compress", &[b"ab", b"c"]));
        assert!(runs(&kept(&dir, b"newer program"), "bind", &[b"ab", b"c"]));
    }

    #[test]
    fn a_result_is_returned_as_it_was_made() {
        let dir = tempfile::tempdir().unwrap();
        let kept = kept(&dir, b"program");
        let files = Files::from([("a.js".into(), b"x".to_vec()), ("empty".into(), Vec::new())]);
        let made = kept.get_or_make("bind", &[b"a"], || Ok(files.clone())).unwrap();
        let again = kept.get_or_make("bind", &[b"a"], || unreachable!()).unwrap();
        assert_eq!((&made, &again), (&files, &files));
    }

    #[test]
    fn a_damaged_result_is_made_again() {
        let dir = tempfile::tempdir().unwrap();
        let kept = kept(&dir, b"program");
        for damage in [
            |bytes: &mut Vec<u8>| bytes.truncate(30),
            |bytes: &mut Vec<u8>| bytes[40] ^= 1,
            |bytes: &mut Vec<u8>| bytes.clear(),
        ] {
            assert!(runs(&kept, "bind", &[b"a"]));
            let path = fs::read_dir(dir.path()).unwrap().next().unwrap().unwrap().path();
            let mut bytes = fs::read(&path).unwrap();
            damage(&mut bytes);
            fs::write(&path, bytes).unwrap();
        }
        assert!(runs(&kept, "bind", &[b"a"]));
    }

    #[test]
    fn a_step_that_fails_keeps_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let kept = kept(&dir, b"program");
        kept.get_or_make("bind", &[b"a"], || anyhow::bail!("no")).unwrap_err();
        assert!(runs(&kept, "bind", &[b"a"]));
    }

    #[test]
    fn the_same_result_may_be_made_twice_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let kept = kept(&dir, b"program");
        for round in 0_u32..50 {
            std::thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| runs(&kept, "bind", &[&round.to_le_bytes()]));
                }
            });
        }
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 50, "nothing unfinished is left");
    }

    #[test]
    fn pruning_keeps_what_was_used_last() {
        let dir = tempfile::tempdir().unwrap();
        let kept = kept(&dir, b"program");
        for number in 0..=MOST_RESULTS {
            assert!(runs(&kept, "bind", &[&number.to_le_bytes()]));
            let made = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(number as u64);
            let path = dir.path().join(kept.key("bind", &[&number.to_le_bytes()]));
            File::options().append(true).open(path).unwrap().set_modified(made).unwrap();
        }
        assert!(!runs(&kept, "bind", &[&0_usize.to_le_bytes()]), "the oldest is used again");
        kept.prune();
        assert!(!runs(&kept, "bind", &[&0_usize.to_le_bytes()]));
        assert!(runs(&kept, "bind", &[&1_usize.to_le_bytes()]));
    }

    fn kept(dir: &tempfile::TempDir, program: &[u8]) -> Kept {
        Kept::of_program(dir.path().to_owned(), program).unwrap()
    }

    /// Whether the step had to run.
    fn runs(kept: &Kept, step: &str, inputs: &[&[u8]]) -> bool {
        let mut ran = false;
        let result = kept.get_or_make(step, inputs, || {
            ran = true;
            Ok(Files::from([("out".into(), b"a result of some length".to_vec())]))
        });
        result.unwrap();
        ran
    }
}
