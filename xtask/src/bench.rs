//! Measures the product against yardsticks: other programs and plain JavaScript, in the same run on the same machine.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::serve;
use crate::shell::{cargo, run, say};
use crate::test::{install_npm_packages, prepare_journeys};
use crate::{root, target};

/// One measurement. The comment at the top of its file in `tests/browser/bench` describes it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Bench {
    /// Reading and hashing, against plain reading and against the usual libraries
    Hash,
    /// A first backup of 100,000 small files, against walking, opening and reading them
    ManyFiles,
    /// Scanning 100,000 unchanged files, against a bare walk
    Rescan,
    /// Opening the app with 100,000 files known; its main thread and its worker's heap
    Start,
    /// A wake-up with no page open and 100,000 files known, until the first byte of a remaining file
    Wake,
    /// 1,000 photos and 10,000 small files to a new server, against the official @immich/cli and a bare page
    FirstBackup,
    /// The same again with nothing new, against the official @immich/cli
    SecondBackup,
    /// The growth of the browser's memory while a file of 5 GB is read and sent
    Memory,
    /// Storing files through the server, against a bare loop that writes, hashes and syncs them
    Ingest,
    /// The server's memory with 64 uploads of 1 GB at once
    Load,
}

#[derive(Args)]
pub struct Options {
    /// Which to run; all if none is named
    benches: Vec<Bench>,
    /// How many times to measure each; the median counts
    #[arg(long)]
    runs: Option<u32>,
    /// Run once, with small sizes: shows in minutes that the harness works, but the numbers mean little
    #[arg(long)]
    quick: bool,
}

/// Runs every bench once with small sizes, to show that it works.
pub fn run_small() -> Result<()> {
    bench(&Options { benches: Vec::new(), runs: None, quick: true })
}

/// A missed target is reported, but does not fail the run.
pub fn bench(options: &Options) -> Result<()> {
    let mut node = prepare_journeys()?;
    install_npm_packages(&root().join("tests/clients"))?;
    node.env("WEIGH", build_weigh(options.quick)?);
    let saved = target().join(if options.quick { "bench/quick.json" } else { "bench/latest.json" });
    run(add_words(node.arg("bench/run.mjs"), options).arg("--save").arg(&saved))?;
    say(&format!("all runs are saved in {}", saved.display()));
    Ok(())
}

/// Builds the load program. For a quick run the tests have already built it without optimisation, which is good enough
/// because the numbers do not count.
fn build_weigh(quick: bool) -> Result<PathBuf> {
    if !quick {
        return serve::build_example("weigh");
    }
    run(&mut cargo(&["build", "--example", "weigh"]))?;
    Ok(target().join("debug/examples").join(format!("weigh{}", std::env::consts::EXE_SUFFIX)))
}

fn add_words<'a>(node: &'a mut Command, options: &Options) -> &'a mut Command {
    let named = options.benches.iter().filter_map(|bench| bench.to_possible_value());
    node.args(named.map(|value| value.get_name().to_owned()));
    node.args(options.runs.map(|runs| format!("--runs={runs}")));
    node.args(options.quick.then_some("--quick"))
}
