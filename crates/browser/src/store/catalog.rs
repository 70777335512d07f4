//! The rows: pages, and the changes that are not yet folded into them.

use engine::FileId;
use engine::record::Newer;
use engine::record::pages::{self, ROWS_PER_PAGE, Rows};
use indexed_db_futures::prelude::*;
use indexed_db_futures::transaction::{Transaction, TransactionMode};
use js_sys::Uint8Array;
use wasm_bindgen::JsValue;

use super::schema::{CATALOG, CHANGES, PAGES};
use super::{MOST_LEFT_AT_START, Store, StoreFault};
use crate::{Fault, wire};

/// Some 16,000 rows.
const PAGES_AT_ONCE: f64 = 32.0;

impl Store {
    /// Every row, sorted by id. Called at the start.
    pub(super) async fn rows(&self) -> Result<Rows, StoreFault> {
        let mut left = self.changes().await?;
        if left.len() > MOST_LEFT_AT_START {
            self.fold().await?;
            left = self.changes().await?;
        }
        let mut all = self.pages().await?;
        if !left.is_empty() {
            overlay(&mut all, &left)?;
        }
        Ok(all)
    }

    async fn changes(&self) -> Result<Vec<Vec<u8>>, Fault> {
        changes(&self.begin(&[CHANGES], TransactionMode::Readonly)?).await
    }

    async fn pages(&self) -> Result<Rows, StoreFault> {
        let last = self.keys(PAGES).await?.last().and_then(JsValue::as_f64);
        let read = self.begin(&[PAGES], TransactionMode::Readonly)?;
        let store = read.object_store(PAGES)?;
        // All are requested at once, so that the next pages load while some are being decoded.
        let (mut asked, mut from) = (Vec::new(), 0.0);
        while last.is_some_and(|last| from <= last) {
            let some = from..=from + PAGES_AT_ONCE - 1.0;
            asked.push(store.get_all::<JsValue>().with_query(some).primitive()?);
            from += PAGES_AT_ONCE;
        }
        let mut all = Rows::default();
        for pages in asked {
            for page in pages.await? {
                add_page(&mut all, &wire::bytes_of(&page.map_err(Fault::from)?))?;
            }
        }
        Ok(all)
    }

    /// Folds the changes into their pages, in one transaction. If anything cannot be read, nothing is changed.
    pub(super) async fn fold(&self) -> Result<(), StoreFault> {
        let write = self.begin(&CATALOG, TransactionMode::Readwrite)?;
        let changes = changes(&write).await?;
        let changed = pages::by_page(&changes)?.filter(|changed| !changed.is_empty());
        let folded = match changed {
            Some(changed) => put_folded(&write, changed).await?,
            None => Folded::No,
        };
        match folded {
            Folded::Yes => {
                write.object_store(CHANGES)?.clear()?;
                Ok(write.commit().await?)
            }
            Folded::No => Ok(write.abort().await?),
        }
    }
}

enum Folded {
    Yes,
    No,
}

async fn put_folded(write: &Transaction<'_>, changed: pages::Changed<'_>) -> Result<Folded, StoreFault> {
    let store = write.object_store(PAGES)?;
    for (number, changes) in changed {
        let page: Option<JsValue> = store.get(JsValue::from(number)).await?;
        let page = page.map(|page| wire::bytes_of(&page)).unwrap_or_default();
        let Some(folded) = pages::fold(&page, changes)? else { return Ok(Folded::No) };
        store.put(JsValue::from(Uint8Array::from(&*folded))).with_key(JsValue::from(number)).build()?;
    }
    Ok(Folded::Yes)
}

/// The changes, in the order in which they were saved.
async fn changes(read: &Transaction<'_>) -> Result<Vec<Vec<u8>>, Fault> {
    let records = read.object_store(CHANGES)?.get_all::<JsValue>().await?;
    records.map(|record| Ok(wire::bytes_of(&record?))).collect()
}

fn add_page(all: &mut Rows, bytes: &[u8]) -> Result<(), Newer> {
    let mut page = pages::decode(bytes)?;
    if page.is_cut_off {
        // The rows behind the cut are unknown, so none of this page's ids is used again.
        let last = page.rows.last().map_or(0, |saved| saved.id.0) / ROWS_PER_PAGE;
        all.unreadable.push(FileId((last + 1) * ROWS_PER_PAGE - 1));
    }
    all.rows.append(&mut page.rows);
    all.unreadable.append(&mut page.unreadable);
    Ok(())
}

/// Adds the rows of changes that could not be folded. The latest change of each row counts.
fn overlay(all: &mut Rows, changes: &[Vec<u8>]) -> Result<(), Newer> {
    for change in changes {
        let mut read = pages::decode(change)?;
        for changed in read.rows {
            all.unreadable.retain(|id| *id != changed.id);
            match all.rows.binary_search_by_key(&changed.id, |saved| saved.id) {
                Ok(at) => all.rows[at] = changed,
                Err(at) => all.rows.insert(at, changed),
            }
        }
        all.unreadable.append(&mut read.unreadable);
    }
    all.rows.retain(|saved| saved.row.is_some());
    Ok(())
}
