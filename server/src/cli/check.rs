//! `safelight check`.

use std::process::ExitCode;

use server::vault::{Depth, check as verify};

use super::{Folder, Outcome};

pub(super) fn check(folder: &Folder, read_data: bool) -> Outcome {
    let depth = if read_data { Depth::Data } else { Depth::Sizes };
    let mut damaged: usize = 0;
    let files = verify(&folder.data, depth, |finding| {
        damaged += 1;
        println!("{} {}", finding.path.display(), finding.damage);
    })?;
    if damaged == 0 {
        println!("{files} files, {}", all_well(depth));
        Ok(ExitCode::SUCCESS)
    } else {
        println!("{files} files, {damaged} findings");
        Ok(ExitCode::FAILURE)
    }
}

fn all_well(depth: Depth) -> &'static str {
    match depth {
        Depth::Sizes => "all there with their sizes; --read-data compares every byte",
        Depth::Data => "all as they were stored",
    }
}
