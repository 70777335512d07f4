//! The program `safelight`.

mod cli;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match cli::Cli::parse().run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("safelight: {}", server::error::causes(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}
