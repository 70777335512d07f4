//! The rules of the repository that the compiler does not check.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::root;
use crate::shell::{cargo, run};

/// A longer file hides a missing noun.
const MOST_LINES: usize = 400;
/// The paths that may use web APIs.
const WEB_FOLDERS: [&str; 5] =
    ["crates/browser/", "crates/workers/", "src/", "xtask/src/tidy.rs", "crates/kit/"];

pub fn check() -> Result<()> {
    run(&mut cargo(&["fmt", "--all", "--check"]))?;
    let mut findings = Vec::new();
    for path in sources()? {
        let text = fs::read_to_string(root().join(&path))?;
        findings.extend(too_long(&path, &text));
        findings.extend(web_elsewhere(&path, &text));
        findings.extend(no_header(&path, &text));
    }
    if !findings.is_empty() {
        bail!("the tree is not tidy:\n{}", findings.join("\n"));
    }
    Ok(())
}

/// The hand-written files, as listed by git.
fn sources() -> Result<Vec<PathBuf>> {
    let mut git = Command::new("git");
    git.current_dir(root()).args(["ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate"]);
    let listed = String::from_utf8(git.args(["*.rs", "*.mjs", "*.js", "*.css"]).output()?.stdout)?;
    Ok(listed.lines().map(PathBuf::from).filter(|path| root().join(path).exists()).collect())
}

fn too_long(path: &Path, text: &str) -> Option<String> {
    let lines = text.lines().count();
    (lines > MOST_LINES).then(|| format!("{}: {lines} lines, at most {MOST_LINES}", path.display()))
}

fn web_elsewhere(path: &Path, text: &str) -> Option<String> {
    let home = WEB_FOLDERS.iter().any(|folder| path.starts_with(folder));
    let web = text.contains("web_sys") || text.contains("js_sys");
    (web && !home).then(|| format!("{}: names web APIs; they belong in crates/browser", path.display()))
}

fn no_header(path: &Path, text: &str) -> Option<String> {
    let rust = path.extension().is_some_and(|extension| extension == "rs");
    let header = text.starts_with("//!");
    (rust && !header).then(|| format!("{}: begins without saying what it is for", path.display()))
}
