//! Builds and runs the whole product as one program.

use std::env::consts::EXE_SUFFIX;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::page::{self, Built, Quality};
use crate::shell::{cargo, run, say};
use crate::target;

/// Builds the page, the workers and the server. Returns the path of the program.
pub fn build() -> Result<PathBuf> {
    let list = list_of_files(&page::build(Quality::Release)?)?;
    say("building the server (release)");
    let mut build = cargo(&["rustc", "--release", "--package", "safelight-server", "--bin", "safelight"]);
    // These flags apply only to the program, so a changed page does not rebuild the server's library.
    build.args(["--", "--cfg", "embedded_page"]).env("SAFELIGHT_EMBEDDED_PAGE", list);
    run(&mut build)?;
    Ok(target().join("release").join(format!("safelight{EXE_SUFFIX}")))
}

/// Builds an example of the server.
pub fn build_example(name: &str) -> Result<PathBuf> {
    say(&format!("building {name} (release)"));
    run(&mut cargo(&["build", "--release", "--package", "safelight-server", "--example", name]))?;
    Ok(target().join("release/examples").join(format!("{name}{EXE_SUFFIX}")))
}

pub fn serve(arguments: &[String]) -> Result<()> {
    let program = build()?;
    run(Command::new(program).arg("serve").args(arguments))
}

/// Writes a Rust expression that embeds every file of the page. Its path changes whenever any content changes.
fn list_of_files(built: &Built) -> Result<PathBuf> {
    let path = target().join("page-lists").join(format!("{}.rs", built.page.version()));
    fs::create_dir_all(target().join("page-lists"))?;
    let dir = fs::canonicalize(&built.dir)?;
    let line = |name: &String| format!("({name:?}, include_bytes!({:?}) as &[u8]),\n", dir.join(name));
    let list = format!("&[\n{}]\n", built.page.names().map(line).collect::<String>());
    // An unchanged list keeps its modification time, so the program is not rebuilt.
    if fs::read_to_string(&path).ok().as_ref() != Some(&list) {
        fs::write(&path, list)?;
    }
    Ok(path)
}
