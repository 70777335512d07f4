//! The dates inside a file. nom-exif reads EXIF and movie headers, whatever contains them, except in TIFF files. XMP is
//! found by its text, which its specification allows.

use std::io::{Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};

use nom_exif::{EntryValue, ExifTag, MediaKind, MediaParser, MediaSource, TrackInfoTag};

use protocol::media::{self, HEAD_BYTES, kind_by_content};

use super::limited::Limited;
use super::text::{self, Shown};
use super::tiff;
use super::xmp::{self, Xmp};

/// Films keep their dates in one block with the places of all their frames.
const MOST_BYTES_OF_FILM: u64 = 16 << 20;
/// Far more than the metadata of a picture. What a parser may copy grows with its square.
const MOST_BYTES_OF_PICTURE: u64 = 1 << 20;
/// Cameras write about a hundred.
const MOST_TAGS: usize = 512;
/// XMP comes before the picture. Looking further would slow down every photo that has no date.
const XMP_WITHIN_BYTES: u64 = 256 << 10;
const XMP_BEGINS: &[u8] = b"<rdf:RDF";
const XMP_ENDS: &[u8] = b"</rdf:RDF>";

/// Every date that a file has.
#[derive(Debug, Default)]
pub(super) struct Dates {
    pub original: Option<Shown>,
    pub digitized: Option<Shown>,
    /// Of a film: with an offset if its maker wrote the local time, otherwise in UTC.
    pub film: Option<Shown>,
    pub xmp: Xmp,
}

/// A file in which nothing can be found has no dates. No file may cost more than its dates: neither an error nor a panic
/// of the parser refuses it.
pub(super) fn dates<R: Read + Seek>(mut file: R) -> Dates {
    let of_tiff = tiff::dates(Limited::to(MOST_BYTES_OF_PICTURE, &mut file));
    let mut dates = of_tiff.or_else(|| parsed(&mut file)).unwrap_or_default();
    if dates.original.is_none() && file.rewind().is_ok() {
        dates.xmp = xmp_in(file);
    }
    dates
}

fn parsed<R: Read + Seek>(file: &mut R) -> Option<Dates> {
    file.rewind().ok()?;
    let mut head = Vec::new();
    file.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut head).ok()?;
    file.rewind().ok()?;
    let most = match kind_by_content(&head) {
        Some(media::MediaKind::Image) => MOST_BYTES_OF_PICTURE,
        Some(media::MediaKind::Video) | None => MOST_BYTES_OF_FILM,
    };
    let file = Limited::to(most, file);
    catch_unwind(AssertUnwindSafe(|| parse(file))).ok().flatten()
}

fn parse<R: Read + Seek>(file: R) -> Option<Dates> {
    let source = MediaSource::seekable(file).ok()?;
    let mut parser = MediaParser::new();
    match source.kind() {
        MediaKind::Image => {
            // One by one: a value may be as long as the whole block, and there may be thousands.
            let entries = parser.parse_exif(source).ok()?.take(MOST_TAGS);
            let tags: Vec<_> = entries
                .filter_map(|entry| Some((entry.tag().tag().filter(is_of_dates)?, entry.into_result().ok()?)))
                .collect();
            let get = |wanted| tags.iter().find(|(tag, _)| *tag == wanted).map(|(_, value)| value);
            let date = |tag, offset| get(tag).and_then(|date| shown(date, get(offset)));
            Some(Dates {
                original: date(ExifTag::DateTimeOriginal, ExifTag::OffsetTimeOriginal),
                digitized: date(ExifTag::CreateDate, ExifTag::OffsetTimeDigitized),
                ..Dates::default()
            })
        }
        MediaKind::Track => {
            let info = parser.parse_track(source).ok()?;
            let film = info.get(TrackInfoTag::CreateDate).and_then(|date| shown(date, None));
            Some(Dates { film, ..Dates::default() })
        }
    }
}

fn is_of_dates(tag: &ExifTag) -> bool {
    let wanted = [
        ExifTag::DateTimeOriginal,
        ExifTag::OffsetTimeOriginal,
        ExifTag::CreateDate,
        ExifTag::OffsetTimeDigitized,
    ];
    wanted.contains(tag)
}

fn shown(date: &EntryValue, offset: Option<&EntryValue>) -> Option<Shown> {
    // Text is what both libraries for dates have in common.
    let text = if let EntryValue::DateTime(date) = date {
        date.to_rfc3339()
    } else if let EntryValue::NaiveDateTime(date) = date {
        format!("{date}{}", offset.and_then(EntryValue::as_str).unwrap_or_default().trim())
    } else {
        return None;
    };
    text::iso(&text)
}

/// The dates of an XMP file beside a photo.
pub(super) fn sidecar(file: impl Read) -> Xmp {
    let mut bytes = Vec::new();
    let read = file.take(XMP_WITHIN_BYTES).read_to_end(&mut bytes);
    read.map(|_| xmp::read(&bytes)).unwrap_or_default()
}

fn xmp_in(file: impl Read) -> Xmp {
    let mut bytes = Vec::new();
    if file.take(XMP_WITHIN_BYTES).read_to_end(&mut bytes).is_err() {
        return Xmp::default();
    }
    let packet = memchr::memmem::find(&bytes, XMP_BEGINS).and_then(|start| {
        let length = memchr::memmem::find(&bytes[start..], XMP_ENDS)? + XMP_ENDS.len();
        bytes.get(start..start + length)
    });
    packet.map(xmp::read).unwrap_or_default()
}
