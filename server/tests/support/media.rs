//! Small files of every kind, made here byte by byte, with the dates that a test gives them.

/// The dates of an EXIF block: tag and text.
pub type Tags<'a> = &'a [(u16, &'a str)];

pub const ORIGINAL: u16 = 0x9003;
pub const DIGITIZED: u16 = 0x9004;
pub const OFFSET_ORIGINAL: u16 = 0x9011;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Endian {
    Little,
    Big,
}

/// A TIFF structure with an EXIF directory behind `padding` bytes.
pub fn tiff(endian: Endian, tags: Tags<'_>, padding: usize) -> Vec<u8> {
    let mut file = header(endian);
    let exif_at = 8 + 2 + 12 + 4 + padding;
    file.extend(n16(endian, 1));
    file.extend(entry(endian, 0x8769, 4, 1, n32(endian, exif_at)));
    file.extend(n32(endian, 0));
    file.resize(exif_at, 0);
    file.extend(directory(endian, tags, exif_at));
    file
}

/// A TIFF structure whose first directory is the EXIF directory.
pub fn bare_exif(endian: Endian, tags: Tags<'_>) -> Vec<u8> {
    let mut file = header(endian);
    file.extend(directory(endian, tags, 8));
    file
}

fn header(endian: Endian) -> Vec<u8> {
    let mut file = if endian == Endian::Little { b"II".to_vec() } else { b"MM".to_vec() };
    file.extend(n16(endian, 42));
    file.extend(n32(endian, 8));
    file
}

fn directory(endian: Endian, tags: Tags<'_>, at: usize) -> Vec<u8> {
    let mut entries = n16(endian, tags.len()).to_vec();
    let mut texts = Vec::new();
    let texts_at = at + 2 + tags.len() * 12 + 4;
    for (tag, text) in tags {
        let length = text.len() + 1;
        let text: Vec<u8> = text.bytes().chain([0]).collect();
        let mut value = n32(endian, texts_at + texts.len());
        if length <= 4 {
            value = [0; 4];
            value[..length].copy_from_slice(&text);
        } else {
            texts.extend(text);
        }
        entries.extend(entry(endian, *tag, 2, length, value));
    }
    entries.extend(n32(endian, 0));
    entries.extend(texts);
    entries
}

fn entry(endian: Endian, tag: u16, kind: usize, count: usize, value: [u8; 4]) -> Vec<u8> {
    [n16(endian, tag.into()).as_slice(), &n16(endian, kind), &n32(endian, count), &value].concat()
}

fn n16(endian: Endian, number: usize) -> [u8; 2] {
    let number = u16::try_from(number).unwrap();
    if endian == Endian::Little { number.to_le_bytes() } else { number.to_be_bytes() }
}

fn n32(endian: Endian, number: usize) -> [u8; 4] {
    let number = u32::try_from(number).unwrap();
    if endian == Endian::Little { number.to_le_bytes() } else { number.to_be_bytes() }
}

pub fn jpeg(exif: Option<&[u8]>, xmp: Option<&str>) -> Vec<u8> {
    let mut file = vec![0xff, 0xd8];
    file.extend(segment(0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"));
    if let Some(exif) = exif {
        file.extend(segment(0xe1, &[b"Exif\0\0", exif].concat()));
    }
    if let Some(xmp) = xmp {
        file.extend(segment(0xe1, &[b"http://ns.adobe.com/xap/1.0/\0", xmp.as_bytes()].concat()));
    }
    file.extend([0xff, 0xda, 0, 2]);
    file.extend([0x11; 200]);
    file.extend([0xff, 0xd9]);
    file
}

fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
    [&[0xff, marker], &length[..], body].concat()
}

pub fn png(exif: Option<&[u8]>, xmp: Option<&str>) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    file.extend(chunk(b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]));
    file.extend(chunk(b"IDAT", b"picture"));
    if let Some(exif) = exif {
        file.extend(chunk(b"eXIf", exif));
    }
    if let Some(xmp) = xmp {
        file.extend(chunk(b"iTXt", &[b"XML:com.adobe.xmp\0\0\0\0\0", xmp.as_bytes()].concat()));
    }
    file.extend(chunk(b"IEND", &[]));
    file
}

fn chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    // Readers of dates do not check the checksum.
    [&u32::try_from(body.len()).unwrap().to_be_bytes()[..], name, body, &[0; 4]].concat()
}

pub fn webp(exif: Option<&[u8]>, xmp: Option<&str>) -> Vec<u8> {
    let mut body = b"WEBP".to_vec();
    body.extend(riff(b"VP8 ", b"picture"));
    body.extend(exif.into_iter().flat_map(|exif| riff(b"EXIF", exif)));
    body.extend(xmp.into_iter().flat_map(|xmp| riff(b"XMP ", xmp.as_bytes())));
    riff(b"RIFF", &body)
}

fn riff(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let padding: &[u8] = if body.len() % 2 == 1 { &[0] } else { &[] };
    [name, &u32::try_from(body.len()).unwrap().to_le_bytes()[..], body, padding].concat()
}

pub fn raf(exif: &[u8]) -> Vec<u8> {
    let mut file = b"FUJIFILMCCD-RAW 0201FF383501".to_vec();
    file.resize(84, 0);
    let picture = jpeg(Some(exif), None);
    file.extend(92_u32.to_be_bytes());
    file.extend(u32::try_from(picture.len()).unwrap().to_be_bytes());
    file.extend(picture);
    file
}

/// HEIC or AVIF, by its brand.
pub fn heif(brand: &[u8; 4], exif: Option<&[u8]>, xmp: Option<&str>) -> Vec<u8> {
    let ftyp = boxed(b"ftyp", &[brand, &[0; 4][..], b"mif1", brand].concat());
    let exif = exif.map(|exif| [&[0, 0, 0, 6], b"Exif\0\0".as_slice(), exif].concat());
    let items: Vec<(&[u8], Vec<u8>)> = [
        exif.map(|exif| (b"Exif\0".as_slice(), exif)),
        xmp.map(|xmp| (b"mime\0application/rdf+xml\0".as_slice(), xmp.as_bytes().to_vec())),
    ]
    .into_iter()
    .flatten()
    .collect();
    // The places depend on the length of what holds them, which does not depend on the places.
    let places = |start: usize| {
        let mut at = start;
        let mut body = vec![0, 0, 0, 0, 0x44, 0];
        body.extend(u16::try_from(items.len()).unwrap().to_be_bytes());
        for ((_, bytes), id) in items.iter().zip(1_u16..) {
            body.extend([id.to_be_bytes(), [0, 0], [0, 1]].concat());
            body.extend(u32::try_from(at).unwrap().to_be_bytes());
            body.extend(u32::try_from(bytes.len()).unwrap().to_be_bytes());
            at += bytes.len();
        }
        boxed(b"iloc", &body)
    };
    let info = |kind: &[u8], id: u16| {
        boxed(b"infe", &[&[2, 0, 0, 0], &id.to_be_bytes()[..], &[0, 0], kind].concat())
    };
    let infos: Vec<u8> = items.iter().zip(1..).flat_map(|((kind, _), id)| info(kind, id)).collect();
    let count = u16::try_from(items.len()).unwrap().to_be_bytes();
    let infos = boxed(b"iinf", &[&[0; 4], &count[..], &infos].concat());
    let meta = |start: usize| {
        boxed(b"meta", &[&[0; 4][..], &boxed(b"hdlr", &[0; 20]), &infos, &places(start)].concat())
    };
    let start = ftyp.len() + meta(0).len() + 8;
    let data = items.iter().flat_map(|(_, bytes)| bytes.clone()).collect::<Vec<u8>>();
    [ftyp, meta(start), boxed(b"mdat", &data)].concat()
}

pub fn cr3(tags: Tags<'_>) -> Vec<u8> {
    const CANON: &[u8] = b"\x85\xc0\xb6\x87\x82\x0f\x11\xe0\x81\x11\xf4\xce\x46\x2b\x6a\x48";
    let inner = [
        boxed(b"CNCV", b"CanonCR3_001/00.09.00/00.00.00"),
        boxed(b"CMT1", &bare_exif(Endian::Little, &[])),
        boxed(b"CMT2", &bare_exif(Endian::Little, tags)),
    ]
    .concat();
    let canon = boxed(b"uuid", &[CANON, &inner].concat());
    let movie = boxed(b"moov", &[canon, movie_header(2_082_844_800 + 1_000_000_000)].concat());
    [boxed(b"ftyp", b"crx \0\0\0\x01crx isom"), movie, boxed(b"mdat", b"picture")].concat()
}

/// MP4 or MOV. `created` counts seconds from 1904.
pub fn movie(brand: &[u8; 4], created: u64, creation_date: Option<&str>) -> Vec<u8> {
    let mut inside = movie_header(created);
    if let Some(text) = creation_date {
        let key = |name: &str| boxed(b"mdta", name.as_bytes());
        let names = [key("com.apple.quicktime.make"), key("com.apple.quicktime.creationdate")].concat();
        let keys = boxed(b"keys", &[&[0; 4], &2_u32.to_be_bytes()[..], &names].concat());
        let data = |text: &str| boxed(b"data", &[&[0, 0, 0, 1, 0, 0, 0, 0], text.as_bytes()].concat());
        let values =
            [boxed(&1_u32.to_be_bytes(), &data("A maker")), boxed(&2_u32.to_be_bytes(), &data(text))]
                .concat();
        let hdlr = boxed(b"hdlr", &[0; 25]);
        inside.extend(boxed(b"meta", &[hdlr, keys, boxed(b"ilst", &values)].concat()));
    }
    // What was recorded comes first, as in most files.
    let brand = boxed(b"ftyp", &[brand, &[0; 4][..], brand].concat());
    [brand, boxed(b"mdat", &[7; 5_000]), boxed(b"moov", &inside)].concat()
}

fn movie_header(created: u64) -> Vec<u8> {
    let created = u32::try_from(created).unwrap().to_be_bytes();
    boxed(b"mvhd", &[&[0; 4], &created[..], &[0; 92]].concat())
}

pub fn boxed(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    [&u32::try_from(body.len() + 8).unwrap().to_be_bytes()[..], name, body].concat()
}

/// An XMP packet with these properties as attributes.
pub fn xmp(properties: &str) -> String {
    format!(
        r#"<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
        xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
        xmlns:e="http://ns.adobe.com/exif/1.0/" xmlns:p="http://ns.adobe.com/photoshop/1.0/"
        xmlns:x="http://ns.adobe.com/xap/1.0/" {properties}/></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"#
    )
}
