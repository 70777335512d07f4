//! The history of runs, and how far large files were read.

use engine::{Moment, Run};
use indexed_db_futures::prelude::*;
use indexed_db_futures::transaction::TransactionMode;
use wasm_bindgen::JsValue;

use super::Store;
use super::schema::{CHECKPOINTS, RUNS};
use crate::hash::Checkpoint;
use crate::{Fault, wire};

/// Some months of a folder that is looked after every day.
const RUNS_KEPT: usize = 500;

impl Store {
    /// Keeps a run, in place of what was kept of it, and of one that it replaces.
    pub async fn save_run(&self, run: &Run, replaces: Option<Moment>) -> Result<(), Fault> {
        let write = self.begin(&[RUNS], TransactionMode::Readwrite)?;
        let store = write.object_store(RUNS)?;
        if let Some(began) = replaces {
            store.delete(key(began)).build()?;
        }
        let kept = super::keys(&store).await?;
        let too_old = kept.len().saturating_sub(RUNS_KEPT - 1);
        for began in kept.into_iter().take(too_old) {
            store.delete(began).build()?;
        }
        store.put(JsValue::from(wire::encode(run)?)).with_key(key(run.began)).build()?;
        Ok(write.commit().await?)
    }

    /// Every run that is kept, the newest first.
    pub async fn runs(&self) -> Result<Vec<Run>, Fault> {
        let read = self.begin(&[RUNS], TransactionMode::Readonly)?;
        let records = super::all(&read, RUNS).await?;
        records.iter().rev().map(|record| wire::decode_bytes(record)).collect()
    }

    /// The newest one.
    pub(super) async fn last_run(&self) -> Result<Option<Run>, Fault> {
        let Some(began) = self.keys(RUNS).await?.pop() else { return Ok(None) };
        let record = self.get(RUNS, began).await?;
        record.map(|record| wire::decode(&record)).transpose()
    }

    pub async fn save_checkpoint(&self, key: &str, checkpoint: &Checkpoint) -> Result<(), Fault> {
        self.set(CHECKPOINTS, key.into(), Some(wire::encode(checkpoint)?.into())).await
    }

    pub async fn checkpoint(&self, key: &str) -> Result<Option<Checkpoint>, Fault> {
        let record = self.get(CHECKPOINTS, key.into()).await?;
        record.map(|record| wire::decode(&record)).transpose()
    }

    pub async fn forget_checkpoint(&self, key: &str) -> Result<(), Fault> {
        self.set(CHECKPOINTS, key.into(), None).await
    }
}

fn key(began: Moment) -> JsValue {
    JsValue::from_f64(began.0 as f64)
}
