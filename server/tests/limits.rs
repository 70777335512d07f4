//! Requests beyond the server's limits: each client learns the reason, and nothing stays behind.

#[path = "support/pieces.rs"]
mod pieces;
mod support;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::{Duration, Instant};

use pieces::{append, begin, bytes, patch_head, read_head, send};
use server::{Page, Settings};
use support::{Form, Server};

#[test]
fn pieces_are_no_larger_than_the_proxy_allows() {
    let settings = Settings { max_request: Some(1000), ..Settings::default() };
    let server = Server::start_with(tempfile::tempdir().unwrap(), Page::embedded(&[]), settings);
    let whole = bytes(1500);
    let limits = send(&server, "OPTIONS", "/api/upload", &[], &[]).header("upload-limit").to_owned();
    assert_eq!(limits, "max-age=604800, max-append-size=1000");
    let capabilities = server.send("GET", "/safelight/v1/capabilities", &[], &[]).json();
    assert_eq!(capabilities["pieces"]["upTo"], 1000);
    let place = begin(&server, &whole, &[]);
    assert_eq!(append(&server, &place, 0, "?1", &whole).status, 413);
    assert_eq!(append(&server, &place, 0, "?0", &whole[..1000]).status, 204);
    let last = append(&server, &place, 1000, "?1", &whole[1000..]);
    assert_eq!(last.status, 200, "{last:?}");
}

#[test]
fn uploads_are_limited_per_device_and_other_devices_are_served() {
    let server = Server::start();
    let mut waiting: Vec<TcpStream> = (0..64).map(|_| begun_upload(&server)).collect();
    let form = Form::photo("a.jpg", b"one more");
    let one_more = || {
        // An upload sent before the server has seen the last ones takes the place of one of them.
        waiting.push(begun_upload(&server));
        server.upload(&form)
    };
    let refused = until(one_more, |answer| answer.status == 429);
    assert_eq!(
        (refused.message().as_str(), refused.header("retry-after")),
        ("Too many uploads at once", "5")
    );
    let cookie = server.pair();
    let headers = [("cookie", cookie.as_str()), ("content-type", support::CONTENT_TYPE)];
    let other = Form::photo("b.jpg", b"of another device");
    assert_eq!(server.send("POST", "/api/assets", &headers, &other.bytes()).status, 201);
    drop(waiting);
    until(|| server.upload(&form), |answer| answer.status == 200);
}

#[test]
fn connections_are_limited_per_address_and_the_refusal_says_why() {
    let server = Server::start();
    let mut many: Vec<TcpStream> = (0..100).map(|_| server.connect()).collect();
    let refused = |_: &()| {
        let mut answer = String::new();
        let mut stream = server.connect();
        stream.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        _ = stream.read_to_string(&mut answer);
        answer.starts_with("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\n")
    };
    // Connections are accepted concurrently, so the first one refused may be one of these.
    until(|| many.push(server.connect()), refused);
    drop(many);
    until(|| server.connect_and_ping(), |answered| *answered);
}

#[test]
fn a_server_that_stops_saves_uploads_in_progress() {
    let server = Server::start();
    let whole = bytes(1_000_000);
    let place = begin(&server, &whole, &[]);
    let mut stream = patch_head(&server, &place, 0, whole.len());
    stream.write_all(&whole[..600_000]).unwrap();
    let key = server.key.clone();
    sleep(Duration::from_millis(200));
    let began = Instant::now();
    let folder = server.stop();
    assert!(began.elapsed() < Duration::from_secs(3), "it waited for a client that may never go on");
    assert_eq!(&read_head(&mut stream)[..12], "HTTP/1.1 503");
    let server = Server::start_in(folder);
    let looked = server.send("HEAD", &place, &[("x-api-key", &key)], &[]);
    assert_eq!(looked.header("upload-offset"), "600000");
}

/// An upload form whose body never arrives.
fn begun_upload(server: &Server) -> TcpStream {
    let (mut stream, key, kind) = (server.connect(), &server.key, support::CONTENT_TYPE);
    write!(
        stream,
        "POST /api/assets HTTP/1.1\r\nHost: x\r\nx-api-key: {key}\r\nContent-Type: {kind}\r\n\
        Content-Length: 1000\r\n\r\n"
    )
    .unwrap();
    stream
}

fn until<T: std::fmt::Debug>(mut ask: impl FnMut() -> T, is_there: impl Fn(&T) -> bool) -> T {
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        let answer = ask();
        if is_there(&answer) {
            return answer;
        }
        assert!(Instant::now() < end, "it did not come, but {answer:?}");
        sleep(Duration::from_millis(20));
    }
}
