//! The program `safelight`: the library's command line, and the page. `cargo xtask` builds it with the page in it.

use std::process::ExitCode;

/// The list of the built page's files. Cargo compiles this file again when the variable changes, and the list's name
/// holds a hash of all contents. Everything else is in the library, which does not change with the page.
#[cfg(embedded_page)]
const PAGE: server::page::EmbeddedFiles = include!(env!("SAFELIGHT_EMBEDDED_PAGE"));
/// A plain `cargo build` makes a server without a page.
#[cfg(not(embedded_page))]
const PAGE: server::page::EmbeddedFiles = &[];

fn main() -> ExitCode {
    server::cli::main(PAGE)
}
