//! Browsing the vault: by month, as thumbnails, and in byte ranges, as a video player requests them.

mod support;

use std::path::Path;

use serde_json::{Value, json};
use support::{Answer, Form, Server};

#[test]
fn months_come_newest_first_with_what_was_taken_in_them() {
    let server = Server::start();
    for (name, taken) in [
        ("a.jpg", "2023-12-31T23:59:59.999Z"),
        ("b.jpg", "2024-01-01T00:00:00Z"),
        ("c.mp4", "2024-01-31T23:59:59Z"),
        ("d.jpg", "1969-07-20T20:17:00Z"),
    ] {
        assert_eq!(upload(&server, name, taken, name.as_bytes()).status, 201);
    }
    let bucket = |month: &str, count| json!({"timeBucket": month, "count": count});
    let buckets = server.get("/api/timeline/buckets").json();
    assert_eq!(buckets, json!([bucket("2024-01-01", 2), bucket("2023-12-01", 1), bucket("1969-07-01", 1)]));
    let january = server.get("/api/timeline/bucket?timeBucket=2024-01-01").json();
    assert_eq!(january["originalFileName"], json!(["c.mp4", "b.jpg"]));
    assert_eq!(january["isImage"], json!([false, true]));
    assert_eq!(january["fileSizeInByte"], json!([5, 5]));
    assert_eq!(january["fileCreatedAt"][1], "2024-01-01T00:00:00Z");
    assert_eq!(server.get("/api/timeline/bucket?timeBucket=1999-01-01").json()["id"], json!([]));
    for wrong in ["", "?timeBucket=x", "?timeBucket=2024-13-01"] {
        let refused = server.get(&format!("/api/timeline/bucket{wrong}"));
        assert!(refused.status == 400 && refused.message().starts_with("Validation failed"), "{refused:?}");
    }
}

#[test]
fn thumbnails_are_made_once_and_are_upright() {
    let server = Server::start();
    for name in ["photo.jpg", "photo.png", "photo.webp"] {
        let id = uploaded(&server, name, &media(name));
        let answer = server.get(&format!("/api/assets/{id}/thumbnail"));
        assert_eq!((answer.status, answer.header("content-type")), (200, "image/jpeg"), "{name}");
        assert_eq!(answer.header("cache-control"), "private, max-age=31536000, immutable");
        let picture = image::load_from_memory(&answer.body).unwrap();
        assert!(picture.width().max(picture.height()) <= 360, "{name}");
        let again = server.get(&format!("/api/assets/{id}/thumbnail?size=thumbnail"));
        assert_eq!(again.body, answer.body);
    }
    let turned = uploaded(&server, "turned.jpg", &turned_photo());
    let picture =
        image::load_from_memory(&server.get(&format!("/api/assets/{turned}/thumbnail")).body).unwrap();
    assert!(picture.height() > picture.width(), "it lies on its side");
}

#[test]
fn a_file_that_cannot_be_decoded_has_no_thumbnail_and_does_no_harm() {
    let server = Server::start();
    let bomb = png_of_one_colour(17_000);
    for (name, bytes) in [
        ("photo.heic", media("photo.heic")),
        ("clip.mp4", media("clip.mp4")),
        ("text.jpg", b"no picture".to_vec()),
        ("bomb.png", bomb),
    ] {
        let id = uploaded(&server, name, &bytes);
        let answer = server.get(&format!("/api/assets/{id}/thumbnail"));
        assert_eq!(
            (answer.status, answer.message().as_str()),
            (404, "There is no thumbnail of this file"),
            "{name}"
        );
    }
}

#[test]
fn a_photo_of_108_million_pixels_has_a_thumbnail() {
    let server = Server::start();
    let id = uploaded(&server, "large.jpg", &jpeg_of_one_colour(12_000, 9_000));
    let answer = server.get(&format!("/api/assets/{id}/thumbnail"));
    assert_eq!((answer.status, answer.header("content-type")), (200, "image/jpeg"));
    let picture = image::load_from_memory(&answer.body).unwrap();
    assert_eq!((picture.width(), picture.height()), (360, 270));
}

#[test]
fn an_original_is_served_whole_or_in_parts() {
    let server = Server::start();
    let film = media("clip.mp4");
    let path = format!("/api/assets/{}/original", uploaded(&server, "Café.mp4", &film));
    let whole = server.get(&path);
    assert_eq!((whole.status, &whole.body), (200, &film));
    assert_eq!(whole.header("accept-ranges"), "bytes");
    assert_eq!(whole.header("content-type"), "video/mp4");
    assert_eq!(whole.header("content-disposition"), "attachment; filename*=UTF-8''Caf%C3%A9.mp4");
    let part = server.send("GET", &path, &[("x-api-key", &server.key), ("range", "bytes=10-19")], &[]);
    assert_eq!((part.status, part.body.as_slice()), (206, &film[10..20]));
    assert_eq!(part.header("content-range"), format!("bytes 10-19/{}", film.len()));
    let beyond = format!("bytes={}-", film.len());
    assert_eq!(server.send("GET", &path, &[("x-api-key", &server.key), ("range", &beyond)], &[]).status, 416);
}

#[test]
fn an_original_that_is_dated_before_1970_is_served() {
    let server = Server::start();
    let form = Form::default()
        .text("deviceAssetId", "a")
        .text("deviceId", "d")
        .text("fileCreatedAt", "1926-05-01T10:00:00.000Z")
        .text("fileModifiedAt", "1926-05-01T10:00:00.000Z")
        .text("filename", "wedding.jpg")
        .file("assetData", "wedding.jpg", &media("photo.jpg"));
    let id = server.upload(&form).json()["id"].as_str().unwrap().to_owned();
    let whole = server.get(&format!("/api/assets/{id}/original"));
    assert_eq!((whole.status, &whole.body), (200, &media("photo.jpg")));
    assert_eq!(whole.header("content-type"), "image/jpeg");
    assert_eq!(server.get(&format!("/api/assets/{id}/thumbnail")).status, 200);
}

fn media(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/media").join(name)).unwrap()
}

/// A landscape photo whose EXIF orientation (6) says that it was taken upright.
fn turned_photo() -> Vec<u8> {
    let mut jpeg = Vec::new();
    let picture = image::RgbImage::new(40, 20);
    picture.write_to(&mut std::io::Cursor::new(&mut jpeg), image::ImageFormat::Jpeg).unwrap();
    let exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let mut segment = vec![0xff, 0xe1];
    segment.extend(u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
    segment.extend(exif);
    jpeg.splice(2..2, segment);
    jpeg
}

/// A JPEG whose every block is coded with two bits, so that it need not be encoded.
fn jpeg_of_one_colour(width: u16, height: u16) -> Vec<u8> {
    let table_of_one = |class: u8| {
        let counts = [[1].as_slice(), &[0; 15]].concat();
        [&[0xff, 0xc4, 0, 20, class], counts.as_slice(), &[0]].concat()
    };
    let blocks = usize::from(width / 8) * usize::from(height / 8) * 3;
    [
        &[0xff, 0xd8, 0xff, 0xdb, 0, 67, 0],
        [1; 64].as_slice(),
        &[0xff, 0xc0, 0, 17, 8],
        &height.to_be_bytes(),
        &width.to_be_bytes(),
        &[3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0],
        &table_of_one(0),
        &table_of_one(0x10),
        &[0xff, 0xda, 0, 12, 3, 1, 0, 2, 0, 3, 0, 0, 63, 0],
        &vec![0; blocks * 2 / 8 + 1],
        &[0xff, 0xd9],
    ]
    .concat()
}

/// Small to send, but gigabytes when decoded.
fn png_of_one_colour(side: u32) -> Vec<u8> {
    let mut png = Vec::new();
    let picture = image::GrayImage::new(side, side);
    picture.write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png).unwrap();
    png
}

fn upload(server: &Server, name: &str, taken: &str, bytes: &[u8]) -> Answer {
    let form =
        Form::default().text("fileCreatedAt", taken).text("fileModifiedAt", taken).text("filename", name);
    server.upload(&form.file("assetData", name, bytes))
}

fn uploaded(server: &Server, name: &str, bytes: &[u8]) -> String {
    let answer: Value = upload(server, name, "2024-05-01T10:00:00Z", bytes).json();
    answer["id"].as_str().unwrap().to_owned()
}
