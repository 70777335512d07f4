//! What can go wrong in the vault. Each names the file, for the log; a client learns only whether the disk
//! is full.

use std::io;
use std::path::{Path, PathBuf};

use crate::index::IndexError;

#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    #[error("could not {doing} {path}")]
    Io { doing: &'static str, path: PathBuf, source: io::Error },
    #[error(transparent)]
    Index(#[from] IndexError),
    #[error("another Safelight server is using {0}; stop it, or choose another folder with --data")]
    InUse(PathBuf),
}

impl VaultError {
    pub(crate) fn is_disk_full(&self) -> bool {
        match self {
            Self::Io { source, .. } => {
                matches!(source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
            }
            Self::Index(error) => error.is_disk_full(),
            Self::InUse(_) => false,
        }
    }
}

/// Says what was being done, and to which file, when IO failed.
pub(super) trait Doing<T> {
    fn doing(self, what: &'static str, path: &Path) -> Result<T, VaultError>;
}

impl<T> Doing<T> for io::Result<T> {
    fn doing(self, what: &'static str, path: &Path) -> Result<T, VaultError> {
        self.map_err(|source| VaultError::Io { doing: what, path: path.to_owned(), source })
    }
}
