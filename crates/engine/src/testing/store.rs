//! A store in memory. It outlives a kill.

use std::collections::{BTreeMap, BTreeSet};

use super::DiskFile;
use crate::command::{Changes, SavedRun};
use crate::event::{Saved, SavedFolder};
use crate::folder::{FolderId, FolderRules};
use crate::incident::Incident;
use crate::record::Loaded;
use crate::row::{FileId, Row, SavedRow};
use crate::run::Run;
use crate::settings::{Memory, Settings};
use crate::time::Moment;

#[derive(Default)]
pub struct Store {
    pub folders: BTreeMap<FolderId, SavedFolder>,
    pub rows: BTreeMap<FileId, Row>,
    pub settings: Settings,
    pub memory: Memory,
    pub runs: BTreeMap<Moment, Run>,
    pub incidents: Vec<Incident>,
    pub copies: BTreeMap<FileId, DiskFile>,
    /// Records that can no longer be read. One that is written again can be.
    pub unreadable: Unreadable,
}

#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Unreadable {
    pub settings: bool,
    pub memory: bool,
    pub rows: BTreeSet<FileId>,
}

impl Store {
    pub fn load(&self) -> Saved {
        let readable = self.rows.iter().filter(|(id, _)| !self.unreadable.rows.contains(id));
        let rows = readable.map(|(id, row)| SavedRow { id: *id, row: Some(row.clone()) });
        Saved {
            rows: rows.collect(),
            unreadable_rows: self.unreadable.rows.iter().copied().collect(),
            folders: self.folders.values().cloned().collect(),
            settings: loaded(&self.settings, self.unreadable.settings),
            memory: loaded(&self.memory, self.unreadable.memory),
            incidents: self.incidents.clone(),
            copies: self.copies.keys().copied().collect(),
            last_run: self.runs.last_key_value().map(|(_, run)| run.clone()),
        }
    }

    pub fn add_folder(&mut self, id: FolderId, name: &str) {
        let rules = Loaded::Known(FolderRules::default());
        self.folders.insert(id, SavedFolder { id, name: name.into(), rules });
    }

    /// Saves all of it or, after a kill, nothing.
    pub fn save(&mut self, changes: Changes) {
        let Changes { rows, settings, memory, rules, runs, incidents, forgotten } = changes;
        rows.into_iter().for_each(|row| self.save_row(row));
        if let Some(settings) = settings {
            (self.settings, self.unreadable.settings) = (settings, false);
        }
        if let Some(memory) = memory {
            (self.memory, self.unreadable.memory) = (memory, false);
        }
        rules.into_iter().for_each(|(id, rules)| self.save_rules(id, rules));
        runs.into_iter().for_each(|run| self.save_run(run));
        self.incidents = incidents.unwrap_or(std::mem::take(&mut self.incidents));
        forgotten.into_iter().for_each(|id| _ = self.folders.remove(&id));
    }

    fn save_row(&mut self, SavedRow { id, row }: SavedRow) {
        self.unreadable.rows.remove(&id);
        match row {
            Some(row) => _ = self.rows.insert(id, row),
            None => _ = self.rows.remove(&id),
        }
    }

    fn save_rules(&mut self, id: FolderId, rules: FolderRules) {
        if let Some(folder) = self.folders.get_mut(&id) {
            folder.rules = Loaded::Known(rules);
        }
    }

    fn save_run(&mut self, SavedRun { run, replaces }: SavedRun) {
        replaces.map(|began| self.runs.remove(&began));
        self.runs.insert(run.began, run);
    }
}

fn loaded<T: Clone>(record: &T, unreadable: bool) -> Loaded<T> {
    if unreadable { Loaded::Unreadable } else { Loaded::Known(record.clone()) }
}
