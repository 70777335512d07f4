//! `safelight check`.

use std::error::Error;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use crate::Vault;
use crate::vault::{Damage, Depth, Finding, check as verify, put_aside};

use super::auth::vaults;
use super::{Folder, Outcome};

pub(super) fn check(folder: &Folder, read_data: bool, repair: bool) -> Outcome {
    let depth = if read_data { Depth::Data } else { Depth::Sizes };
    let (mut files, mut findings) = (0, 0);
    for vault in vaults(folder)? {
        let (files_here, findings_here) = check_one(&vault, depth, repair)?;
        files += files_here;
        findings += findings_here;
    }
    if findings == 0 {
        println!("{files} files, {}", all_well(depth));
        Ok(ExitCode::SUCCESS)
    } else {
        println!("{files} files, {findings} findings");
        Ok(ExitCode::FAILURE)
    }
}

fn check_one(data: &Path, depth: Depth, repair: bool) -> Result<(usize, usize), Box<dyn Error>> {
    // Held to the end, so that nothing else works in the folder during a repair.
    let vault = repair.then(|| Vault::open(data)).transpose()?;
    if let Some(entered) = vault.as_ref().map(|vault| vault.repair().adopted).filter(|entered| *entered > 0) {
        println!("Added {entered} files that were missing from the index");
    }
    let mut findings: Vec<Finding> = Vec::new();
    let files = verify(data, depth, show_progress, |finding| {
        println!("{} {}", finding.place.display(), finding.damage);
        findings.push(finding);
    })?;
    if repair {
        set_right(data, &findings)?;
    }
    Ok((files, findings.len()))
}

fn set_right(data: &Path, findings: &[Finding]) -> Result<(), Box<dyn Error>> {
    for finding in findings {
        match finding.damage {
            Damage::WrongSize { .. } | Damage::WrongBytes => {
                let place = put_aside(data, finding)?;
                println!(
                    "{} was set aside: a browser that still has the file uploads it again",
                    place.display()
                );
            }
            Damage::Missing | Damage::Unreadable(_) | Damage::Unknown => {}
        }
    }
    Ok(())
}

/// Progress is shown only on a terminal.
fn show_progress(looked_at: usize, of: usize) {
    const EVERY: usize = 100;
    let mut out = io::stderr();
    if out.is_terminal() && (looked_at.is_multiple_of(EVERY) || looked_at == of) {
        let end = if looked_at == of { "\n" } else { "\r" };
        // If the terminal has gone away, progress is not needed.
        _ = write!(out, "{looked_at} of {of} files{end}").and_then(|()| out.flush());
    }
}

fn all_well(depth: Depth) -> &'static str {
    match depth {
        Depth::Sizes => "all present with the right sizes; --read-data compares every byte",
        Depth::Data => "all as they were stored",
    }
}
