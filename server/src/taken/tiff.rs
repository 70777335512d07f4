//! The dates of a TIFF file, which most raw photos are (DNG, CR2, NEF, ARW, ORF, RW2). nom-exif finds them only if they
//! are near the start of the file.
//!
//! Two directories are read, whatever they point to, so the cost is linear in their entries.

use std::io::{Read, Seek, SeekFrom};

use super::file::Dates;
use super::text::{self, Shown};

const MOST_ENTRIES: u16 = 1_024;
const LONGEST_TEXT: u32 = 64;

const EXIF_DIRECTORY: u16 = 0x8769;
const DATE_TIME_ORIGINAL: u16 = 0x9003;
const DATE_TIME_DIGITIZED: u16 = 0x9004;
const OFFSET_TIME_ORIGINAL: u16 = 0x9011;
const OFFSET_TIME_DIGITIZED: u16 = 0x9012;

/// A long number.
const LONG: u16 = 4;
/// The place of a directory.
const IFD: u16 = 13;
const TEXT: u16 = 2;

/// `None` if it is no TIFF file.
pub(super) fn dates<R: Read + Seek>(file: R) -> Option<Dates> {
    let mut tiff = Tiff::open(file)?;
    let mut entries = tiff.first_directory().unwrap_or_default();
    // Some raw photos have their dates in the first directory.
    let exif =
        entries.iter().find(|entry| entry.tag == EXIF_DIRECTORY).and_then(|entry| tiff.pointer(*entry));
    entries.extend(exif.and_then(|at| tiff.directory(at)).unwrap_or_default());
    Some(Dates {
        original: tiff.date(&entries, DATE_TIME_ORIGINAL, OFFSET_TIME_ORIGINAL),
        digitized: tiff.date(&entries, DATE_TIME_DIGITIZED, OFFSET_TIME_DIGITIZED),
        ..Dates::default()
    })
}

#[derive(Clone, Copy)]
struct Entry {
    tag: u16,
    kind: u16,
    count: u32,
    /// The value if it has at most four bytes, otherwise its place.
    value: [u8; 4],
}

struct Tiff<R> {
    file: R,
    is_little_endian: bool,
}

impl<R: Read + Seek> Tiff<R> {
    fn open(mut file: R) -> Option<Tiff<R>> {
        let mut magic = [0; 4];
        file.rewind().ok()?;
        file.read_exact(&mut magic).ok()?;
        let is_little_endian = match &magic {
            // The last three are Olympus and Panasonic.
            b"II*\0" | b"IIRO" | b"IIRS" | b"IIU\0" => true,
            b"MM\0*" | b"MMOR" => false,
            _ => return None,
        };
        Some(Tiff { file, is_little_endian })
    }

    fn first_directory(&mut self) -> Option<Vec<Entry>> {
        let at: [u8; 4] = self.bytes(4, 4)?.try_into().ok()?;
        self.directory(self.number32(at))
    }

    fn directory(&mut self, at: u32) -> Option<Vec<Entry>> {
        let count: [u8; 2] = self.bytes(at, 2)?.try_into().ok()?;
        let count = usize::from(self.number16(count).min(MOST_ENTRIES));
        let entries = self.bytes(at.checked_add(2)?, count * 12)?;
        Some(entries.chunks_exact(12).filter_map(|entry| self.entry(entry)).collect())
    }

    fn entry(&self, bytes: &[u8]) -> Option<Entry> {
        let (tag, rest) = bytes.split_first_chunk::<2>()?;
        let (kind, rest) = rest.split_first_chunk::<2>()?;
        let (count, rest) = rest.split_first_chunk::<4>()?;
        let (value, _) = rest.split_first_chunk::<4>()?;
        Some(Entry {
            tag: self.number16(*tag),
            kind: self.number16(*kind),
            count: self.number32(*count),
            value: *value,
        })
    }

    /// Where another directory is.
    fn pointer(&self, entry: Entry) -> Option<u32> {
        matches!(entry.kind, LONG | IFD).then(|| self.number32(entry.value))
    }

    fn date(&mut self, entries: &[Entry], date: u16, offset: u16) -> Option<Shown> {
        let date = self.text(entries, date)?;
        let offset = self.text(entries, offset).unwrap_or_default();
        text::iso(&format!("{date}{offset}")).or_else(|| text::iso(&date))
    }

    fn text(&mut self, entries: &[Entry], tag: u16) -> Option<String> {
        let entry = entries.iter().find(|entry| entry.tag == tag && entry.kind == TEXT)?;
        let bytes = match entry.count {
            0..=4 => entry.value[..entry.count as usize].to_vec(),
            5..=LONGEST_TEXT => self.bytes(self.number32(entry.value), entry.count as usize)?,
            _ => return None,
        };
        let text = String::from_utf8(bytes).ok()?;
        Some(text.trim_matches(|letter: char| letter == '\0' || letter.is_whitespace()).to_owned())
    }

    fn bytes(&mut self, at: u32, count: usize) -> Option<Vec<u8>> {
        let mut bytes = vec![0; count];
        self.file.seek(SeekFrom::Start(at.into())).ok()?;
        self.file.read_exact(&mut bytes).ok()?;
        Some(bytes)
    }

    fn number16(&self, bytes: [u8; 2]) -> u16 {
        if self.is_little_endian { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) }
    }

    fn number32(&self, bytes: [u8; 4]) -> u32 {
        if self.is_little_endian { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) }
    }
}
