//! All tasks of this repository: `cargo xtask --help`.
//!
//! Nothing is needed besides Rust (and Node for the browser journeys). wasm-bindgen is a library here, in the version
//! from Cargo.lock.

mod bench;
mod bindings;
mod dev;
mod kept;
mod page;
mod schema;
mod script;
mod serve;
mod shell;
mod simulate;
mod size;
mod split;
mod test;
mod tidy;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Builds, runs, tests and measures Safelight.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build page, workers and server in release mode, and run the server
    ///
    /// Arguments after `--` are passed to the server: `cargo xtask serve -- --data DIR --listen 0.0.0.0:4114`.
    Serve {
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Run the server from a quick build, and rebuild whenever a file changes
    Dev {
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Build page, workers and server in release mode, and print the path of the program
    Build,
    /// Run the tests: all, or only the named layers
    Test {
        layers: Vec<test::Layer>,
        /// Only tests whose name contains this (native, wasm and journeys)
        #[arg(long)]
        only: Option<String>,
    },
    /// Measure against yardsticks: all benches, or only the named ones
    Bench {
        #[command(flatten)]
        options: bench::Options,
    },
    /// Show what a browser has to download, and fail if it exceeds a limit
    Size,
    /// Simulate random lives of a backup, and report the first that breaks a rule, with its seed
    Simulate(simulate::Options),
    /// Take the README's screenshots from the running app
    Screenshots,
}

fn main() -> ExitCode {
    match run(Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<()> {
    match task {
        Task::Serve { arguments } => serve::serve(&arguments),
        Task::Dev { arguments } => dev::dev(&arguments),
        Task::Build => {
            let program = serve::build()?;
            println!("{}", program.display());
            Ok(())
        }
        Task::Test { layers, only } => test::test(&layers, only.as_deref()),
        Task::Bench { options } => bench::bench(&options),
        Task::Size => size::size(),
        Task::Simulate(options) => simulate::simulate(&options),
        Task::Screenshots => test::screenshots(),
    }
}

/// The root of the repository.
fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().map_or_else(|| here.clone(), PathBuf::from)
}

/// Where cargo puts build output.
fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}
