//! The one thread that writes the index. It takes all waiting changes, commits them together and only then
//! answers, so that many small uploads share one disk sync.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use rusqlite::{Connection, Transaction, TransactionBehavior, ffi};

use super::IndexError;
use crate::vault::disk;

/// Senders block when this many changes wait. It only has to exceed the number of uploads that finish during
/// one disk sync.
const CHANGES_WAITING: usize = 256;

pub(super) struct Writer {
    /// `None` only while dropping: the thread ends when its queue closes.
    queue: Option<SyncSender<Box<dyn Change>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(connection: Connection) -> Self {
        let (queue, changes) = sync_channel(CHANGES_WAITING);
        let thread = thread::spawn(move || write_until_closed(connection, &changes));
        Self { queue: Some(queue), thread: Some(thread) }
    }

    pub(super) fn write<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, IndexError> {
        let (answer, answered) = sync_channel(1);
        let queue = self.queue.as_ref().ok_or(IndexError::WriterGone)?;
        queue
            .send(Box::new(Waiting { change: Some(change), outcome: None, answer }))
            .map_err(|_| IndexError::WriterGone)?;
        answered.recv().map_err(|_| IndexError::WriterGone)?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the thread that writes the index panicked");
        }
    }
}

trait Change: Send {
    fn apply(&mut self, transaction: &mut Transaction<'_>);
    fn answer(self: Box<Self>, commit: Result<(), Arc<rusqlite::Error>>);
}

struct Waiting<F, T> {
    change: Option<F>,
    outcome: Option<rusqlite::Result<T>>,
    answer: SyncSender<Result<T, IndexError>>,
}

impl<F, T> Change for Waiting<F, T>
where
    F: FnOnce(&Connection) -> rusqlite::Result<T> + Send,
    T: Send,
{
    fn apply(&mut self, transaction: &mut Transaction<'_>) {
        self.outcome = self.change.take().map(|change| in_savepoint(transaction, change));
    }

    fn answer(self: Box<Self>, commit: Result<(), Arc<rusqlite::Error>>) {
        let answer = match (commit, self.outcome) {
            (Ok(()), Some(outcome)) => outcome.map_err(IndexError::Sql),
            (Ok(()), None) => Err(IndexError::WriterGone),
            (Err(error), _) => Err(IndexError::NotCommitted(error)),
        };
        // Fails if the caller no longer waits; the change still stands.
        drop(self.answer.send(answer));
    }
}

fn in_savepoint<T>(
    transaction: &mut Transaction<'_>,
    change: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    let savepoint = transaction.savepoint()?;
    let outcome = change(&savepoint)?;
    savepoint.commit()?;
    Ok(outcome)
}

fn write_until_closed(mut connection: Connection, changes: &Receiver<Box<dyn Change>>) {
    while let Ok(first) = changes.recv() {
        let mut group: Vec<_> =
            std::iter::once(first).chain(changes.try_iter().take(CHANGES_WAITING)).collect();
        let commit = commit(&mut connection, &mut group).map_err(Arc::new);
        for change in group {
            change.answer(commit.clone());
        }
    }
}

fn commit(connection: &mut Connection, group: &mut [Box<dyn Change>]) -> rusqlite::Result<()> {
    let mut transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for change in group {
        change.apply(&mut transaction);
    }
    disk::step("commit", Path::new(super::FILE_NAME)).map_err(as_sql)?;
    transaction.commit()
}

fn as_sql(fault: io::Error) -> rusqlite::Error {
    let code = if fault.kind() == io::ErrorKind::StorageFull { ffi::SQLITE_FULL } else { ffi::SQLITE_IOERR };
    rusqlite::Error::SqliteFailure(ffi::Error::new(code), Some(fault.to_string()))
}
