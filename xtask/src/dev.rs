//! Runs the server from a quick build, and rebuilds it on changes.

use std::path::Path;
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use anyhow::{Context, Result};
use notify::{Event, RecursiveMode, Watcher};

use crate::page::{self, Quality};
use crate::shell::{cargo, run, say};
use crate::{root, target};

const WATCHED: [&str; 6] = ["src", "www", "public", "crates", "server/src", "Cargo.toml"];
/// An editor writes several files at once. The build starts when no file has changed for this long.
const QUIET: Duration = Duration::from_millis(300);

pub fn dev(arguments: &[String]) -> Result<()> {
    let (tell, told) = channel();
    let mut watcher = notify::recommended_watcher(tell)?;
    for path in WATCHED {
        watcher
            .watch(&root().join(path), RecursiveMode::Recursive)
            .with_context(|| format!("cannot watch {path}"))?;
    }
    let mut server = None;
    loop {
        match build() {
            Ok(page) => server = Some(start(server, &page, arguments)?),
            Err(error) => eprintln!("{error:#}"),
        }
        say("waiting for changes");
        wait_for_change(&told)?;
    }
}

fn build() -> Result<std::path::PathBuf> {
    let page = page::build(Quality::Quick)?;
    run(&mut cargo(&["build", "--package", "safelight-server"]))?;
    Ok(page.dir)
}

/// Restarts the server. It reads the page from disk, but loads its own code only at startup.
fn start(running: Option<Child>, page: &Path, arguments: &[String]) -> Result<Child> {
    if let Some(mut running) = running {
        running.kill()?;
        running.wait()?;
    }
    let program = target().join("debug/safelight");
    Ok(Command::new(program).arg("serve").arg("--page").arg(page).args(arguments).spawn()?)
}

fn wait_for_change(told: &Receiver<notify::Result<Event>>) -> Result<()> {
    loop {
        let event = told.recv()??;
        if !matches!(event.kind, notify::EventKind::Access(_)) {
            break;
        }
    }
    while told.recv_timeout(QUIET).is_ok() {}
    Ok(())
}
