//! How the page is served: content types, caching, compression and security headers.

mod support;

use std::fs;

use server::{Page, Settings};
use support::Server;
use tempfile::TempDir;

#[test]
fn every_kind_of_answer_is_protected() {
    let (server, _page) = server_with_page();
    for path in
        ["/", "/sw.js", "/nope.js", "/api/server/ping", "/api/nope", "/api/users/me", "/safelight/v1/x"]
    {
        let answer = server.send("GET", path, &[], &[]);
        let policy = answer.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self' 'wasm-unsafe-eval';"),
            "{path}: {policy}"
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{path}");
        assert!(answer.header("permissions-policy").contains("camera=()"), "{path}");
    }
}

#[test]
fn files_have_the_right_type_and_caching() {
    let (server, _page) = server_with_page();
    let (revalidate, forever) = ("no-cache", "public, max-age=31536000, immutable");
    let table = [
        ("/", "text/html; charset=utf-8", revalidate),
        ("/settings", "text/html; charset=utf-8", revalidate),
        ("/sw.js", "text/javascript; charset=utf-8", revalidate),
        ("/app.webmanifest", "application/manifest+json", revalidate),
        ("/icon.png", "image/png", revalidate),
        ("/icon.svg", "image/svg+xml", revalidate),
        ("/assets/page-1a2b.wasm", "application/wasm", forever),
    ];
    for (path, kind, caching) in table {
        let answer = server.send("GET", path, &[], &[]);
        let got = (answer.status, answer.header("content-type"), answer.header("cache-control"));
        assert_eq!(got, (200, kind, caching), "{path}");
    }
    assert_eq!(server.send("GET", "/nope.js", &[], &[]).status, 404);
}

#[test]
fn a_file_that_has_not_changed_is_not_sent_again() {
    let (server, page) = server_with_page();
    let etag = server.send("GET", "/", &[], &[]).header("etag").to_owned();
    let again = server.send("GET", "/", &[("if-none-match", &etag)], &[]);
    assert_eq!((again.status, again.body.len(), again.header("etag")), (304, 0, etag.as_str()));
    fs::write(page.path().join("index.html"), "new").unwrap();
    let changed = server.send("GET", "/", &[("if-none-match", &etag)], &[]);
    assert_eq!((changed.status, changed.body.as_slice()), (200, b"new".as_slice()));
}

#[test]
fn a_prepared_brotli_file_is_sent_to_those_who_accept_it() {
    let (server, _page) = server_with_page();
    let squeezed = server.send("GET", "/", &[("accept-encoding", "gzip, br")], &[]);
    assert_eq!(
        (squeezed.header("content-encoding"), squeezed.body.as_slice()),
        ("br", b"squeezed".as_slice())
    );
    let plain = server.send("GET", "/", &[("accept-encoding", "gzip")], &[]);
    assert_eq!((plain.header("content-encoding"), plain.body.as_slice()), ("", b"<html>".as_slice()));
    assert_eq!(plain.header("vary"), "accept-encoding");
    assert_ne!(plain.header("etag"), squeezed.header("etag"));
}

#[test]
fn head_has_the_headers_of_get() {
    let (server, _page) = server_with_page();
    for path in ["/", "/api/server/ping"] {
        let (get, head) = (server.send("GET", path, &[], &[]), server.send("HEAD", path, &[], &[]));
        assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
        assert_eq!(head.header("content-length"), get.body.len().to_string(), "{path}");
    }
}

#[test]
fn a_server_without_its_page_says_how_to_get_one() {
    let empty = tempfile::tempdir().unwrap();
    let server =
        Server::start_with(tempfile::tempdir().unwrap(), Page::from_dir(empty.path()), Settings::default());
    let answer = server.send("GET", "/", &[], &[]);
    assert_eq!(answer.status, 503);
    assert!(String::from_utf8(answer.body).unwrap().contains("cargo xtask serve"));
}

fn server_with_page() -> (Server, TempDir) {
    let page = tempfile::tempdir().unwrap();
    fs::create_dir(page.path().join("assets")).unwrap();
    let files = [
        ("index.html", "<html>"),
        ("index.html.br", "squeezed"),
        ("sw.js", "//"),
        ("app.webmanifest", "{}"),
        ("icon.png", "png"),
        ("icon.svg", "<svg/>"),
        ("assets/page-1a2b.wasm", "wasm"),
    ];
    for (name, text) in files {
        fs::write(page.path().join(name), text).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    (Server::start_with(folder, Page::from_dir(page.path()), Settings::default()), page)
}
