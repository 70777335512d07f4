//! When a photo or video was taken: the right date for each kind of file, and none that cannot be. The vault keeps and
//! shows each photo on that day.

#[path = "support/media.rs"]
mod media;
mod support;

use std::io::Cursor;
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use media::{Endian, Tags};
use rusqlite::Connection;
use serde_json::{Value, json};
use server::taken::{Origin, Taken};
use support::{Form, Server};

const PATIENCE: Duration = Duration::from_secs(20);
/// Half past midnight in Rome, still April in UTC.
const IN_ROME: Tags<'_> = &[(media::ORIGINAL, "2024:05:01 00:30:00"), (media::OFFSET_ORIGINAL, "+02:00")];

const NOW: &str = "2026-11-28T12:00:00Z";
const DATE: Tags<'_> = &[(media::ORIGINAL, "2024:05:01 00:30:00")];
const DATE_WITH_OFFSET: Tags<'_> =
    &[(media::ORIGINAL, "2024:05:01 00:30:00"), (media::OFFSET_ORIGINAL, "+02:00")];
/// 2024-04-30 22:30:00 UTC.
const MOVIE: u64 = 2_082_844_800 + 1_714_516_200;

#[test]
fn each_kind_of_photo_has_its_date_with_and_without_an_offset() {
    type Make = fn(Tags<'_>) -> Vec<u8>;
    let kinds: [(&str, Make); 13] = [
        ("a.jpg", |tags| media::jpeg(Some(&media::tiff(Endian::Big, tags, 0)), None)),
        ("b.jpg", |tags| media::jpeg(Some(&media::tiff(Endian::Little, tags, 9_000)), None)),
        ("a.heic", |tags| media::heif(b"heic", Some(&media::tiff(Endian::Big, tags, 0)), None)),
        ("a.avif", |tags| media::heif(b"avif", Some(&media::tiff(Endian::Little, tags, 0)), None)),
        ("a.png", |tags| media::png(Some(&media::tiff(Endian::Big, tags, 0)), None)),
        ("a.webp", |tags| media::webp(Some(&media::tiff(Endian::Little, tags, 1)), None)),
        ("a.dng", |tags| media::tiff(Endian::Little, tags, 0)),
        ("a.cr2", |tags| media::tiff(Endian::Little, tags, 200)),
        ("a.nef", |tags| media::tiff(Endian::Big, tags, 300_000)),
        ("a.arw", |tags| media::tiff(Endian::Little, tags, 70_000)),
        ("a.raf", |tags| media::raf(&media::tiff(Endian::Little, tags, 0))),
        ("a.cr3", media::cr3),
        ("misnamed.heic", |tags| media::jpeg(Some(&media::tiff(Endian::Big, tags, 0)), None)),
    ];
    for (name, make) in kinds {
        let plain = date_of(name, &make(DATE)).unwrap();
        assert_eq!(shown(plain), "2024-05-01T00:30:00 2024-05-01T00:30:00Z", "{name}");
        let offset = date_of(name, &make(DATE_WITH_OFFSET)).unwrap();
        assert_eq!(shown(offset), "2024-05-01T00:30:00 2024-04-30T22:30:00Z", "{name} with an offset");
        assert_eq!((plain.from, plain.is_doubtful), (Origin::Exif, false), "{name}");
    }
}

#[test]
fn each_kind_of_video_has_its_date_with_and_without_an_offset() {
    for brand in [b"isom", b"qt  "] {
        let movie = |creation_date| date_of("a.mov", &media::movie(brand, MOVIE, creation_date)).unwrap();
        assert_eq!(shown(movie(None)), "2024-04-30T22:30:00 2024-04-30T22:30:00Z");
        let local = movie(Some("2024-05-01T00:30:00+0200"));
        assert_eq!(shown(local), "2024-05-01T00:30:00 2024-04-30T22:30:00Z");
    }
}

#[test]
fn a_name_by_the_clock_of_the_place_gives_a_video_its_local_day() {
    let movie = media::movie(b"isom", MOVIE, None);
    let named = date_of("VID_20240501_003001.mp4", &movie).unwrap();
    assert_eq!(shown(named), "2024-05-01T00:30:00 2024-04-30T22:30:00Z");
    let elsewhere = date_of("VID_20230101_003001.mp4", &movie).unwrap();
    assert_eq!(shown(elsewhere), "2024-04-30T22:30:00 2024-04-30T22:30:00Z");
}

#[test]
fn xmp_counts_where_there_is_no_exif_and_a_sidecar_counts_most() {
    let xmp =
        media::xmp(r#"e:DateTimeOriginal="2024-05-01T00:30:00.5+02:00" x:CreateDate="2020-01-01T00:00:00""#);
    for (name, file) in [
        ("a.jpg", media::jpeg(None, Some(&xmp))),
        ("a.png", media::png(None, Some(&xmp))),
        ("a.webp", media::webp(None, Some(&xmp))),
        ("a.heic", media::heif(b"heic", None, Some(&xmp))),
    ] {
        let found = date_of(name, &file).unwrap();
        assert_eq!(shown(found), "2024-05-01T00:30:00.5 2024-04-30T22:30:00.5Z", "{name}");
        assert_eq!(found.from, Origin::Xmp, "{name}");
    }
    let photo = media::jpeg(Some(&media::tiff(Endian::Big, DATE, 0)), None);
    let sidecar = xmp.replace("2024-05-01", "1987-06-05");
    let found = Taken::of(Cursor::new(&photo), Some(sidecar.as_bytes()), "a.jpg", now()).unwrap();
    assert_eq!((found.local.to_string().as_str(), found.from), ("1987-06-05T00:30:00.5", Origin::Sidecar));
    let nested =
        "<x:d xmlns:x='http://ns.adobe.com/xap/1.0/'><x:CreateDate>2011-02-03T04:05</x:CreateDate></x:d>";
    let found = Taken::of(Cursor::new(b""), Some(nested.as_bytes()), "scan.jpg", now()).unwrap();
    assert_eq!(found.local.to_string(), "2011-02-03T04:05:00");
}

#[test]
fn a_date_that_cannot_be_is_passed_over() {
    let exif = |text: &str| {
        let tags = [(media::ORIGINAL, text), (media::DIGITIZED, "2019:08:07 06:05:04")];
        date_of("a.jpg", &media::jpeg(Some(&media::tiff(Endian::Big, &tags, 0)), None)).unwrap()
    };
    for impossible in [
        "0000:00:00 00:00:00",
        "    :  :     :  :  ",
        "2024:13:01 00:00:00",
        "2024:02:30 00:00:00",
        "2024:05:01 24:00:00",
        "2030:01:01 00:00:00",
        "1600:01:01 00:00:00",
        "30828:09:14 02:48:05",
        "2024:05:01",
        "nonsense",
        "\u{fffd}\u{fffd}\u{fffd}\u{fffd}:01:01 00:00:00",
    ] {
        assert_eq!(exif(impossible).local.to_string(), "2019-08-07T06:05:04", "{impossible}");
    }
    for unset in [0, 1, 2_082_844_800] {
        assert_eq!(date_of("a.mp4", &media::movie(b"isom", unset, None)), None, "{unset}");
    }
    let from_1970 = date_of("a.mp4", &media::movie(b"isom", 1_714_516_200, None)).unwrap();
    assert_eq!(from_1970.local.to_string(), "2024-04-30T22:30:00");
}

#[test]
fn a_clock_that_was_never_set_is_believed_and_marked() {
    for reset in ["1980:01:01 03:04:05", "1970:01:01 00:00:00", "2000:01:01 00:12:00"] {
        let tags = [(media::ORIGINAL, reset)];
        let found = date_of("a.jpg", &media::jpeg(Some(&media::tiff(Endian::Big, &tags, 0)), None)).unwrap();
        assert!(found.is_doubtful, "{reset}");
        assert_eq!(found.local.to_string()[..4], reset[..4]);
    }
}

#[test]
fn dates_are_read_as_cameras_write_them() {
    let exif = |tags: Tags<'_>| {
        let found =
            date_of("a.jpg", &media::jpeg(Some(&media::tiff(Endian::Little, tags, 0)), None)).unwrap();
        found.instant.to_string()
    };
    let original = media::ORIGINAL;
    for (offset, instant) in [
        ("Z", "2024-05-01T10:30:00Z"),
        ("+05:30", "2024-05-01T05:00:00Z"),
        ("-5:00", "2024-05-01T15:30:00Z"),
        ("+0930", "2024-05-01T01:00:00Z"),
        ("   ", "2024-05-01T10:30:00Z"),
        ("+99:00", "2024-05-01T10:30:00Z"),
    ] {
        let tags = [(original, "2024:05:01 10:30:00"), (media::OFFSET_ORIGINAL, offset)];
        assert_eq!(exif(&tags), instant, "{offset}");
    }
}

#[test]
fn hostile_files_cost_little_and_break_nothing() {
    let whole = [
        media::jpeg(Some(&media::tiff(Endian::Big, DATE_WITH_OFFSET, 0)), Some(&media::xmp(""))),
        media::heif(b"heic", Some(&media::tiff(Endian::Big, DATE, 0)), Some(&media::xmp(""))),
        media::png(Some(&media::tiff(Endian::Big, DATE, 0)), Some(&media::xmp(""))),
        media::webp(Some(&media::tiff(Endian::Big, DATE, 0)), Some(&media::xmp(""))),
        media::cr3(DATE),
        media::raf(&media::tiff(Endian::Big, DATE, 0)),
        media::movie(b"qt  ", MOVIE, Some("2024-05-01T00:30:00+0200")),
    ];
    for file in whole {
        for end in 0..file.len() {
            _ = date_of("a", &file[..end]);
        }
        for at in 0..file.len().min(2_000) {
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut changed = file.clone();
                changed[at] = value;
                _ = date_of("a", &changed);
            }
        }
    }
}

#[test]
fn a_photo_is_kept_and_shown_on_the_local_day_of_its_own_date() {
    let server = Server::start();
    let asset = upload(&server, "a.jpg", &photo(IN_ROME));
    assert_eq!(asset["originalPath"], "2024/2024-05-01/a.jpg");
    assert_eq!(asset["fileCreatedAt"], "2024-04-30T22:30:00Z");
    assert_eq!(asset["localDateTime"], "2024-05-01T00:30:00Z");
    assert_eq!(asset["exifInfo"]["dateTimeOriginal"], "2024-04-30T22:30:00Z");
    assert_eq!(asset["fileModifiedAt"], "2026-11-11T11:11:11Z");
    let may = server.get("/api/timeline/bucket?timeBucket=2024-05-01").json();
    assert_eq!(
        (&may["fileCreatedAt"], &may["localOffsetHours"]),
        (&json!(["2024-04-30T22:30:00Z"]), &json!([2.0]))
    );
    assert_eq!(server.get("/api/timeline/buckets").json(), json!([{"timeBucket": "2024-05-01", "count": 1}]));
}

#[test]
fn without_a_date_of_its_own_the_name_counts_and_then_what_the_client_said() {
    let server = Server::start();
    for (name, path) in [
        ("IMG_20190807_060504.jpg", "2019/2019-08-07/IMG_20190807_060504.jpg"),
        ("plain.jpg", "2026/2026-11-11/plain.jpg"),
    ] {
        let asset = upload(&server, name, &[photo(&[]), name.as_bytes().to_vec()].concat());
        assert_eq!(asset["originalPath"], path);
        assert_eq!(asset["exifInfo"]["dateTimeOriginal"], Value::Null);
    }
}

#[test]
fn no_date_refuses_a_photo() {
    let server = Server::start();
    for impossible in ["30828:09:14 02:48:05", "0000:00:00 00:00:00", "nonsense"] {
        let asset = upload(&server, "a.jpg", &photo(&[(media::ORIGINAL, impossible)]));
        assert!(asset["originalPath"].as_str().unwrap().starts_with("2026/2026-11-11/"), "{impossible}");
    }
    let reset = upload(&server, "b.jpg", &photo(&[(media::ORIGINAL, "1980:01:01 00:00:10")]));
    assert_eq!(reset["originalPath"], "1980/1980-01-01/b.jpg");
    let doubtful: Vec<String> = column(&server, "SELECT name FROM asset WHERE date_doubtful");
    assert_eq!(doubtful, ["b.jpg"]);
    let month = server.get("/api/timeline/bucket?timeBucket=1980-01-01").json();
    assert_eq!(month["isDateDoubtful"], json!([true]));
}

#[test]
fn a_sidecar_counts_more_than_the_photo() {
    let server = Server::start();
    let sidecar = media::xmp(r#"e:DateTimeOriginal="1987-06-05T04:03:02""#);
    let form = Form::photo("a.jpg", &photo(IN_ROME)).file("sidecarData", "a.jpg.xmp", sidecar.as_bytes());
    assert_eq!(server.upload(&form).status, 201);
    assert_eq!(server.originals(), ["1987/1987-06-05/a.jpg", "1987/1987-06-05/a.jpg.xmp"]);
}

#[test]
fn what_older_rules_dated_is_dated_anew_at_the_next_start_and_not_moved() {
    let server = Server::start();
    upload(&server, "a.jpg", &photo(IN_ROME));
    let before = server.originals();
    let folder = server.stop();
    let index = Connection::open(folder.path().join("safelight.sqlite")).unwrap();
    index
        .execute("UPDATE asset SET created_at = 0, local_at = 0, date_from = 'client', date_rules = 0", [])
        .unwrap();
    drop(index);
    let server = Server::start_in(folder);
    let began = Instant::now();
    while column(&server, "SELECT date_from FROM asset") != ["exif"] {
        assert!(began.elapsed() < PATIENCE, "the date is still that of older rules");
        thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(server.get("/api/timeline/buckets").json(), json!([{"timeBucket": "2024-05-01", "count": 1}]));
    assert_eq!(server.originals(), before);
}

/// Each of many thousand entries claims the whole block as its value.
#[test]
fn a_block_whose_entries_all_claim_the_whole_block_costs_no_memory() {
    let count: u16 = 60_000;
    let mut block = b"II*\0\x08\0\0\0".to_vec();
    block.extend(count.to_le_bytes());
    for tag in 0..count {
        block.extend([tag.to_le_bytes(), 7_u16.to_le_bytes()].concat());
        block.extend([700_000_u32.to_le_bytes(), 0_u32.to_le_bytes()].concat());
    }
    block.extend([0; 4]);
    for file in [
        media::png(Some(&block), None),
        media::webp(Some(&block), None),
        media::heif(b"heic", Some(&block), None),
    ] {
        assert_eq!(date_of("a", &file), None);
    }
}

fn date_of(name: &str, file: &[u8]) -> Option<Taken> {
    Taken::of(Cursor::new(file), None::<&[u8]>, name, now())
}

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

/// The local time, and the instant.
fn shown(taken: Taken) -> String {
    format!("{} {}", taken.local, taken.instant)
}

fn photo(tags: Tags<'_>) -> Vec<u8> {
    media::jpeg(Some(&media::tiff(Endian::Big, tags, 0)), None)
}

/// Uploads a file, and returns what the server then says about it.
fn upload(server: &Server, name: &str, bytes: &[u8]) -> Value {
    let form = Form::default()
        .text("fileCreatedAt", "2026-11-11T11:11:11Z")
        .text("fileModifiedAt", "2026-11-11T11:11:11Z")
        .file("assetData", name, bytes);
    let answer = server.upload(&form);
    assert_eq!(answer.status, 201, "{answer:?}");
    server.get(&format!("/api/assets/{}", answer.json()["id"].as_str().unwrap())).json()
}

fn column(server: &Server, sql: &str) -> Vec<String> {
    let index = Connection::open(server.folder.path().join("safelight.sqlite")).unwrap();
    let mut statement = index.prepare(sql).unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}
