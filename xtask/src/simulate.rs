//! Random lives of a backup, made from seeds: see `crates/engine/src/testing/simulation`.

use anyhow::Result;
use clap::Args;

use crate::shell::{cargo, run};

#[derive(Args)]
pub struct Options {
    /// How many lives to simulate
    #[arg(long, default_value_t = 100_000, conflicts_with = "minutes")]
    lives: u64,
    /// Simulate for this many minutes instead
    #[arg(long)]
    minutes: Option<u64>,
    /// The seed of the first life; each further life uses the next number
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl Default for Options {
    /// The options of the normal test run.
    fn default() -> Options {
        Options { lives: 100_000, minutes: None, seed: 1 }
    }
}

pub fn simulate(options: &Options) -> Result<()> {
    let much = options.minutes.map_or_else(|| options.lives.to_string(), |minutes| format!("{minutes}m"));
    let mut simulate = cargo(&["run", "--quiet", "--release", "--package", "safelight-engine"]);
    simulate.args(["--features", "testing", "--example", "simulate", "--"]);
    run(simulate.args([much, options.seed.to_string()]))
}
