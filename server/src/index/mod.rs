//! The SQLite file of a vault. Only `vault`, `auth` and `push` query it; nothing else may know that it is
//! SQL.
//!
//! Each read takes a connection of its own and sees the last commit, also from other processes. Writes go
//! through one thread that groups them. When `write` returns, the change is on the disk.

mod migrations;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OptionalExtension};

use writer::Writer;

const FILE_NAME: &str = "safelight.sqlite";

/// Long enough for another process to commit on a slow disk. After a longer wait, the person sees an error.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    #[error("the index could not be read or written")]
    Sql(#[from] rusqlite::Error),
    #[error("the index could not be committed")]
    NotCommitted(#[source] Arc<rusqlite::Error>),
    #[error("the thread that writes the index has ended")]
    WriterGone,
    #[error("the index was made by a newer version of Safelight; please run that version")]
    Newer,
    #[error("the index contains something that cannot be read: {0}")]
    Damaged(&'static str),
    #[error("{0} contains no Safelight data; start `safelight serve` first, or name the folder with --data")]
    Missing(PathBuf),
}

impl IndexError {
    pub(crate) fn is_disk_full(&self) -> bool {
        let full = |error: &rusqlite::Error| error.sqlite_error_code() == Some(ErrorCode::DiskFull);
        match self {
            Self::Sql(error) => full(error),
            Self::NotCommitted(error) => full(error),
            Self::WriterGone | Self::Newer | Self::Damaged(_) | Self::Missing(_) => false,
        }
    }

    pub(crate) fn is_not_writable(&self) -> bool {
        let refused = |error: &rusqlite::Error| {
            matches!(error.sqlite_error_code(), Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied))
        };
        match self {
            Self::Sql(error) => refused(error),
            Self::NotCommitted(error) => refused(error),
            Self::WriterGone | Self::Newer | Self::Damaged(_) | Self::Missing(_) => false,
        }
    }
}

/// A handle to the index; clones share the writer and the readers.
#[derive(Clone)]
pub struct Index(Arc<Shared>);

struct Shared {
    file: PathBuf,
    writer: Writer,
    idle_readers: Mutex<Vec<Connection>>,
}

impl Index {
    /// Opens the index of a data folder, creating it if needed.
    pub fn open(data: &Path) -> Result<Self, IndexError> {
        let file = data.join(FILE_NAME);
        let mut connection = connect(&file)?;
        migrations::migrate(&mut connection)?;
        let writer = Writer::start(connection);
        Ok(Self(Arc::new(Shared { file, writer, idle_readers: Mutex::default() })))
    }

    /// Opens the index of a data folder that a server has used before.
    pub fn open_existing(data: &Path) -> Result<Self, IndexError> {
        if Self::is_in(data) { Self::open(data) } else { Err(IndexError::Missing(data.to_owned())) }
    }

    pub fn is_in(data: &Path) -> bool {
        data.join(FILE_NAME).is_file()
    }

    /// Writes a consistent copy to a new file, even while other writes go on.
    pub fn copy_to(&self, file: &Path) -> Result<(), IndexError> {
        let name = file.to_string_lossy().into_owned();
        self.read(|index| index.execute("VACUUM INTO ?1", [name]).map(drop))
    }

    pub(crate) fn read<T>(
        &self,
        question: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, IndexError> {
        let connection = self.idle_reader().map_or_else(|| connect(&self.0.file), Ok)?;
        let answer = question(&connection);
        self.0.idle_readers.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        Ok(answer?)
    }

    fn idle_reader(&self) -> Option<Connection> {
        self.0.idle_readers.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    /// Runs `change` in a transaction that may include other changes. If `change` fails, only `change` is
    /// rolled back.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, IndexError> {
        self.0.writer.write(change)
    }

    pub(crate) fn setting(&self, name: &str) -> Result<Option<String>, IndexError> {
        self.read(|index| {
            index.query_row("SELECT value FROM setting WHERE name = ?1", [name], |row| row.get(0)).optional()
        })
    }

    /// Does nothing if the setting already has a value.
    pub(crate) fn set_once(&self, name: &'static str, value: String) -> Result<(), IndexError> {
        self.write(move |index| {
            index.execute("INSERT OR IGNORE INTO setting VALUES (?1, ?2)", [name, &value]).map(drop)
        })
    }

    pub(crate) fn set(&self, name: &'static str, value: String) -> Result<(), IndexError> {
        self.write(move |index| {
            index.execute("INSERT OR REPLACE INTO setting VALUES (?1, ?2)", [name, &value]).map(drop)
        })
    }
}

pub(crate) fn file_in(data: &Path) -> PathBuf {
    data.join(FILE_NAME)
}

fn connect(file: &Path) -> Result<Connection, IndexError> {
    let connection = Connection::open(file)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(connection)
}
