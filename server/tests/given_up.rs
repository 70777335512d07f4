//! Uploads that nobody finishes: cancelled by the client, or abandoned.

#[path = "support/pieces.rs"]
mod pieces;
mod support;

use pieces::*;
use support::{ABC, ABC_HEX, Server};

#[test]
fn all_uploads_of_a_file_are_cancelled_by_its_digest() {
    let server = Server::start();
    let places = [begin(&server, ABC, &[]), begin(&server, ABC, &[("upload-length", "3")])];
    append(&server, &places[0], 0, "?0", &ABC[..2]);
    let other = begin(&server, b"other", &[]);
    for _ in 0..2 {
        let answer = send(&server, "DELETE", &format!("/safelight/v1/uploads/{ABC_HEX}"), &[], &[]);
        assert_eq!(answer.status, 204, "also when there is none");
    }
    assert!(places.iter().all(|place| send(&server, "HEAD", place, &[], &[]).status == 404));
    assert_eq!(send(&server, "HEAD", &other, &[], &[]).status, 204);
    assert_eq!(parts(&server).len(), 1);
    assert_eq!(send(&server, "DELETE", "/safelight/v1/uploads/nonsense", &[], &[]).status, 400);
}

#[test]
fn a_cancelled_upload_is_gone() {
    let server = Server::start();
    let place = begin(&server, ABC, &[]);
    append(&server, &place, 0, "?0", &ABC[..2]);
    assert_eq!(send(&server, "DELETE", &place, &[], &[]).status, 204);
    assert!(parts(&server).is_empty());
    for (method, headers) in [
        ("HEAD", &[][..]),
        ("DELETE", &[]),
        ("PATCH", &[PARTIAL, ("upload-offset", "2"), ("upload-complete", "?1")]),
    ] {
        assert_eq!(send(&server, method, &place, headers, &[]).status, 404, "{method}");
    }
}

#[test]
fn uploads_abandoned_for_a_week_are_removed_at_the_next_start() {
    let server = Server::start();
    let old = begin(&server, ABC, &[]);
    let young = begin(&server, b"other", &[]);
    let folder = server.stop();
    let index = rusqlite::Connection::open(folder.path().join("safelight.sqlite")).unwrap();
    let week_ago = jiff::Timestamp::now().as_millisecond() - 7 * 24 * 3600 * 1000 - 1;
    let id = uuid::Uuid::parse_str(old.rsplit('/').next().unwrap()).unwrap();
    let aged = index
        .execute("UPDATE upload SET touched_at = ?1 WHERE id = ?2", (week_ago, id.into_bytes()))
        .unwrap();
    assert_eq!(aged, 1);
    drop(index);
    let server = Server::start_in(folder);
    assert_eq!(send(&server, "HEAD", &old, &[], &[]).status, 404);
    assert_eq!(send(&server, "HEAD", &young, &[], &[]).status, 204);
    assert_eq!(parts(&server).len(), 1);
}
