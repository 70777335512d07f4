//! Who gets in, and how. Everybody else learns nothing.

mod support;

use jiff::Timestamp;
use serde_json::{Value, json};
use server::auth::Auth;
use server::index::Index;
use server::{Page, Settings};
use support::{ABC, Form, Server};

#[test]
fn nothing_is_revealed_without_sign_in() {
    let server = Server::start();
    let id = server.upload(&Form::photo("a.jpg", ABC)).json()["id"].as_str().unwrap().to_owned();
    let (asset, original) = (format!("/api/assets/{id}"), format!("/api/assets/{id}/original"));
    let table = [
        ("GET", "/api/server/about"),
        ("GET", "/api/server/storage"),
        ("GET", "/api/users/me"),
        ("GET", "/api/api-keys/me"),
        ("GET", "/api/assets/statistics"),
        ("POST", "/api/assets/bulk-upload-check"),
        ("POST", "/api/assets"),
        ("GET", &asset),
        ("GET", &original),
        ("GET", "/api/albums"),
        ("POST", "/api/albums"),
        ("GET", "/api/albums/x"),
        ("PUT", "/api/albums/x/assets"),
        ("GET", "/safelight/v1/sessions"),
        ("DELETE", "/safelight/v1/sessions/x"),
    ];
    let refusals = [
        (vec![], "Authentication required"),
        (vec![("x-api-key", "wrong")], "Invalid API key"),
        (vec![("authorization", "Bearer wrong")], "Invalid API key"),
        (vec![("cookie", "other=1; safelight_session=wrong")], "Invalid user token"),
    ];
    for (method, path) in table {
        for (headers, message) in &refusals {
            let answer = server.send(method, path, headers, b"{}");
            assert_eq!((answer.status, answer.json()), (401, json!({"message": message})), "{method} {path}");
        }
    }
}

#[test]
fn anybody_may_ask_what_this_server_is() {
    let server = Server::start();
    let table = [
        ("/.well-known/immich", json!({"api": {"endpoint": "/api"}})),
        ("/api/server/ping", json!({"res": "pong"})),
        ("/api/server/version", json!({"major": 3, "minor": 1, "patch": 0})),
        (
            "/safelight/v1/capabilities",
            json!({
                "version": env!("CARGO_PKG_VERSION"),
                "verifiesDigests": true,
                "pieces": {"from": 16 << 20, "upTo": null},
                "bundleOf": 128,
                "keepsInventories": true,
                "albums": true,
                "trash": false,
                "thumbnails": true,
            }),
        ),
    ];
    for (path, body) in table {
        let answer = server.send("GET", path, &[], &[]);
        assert_eq!((answer.status, answer.json()), (200, body), "{path}");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    assert_eq!(server.send("GET", "/api/server/features", &[], &[]).json()["sidecar"], true);
    assert_eq!(server.send("GET", "/api/server/config", &[], &[]).json()["isInitialized"], true);
    let types = server.send("GET", "/api/server/media-types", &[], &[]).json();
    assert_eq!(types["image"].as_array().map(Vec::len), Some(48));
}

#[test]
fn an_unknown_path_is_answered_as_immich_does() {
    let server = Server::start();
    let table = [
        ("GET", "/api/nope"),
        ("GET", "/api/assets"),
        ("OPTIONS", "/api/assets"),
        ("GET", "/safelight/v1/x"),
    ];
    for (method, path) in table {
        let answer = server.send(method, path, &[], &[]);
        assert_eq!((answer.status, answer.message()), (404, format!("Cannot {method} {path}")));
    }
}

#[test]
fn a_key_works_in_either_header_until_it_is_revoked() {
    let server = Server::start();
    let bearer = format!("Bearer {}", server.key);
    assert_eq!(server.send("GET", "/api/users/me", &[("authorization", &bearer)], &[]).status, 200);
    let me = server.get("/api/api-keys/me").json();
    assert_eq!((&me["name"], &me["permissions"]), (&json!("test"), &json!(["all"])));
    assert!(server.state.auth.revoke_key(me["id"].as_str().unwrap()).unwrap());
    assert_eq!(server.get("/api/users/me").message(), "Invalid API key");
}

#[test]
fn a_token_that_a_proxy_adds_does_not_hide_a_session() {
    let server = Server::start();
    let cookie = server.pair();
    let ask = |headers: &[(&str, &str)]| server.send("GET", "/api/users/me", headers, &[]);
    let foreign = ("authorization", "Bearer of-the-proxy");
    assert_eq!(ask(&[("cookie", &cookie), foreign]).status, 200);
    let key = format!("Bearer {}", server.key);
    let unknown = ("cookie", "safelight_session=unknown");
    assert_eq!(ask(&[unknown, ("authorization", &key)]).status, 200);
    assert_eq!(ask(&[unknown, foreign]).message(), "Invalid user token");
    assert_eq!(ask(&[("cookie", &cookie), ("x-api-key", "wrong")]).message(), "Invalid API key");
}

#[test]
fn a_share_that_no_service_worker_took_is_explained_whatever_its_origin() {
    let server = Server::start();
    for origin in ["null", "https://elsewhere.example"] {
        let answer = server.send("POST", "/share", &[("origin", origin)], b"a form");
        assert_eq!((answer.status, answer.header("location")), (303, "/#share-failed"), "{origin}");
    }
    assert_eq!(server.send("POST", "/safelight/v1/pair", &[("origin", "null")], b"{}").status, 403);
}

#[test]
fn a_sign_in_in_front_leads_to_the_app() {
    let server = Server::start();
    let answer = server.send("GET", "/safelight/v1/sign-in", &[], &[]);
    assert_eq!((answer.status, answer.header("location")), (303, "/"));
}

#[test]
fn a_pairing_code_works_once() {
    let server = Server::start();
    let code = server.new_code(Timestamp::now());
    let typed = code.reveal().to_lowercase().replace('-', " ");
    let first = server.pair_with(&typed);
    assert_eq!(first.status, 201);
    let cookie = first.header("set-cookie");
    assert!(cookie.ends_with("; HttpOnly; SameSite=Strict; Path=/; Max-Age=34560000"), "{cookie}");
    assert_eq!(first.json()["deviceName"], "Firefox on a laptop");
    assert!(!String::from_utf8_lossy(&first.body).contains(&cookie["safelight_session=".len()..40]));
    assert_eq!(server.pair_with(&typed).status, 401);
}

#[test]
fn a_stranger_cannot_make_the_server_hold_a_large_body() {
    let server = Server::start();
    let body = json!({"code": "x", "deviceName": "x".repeat(5000)}).to_string();
    assert_eq!(server.send("POST", "/safelight/v1/pair", &[], body.as_bytes()).status, 413);
}

#[test]
fn a_browser_that_comes_back_on_another_day_gets_a_renewed_cookie() {
    let server = Server::start();
    let long_ago = "2026-01-01T00:00:00Z".parse().unwrap();
    let code = server.new_code(long_ago);
    let (_, token) =
        server.state.auth.pair(code.reveal(), "x", [127, 0, 0, 1].into(), long_ago).unwrap().unwrap();
    let cookie = format!("safelight_session={}", token.reveal());
    let ask = || server.send("GET", "/api/users/me", &[("cookie", &cookie)], &[]);
    let (first, second) = (ask(), ask());
    assert!(first.header("set-cookie").starts_with(&format!("{cookie}; HttpOnly")), "{first:?}");
    assert_eq!((second.status, second.header("set-cookie")), (200, ""));
}

#[test]
fn under_https_the_cookie_is_secure() {
    let public_url = Some("https://photos.example.org".parse().unwrap());
    let settings = Settings { public_url, ..Settings::default() };
    let server = Server::start_with(tempfile::tempdir().unwrap(), Page::embedded(&[]), settings);
    let code = server.new_code(Timestamp::now());
    assert!(server.pair_with(code.reveal()).header("set-cookie").ends_with("; Secure"));
}

#[test]
fn a_paired_browser_is_listed_and_may_upload() {
    let server = Server::start();
    let cookie = server.pair();
    let sessions = sessions(&server, &cookie);
    assert_eq!(sessions[0]["current"], true);
    assert_eq!(sessions[0]["deviceName"], "Firefox on a laptop");
    let origin = server.url("");
    let headers =
        [("cookie", cookie.as_str()), ("content-type", support::CONTENT_TYPE), ("origin", origin.as_str())];
    assert_eq!(server.send("POST", "/api/assets", &headers, &Form::photo("a.jpg", ABC).bytes()).status, 201);
}

#[test]
fn a_revoked_session_is_refused_at_once() {
    let server = Server::start();
    let (gone, stays) = (server.pair(), server.pair());
    let id = sessions(&server, &gone)[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/safelight/v1/sessions/{id}");
    assert_eq!(server.send("DELETE", &path, &[("cookie", &stays)], &[]).status, 204);
    assert_eq!(
        server.send("GET", "/api/users/me", &[("cookie", &gone)], &[]).message(),
        "Invalid user token"
    );
    assert_eq!(server.send("GET", "/api/users/me", &[("cookie", &stays)], &[]).status, 200);
    assert_eq!(server.send("DELETE", &path, &[("cookie", &stays)], &[]).status, 404);
}

#[test]
fn changes_by_another_process_take_effect_at_once() {
    let server = Server::start();
    let cookie = server.pair();
    let other = Auth::new(Index::open_existing(server.folder.path()).unwrap());
    let code = other.new_code(&other.owner().unwrap(), Timestamp::now()).unwrap();
    assert_eq!(server.pair_with(code.reveal()).status, 201);
    assert!(other.revoke_session(sessions(&server, &cookie)[0]["id"].as_str().unwrap()).unwrap());
    assert_eq!(server.send("GET", "/api/users/me", &[("cookie", &cookie)], &[]).status, 401);
}

#[test]
fn a_large_upload_with_a_revoked_session_reads_its_refusal() {
    let server = Server::start();
    let headers = [("cookie", "safelight_session=gone"), ("content-type", support::CONTENT_TYPE)];
    let answer =
        server.send("POST", "/api/assets", &headers, &Form::photo("a.jpg", &vec![1; 8_000_000]).bytes());
    assert_eq!((answer.status, answer.message().as_str()), (401, "Invalid user token"));
}

#[test]
fn another_site_cannot_act_with_our_cookie() {
    let server = Server::start();
    let cookie = server.pair();
    let table = [("origin", "http://evil.example"), ("origin", "null"), ("sec-fetch-site", "same-site")];
    for refused in table {
        let headers = [("cookie", cookie.as_str()), refused];
        assert_eq!(
            server.send("POST", "/api/albums", &headers, b"{\"albumName\":\"x\"}").status,
            403,
            "{refused:?}"
        );
    }
    assert_eq!(server.get("/api/albums").json(), json!([]));
}

#[test]
fn secrets_are_not_in_the_data_folder() {
    let server = Server::start();
    let cookie = server.pair();
    let code = server.new_code(Timestamp::now());
    let secrets = [&cookie["safelight_session=".len()..], &server.key, code.reveal()];
    let folder = server.folder.path();
    for name in ["safelight.sqlite", "safelight.sqlite-wal"] {
        let bytes = std::fs::read(folder.join(name)).unwrap_or_default();
        for secret in secrets {
            assert!(!bytes.windows(secret.len()).any(|part| part == secret.as_bytes()), "{name}");
        }
    }
}

fn sessions(server: &Server, cookie: &str) -> Value {
    server.send("GET", "/safelight/v1/sessions", &[("cookie", cookie)], &[]).json()
}
