//! The whole product in one program, built and run.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::page::{self, Quality};
use crate::shell::{cargo, run, say};
use crate::target;

/// Builds page, workers and server; returns the program.
pub fn build() -> Result<PathBuf> {
    let page = page::build(Quality::Release)?;
    say("building the server (release)");
    let mut build = cargo(&["build", "--release", "--package", "safelight-server"]);
    run(build.env("SAFELIGHT_PAGE_DIR", &page.dir))?;
    Ok(target().join("release").join(format!("safelight{}", std::env::consts::EXE_SUFFIX)))
}

pub fn serve(arguments: &[String]) -> Result<()> {
    let program = build()?;
    run(Command::new(program).arg("serve").args(arguments))
}
