//! What more is asked of the server than it can give: each client hears why, and nothing stays behind.

#[path = "support/pieces.rs"]
mod pieces;
mod support;

use pieces::{append, begin, bytes, send};
use server::{Page, Settings};
use support::Server;

#[test]
fn pieces_are_no_larger_than_what_the_way_lets_through() {
    let settings = Settings { max_request: Some(1000), ..Settings::default() };
    let server = Server::start_with(tempfile::tempdir().unwrap(), Page::embedded(), settings);
    let whole = bytes(1500);
    let limits = send(&server, "OPTIONS", "/api/upload", &[], &[]).header("upload-limit").to_owned();
    assert_eq!(limits, "max-age=604800, max-append-size=1000");
    let place = begin(&server, &whole, &[]);
    assert_eq!(append(&server, &place, 0, "?1", &whole).status, 413);
    assert_eq!(append(&server, &place, 0, "?0", &whole[..1000]).status, 204);
    let last = append(&server, &place, 1000, "?1", &whole[1000..]);
    assert_eq!(last.status, 200, "{last:?}");
}
