//! Every change to the disk goes through here, in order. This lets tests make any step fail, or cut the power at it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use super::VaultError;
use super::error::Doing;

pub(super) fn change<T>(
    what: &'static str,
    path: &Path,
    change: impl FnOnce() -> io::Result<T>,
) -> Result<T, VaultError> {
    step(what, path).and_then(|()| change()).doing(what, path)
}

/// For longer writes, Linux looks for larger pages; 1,000 files of 2 MB then took 1.2 times as long (6.18, ext4).
const WRITE_BYTES: usize = 32 * 1024;

/// Writes at the file's current position.
pub(super) fn write(path: &Path, mut file: &File, bytes: &[u8]) -> Result<(), VaultError> {
    change("write", path, || bytes.chunks(WRITE_BYTES).try_for_each(|piece| file.write_all(piece)))
}

/// A missing file is not an error.
pub(super) fn remove_if_there(path: &Path) -> Result<(), VaultError> {
    change("remove", path, || match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    })
}

/// A file's name is only safe on the disk after its folder was synced.
pub(super) fn sync_folder(folder: &Path) -> Result<(), VaultError> {
    if cfg!(unix) {
        change("sync", folder, || File::open(folder).and_then(|open| open.sync_all()))?;
    }
    Ok(())
}

/// Fails only in tests that ask for it, with the given OS error number.
pub(crate) fn step(what: &'static str, path: &Path) -> io::Result<()> {
    tracing::trace!(target: "disk", what, path = %path.display());
    fail::fail_point!("disk", |number| {
        let number = number.and_then(|text| text.parse().ok()).unwrap_or_default();
        Err(io::Error::from_raw_os_error(number))
    });
    Ok(())
}
