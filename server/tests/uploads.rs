//! Uploads: what happens on the wire and on the disk.

mod support;

use std::fs;
use std::io::{Read, Write};
use std::net::Shutdown;
use std::thread;
use std::time::SystemTime;

use jiff::Timestamp;
use serde_json::json;
use support::{ABC, ABC_BASE64, ABC_HEX, CONTENT_TYPE, Form, Server};

const DAY: &str = "2024/2024-05-01";

#[test]
fn a_devices_rate_limit_holds_until_it_is_changed() {
    let server = Server::start();
    let rate = |rate: serde_json::Value| {
        assert_eq!(server.post("/safelight/v1/rate", &json!({ "bytesPerSecond": rate })).status, 204);
    };
    rate(json!(200_000));
    thread::scope(|scope| {
        let upload = scope.spawn(|| server.upload(&Form::photo("slow.jpg", &vec![7; 40_000_000])).status);
        while server.incoming().is_empty() {
            thread::yield_now();
        }
        // At this rate, the upload would take 200 s.
        rate(json!(null));
        assert_eq!(upload.join().unwrap(), 201);
    });
    assert_eq!(server.post("/safelight/v1/rate", &json!({ "bytesPerSecond": 0 })).status, 400);
}

#[test]
fn an_upload_becomes_an_ordinary_file_of_its_day() {
    let server = Server::start();
    let answer = server.upload(&Form::photo("Ärger 😀.jpg", ABC));
    assert_eq!((answer.status, answer.json()["status"].as_str()), (201, Some("created")));
    assert_eq!(server.originals(), [format!("{DAY}/Ärger 😀.jpg")]);
    let file = server.original(&server.originals()[0]);
    assert_eq!(fs::read(&file).unwrap(), ABC);
    let modified: Timestamp = "2024-05-02T11:00:00Z".parse().unwrap();
    assert_eq!(fs::metadata(file).unwrap().modified().unwrap(), SystemTime::from(modified));
    assert!(server.incoming().is_empty());
}

#[test]
fn equal_bytes_are_stored_once() {
    let server = Server::start();
    let first = server.upload(&Form::photo("a.jpg", ABC));
    let second = server.upload(&Form::photo("b.jpg", ABC));
    assert_eq!((first.status, second.status), (201, 200));
    assert_eq!(second.json(), json!({"id": first.json()["id"], "status": "duplicate"}));
    assert_eq!(server.originals(), [format!("{DAY}/a.jpg")]);
}

#[test]
fn four_equal_uploads_at_once_make_one_file() {
    let server = Server::start();
    let form = Form::photo("a.jpg", &vec![7; 3_000_000]);
    let answers: Vec<_> = thread::scope(|scope| {
        let uploads: Vec<_> = (0..4).map(|_| scope.spawn(|| server.upload(&form))).collect();
        uploads.into_iter().map(|upload| upload.join().unwrap()).collect()
    });
    let mut codes: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    codes.sort_unstable();
    assert_eq!(codes, [200, 200, 200, 201]);
    assert!(answers.iter().all(|answer| answer.json()["id"] == answers[0].json()["id"]));
    assert_eq!(server.originals().len(), 1);
    assert!(server.incoming().is_empty());
}

#[test]
fn many_uploads_at_once_all_arrive() {
    let server = Server::start();
    thread::scope(|scope| {
        for client in 0..8 {
            let server = &server;
            scope.spawn(move || {
                for photo in 0..10 {
                    let bytes = format!("{client}-{photo}");
                    assert_eq!(server.upload(&Form::photo("IMG.jpg", bytes.as_bytes())).status, 201);
                }
            });
        }
    });
    assert_eq!(server.originals().len(), 80);
    assert_eq!(server.get("/api/assets/statistics").json(), json!({"images": 80, "videos": 0, "total": 80}));
}

#[test]
fn two_files_with_one_name_on_one_day_both_keep_a_readable_name() {
    let server = Server::start();
    for bytes in ["one", "two", "three"] {
        assert_eq!(server.upload(&Form::photo("IMG.jpg", bytes.as_bytes())).status, 201);
    }
    let names = ["IMG (2).jpg", "IMG (3).jpg", "IMG.jpg"].map(|name| format!("{DAY}/{name}"));
    assert_eq!(server.originals(), names);
    assert_eq!(fs::read(server.original(&names[0])).unwrap(), b"two");
}

#[test]
fn a_file_that_somebody_else_put_there_is_not_overwritten() {
    let server = Server::start();
    fs::create_dir_all(server.original(DAY)).unwrap();
    fs::write(server.original(DAY).join("IMG.jpg"), "theirs").unwrap();
    server.upload(&Form::photo("IMG.jpg", ABC));
    assert_eq!(fs::read(server.original(DAY).join("IMG.jpg")).unwrap(), b"theirs");
    assert_eq!(fs::read(server.original(DAY).join("IMG (2).jpg")).unwrap(), ABC);
}

#[test]
fn a_name_cannot_leave_the_originals() {
    let server = Server::start();
    for name in ["../../../evil.jpg", "/evil.jpg", "..\\evil.jpg"] {
        server.upload(&Form::photo(name, name.as_bytes()));
    }
    assert!(server.originals().iter().all(|path| path.starts_with(DAY)), "{:?}", server.originals());
    assert_eq!(server.originals().len(), 3);
}

#[test]
fn a_digest_header_that_matches_is_accepted_in_hex_and_base64() {
    for digest in [ABC_HEX, ABC_BASE64] {
        let server = Server::start();
        let answer = server.upload_with(&Form::photo("a.jpg", ABC), &[("x-immich-checksum", digest)]);
        assert_eq!(answer.status, 201);
    }
}

#[test]
fn a_digest_header_that_does_not_match_keeps_nothing() {
    let server = Server::start();
    let answer = server.upload_with(&Form::photo("a.jpg", b"other"), &[("x-immich-checksum", ABC_HEX)]);
    assert_eq!(answer.status, 460);
    assert!(server.originals().is_empty() && server.incoming().is_empty());
    assert_eq!(server.get("/api/assets/statistics").json()["total"], 0);
}

#[test]
fn a_known_digest_header_is_answered_without_storing_anything() {
    let server = Server::start();
    let first = server.upload(&Form::photo("a.jpg", ABC));
    let large = Form::photo("b.jpg", &vec![0; 5_000_000]);
    for digest in [ABC_HEX, ABC_BASE64] {
        let again = server.upload_with(&large, &[("x-immich-checksum", digest)]);
        assert_eq!((again.status, &again.json()["id"]), (200, &first.json()["id"]));
    }
    let headers = [("x-api-key", server.key.as_str()), ("x-immich-checksum", ABC_HEX)];
    assert_eq!(server.send("POST", "/api/assets", &headers, &[]).status, 200);
    assert_eq!(server.originals().len(), 1);
}

#[test]
fn the_first_bytes_decide_if_the_name_does_not() {
    let server = Server::start();
    let jpeg = b"\xff\xd8\xff\xe0 a photo";
    let film = b"\0\0\0\x18ftypmp42\0\0\0\0 a film";
    for (name, bytes) in [
        ("dji_fly_20230207_photo", &jpeg[..]),
        ("a.jfif", &jpeg[..3]),
        ("PXL_1.MP", film),
        ("b.360", &film[..16]),
    ] {
        assert_eq!(server.upload(&Form::dates().file("assetData", name, bytes)).status, 201, "{name}");
    }
    let refused = server.upload(&Form::dates().file("assetData", "app.ts", b"export const a = 1;"));
    assert_eq!(refused.json()["message"], "Unsupported file type app.ts");
    let counts = server.get("/api/assets/statistics").json();
    assert_eq!((&counts["images"], &counts["videos"]), (&2.into(), &2.into()));
    assert_eq!(server.originals().len(), 4, "nothing is left of what was refused");
}

#[test]
fn an_invalid_upload_is_refused_with_a_reason_and_leaves_nothing() {
    let server = Server::start();
    let long = "x".repeat(100_000);
    let table = [
        (Form::dates().file("assetData", "x.txt", ABC), "Unsupported file type x.txt"),
        (
            Form::dates().file("assetData", "blob", ABC).text("filename", "a.jpg"),
            "Unsupported file type blob",
        ),
        (Form::dates().text("filename", "a.xmp").file("assetData", "b", ABC), "Unsupported file type a.xmp"),
        (Form::dates().file("assetData", "a.jpg", b""), "File is empty"),
        (Form::dates(), "File is required"),
        (Form::dates().file("other", "a.jpg", ABC), "Unexpected field - other"),
        (Form::photo("a.jpg", ABC).file("assetData", "b.jpg", b"2"), "Unexpected field - assetData"),
        (Form::photo("a.jpg", ABC).file("sidecarData", "a.txt", b"x"), "Unsupported file type a.txt"),
        (
            Form::photo("a.jpg", ABC).file("sidecarData", "a.xmp", &vec![0; 1_100_000]),
            "File too large - sidecarData",
        ),
        (Form::photo("a.jpg", ABC).text("more", &long), "Too much text - more"),
        (
            Form::default().file("assetData", "a.jpg", ABC),
            "Validation failed: fileCreatedAt must be an ISO 8601 date and time",
        ),
        (
            Form::default().text("fileCreatedAt", "2024-05-01").file("assetData", "a.jpg", ABC),
            "Validation failed: fileCreatedAt must be an ISO 8601 date and time",
        ),
    ];
    for (form, message) in table {
        let answer = server.upload(&form);
        assert_eq!((answer.status, answer.message().as_str()), (400, message));
    }
    let malformed = server.upload_with(&Form::photo("a.jpg", ABC), &[("x-immich-checksum", "abc")]);
    assert_eq!(malformed.status, 400);
    assert!(server.originals().is_empty() && server.incoming().is_empty());
}

#[test]
fn a_part_that_never_begins_is_not_waited_for() {
    let server = Server::start();
    let headers = [("x-api-key", server.key.as_str()), ("content-type", CONTENT_TYPE)];
    for beginning in ["", "--BOUNDARY\r\nContent-Disposition: "] {
        let body = [beginning.as_bytes(), &vec![b'x'; 3_000_000]].concat();
        let answer = server.send("POST", "/api/assets", &headers, &body);
        assert_eq!(answer.status, 400);
        assert!(answer.message().contains("does not begin where it should"), "{answer:?}");
    }
}

#[test]
fn text_fields_are_counted_even_if_they_are_empty_or_of_one_name() {
    let server = Server::start();
    let form = (0..65).fold(Form::default(), |form, _| form.text("same", ""));
    assert_eq!(server.upload(&form).message(), "Too many fields - same");
}

#[test]
fn the_form_of_the_immich_cli_is_accepted() {
    let server = Server::start();
    let form = Form::default()
        .text("fileCreatedAt", "2024-05-01T10:00:00.000Z")
        .text("fileModifiedAt", "2024-05-01T10:00:00.000Z")
        .text("fileSize", "3")
        .text("isFavorite", "false")
        .file("assetData", "clip.mov", ABC);
    assert_eq!(server.upload(&form).status, 201);
    assert_eq!(server.get("/api/assets/statistics").json()["videos"], 1);
}

#[test]
fn a_sidecar_is_stored_beside_its_photo() {
    let server = Server::start();
    server.upload(&Form::photo("a.jpg", b"first"));
    let form = Form::photo("a.jpg", ABC).file("sidecarData", "a.xmp", b"<xmp/>");
    assert_eq!(server.upload(&form).status, 201);
    let names = ["a (2).jpg", "a (2).jpg.xmp", "a.jpg"].map(|name| format!("{DAY}/{name}"));
    assert_eq!(server.originals(), names);
}

#[test]
fn an_interrupted_upload_leaves_nothing() {
    let server = Server::start();
    let body = Form::photo("a.jpg", &vec![1; 400_000]).bytes();
    let mut connection = server.connect();
    write!(
        connection,
        "POST /api/assets HTTP/1.1\r\nHost: x\r\nx-api-key: {}\r\nContent-Type: {CONTENT_TYPE}\r\n\
         Content-Length: {}\r\n\r\n",
        server.key,
        body.len()
    )
    .unwrap();
    connection.write_all(&body[..300_000]).unwrap();
    connection.shutdown(Shutdown::Write).unwrap();
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).unwrap();
    assert!(!answer.starts_with(b"HTTP/1.1 2"));
    let folder = server.stop();
    for inner in ["incoming", "originals"] {
        assert!(support::files(&folder.path().join(inner)).is_empty(), "{inner}");
    }
}

#[test]
fn the_bulk_check_knows_what_is_stored() {
    let server = Server::start();
    let id = server.upload(&Form::photo("a.jpg", ABC)).json()["id"].clone();
    let question = json!({"assets": [
        {"id": "hex", "checksum": ABC_HEX}, {"id": "b64", "checksum": ABC_BASE64},
        {"id": "new", "checksum": ABC_HEX.replace('a', "b")}, {"id": "bad", "checksum": "nonsense"},
    ]});
    let held = |name| json!({"id": name, "action": "reject", "reason": "duplicate", "assetId": id, "isTrashed": false});
    let new = |name| json!({"id": name, "action": "accept"});
    assert_eq!(
        server.post("/api/assets/bulk-upload-check", &question).json(),
        json!({"results": [held("hex"), held("b64"), new("new"), new("bad")]})
    );
}

#[test]
fn the_bulk_check_accepts_large_and_empty_lists() {
    let server = Server::start();
    let empty = server.post("/api/assets/bulk-upload-check", &json!({"assets": []}));
    assert_eq!((empty.status, empty.json()), (200, json!({"results": []})));
    let many: Vec<_> =
        (0..60_000).map(|n| json!({"id": n.to_string(), "checksum": format!("{n:040x}")})).collect();
    let answer = server.post("/api/assets/bulk-upload-check", &json!({"assets": many}));
    assert_eq!(answer.json()["results"].as_array().unwrap().len(), 60_000);
}

#[test]
fn an_asset_can_be_read_back() {
    let server = Server::start();
    let answer = server.upload(&Form::photo("Ä 1.jpg", ABC));
    let path = format!("/api/assets/{}", answer.json()["id"].as_str().unwrap());
    let asset = server.get(&path).json();
    assert_eq!(asset["originalFileName"], "Ä 1.jpg");
    assert_eq!(asset["checksum"], ABC_BASE64);
    assert_eq!(asset["type"], "IMAGE");
    let original = server.get(&format!("{path}/original"));
    assert_eq!((original.body.as_slice(), original.header("content-length")), (ABC, "3"));
    assert_eq!(original.header("content-type"), "image/jpeg");
    assert_eq!(original.header("content-disposition"), "attachment; filename*=UTF-8''%C3%84%201.jpg");
    assert_eq!(server.get("/api/assets/00000000-0000-4000-8000-000000000000").status, 400);
    assert_eq!(server.get("/api/assets/nonsense").status, 400);
}

#[test]
fn albums_are_made_and_filled() {
    let server = Server::start();
    let id = server.upload(&Form::photo("a.jpg", ABC)).json()["id"].clone();
    let made = server.post("/api/albums", &json!({"albumName": "Camera"}));
    assert_eq!((made.status, &made.json()["assetCount"]), (201, &json!(0)));
    let path = format!("/api/albums/{}", made.json()["id"].as_str().unwrap());
    let unknown = "00000000-0000-4000-8000-000000000000";
    let add = || server.send_json("PUT", &format!("{path}/assets"), &json!({"ids": [id, unknown]})).json();
    let missing = json!({"id": unknown, "success": false, "error": "not_found"});
    assert_eq!(add(), json!([{"id": id, "success": true}, missing]));
    assert_eq!(add(), json!([{"id": id, "success": false, "error": "duplicate"}, missing]));
    assert_eq!(server.get(&path).json()["assetCount"], 1);
    assert_eq!(server.get("/api/albums").json()[0]["albumThumbnailAssetId"], id);
    assert_eq!(server.get("/api/albums?name=Other").json(), json!([]));
}
