//! Several photos in one request.

mod support;

use std::io::{Read, Write};
use std::net::Shutdown;

use protocol::bundle::{Bundled, BundledEnd, part};
use protocol::resumable::AssetData;
use protocol::safelight::path;
use sha1::{Digest as _, Sha1};
use support::{ABC, Answer, CONTENT_TYPE, Form, Server};

const DAY: &str = "2024/2024-05-01";

#[test]
fn a_bundle_stores_every_photo_of_any_size() {
    let server = Server::start();
    let (small, large) = (vec![1; 200_000], vec![2; 3_000_000]);
    let form = photo(Form::default(), "a.jpg", ABC);
    let form = photo(form, "Ärger 😀.jpg", &small);
    let form = photo(photo(form, "large.mp4", &large), "b.jpg", b"b");
    let ends = ends(&send(&server, &form));
    assert_eq!(statuses(&ends), [201; 4]);
    let paths = ["a.jpg", "b.jpg", "large.mp4", "Ärger 😀.jpg"].map(|name| format!("{DAY}/{name}"));
    assert_eq!(server.originals(), paths);
    assert_eq!(std::fs::read(server.original(&paths[2])).unwrap(), large);
    assert_eq!(std::fs::read(server.original(&paths[3])).unwrap(), small);
    assert!(server.incoming().is_empty());
}

#[test]
fn each_photo_has_the_end_that_it_would_have_alone() {
    let server = Server::start();
    let known = server.upload(&Form::photo("known.jpg", b"known")).json()["id"].clone();
    let form = photo(Form::default(), "a.jpg", ABC);
    let form = photo(form, "again.jpg", ABC);
    let form = photo(form, "known.jpg", b"known");
    let form = part_of(form, "other.jpg", &hex(b"promised"), b"arrived");
    let form = photo(form, "notes.txt", &vec![b'x'; 3_000_000]);
    let form = photo(form, "no ending", b"export const a = 1;");
    let form = photo(form, "empty.jpg", b"");
    let form = part_of(form, "c.jpg", "no checksum", b"c");
    let form = photo(form, "last.jpg", b"last");
    let ends = ends(&send(&server, &form));
    let mut statuses = statuses(&ends);
    // They are kept at the same time: either of two equal photos may be the first.
    statuses[..2].sort_unstable();
    assert_eq!(statuses, [200, 201, 200, 460, 400, 400, 400, 400, 201]);
    let kept = ends[2].kept.as_ref().unwrap();
    assert_eq!(kept.id.to_string(), known.as_str().unwrap());
    let messages = [
        "The bytes do not match the checksum",
        "Unsupported file type notes.txt",
        "Unsupported file type no ending",
        "File is empty",
        "checksum must be a SHA-1 in hex or base64",
    ];
    let told = ends.iter().filter_map(|end| end.message.as_deref());
    assert_eq!(told.collect::<Vec<_>>(), messages);
    assert_eq!(server.originals().len(), 3);
    assert!(server.incoming().is_empty());
}

#[test]
fn a_bundle_that_makes_no_sense_is_refused_as_a_whole() {
    let server = Server::start();
    let many = (0..200).fold(Form::default(), |form, number| photo(form, "a.jpg", &[number]));
    let table = [
        (Form::default().file(part::FILE, "a.jpg", ABC), "A description must come before each file"),
        (Form::default().text("filename", "a.jpg"), "Unexpected field - filename"),
        (Form::default().text(part::DESCRIPTION, &"x".repeat(100_000)), "Too much text - description"),
        (many, "More than 128 files"),
    ];
    for (form, message) in table {
        let answer = send(&server, &form);
        assert_eq!((answer.status, answer.message().as_str()), (400, message));
    }
    let answer = send(&server, &Form::default().text(part::DESCRIPTION, "{}"));
    assert!(answer.message().starts_with("Validation failed: description: "), "{answer:?}");
    let twice = photo(Form::default(), "a.jpg", ABC).text(part::DESCRIPTION, &described("b.jpg"));
    for (form, message) in [
        (Form::default(), "File is required"),
        (
            Form::default().text(part::DESCRIPTION, &described("a.jpg")),
            "A file must come after each description",
        ),
        (twice, "A file must come after each description"),
    ] {
        assert_eq!(send(&server, &form).message(), message);
    }
    assert!(server.incoming().is_empty());
}

#[test]
fn what_arrived_before_a_bundle_broke_off_is_kept() {
    let server = Server::start();
    let form = photo(photo(Form::default(), "a.jpg", ABC), "cut.mp4", &vec![7; 1_000_000]).bytes();
    let mut stream = server.connect();
    write!(
        stream,
        "POST {} HTTP/1.1\r\nHost: x\r\nx-api-key: {}\r\nContent-Type: {CONTENT_TYPE}\r\nContent-Length: {}\r\n\r\n",
        path::ASSETS,
        server.key,
        form.len()
    )
    .unwrap();
    stream.write_all(&form[..form.len() / 2]).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut answer = String::new();
    // The connection may be gone before the refusal is read.
    _ = stream.read_to_string(&mut answer);
    assert!(!answer.starts_with("HTTP/1.1 200"), "{answer}");
    let folder = server.stop();
    let server = Server::start_in(folder);
    assert_eq!(server.originals(), [format!("{DAY}/a.jpg")]);
    assert!(server.incoming().is_empty());
}

fn send(server: &Server, form: &Form) -> Answer {
    let headers = [("x-api-key", server.key.as_str()), ("content-type", CONTENT_TYPE)];
    server.send("POST", path::ASSETS, &headers, &form.bytes())
}

fn ends(answer: &Answer) -> Vec<BundledEnd> {
    assert_eq!(answer.status, 200, "{answer:?}");
    serde_json::from_slice(&answer.body).unwrap()
}

fn statuses(ends: &[BundledEnd]) -> Vec<u16> {
    ends.iter().map(|end| end.status).collect()
}

fn photo(form: Form, name: &str, bytes: &[u8]) -> Form {
    part_of(form, name, &hex(bytes), bytes)
}

fn part_of(form: Form, name: &str, checksum: &str, bytes: &[u8]) -> Form {
    let asset = AssetData {
        filename: name.into(),
        file_created_at: "2024-05-01T10:00:00Z".into(),
        file_modified_at: "2024-05-02T11:00:00Z".into(),
        is_favorite: false,
    };
    let described = Bundled { checksum: checksum.into(), asset };
    form.text(part::DESCRIPTION, &serde_json::to_string(&described).unwrap()).file(part::FILE, "file", bytes)
}

fn described(name: &str) -> String {
    let text = |key: &str, value: &str| format!(r#""{key}":"{value}""#);
    let asset = [
        text("filename", name),
        text("fileCreatedAt", "2024-05-01T10:00:00Z"),
        text("fileModifiedAt", "2024-05-01T10:00:00Z"),
    ];
    format!("{{{},\"asset\":{{{}}}}}", text("checksum", support::ABC_HEX), asset.join(","))
}

fn hex(bytes: &[u8]) -> String {
    protocol::Digest(Sha1::digest(bytes).into()).to_string()
}
