//! A file of which only so much is read, however it was made.

use std::io::{self, Read, Seek, SeekFrom};

/// Fails once this many bytes were read.
pub(super) struct Limited<R> {
    inner: R,
    left: u64,
}

impl<R> Limited<R> {
    pub(super) fn to(most: u64, inner: R) -> Limited<R> {
        Limited { inner, left: most }
    }
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 && !buffer.is_empty() {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let most = usize::try_from(self.left).map_or(buffer.len(), |left| left.min(buffer.len()));
        let read = self.inner.read(&mut buffer[..most])?;
        self.left -= read as u64;
        Ok(read)
    }
}

impl<R: Seek> Seek for Limited<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_is_all_that_can_be_read() {
        let mut limited = Limited::to(3, io::Cursor::new(b"12345"));
        let mut bytes = [0; 2];
        assert_eq!(limited.read(&mut bytes).unwrap(), 2);
        limited.rewind().unwrap();
        assert_eq!((limited.read(&mut bytes).unwrap(), bytes[0]), (1, b'1'));
        assert!(limited.read(&mut bytes).is_err());
    }
}
