//! Arbitrary input causes no internal error, no half-stored file, and no file that was not sent. PROPTEST_CASES=n runs
//! more cases.

#[path = "support/pieces.rs"]
mod pieces;
mod support;

use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::Shutdown;

use pieces::{append, begin, digest_of, offset_of};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};
use server::vault::{Depth, check};
use sha1::{Digest, Sha1};
use support::{Form, Server, files};

/// Failures are printed, and not stored among the sources.
fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

/// Ways to corrupt a valid form.
#[derive(Debug, Clone)]
enum Harm {
    Cut(usize),
    Flip(usize, u8),
    Insert(usize, Vec<u8>),
    Double(usize, usize),
}

fn harm() -> impl Strategy<Value = Harm> {
    let at = 0..700_usize;
    prop_oneof![
        at.clone().prop_map(Harm::Cut),
        (at.clone(), any::<u8>()).prop_map(|(at, byte)| Harm::Flip(at, byte)),
        (at.clone(), vec(any::<u8>(), 1..40)).prop_map(|(at, bytes)| Harm::Insert(at, bytes)),
        (at, 1..200_usize).prop_map(|(at, length)| Harm::Double(at, length)),
    ]
}

impl Harm {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let place = |at: usize| at.min(bytes.len());
        match self {
            Self::Cut(at) => bytes.truncate(place(*at)),
            Self::Flip(at, byte) => {
                if let Some(found) = bytes.get_mut(*at) {
                    *found ^= byte;
                }
            }
            Self::Insert(at, more) => {
                let at = place(*at);
                bytes.splice(at..at, more.iter().copied());
            }
            Self::Double(at, length) => {
                let (from, to) = (place(*at), place(at + length));
                let again = bytes[from..to].to_vec();
                bytes.splice(to..to, again);
            }
        }
    }
}

#[test]
fn a_corrupted_form_is_refused_or_stored_completely() {
    let server = Server::start();
    let mut runner = proptest::test_runner::TestRunner::new(config());
    let seen = std::cell::RefCell::new(HashSet::new());
    let input = (vec(any::<u8>(), 1..300), vec(harm(), 0..4), any::<bool>());
    runner
        .run(&input, |(photo, harms, sidecar)| {
            let form = Form::photo("IMG.jpg", &photo);
            let form = if sidecar { form.file("sidecarData", "IMG.xmp", b"<xmp/>") } else { form };
            let mut bytes = form.bytes();
            harms.iter().for_each(|harm| harm.apply(&mut bytes));
            let status =
                raw(&server, "POST", "/api/assets", &[("Content-Type", support::CONTENT_TYPE)], &bytes);
            prop_assert!(matches!(status, 200 | 201 | 400 | 413), "{status}");
            seen.borrow_mut().insert(status);
            prop_assert!(server.incoming().is_empty());
            Ok(())
        })
        .unwrap();
    assert!(seen.borrow().contains(&201) && seen.borrow().contains(&400), "{seen:?}");
    check(server.folder.path(), Depth::Data, |_, _| {}, |finding| panic!("{finding:?}")).unwrap();
}

#[test]
fn malformed_headers_of_pieces_are_refused() {
    let server = Server::start();
    let whole = b"some bytes of a photo";
    let place = begin(&server, whole, &[]);
    let value = || {
        prop_oneof![
            "[ -~]{0,30}",
            Just("?1".to_owned()),
            Just("?0".to_owned()),
            any::<i64>().prop_map(|number| number.to_string()),
            Just(digest_of(whole)),
            Just(pieces::asset_data("a.jpg")),
        ]
    };
    let names = ["Upload-Complete", "Upload-Offset", "Upload-Length", "Repr-Digest", "X-Immich-Asset-Data"];
    let input = (prop::sample::select(vec!["POST", "PATCH", "HEAD"]), vec((0..names.len(), value()), 0..7));
    proptest!(config(), |((method, fields) in input, body in vec(any::<u8>(), 0..40))| {
        let path = if method == "POST" { "/api/upload" } else { &place };
        let mut headers: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (names[*name], value.as_str())).collect();
        headers.push(("Content-Type", "application/partial-upload"));
        let body = if method == "HEAD" { Vec::new() } else { body };
        let status = raw(&server, method, path, &headers, &body);
        prop_assert!(status < 500 && status != 0, "{status}");
    });
    assert!(server.originals().is_empty(), "nothing had the digest that it promised");
}

/// The next step of a client with its upload.
#[derive(Debug, Clone)]
enum Step {
    /// Sends this many bytes at the right offset.
    Append(usize),
    /// Sends at a wrong offset.
    Astray(usize),
    /// Loses the connection after this many bytes.
    BreakOff(usize),
}

#[test]
fn pieces_of_any_size_with_any_interruptions_make_the_same_file() {
    let server = Server::start();
    let step = prop_oneof![
        4 => (0..2000_usize).prop_map(Step::Append),
        1 => (0..5000_usize).prop_map(Step::Astray),
        2 => (0..2000_usize).prop_map(Step::BreakOff),
    ];
    let input = (vec(any::<u8>(), 1..4000), vec(step, 0..12));
    proptest!(ProptestConfig { cases: config().cases / 4, ..config() }, |((whole, steps) in input)| {
        let length = whole.len().to_string();
        let created = pieces::create(&server, &whole, "?0", &[], &[("upload-length", &length)]);
        if created.status == 200 {
            return Ok(());
        }
        let place = created.header("location").to_owned();
        let mut at: usize = created.header("upload-offset").parse().unwrap();
        for step in steps {
            let rest = whole.len() - at;
            match step {
                Step::Append(count) if count < rest => {
                    prop_assert_eq!(append(&server, &place, at, "?0", &whole[at..at + count]).status, 204);
                    at += count;
                }
                Step::Astray(other) if other != at => {
                    let answer = append(&server, &place, other, "?0", &[]);
                    prop_assert_eq!(answer.status, 409);
                    prop_assert_eq!(answer.header("upload-offset"), at.to_string());
                }
                Step::BreakOff(count) if count < rest => {
                    let mut stream = pieces::patch_head(&server, &place, at, rest);
                    stream.write_all(&whole[at..at + count]).unwrap();
                    stream.shutdown(Shutdown::Write).unwrap();
                    _ = stream.read_to_end(&mut Vec::new());
                    at = offset_of(&server, &place).parse().unwrap();
                }
                Step::Append(_) | Step::Astray(_) | Step::BreakOff(_) => {}
            }
        }
        prop_assert_eq!(append(&server, &place, at, "?1", &whole[at..]).status, 200);
        let digest = format!("{:x}", HexOf(Sha1::digest(&whole).into()));
        let question = json!({"assets": [{"id": "1", "checksum": digest}]});
        let known = server.post("/api/assets/bulk-upload-check", &question).json();
        prop_assert_eq!(&known["results"][0]["action"], "reject");
    });
    check(server.folder.path(), Depth::Data, |_, _| {}, |finding| panic!("{finding:?}")).unwrap();
    assert!(files(&server.folder.path().join("uploads")).is_empty());
}

struct HexOf([u8; 20]);

impl std::fmt::LowerHex for HexOf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Any JSON, often with the field names of the API.
fn any_json() -> impl Strategy<Value = Value> {
    let names =
        ["code", "deviceName", "assets", "id", "checksum", "albumName", "ids", "bytesPerSecond", "assetIds"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
        "[0-9a-f]{40}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        let name = prop_oneof![prop::sample::select(names.to_vec()).prop_map(str::to_owned), ".{0,8}"];
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            vec((name, inner), 0..6).prop_map(|fields| fields.into_iter().collect()),
        ]
    })
}

#[test]
fn any_json_is_understood_or_refused() {
    let server = Server::start();
    let routes = [
        ("POST", "/api/assets/bulk-upload-check"),
        ("POST", "/api/albums"),
        ("PUT", "/api/albums/00000000-0000-4000-8000-000000000000/assets"),
        ("POST", "/safelight/v1/pair"),
        ("POST", "/safelight/v1/rate"),
    ];
    proptest!(config(), |(route in 0..routes.len(), body in prop_oneof![
        3 => any_json().prop_map(|json| json.to_string().into_bytes()),
        1 => vec(any::<u8>(), 0..60),
    ])| {
        let (method, path) = routes[route];
        let status = raw(&server, method, path, &[("Content-Type", "application/json")], &body);
        prop_assert!((200..500).contains(&status), "{method} {path}: {status}");
        prop_assert!(path != "/safelight/v1/pair" || status >= 400, "a code was guessed");
        prop_assert!(body.trim_ascii().starts_with(b"{") || status >= 400, "not an object, and taken");
    });
}

#[test]
fn any_path_and_query_has_an_answer() {
    let server = Server::start();
    let begins =
        ["/api/assets/", "/api/upload/", "/api/albums/", "/api/albums?name=", "/safelight/v1/sessions/"];
    proptest!(config(), |(begin in 0..begins.len(), rest in "[!-~&&[^#\"<>\\\\^`{|}]]{0,40}")| {
        let path = format!("{}{rest}", begins[begin]);
        let status = raw(&server, "GET", &path, &[], &[]);
        prop_assert!((200..500).contains(&status), "{path}: {status}");
    });
}

/// Returns the status, or 0 if the connection was cut without a response. It can send requests that ureq would reject.
fn raw(server: &Server, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> u16 {
    let mut stream = server.connect();
    let (key, length) = (&server.key, body.len());
    let mut head = format!(
        "{method} {path} HTTP/1.1\r\nHost: x\r\nx-api-key: {key}\r\nContent-Length: {length}\r\nConnection: close\r\n"
    );
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(b"\r\n").unwrap();
    // Fails if the server has already refused and reads no more.
    _ = stream.write_all(body);
    let mut answer = Vec::new();
    _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer)
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .unwrap_or_default()
}
