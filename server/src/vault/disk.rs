//! Every change to the disk goes through here, in order. This lets tests make any step fail, or cut the power at it.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Once;

use protocol::media::HEAD_BYTES;

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

/// The first bytes of a file, at most [`HEAD_BYTES`].
pub(super) fn head(path: &Path) -> Result<Vec<u8>, VaultError> {
    let mut head = Vec::new();
    let file = File::open(path).doing("open", path)?;
    file.take(HEAD_BYTES as u64).read_to_end(&mut head).doing("read", path)?;
    Ok(head)
}

/// A missing file is not an error.
pub(super) fn remove_if_there(path: &Path) -> Result<(), VaultError> {
    change("remove", path, || match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    })
}

/// A file's name is only safe on the disk after its folder was synced. Some network and FUSE file systems cannot do
/// that; there, the names are as safe as that file system makes them.
pub(super) fn sync_folder(folder: &Path) -> Result<(), VaultError> {
    if cfg!(windows) {
        return Ok(());
    }
    change("sync", folder, || {
        let synced = File::open(folder).and_then(|open| open.sync_all());
        synced.or_else(|error| warn_once_if_unsupported(folder, error))
    })
}

fn warn_once_if_unsupported(folder: &Path, error: io::Error) -> io::Result<()> {
    static WARNING: Once = Once::new();
    if !is_unsupported(&error) {
        return Err(error);
    }
    WARNING.call_once(|| {
        tracing::warn!(
            folder = %folder.display(),
            %error,
            "this file system cannot sync folders: after a power cut, the newest files may be missing"
        );
    });
    Ok(())
}

/// Errors that mean "not supported", not "the disk failed".
fn is_unsupported(error: &io::Error) -> bool {
    const BAD_DESCRIPTOR: i32 = 9;
    matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported)
        || error.raw_os_error() == Some(BAD_DESCRIPTOR)
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

// Other systems have other numbers.
#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_file_system_that_cannot_sync_folders_is_no_error_and_a_broken_disk_is() {
        let table = [(22, true), (95, true), (38, true), (9, true), (5, false), (28, false), (13, false)];
        for (number, accepted) in table {
            let error = io::Error::from_raw_os_error(number);
            assert_eq!(warn_once_if_unsupported(Path::new("x"), error).is_ok(), accepted, "{number}");
        }
    }
}
