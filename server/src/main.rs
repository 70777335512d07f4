//! The program `safelight`. `cargo xtask` builds it with the page in it.

mod cli;

use std::process::ExitCode;

use clap::Parser;

/// The list of the built page's files. Only this small crate is compiled again when the page changes, and it is whenever
/// the variable does: the list's name holds a hash of all contents.
#[cfg(embedded_page)]
const EMBEDDED_PAGE: &[(&str, &[u8])] = include!(env!("SAFELIGHT_EMBEDDED_PAGE"));
/// A plain `cargo build` makes a server without a page.
#[cfg(not(embedded_page))]
const EMBEDDED_PAGE: &[(&str, &[u8])] = &[];

fn main() -> ExitCode {
    match cli::Cli::parse().run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("safelight: {}", server::error::causes(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}
