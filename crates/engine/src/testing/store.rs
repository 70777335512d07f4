//! A store in memory: what outlives a kill.

use std::collections::BTreeMap;

use super::DiskFile;
use crate::event::{Saved, SavedFolder};
use crate::folder::{FolderId, FolderRules};
use crate::intent::Settings;
use crate::row::{FileId, Row, SavedRow};
use crate::run::Run;
use crate::time::Moment;

#[derive(Default)]
pub struct Store {
    pub folders: BTreeMap<FolderId, SavedFolder>,
    pub rows: BTreeMap<FileId, Row>,
    pub settings: Settings,
    pub runs: BTreeMap<Moment, Run>,
    pub copies: BTreeMap<FileId, DiskFile>,
}

impl Store {
    pub fn load(&self) -> Saved {
        let rows = self.rows.iter().map(|(id, row)| SavedRow { id: *id, row: Some(row.clone()) });
        Saved {
            rows: rows.collect(),
            folders: self.folders.values().cloned().collect(),
            settings: self.settings.clone(),
            staged: self.copies.keys().copied().collect(),
            last_run: self.runs.last_key_value().map(|(_, run)| run.clone()),
        }
    }

    pub fn add_folder(&mut self, id: FolderId, name: &str) {
        let folder = SavedFolder { id, name: name.into(), rules: FolderRules::default() };
        self.folders.insert(id, folder);
    }

    pub fn save(&mut self, rows: Vec<SavedRow>) {
        for SavedRow { id, row } in rows {
            match row {
                Some(row) => _ = self.rows.insert(id, row),
                None => _ = self.rows.remove(&id),
            }
        }
    }

    pub fn save_rules(&mut self, id: FolderId, rules: FolderRules) {
        if let Some(folder) = self.folders.get_mut(&id) {
            folder.rules = rules;
        }
    }

    pub fn save_run(&mut self, run: Run, replaces: Option<Moment>) {
        replaces.map(|began| self.runs.remove(&began));
        self.runs.insert(run.began, run);
    }

    pub fn forget_folder(&mut self, id: FolderId) {
        self.folders.remove(&id);
    }
}
