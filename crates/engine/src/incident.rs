//! What went wrong recently, for the report that a person can send when asking for help.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::folder::{Barrier, FolderId};
use crate::link::Halt;
use crate::row::{Failure, Problem};
use crate::time::Moment;

/// Enough to see a pattern.
const KEPT: usize = 30;

/// One thing that went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    pub at: Moment,
    pub trouble: Trouble,
    /// The file's path, if it concerns a file.
    pub path: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Trouble {
    /// An attempt failed and will be retried.
    Failure(Failure),
    /// A file was given up.
    Problem(Problem),
    /// The server accepted nothing.
    Halt(Halt),
    /// A folder could not be read.
    Barrier(FolderId, Barrier),
    /// The records of this many files could not be read. The files are treated as new.
    RecordsUnreadable(u64),
    /// What the engine remembers could not be read: the server is asked about every file again.
    MemoryUnreadable,
}

/// The last things that went wrong, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Incidents {
    last: VecDeque<Incident>,
    changed: bool,
}

impl Incidents {
    pub(crate) fn restore(&mut self, saved: Vec<Incident>) {
        *self = Incidents { last: saved.into(), changed: false };
    }

    pub(crate) fn note(&mut self, at: Moment, trouble: Trouble, path: Option<&str>) {
        if self.last.len() == KEPT {
            self.last.pop_front();
        }
        self.last.push_back(Incident { at, trouble, path: path.map(Into::into) });
        self.changed = true;
    }

    pub(crate) fn all(&self) -> Vec<Incident> {
        self.last.iter().cloned().collect()
    }

    /// All of them, if one was added since the last call.
    pub(crate) fn take_changed(&mut self) -> Option<Vec<Incident>> {
        std::mem::take(&mut self.changed).then(|| self.all())
    }
}
