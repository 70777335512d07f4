//! Errors of the vault. Each names the file, for the log. A client learns only whether the disk is full.

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
    #[error(
        "none of the {known} photos and videos that the index knows is in {originals}; mount the volume that holds \
         them, put them back, or start over in another folder with --data"
    )]
    NoOriginals { known: usize, originals: PathBuf },
    #[error(
        "{path} is damaged: it has {found} bytes instead of {expected}; `safelight check` lists all such files"
    )]
    Damaged { path: PathBuf, expected: u64, found: u64 },
    #[error("{0} is neither a photo nor a video")]
    NotMedia(String),
}

impl VaultError {
    pub(crate) fn is_disk_full(&self) -> bool {
        match self {
            Self::Io { source, .. } => {
                matches!(source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
            }
            Self::Index(error) => error.is_disk_full(),
            Self::InUse(_) | Self::NoOriginals { .. } | Self::Damaged { .. } | Self::NotMedia(_) => false,
        }
    }

    /// What the disk said.
    pub(super) fn kind(&self) -> io::ErrorKind {
        match self {
            Self::Io { source, .. } => source.kind(),
            Self::Index(_)
            | Self::InUse(_)
            | Self::NoOriginals { .. }
            | Self::Damaged { .. }
            | Self::NotMedia(_) => io::ErrorKind::Other,
        }
    }

    /// Whether a person can fix this by giving the program write permission.
    pub fn is_not_writable(&self) -> bool {
        match self {
            Self::Io { source, .. } => {
                matches!(source.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
            }
            Self::Index(error) => error.is_not_writable(),
            Self::InUse(_) | Self::NoOriginals { .. } | Self::Damaged { .. } | Self::NotMedia(_) => false,
        }
    }
}

/// Adds the action and the file to an IO error.
pub(super) trait Doing<T> {
    fn doing(self, what: &'static str, path: &Path) -> Result<T, VaultError>;
}

impl<T> Doing<T> for io::Result<T> {
    fn doing(self, what: &'static str, path: &Path) -> Result<T, VaultError> {
        self.map_err(|source| VaultError::Io { doing: what, path: path.to_owned(), source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_missing_permission_suggests_making_the_folder_writable() {
        let table = [
            (io::ErrorKind::PermissionDenied, true),
            (io::ErrorKind::ReadOnlyFilesystem, true),
            (io::ErrorKind::StorageFull, false),
            (io::ErrorKind::NotADirectory, false),
        ];
        for (kind, advised) in table {
            let error = Err::<(), _>(io::Error::from(kind)).doing("create", Path::new("x")).unwrap_err();
            assert_eq!(error.is_not_writable(), advised, "{kind}");
        }
    }
}
