//! Everything that changes the disk passes here, in the order in which it happens: tests let each step fail, or the
//! power with it.

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

/// For longer writes Linux looks for larger pages, and 1,000 files of 2 MB took 1.2 times as long (6.18, ext4).
const WRITE_BYTES: usize = 32 * 1024;

/// Writes where the file stands.
pub(super) fn write(path: &Path, mut file: &File, bytes: &[u8]) -> Result<(), VaultError> {
    change("write", path, || bytes.chunks(WRITE_BYTES).try_for_each(|piece| file.write_all(piece)))
}

/// It may be gone already.
pub(super) fn remove_if_there(path: &Path) -> Result<(), VaultError> {
    change("remove", path, || match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    })
}

/// Fails only in a test that asks for it, by the number that the operating system gives the error.
pub(crate) fn step(what: &'static str, path: &Path) -> io::Result<()> {
    tracing::trace!(target: "disk", what, path = %path.display());
    fail::fail_point!("disk", |number| {
        let number = number.and_then(|text| text.parse().ok()).unwrap_or_default();
        Err(io::Error::from_raw_os_error(number))
    });
    Ok(())
}
