//! Photos and videos by their first bytes: what distinguishes each format from all others, and nothing more.

use super::MediaKind;

/// More than every format below needs.
pub const HEAD_BYTES: usize = 1024;

/// Bytes at the start of a file.
const STARTS: &[(&[u8], MediaKind)] = &[
    (b"\xff\xd8\xff", MediaKind::Image),                     // JPEG
    (b"\x89PNG\r\n\x1a\n", MediaKind::Image),                // PNG
    (b"GIF8", MediaKind::Image),                             // GIF
    (b"II*\0", MediaKind::Image),                            // TIFF and most RAW formats
    (b"MM\0*", MediaKind::Image),                            // the same, big-endian
    (b"II+\0", MediaKind::Image),                            // BigTIFF
    (b"MM\0+", MediaKind::Image),                            // the same, big-endian
    (b"IIU\0", MediaKind::Image),                            // Panasonic
    (b"IIRO", MediaKind::Image),                             // Olympus
    (b"IIRS", MediaKind::Image),                             // Olympus
    (b"MMOR", MediaKind::Image),                             // Olympus
    (b"II\x1a\0\0\0HEAPCCDR", MediaKind::Image),             // Canon CRW
    (b"FUJIFILMCCD-RAW", MediaKind::Image),                  // Fujifilm
    (b"\0MRM", MediaKind::Image),                            // Minolta
    (b"FOVb", MediaKind::Image),                             // Sigma
    (b"8BPS", MediaKind::Image),                             // Photoshop
    (b"\0\0\0\x0cJXL \r\n\x87\n", MediaKind::Image),         // JPEG XL
    (b"\0\0\0\x0cjP  \r\n\x87\n", MediaKind::Image),         // JPEG 2000
    (b"\xff\x4f\xff\x51", MediaKind::Image),                 // JPEG 2000, its bare code
    (b"\x76\x2f\x31\x01", MediaKind::Image),                 // OpenEXR
    (b"#?RADIANCE", MediaKind::Image),                       // Radiance HDR
    (b"qoif", MediaKind::Image),                             // QOI
    (b"\0\0\x01\xba", MediaKind::Video),                     // MPEG program stream
    (b"\0\0\x01\xb3", MediaKind::Video),                     // MPEG video
    (b"FLV\x01", MediaKind::Video),                          // Flash
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", MediaKind::Video), // Windows Media
    (b"\x06\x0e\x2b\x34\x02\x05\x01\x01", MediaKind::Video), // MXF
    (b".RMF", MediaKind::Video),                             // RealMedia
    (b"\x1f\x07\0", MediaKind::Video),                       // DV
];

/// Brands of ISO media files that hold pictures.
const PICTURE_BRANDS: &[&[u8; 4]] = &[
    b"avif", b"avis", b"crx ", b"heic", b"heim", b"heis", b"heix", b"hevc", b"hevm", b"hevs", b"hevx",
    b"jxl ", b"mif1", b"mif2", b"miaf", b"msf1",
];

/// Brands of ISO media files that hold only sound.
const SOUND_BRANDS: &[&[u8; 4]] = &[b"M4A ", b"M4B ", b"M4P ", b"F4A ", b"F4B ", b"aax ", b"aaxc"];

/// The first boxes of QuickTime films from before brands existed.
const OLD_FILM_BOXES: &[&[u8; 4]] = &[b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"];

/// The sizes of the second header of a BMP.
const BMP_HEADERS: &[u8] = &[12, 40, 52, 56, 64, 108, 124];

/// The packets of an MPEG transport stream: bare, with a time stamp before each, with a check after each.
const TRANSPORT_PACKETS: &[usize] = &[188, 192, 204];
/// So many in a row are no accident.
const PACKETS: usize = 4;

/// The kind of a photo or video with these first bytes, of which there should be [`HEAD_BYTES`] if the file has them.
/// `None` for anything else.
pub fn kind_by_content(head: &[u8]) -> Option<MediaKind> {
    let start = STARTS.iter().find(|(start, _)| head.starts_with(start)).map(|(_, kind)| *kind);
    start
        .or_else(|| bmp(head))
        .or_else(|| riff(head))
        .or_else(|| iso_media(head))
        .or_else(|| matroska(head))
        .or_else(|| ogg(head))
        .or_else(|| transport_stream(head))
}

fn bmp(head: &[u8]) -> Option<MediaKind> {
    let header = head.get(14..18).filter(|_| head.starts_with(b"BM"))?;
    (BMP_HEADERS.contains(&header[0]) && header[1..] == [0, 0, 0]).then_some(MediaKind::Image)
}

fn riff(head: &[u8]) -> Option<MediaKind> {
    match head.get(8..12).filter(|_| head.starts_with(b"RIFF"))? {
        b"WEBP" => Some(MediaKind::Image),
        // The last is what a video CD holds.
        b"AVI " | b"CDXA" => Some(MediaKind::Video),
        _ => None,
    }
}

fn iso_media(head: &[u8]) -> Option<MediaKind> {
    let name: &[u8; 4] = head.get(4..8)?.try_into().ok()?;
    if name == b"ftyp" {
        let brand: &[u8; 4] = head.get(8..12)?.try_into().ok()?;
        return if PICTURE_BRANDS.contains(&brand) {
            Some(MediaKind::Image)
        } else {
            (!SOUND_BRANDS.contains(&brand)).then_some(MediaKind::Video)
        };
    }
    // The first four bytes are the length of the box. A text has no zero there.
    let has_length = head.starts_with(&[0]) || name == b"mdat";
    (has_length && OLD_FILM_BOXES.contains(&name)).then_some(MediaKind::Video)
}

fn matroska(head: &[u8]) -> Option<MediaKind> {
    let is_film = head.starts_with(b"\x1a\x45\xdf\xa3") && (holds(head, b"matroska") || holds(head, b"webm"));
    is_film.then_some(MediaKind::Video)
}

fn ogg(head: &[u8]) -> Option<MediaKind> {
    (head.starts_with(b"OggS") && holds(head, b"theora")).then_some(MediaKind::Video)
}

/// A recording may begin in the middle of a packet.
fn transport_stream(head: &[u8]) -> Option<MediaKind> {
    let is_packet = |at: usize| head.get(at) == Some(&0x47);
    let begins = |first: usize, length: usize| (0..PACKETS).all(|packet| is_packet(first + packet * length));
    let is_stream = |length: &usize| (0..*length).any(|first| begins(first, *length));
    TRANSPORT_PACKETS.iter().any(is_stream).then_some(MediaKind::Video)
}

fn holds(head: &[u8], word: &[u8]) -> bool {
    head.windows(word.len()).any(|window| window == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(first: usize, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; first + (PACKETS - 1) * length + 1];
        (0..PACKETS).for_each(|packet| bytes[first + packet * length] = 0x47);
        bytes
    }

    #[test]
    fn photos_and_videos_are_known_by_their_first_bytes() {
        const IMAGE: Option<MediaKind> = Some(MediaKind::Image);
        const VIDEO: Option<MediaKind> = Some(MediaKind::Video);
        let table: &[(&[u8], Option<MediaKind>)] = &[
            (b"\xff\xd8\xff\xe1..Exif", IMAGE),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", IMAGE),
            (b"\0\0\0\x18ftypavif\0\0\0\0", IMAGE),
            (b"\0\0\0\x18ftypcrx \0\0\0\0", IMAGE),
            (b"\0\0\0\x18ftypmp42\0\0\0\0", VIDEO),
            (b"\0\0\0\x14ftypqt  \0\0\0\0", VIDEO),
            (b"\0\0\0\x18ftypM4A \0\0\0\0", None),
            (b"\0\0\0\x08wide\0\0\x10\0mdat", VIDEO),
            (b"\x01\0\0\0mdat", VIDEO),
            (b"Get free photos", None),
            (b"RIFF\x10\0\0\0WEBPVP8 ", IMAGE),
            (b"RIFF\x10\0\0\0AVI LIST", VIDEO),
            (b"RIFF\x10\0\0\0WAVEfmt ", None),
            (b"BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", IMAGE),
            (b"BMW is a maker of cars", None),
            (b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm", VIDEO),
            (b"OggS\0\x02............\x01\x1e\x01vorbis", None),
            (b"OggS\0\x02............\x80theora", VIDEO),
            (b"GIF89a", IMAGE),
            (b"II*\0\x08\0\0\0", IMAGE),
            (b"\0\0\x01\xba\x44", VIDEO),
            (&stream(0, 188), VIDEO),
            (&stream(4, 192), VIDEO),
            (&stream(77, 188), VIDEO),
            (&stream(203, 204), VIDEO),
            (b"Go on: const a = 1;", None),
            (b"export const lens = 1;", None),
            (b"%PDF-1.7", None),
            (b"PK\x03\x04", None),
            (b"\xff\xd8", None),
            (b"", None),
        ];
        for (head, kind) in table {
            assert_eq!(kind_by_content(head), *kind, "{}", head.escape_ascii());
        }
    }

    #[test]
    fn no_beginning_is_too_short_to_be_looked_at() {
        let whole = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic";
        (0..whole.len()).for_each(|end| _ = kind_by_content(&whole[..end]));
    }
}
