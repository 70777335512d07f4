//! Resumable uploads: one test for each rule of the draft that applies (draft-ietf-httpbis-resumable-upload), and tests
//! for our own additions: the digest, restarts, and the limit of one week.

#[path = "support/pieces.rs"]
mod pieces;
mod support;

use std::fs;
use std::io::Write;
use std::net::Shutdown;
use std::thread;
use std::time::Duration;

use pieces::*;
use serde_json::json;
use support::{ABC, Answer, Form, Server, files};

const DAY: &str = "2024/2024-05-01";

#[test]
fn options_report_the_limits() {
    let server = Server::start();
    let answer = send(&server, "OPTIONS", "/api/upload", &[], &[]);
    assert_eq!((answer.status, answer.header("accept-patch")), (204, "application/partial-upload"));
    assert_eq!(answer.header("upload-limit"), "max-age=604800");
}

#[test]
fn an_upload_in_pieces_becomes_an_asset_with_the_last() {
    let server = Server::start();
    let bytes = bytes(100_000);
    let place = begin(&server, &bytes, &[("upload-length", "100000")]);
    let first = append(&server, &place, 0, "?0", &bytes[..40_000]);
    assert_eq!(
        (first.status, first.header("upload-complete"), first.header("upload-offset")),
        (204, "?0", "40000")
    );
    assert!(server.originals().is_empty());
    let last = append(&server, &place, 40_000, "?1", &bytes[40_000..]);
    assert_eq!((last.status, last.header("upload-complete")), (200, "?1"));
    assert_eq!(last.json()["status"], "created");
    assert_eq!(server.originals(), [format!("{DAY}/a.jpg")]);
    assert_eq!(fs::read(server.original(&server.originals()[0])).unwrap(), bytes);
    assert!(parts(&server).is_empty());
}

#[test]
fn one_request_may_contain_the_whole_file() {
    let server = Server::start();
    let answer = create(&server, ABC, "?1", ABC, &[]);
    assert_eq!((answer.status, answer.header("upload-complete")), (200, "?1"));
    assert_eq!(answer.json()["status"], "created");
    assert_eq!(server.originals().len(), 1);
}

#[test]
fn a_file_that_the_server_has_need_not_be_sent() {
    let server = Server::start();
    let id = server.upload(&Form::photo("a.jpg", ABC)).json()["id"].clone();
    let answer = create(&server, ABC, "?0", &[], &[("upload-length", "3")]);
    assert_eq!((answer.status, answer.header("upload-complete"), answer.header("location")), (200, "?1", ""));
    assert_eq!(answer.json(), json!({"id": id, "status": "duplicate"}));
    assert!(parts(&server).is_empty());
}

#[test]
fn creation_returns_the_location_the_limits_and_the_version() {
    let server = Server::start();
    let answer = create(&server, ABC, "?0", &ABC[..1], &[("upload-length", "3")]);
    assert_eq!(answer.status, 201);
    assert!(answer.header("location").starts_with("/api/upload/"));
    assert_eq!(answer.header("upload-limit"), "max-age=604800");
    assert_eq!(answer.header("upload-draft-interop-version"), "8");
    assert_eq!(answer.header("upload-offset"), "1");
}

#[test]
fn creation_finds_an_upload_whose_location_was_lost() {
    let server = Server::start();
    let place = begin(&server, ABC, &[("upload-length", "3")]);
    append(&server, &place, 0, "?0", &ABC[..2]);
    let again = create(&server, ABC, "?0", &[], &[("upload-length", "3")]);
    let told = (again.status, again.header("location"), again.header("upload-offset"));
    assert_eq!(told, (201, place.as_str(), "2"));
    assert_eq!(create(&server, ABC, "?0", &[], &[("upload-length", "4")]).status, 400);
    assert_eq!(append(&server, &place, 2, "?1", &ABC[2..]).status, 200);
}

#[test]
fn creation_is_refused_if_a_header_is_missing() {
    let server = Server::start();
    let data = asset_data("a.jpg");
    let digest = digest_of(ABC);
    let all = [("upload-complete", "?0"), ("repr-digest", &digest), ("x-immich-asset-data", &data)];
    let wrong: [(&str, &str); 10] = [
        ("upload-complete", ""),
        ("upload-complete", "1"),
        ("repr-digest", ""),
        ("repr-digest", "sha-256=:AAAA:"),
        ("repr-digest", "sha=:AAAA:"),
        ("x-immich-asset-data", ""),
        ("x-immich-asset-data", "e30="),
        ("x-immich-asset-data", &asset_data("a.exe")),
        ("x-immich-asset-data", &asset_data(".jpg\u{0}").replace('=', "!")),
        ("upload-length", "0"),
    ];
    for (name, value) in wrong {
        let headers: Vec<_> =
            all.into_iter().filter(|(known, _)| *known != name).chain([(name, value)]).collect();
        let answer = send(&server, "POST", "/api/upload", &headers, &[]);
        assert_eq!(answer.status, 400, "{name}: {value}: {answer:?}");
    }
    assert!(parts(&server).is_empty());
}

#[test]
fn head_returns_offset_completeness_length_and_limits() {
    let server = Server::start();
    let place = begin(&server, ABC, &[("upload-length", "3")]);
    append(&server, &place, 0, "?0", &ABC[..2]);
    let look = || send(&server, "HEAD", &place, &[], &[]);
    let told = |answer: &Answer| {
        let of = |name: &str| answer.header(name).to_owned();
        [
            of("upload-offset"),
            of("upload-complete"),
            of("upload-length"),
            of("upload-limit"),
            of("cache-control"),
        ]
    };
    assert_eq!(
        (look().status, told(&look())),
        (204, ["2", "?0", "3", "max-age=604800", "no-store"].map(str::to_owned))
    );
    append(&server, &place, 2, "?1", &ABC[2..]);
    assert_eq!(
        (look().status, told(&look())),
        (204, ["3", "?1", "3", "max-age=604800", "no-store"].map(str::to_owned))
    );
}

#[test]
fn an_append_at_another_offset_is_told_the_right_one() {
    let server = Server::start();
    let place = begin(&server, ABC, &[]);
    append(&server, &place, 0, "?0", &ABC[..2]);
    for wrong in [0, 1, 3] {
        let answer = append(&server, &place, wrong, "?0", &ABC[2..]);
        assert_eq!((answer.status, answer.header("upload-offset")), (409, "2"));
        assert_eq!(answer.header("content-type"), "application/problem+json");
        let problem = answer.json();
        assert_eq!(
            problem["type"],
            "https://iana.org/assignments/http-problem-types#mismatching-upload-offset"
        );
        assert_eq!((&problem["expected-offset"], &problem["provided-offset"]), (&json!(2), &json!(wrong)));
    }
    assert_eq!(append(&server, &place, 2, "?1", &ABC[2..]).status, 200);
}

#[test]
fn a_large_append_at_another_offset_gets_an_answer_and_not_a_cut_connection() {
    let server = Server::start();
    let bytes = bytes(30_000_000);
    let place = begin(&server, &bytes, &[]);
    for _ in 0..5 {
        assert_eq!(append(&server, &place, 7, "?0", &bytes[7..]).status, 409);
    }
    assert_eq!(create(&server, &bytes, "", &bytes, &[]).status, 400);
}

#[test]
fn an_append_is_refused_if_a_header_is_missing() {
    let server = Server::start();
    let place = begin(&server, ABC, &[]);
    let (offset, complete) = (("upload-offset", "0"), ("upload-complete", "?0"));
    let table: [(&[(&str, &str)], u16); 5] = [
        (&[offset, complete], 415),
        (&[offset, complete, ("content-type", "image/jpeg")], 415),
        (&[PARTIAL, complete], 400),
        (&[PARTIAL, offset], 400),
        (&[PARTIAL, ("upload-offset", "-1"), complete], 400),
    ];
    for (headers, status) in table {
        assert_eq!(send(&server, "PATCH", &place, headers, ABC).status, status, "{headers:?}");
    }
    assert_eq!(offset_of(&server, &place), "0");
}

#[test]
fn lengths_that_do_not_agree_are_refused() {
    let server = Server::start();
    let kind = "https://iana.org/assignments/http-problem-types#inconsistent-upload-length";
    let inconsistent =
        |answer: &Answer| assert_eq!((answer.status, &answer.json()["type"]), (400, &json!(kind)));
    inconsistent(&create(&server, ABC, "?1", ABC, &[("upload-length", "4")]));
    let place = begin(&server, ABC, &[("upload-length", "3")]);
    let other_length = [PARTIAL, ("upload-offset", "0"), ("upload-complete", "?0"), ("upload-length", "4")];
    inconsistent(&send(&server, "PATCH", &place, &other_length, &ABC[..1]));
    inconsistent(&append(&server, &place, 0, "?1", &ABC[..1]));
    inconsistent(&append(&server, &place, 0, "?0", b"abcd"));
    assert_eq!(append(&server, &place, 0, "?1", ABC).status, 200);
}

#[test]
fn more_than_the_length_ends_the_upload() {
    let server = Server::start();
    let place = begin(&server, ABC, &[("upload-length", "3")]);
    // Chunked encoding, so that nothing announces the length.
    let mut stream = server.connect();
    let key = &server.key;
    write!(stream, "PATCH {place} HTTP/1.1\r\nHost: x\r\nx-api-key: {key}\r\nContent-Type: application/partial-upload\r\n\
        Upload-Offset: 0\r\nUpload-Complete: ?0\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n").unwrap();
    assert!(read_head(&mut stream).starts_with("HTTP/1.1 400"));
    assert_eq!(send(&server, "HEAD", &place, &[], &[]).status, 404);
    assert!(parts(&server).is_empty());
}

#[test]
fn a_complete_upload_accepts_nothing_more() {
    let server = Server::start();
    let place = begin(&server, ABC, &[]);
    append(&server, &place, 0, "?1", ABC);
    let problem = |answer: Answer| {
        (answer.status, answer.json()["type"].as_str().unwrap().rsplit('#').next().unwrap().to_owned())
    };
    assert_eq!(
        problem(append(&server, &place, 3, "?1", b"d")),
        (400, "inconsistent-upload-length".to_owned())
    );
    assert_eq!(problem(append(&server, &place, 3, "?1", b"")), (400, "completed-upload".to_owned()));
    assert_eq!(server.originals().len(), 1);
}

#[test]
fn an_empty_append_may_complete() {
    let server = Server::start();
    let place = begin(&server, ABC, &[]);
    append(&server, &place, 0, "?0", ABC);
    assert_eq!(append(&server, &place, 3, "?1", b"").status, 200);
}

#[test]
fn an_upload_is_not_complete_before_its_length_is_reached() {
    let server = Server::start();
    let place = begin(&server, ABC, &[]);
    append(&server, &place, 0, "?0", &ABC[..1]);
    let headers = [PARTIAL, ("upload-offset", "1"), ("upload-complete", "?1"), ("upload-length", "3")];
    assert_eq!(send(&server, "PATCH", &place, &headers, &ABC[1..2]).status, 400);
    assert_eq!(append(&server, &place, 1, "?1", &ABC[1..]).status, 200);
}

#[test]
fn what_arrived_before_the_connection_broke_counts() {
    let server = Server::start();
    let bytes = bytes(3_000_000);
    let place = begin(&server, &bytes, &[]);
    let mut stream = patch_head(&server, &place, 0, bytes.len());
    stream.write_all(&bytes[..2_000_000]).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    assert!(read_head(&mut stream).starts_with("HTTP/1.1 400"));
    let arrived: usize = offset_of(&server, &place).parse().unwrap();
    assert_eq!(arrived, 2_000_000);
    assert_eq!(append(&server, &place, arrived, "?1", &bytes[arrived..]).status, 200);
}

#[test]
fn the_latest_writer_continues_and_the_earlier_one_is_stopped() {
    let server = Server::start();
    let bytes = bytes(1_000_000);
    let place = begin(&server, &bytes, &[]);
    // This client went silent: its connection stays open but sends nothing more.
    let mut silent = patch_head(&server, &place, 0, bytes.len());
    silent.write_all(&bytes[..300_000]).unwrap();
    thread::sleep(Duration::from_millis(300));
    let offset: usize = offset_of(&server, &place).parse().unwrap();
    assert!(offset > 0, "what it sent counts");
    assert!(read_head(&mut silent).starts_with("HTTP/1.1 409"));
    assert_eq!(append(&server, &place, offset, "?1", &bytes[offset..]).status, 200);
}

#[test]
fn two_writers_at_once_never_mix() {
    let server = Server::start();
    for round in 0..5 {
        let bytes = bytes(2_000_000 + round);
        let place = begin(&server, &bytes, &[]);
        let statuses: Vec<u16> = thread::scope(|scope| {
            let write = || append(&server, &place, 0, "?0", &bytes).status;
            let both = [scope.spawn(write), scope.spawn(write)];
            both.into_iter().map(|writer| writer.join().unwrap_or(0)).collect()
        });
        assert!(statuses.iter().filter(|status| **status == 204).count() <= 1, "{statuses:?}");
        let offset: usize = offset_of(&server, &place).parse().unwrap();
        let end = append(&server, &place, offset, "?1", &bytes[offset..]);
        assert_eq!(end.status, 200, "{end:?}");
    }
    assert_eq!(server.originals().len(), 5);
}

#[test]
fn bytes_that_do_not_match_the_digest_are_not_stored() {
    let server = Server::start();
    let place = begin(&server, ABC, &[]);
    let answer = append(&server, &place, 0, "?1", b"abd");
    assert_eq!((answer.status, answer.header("upload-complete")), (460, "?1"));
    assert_eq!(send(&server, "HEAD", &place, &[], &[]).status, 404);
    assert!(server.originals().is_empty() && parts(&server).is_empty());
}

#[test]
fn nobody_else_sees_an_upload() {
    let server = Server::start();
    let place = begin(&server, ABC, &[]);
    for (method, path) in
        [("HEAD", place.as_str()), ("PATCH", &place), ("DELETE", &place), ("POST", "/api/upload")]
    {
        assert_eq!(server.send(method, path, &[], &[]).status, 401, "{method}");
    }
    for path in ["/api/upload/x", "/api/upload/6b0a0c9e-98ad-4d6a-8f54-7a1c1e0f2a5d"] {
        assert_eq!(send(&server, "HEAD", path, &[], &[]).status, 404, "{path}");
    }
}

#[test]
fn an_upload_survives_a_restart_and_its_digest_is_not_recomputed() {
    let bytes = bytes(20_000_000);
    let server = Server::start();
    let place = begin(&server, &bytes, &[("upload-length", "20000000")]);
    append(&server, &place, 0, "?0", &bytes[..17_000_000]);
    let folder = server.stop();
    let part = folder.path().join("uploads").join(&files(&folder.path().join("uploads"))[0]);
    // Bytes after the last record are cut off.
    fs::OpenOptions::new().append(true).open(&part).unwrap().write_all(b"torn").unwrap();
    let server = Server::start_in(folder);
    assert_eq!(offset_of(&server, &place), "17000000");
    // The digest would not match if the server read these bytes again.
    let mut damaged = fs::read(&part).unwrap();
    damaged[5] ^= 1;
    fs::write(&part, damaged).unwrap();
    assert_eq!(append(&server, &place, 17_000_000, "?1", &bytes[17_000_000..]).status, 200);
}

#[test]
fn an_upload_that_lost_bytes_starts_over() {
    let server = Server::start();
    let place = begin(&server, ABC, &[]);
    append(&server, &place, 0, "?0", &ABC[..2]);
    let part = server.folder.path().join("uploads").join(&parts(&server)[0]);
    fs::write(part, "a").unwrap();
    assert_eq!(append(&server, &place, 2, "?1", &ABC[2..]).status, 404);
    assert_eq!(append(&server, &begin(&server, ABC, &[]), 0, "?1", ABC).status, 200);
}
