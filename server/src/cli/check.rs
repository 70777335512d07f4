//! `safelight check`.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use server::Vault;
use server::vault::{Damage, Depth, Finding, check as verify, put_aside};

use super::{Folder, Outcome};

pub(super) fn check(folder: &Folder, read_data: bool, repair: bool) -> Outcome {
    let depth = if read_data { Depth::Data } else { Depth::Sizes };
    // Held to the end: nothing else may work in the folder while it is repaired.
    let vault = repair.then(|| Vault::open(&folder.data)).transpose()?;
    if let Some(entered) = vault.as_ref().map(|vault| vault.repair().adopted).filter(|entered| *entered > 0) {
        println!("{entered} files that the index did not know were entered");
    }
    let mut findings: Vec<Finding> = Vec::new();
    let files = verify(&folder.data, depth, show_progress, |finding| {
        println!("{} {}", finding.path.display(), finding.damage);
        findings.push(finding);
    })?;
    if repair {
        set_right(folder, &findings)?;
    }
    if findings.is_empty() {
        println!("{files} files, {}", all_well(depth));
        Ok(ExitCode::SUCCESS)
    } else {
        println!("{files} files, {} findings", findings.len());
        Ok(ExitCode::FAILURE)
    }
}

fn set_right(folder: &Folder, findings: &[Finding]) -> Result<(), Box<dyn std::error::Error>> {
    for finding in findings {
        match finding.damage {
            Damage::WrongSize { .. } | Damage::WrongBytes => {
                let place = put_aside(&folder.data, &finding.path)?;
                println!("{} was put aside: a browser that has its bytes sends them again", place.display());
            }
            Damage::Missing | Damage::Unreadable(_) | Damage::Unknown => {}
        }
    }
    Ok(())
}

/// Only for somebody who looks on.
fn show_progress(looked_at: usize, of: usize) {
    const EVERY: usize = 100;
    let mut out = io::stderr();
    if out.is_terminal() && (looked_at.is_multiple_of(EVERY) || looked_at == of) {
        let end = if looked_at == of { "\n" } else { "\r" };
        // A terminal that went away needs no progress.
        _ = write!(out, "{looked_at} of {of} files{end}").and_then(|()| out.flush());
    }
}

fn all_well(depth: Depth) -> &'static str {
    match depth {
        Depth::Sizes => "all there with their sizes; --read-data compares every byte",
        Depth::Data => "all as they were stored",
    }
}
