//! The whole product in one program, built and run.

use std::env::consts::EXE_SUFFIX;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::page::{self, Quality};
use crate::shell::{cargo, run, say};
use crate::target;

/// Builds page, workers and server; returns the program.
pub fn build() -> Result<PathBuf> {
    build_server(&["--bin", "safelight"])?;
    Ok(target().join("release").join(format!("safelight{EXE_SUFFIX}")))
}

/// Builds an example of the server, from the same library as the program.
pub fn build_example(name: &str) -> Result<PathBuf> {
    build_server(&["--example", name])?;
    Ok(target().join("release/examples").join(format!("{name}{EXE_SUFFIX}")))
}

pub fn serve(arguments: &[String]) -> Result<()> {
    let program = build()?;
    run(Command::new(program).arg("serve").args(arguments))
}

/// The server embeds the page, so it is built again when the page's version changes.
fn build_server(targets: &[&str]) -> Result<()> {
    let built = page::build(Quality::Release)?;
    say("building the server (release)");
    let mut build = cargo(&["build", "--release", "--package", "safelight-server"]);
    build.env("SAFELIGHT_PAGE_DIR", &built.dir).env("SAFELIGHT_PAGE_VERSION", built.page.version());
    run(build.args(targets))
}
