//! The history of runs, and the checkpoints of large files.

use engine::{Loaded, Moment, Run, SavedRun};
use indexed_db_futures::prelude::*;
use indexed_db_futures::transaction::TransactionMode;
use wasm_bindgen::JsValue;

use super::schema::{CHECKPOINTS, RUNS};
use super::{Store, StoreFault, Write, records};
use crate::hash::Checkpoint;
use crate::{Fault, wire};

/// Some months of a folder that is backed up every day.
const RUNS_KEPT: usize = 500;

impl Store {
    /// Every stored run that can be read, newest first.
    pub async fn runs(&self) -> Result<Vec<Run>, StoreFault> {
        let read = self.begin(&[RUNS], TransactionMode::Readonly)?;
        let records = read.object_store(RUNS)?.get_all::<JsValue>().await?;
        let mut runs = Vec::new();
        for record in records {
            match records::read(&record.map_err(Fault::from)?)? {
                Loaded::Known(run) => runs.push(run),
                Loaded::Unreadable => {
                    web_sys::console::warn_1(&"a run of the history cannot be read".into());
                }
            }
        }
        runs.reverse();
        Ok(runs)
    }

    /// The newest run, if it can be read. Called at each start; forgets the oldest runs, so that the history stays
    /// bounded.
    pub(super) async fn last_run(&self) -> Result<Option<Run>, StoreFault> {
        let mut kept = self.keys(RUNS).await?;
        let too_old = kept.len().saturating_sub(RUNS_KEPT);
        if too_old > 0 {
            self.write(kept.drain(..too_old).map(|began| Write::delete(RUNS, began)).collect()).await?;
        }
        let Some(began) = kept.pop() else { return Ok(None) };
        let Some(record) = self.get(RUNS, began).await? else { return Ok(None) };
        Ok(records::read::<Run>(&record)?.known().cloned())
    }

    pub async fn save_checkpoint(&self, key: &str, checkpoint: &Checkpoint) -> Result<(), Fault> {
        self.write(vec![Write::put(CHECKPOINTS, key.into(), wire::encode(checkpoint)?.into())]).await
    }

    pub async fn checkpoint(&self, key: &str) -> Result<Option<Checkpoint>, Fault> {
        let record = self.get(CHECKPOINTS, key.into()).await?;
        record.map(|record| wire::decode(&record)).transpose()
    }

    pub async fn forget_checkpoint(&self, key: &str) -> Result<(), Fault> {
        self.write(vec![Write::delete(CHECKPOINTS, key.into())]).await
    }
}

/// Stores a run. Overwrites its earlier record, and deletes the run that it replaces.
pub(super) fn put_run(writes: &mut Vec<Write>, SavedRun { run, replaces }: &SavedRun) -> Result<(), Fault> {
    writes.extend(replaces.map(|began| Write::delete(RUNS, key(began))));
    writes.push(Write::put(RUNS, key(run.began), records::write(run.clone())?));
    Ok(())
}

fn key(began: Moment) -> JsValue {
    JsValue::from_f64(began.0 as f64)
}
