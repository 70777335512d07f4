//! What went wrong lately, for the report that a person can send to those who help.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::engine::Engine;
use crate::folder::{Barrier, FolderId};
use crate::link::Halt;
use crate::row::{Failure, FileId, Problem};
use crate::time::Moment;

/// Enough to see a pattern.
const KEPT: usize = 30;

/// One thing that went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    pub at: Moment,
    pub trouble: Trouble,
    /// The file's path, where it was about one.
    pub path: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Trouble {
    /// An attempt failed and is made again.
    Failure(Failure),
    /// A file was given up.
    Problem(Problem),
    /// The server took nothing.
    Halt(Halt),
    /// A folder could not be read.
    Barrier(FolderId, Barrier),
}

#[derive(Debug, Default)]
pub(crate) struct Incidents(VecDeque<(Moment, Trouble, Option<FileId>)>);

impl Incidents {
    pub(crate) fn note(&mut self, at: Moment, trouble: Trouble, file: Option<FileId>) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back((at, trouble, file));
    }
}

impl Engine {
    /// The last things that went wrong, oldest first.
    pub fn incidents(&self) -> Vec<Incident> {
        let path = |file: &Option<FileId>| Some(self.catalog.get((*file)?)?.path.to_string());
        let incident = |(at, trouble, file): &(Moment, Trouble, Option<FileId>)| Incident {
            at: *at,
            trouble: *trouble,
            path: path(file),
        };
        self.incidents.0.iter().map(incident).collect()
    }
}
