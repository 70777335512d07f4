//! The program itself, in a process of its own.

// Each test program uses only some of these functions.
#![allow(dead_code)]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

pub const SERVE: &[&str] = &["serve", "--listen", "127.0.0.1:0"];

/// A running server; killed without warning when dropped.
pub struct Program {
    child: Child,
    pub said: Vec<String>,
}

impl Program {
    /// Starts a server and waits until it serves.
    pub fn serve(data: &Path) -> Self {
        Self::start(&mut command(data, SERVE))
    }

    pub fn start(command: &mut Command) -> Self {
        let child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut program = Self { child, said: Vec::new() };
        let stdout = program.child.stdout.take().unwrap();
        for line in BufReader::new(stdout).lines().map(Result::unwrap) {
            program.said.push(line);
            if program.said.last().is_some_and(|line| line.starts_with("Ready")) {
                return program;
            }
        }
        panic!("the server ended: {:?}", program.said);
    }

    /// The rest of the line that starts with this text.
    pub fn line(&self, beginning: &str) -> &str {
        let mut rests = self.said.iter().filter_map(|line| line.strip_prefix(beginning));
        rests.next().unwrap_or_else(|| panic!("no {beginning:?} in {:?}", self.said))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

pub fn command(data: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_safelight"));
    command.args(args).arg("--data").arg(data).stderr(Stdio::null());
    command
}

pub fn run(data: &Path, args: &[&str]) -> Output {
    command(data, args).stderr(Stdio::piped()).output().unwrap()
}

pub fn said(ended: &Output) -> String {
    String::from_utf8(ended.stdout.clone()).unwrap()
}
