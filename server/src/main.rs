//! The program `safelight`: the library's command line, with the page embedded. `cargo xtask` builds it that way.

use std::process::ExitCode;

/// The list of the built page's files. Its name contains a hash of all their contents, so Cargo recompiles this file
/// when the page changes. Everything else is in the library, which does not change with the page.
#[cfg(embedded_page)]
const PAGE: server::page::EmbeddedFiles = include!(env!("SAFELIGHT_EMBEDDED_PAGE"));
/// A plain `cargo build` builds a server without a page.
#[cfg(not(embedded_page))]
const PAGE: server::page::EmbeddedFiles = &[];

fn main() -> ExitCode {
    server::cli::main(PAGE)
}
