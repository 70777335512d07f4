//! Every route, called by every kind of caller. To callers without access, each resource looks as if it did not exist.

#[path = "support/pieces.rs"]
mod pieces;
mod support;

use std::collections::HashSet;
use std::io::{Read, Write};

use jiff::{Timestamp, ToSpan};
use serde_json::json;
use server::auth::User;
use support::{ABC, ABC_HEX, Answer, Form, Server};

/// The status that a route returns to callers with access, and to another user who knows the path.
struct Route {
    method: &'static str,
    path: String,
    body: &'static str,
    right: u16,
    other: u16,
}

#[test]
fn every_route_gives_each_caller_only_their_own() {
    let server = Server::start();
    let mine = Caller::user(&server, "bea");
    let other = Caller::user(&server, "carl");
    let asset = mine.upload(&server);
    let album = mine.ask(&server, "POST", "/api/albums", br#"{"albumName":"mine"}"#).json()["id"].clone();
    let upload = mine.begin_upload(&server);
    let device = mine.ask(&server, "GET", "/safelight/v1/sessions", b"").json()[0]["id"].clone();
    mine.ask(&server, "PUT", "/safelight/v1/folders/own/1?name=x", b"");
    let folder = mine.ask(&server, "GET", "/safelight/v1/folders", b"").json()[0]["id"].clone();
    let text = |id: &serde_json::Value| id.as_str().unwrap().to_owned();
    let routes = routes(&asset, &text(&album), &upload, &text(&device), &text(&folder));
    for route in &routes {
        let name = format!("{} {}", route.method, route.path);
        for (who, headers, status) in strangers(&server, &mine) {
            // The browser itself blocks cross-origin reads, so the server does not check their origin.
            let reads = ["GET", "HEAD", "OPTIONS"].contains(&route.method);
            let status = if who == "another site" && reads { route.right } else { status };
            let answer = ask(&server, route, &headers);
            assert_eq!(answer.status, status, "{name} by {who}: {answer:?}");
        }
        let answer = other.ask(&server, route.method, &route.path, route.body.as_bytes());
        assert_eq!(answer.status, route.other, "{name} by another user: {answer:?}");
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        assert!(
            !text.contains(&asset) || route.path.contains(&asset),
            "{name} tells another user of mine: {text}"
        );
    }
    for route in &routes {
        let answer = mine.ask(&server, route.method, &route.path, route.body.as_bytes());
        assert_eq!(
            answer.status, route.right,
            "{} {} by the right one: {answer:?}",
            route.method, route.path
        );
    }
    assert_eq!(other.ask(&server, "GET", "/api/assets/statistics", b"").json()["total"], 0);
    assert_eq!(mine.ask(&server, "GET", "/api/users/me", b"").status, 401, "the last route sent it away");
}

/// Of no file.
const NO_DIGEST: &str = "0000000000000000000000000000000000000000";

/// Routes that delete what other routes need come last.
fn routes(asset: &str, album: &str, upload: &str, device: &str, folder: &str) -> Vec<Route> {
    let route =
        |method, path: &str, body, right, other| Route { method, path: path.to_owned(), body, right, other };
    let check = r#"{"assets":[{"id":"1","checksum":"a9993e364706816aba3e25717850c26c9cd0d89d"}]}"#;
    vec![
        route("GET", "/api/server/about", "", 200, 200),
        route("GET", "/api/server/storage", "", 200, 200),
        route("GET", "/api/users/me", "", 200, 200),
        route("GET", "/api/api-keys/me", "", 403, 403),
        route("GET", "/api/assets/statistics", "", 200, 200),
        route("POST", "/api/assets/bulk-upload-check", check, 200, 200),
        route("POST", "/api/assets", "no form", 400, 400),
        route("GET", &format!("/api/assets/{asset}"), "", 200, 400),
        route("GET", &format!("/api/assets/{asset}/original"), "", 200, 400),
        route("GET", &format!("/api/assets/{asset}/thumbnail"), "", 404, 400),
        route("GET", "/api/timeline/buckets", "", 200, 200),
        route("GET", "/api/timeline/bucket?timeBucket=2024-05-01", "", 200, 200),
        route("GET", "/api/albums", "", 200, 200),
        route("POST", "/api/albums", r#"{"albumName":"x"}"#, 201, 201),
        route("GET", &format!("/api/albums/{album}"), "", 200, 400),
        route("PUT", &format!("/api/albums/{album}/assets"), r#"{"ids":[]}"#, 200, 400),
        route("OPTIONS", "/api/upload", "", 204, 204),
        route("POST", "/api/upload", "", 400, 400),
        route("HEAD", upload, "", 204, 404),
        route("PATCH", upload, "", 415, 415),
        route("DELETE", upload, "", 204, 404),
        route("DELETE", &format!("/safelight/v1/uploads/{NO_DIGEST}"), "", 204, 204),
        route("POST", "/safelight/v1/assets", "no form", 400, 400),
        route("POST", "/safelight/v1/rate", r#"{"bytesPerSecond":null}"#, 204, 204),
        route("GET", "/safelight/v1/push", "", 200, 200),
        route("PUT", "/safelight/v1/push", "{}", 400, 400),
        route("POST", "/safelight/v1/push/test", "", 409, 409),
        route("DELETE", "/safelight/v1/push", "", 204, 204),
        route("GET", "/safelight/v1/folders", "", 200, 200),
        route("PUT", "/safelight/v1/folders/own/2?name=x", "nonsense", 400, 400),
        route("GET", "/safelight/v1/folders/own/2", "", 404, 404),
        route("GET", &format!("/safelight/v1/folders/{folder}"), "", 200, 404),
        route("DELETE", &format!("/safelight/v1/folders/{folder}"), "", 204, 404),
        route("GET", "/safelight/v1/sessions", "", 200, 200),
        route("DELETE", &format!("/safelight/v1/sessions/{device}"), "", 204, 404),
    ]
}

type Headers = Vec<(&'static str, String)>;

/// The callers who are refused, and the status that each gets.
fn strangers(server: &Server, mine: &Caller) -> Vec<(&'static str, Headers, u16)> {
    let revoked = Caller::user(server, "gone");
    server.state.auth.remove_user(&"gone".parse().unwrap()).unwrap();
    let expired = Caller::of(server, &mine.user, Timestamp::now() - (401 * 24).hours());
    vec![
        ("nobody", vec![], 401),
        ("a wrong key", vec![("x-api-key", "wrong".to_owned())], 401),
        ("a removed user", vec![("cookie", revoked.cookie)], 401),
        ("an old session", vec![("cookie", expired.cookie)], 401),
        (
            "another site",
            vec![("cookie", mine.cookie.clone()), ("origin", "http://evil.example".to_owned())],
            403,
        ),
    ]
}

struct Caller {
    user: User,
    cookie: String,
}

impl Caller {
    /// A new user, or another browser of a known one.
    fn user(server: &Server, name: &str) -> Self {
        let name = name.parse().unwrap();
        let user = server
            .state
            .auth
            .add_user(&name, None, Timestamp::now())
            .or_else(|_| server.state.auth.user(&name));
        Self::of(server, &user.unwrap(), Timestamp::now())
    }

    fn of(server: &Server, user: &User, paired: Timestamp) -> Self {
        let auth = &server.state.auth;
        let code = auth.new_code(user, paired).unwrap();
        let (_, token) = auth.pair(code.reveal(), "x", [127, 0, 0, 1].into(), paired).unwrap().unwrap();
        Self { user: user.clone(), cookie: format!("safelight_session={}", token.reveal()) }
    }

    fn ask(&self, server: &Server, method: &str, path: &str, body: &[u8]) -> Answer {
        server.send(method, path, &[("cookie", &self.cookie)], body)
    }

    fn upload(&self, server: &Server) -> String {
        let headers = [("cookie", self.cookie.as_str()), ("content-type", support::CONTENT_TYPE)];
        let answer = server.send("POST", "/api/assets", &headers, &Form::photo("a.jpg", ABC).bytes());
        answer.json()["id"].as_str().unwrap().to_owned()
    }

    fn begin_upload(&self, server: &Server) -> String {
        let digest = pieces::digest_of(b"more");
        let data = pieces::asset_data("b.jpg");
        let headers = [
            ("cookie", self.cookie.as_str()),
            ("upload-complete", "?0"),
            ("repr-digest", &digest),
            ("x-immich-asset-data", &data),
        ];
        server.send("POST", "/api/upload", &headers, b"").header("location").to_owned()
    }
}

fn ask(server: &Server, route: &Route, headers: &Headers) -> Answer {
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    server.send(route.method, &route.path, &headers, route.body.as_bytes())
}

#[test]
fn equal_photos_of_two_users_are_stored_for_each() {
    let server = Server::start();
    let (bea, carl) = (Caller::user(&server, "bea"), Caller::user(&server, "carl"));
    let check = json!({"assets": [{"id": "1", "checksum": ABC_HEX}]}).to_string();
    let known = |caller: &Caller| {
        let answer = caller.ask(&server, "POST", "/api/assets/bulk-upload-check", check.as_bytes());
        answer.json()["results"][0]["action"] == "reject"
    };
    bea.upload(&server);
    assert!(known(&bea) && !known(&carl), "nobody learns what another has");
    carl.upload(&server);
    assert!(known(&carl));
    for user in ["bea", "carl"] {
        let originals = server.folder.path().join("users").join(user).join("originals");
        assert_eq!(support::files(&originals), ["2024/2024-05-01/a.jpg"]);
    }
    assert_eq!(server.originals(), [""; 0], "the owner has none of it");
}

#[test]
fn a_user_who_comes_back_finds_the_photos_again() {
    let server = Server::start();
    Caller::user(&server, "bea").upload(&server);
    let leave = |server: &Server| server.state.auth.remove_user(&"bea".parse().unwrap()).unwrap();
    let come_back = |server: &Server| {
        let again = Caller::user(server, "bea");
        again.ask(server, "GET", "/api/assets/statistics", b"").json()["total"].clone()
    };
    leave(&server);
    assert_eq!(come_back(&server), 1, "while the server runs");
    leave(&server);
    let server = Server::start_in(server.stop());
    assert_eq!(come_back(&server), 1);
}

#[test]
fn a_quota_limits_forms_and_pieces() {
    let server = Server::start();
    let bea = Caller::user(&server, "bea");
    server.state.auth.set_quota(&bea.user.name, Some(2000)).unwrap();
    let headers = [("cookie", bea.cookie.as_str()), ("content-type", support::CONTENT_TYPE)];
    let send =
        |bytes: &[u8]| server.send("POST", "/api/assets", &headers, &Form::photo("a.jpg", bytes).bytes());
    assert_eq!(send(&[1; 500]).status, 201);
    let refused = send(&[2; 1600]);
    assert_eq!((refused.status, refused.message().as_str()), (400, "Quota has been exceeded!"));
    let (digest, data) = (pieces::digest_of(&[2; 1600]), pieces::asset_data("b.jpg"));
    let begin = [
        ("cookie", bea.cookie.as_str()),
        ("upload-complete", "?0"),
        ("upload-length", "1600"),
        ("repr-digest", &digest),
        ("x-immich-asset-data", &data),
    ];
    assert_eq!(server.send("POST", "/api/upload", &begin, b"").message(), "Quota has been exceeded!");
    assert_eq!(send_untold(&server, &bea, &[3; 1600]), 400, "nobody told how much would come");
    let me = bea.ask(&server, "GET", "/api/users/me", b"").json();
    assert_eq!((&me["quotaSizeInBytes"], &me["quotaUsageInBytes"]), (&json!(2000), &json!(500)));
    assert_eq!(files_of(&server, "bea"), 1);
}

#[test]
fn an_upload_that_nobody_continues_holds_no_room_and_is_not_shown_as_used() {
    let server = Server::start();
    let bea = Caller::user(&server, "bea");
    server.state.auth.set_quota(&bea.user.name, Some(2000)).unwrap();
    let begin = |bytes: &[u8], name: &str| {
        let (digest, data) = (pieces::digest_of(bytes), pieces::asset_data(name));
        let headers = [
            ("cookie", bea.cookie.as_str()),
            ("upload-complete", "?0"),
            ("upload-length", "1500"),
            ("repr-digest", &digest),
            ("x-immich-asset-data", &data),
        ];
        server.send("POST", "/api/upload", &headers, &bytes[..700])
    };
    assert_eq!(begin(&[1; 1500], "a.jpg").status, 201);
    assert_eq!(begin(&[2; 1500], "b.jpg").message(), "Quota has been exceeded!", "the first is going on");
    let me = bea.ask(&server, "GET", "/api/users/me", b"").json();
    assert_eq!(me["quotaUsageInBytes"], 0, "only what is kept counts as used");
    let index = rusqlite::Connection::open(server.folder.path().join("users/bea/safelight.sqlite")).unwrap();
    let two_hours_ago = jiff::Timestamp::now().as_millisecond() - 2 * 3600 * 1000;
    assert_eq!(index.execute("UPDATE upload SET touched_at = ?1", [two_hours_ago]).unwrap(), 1);
    assert_eq!(begin(&[2; 1500], "b.jpg").status, 201);
}

/// Sends a whole upload in chunks, so that nothing announces its length.
fn send_untold(server: &Server, by: &Caller, bytes: &[u8]) -> u16 {
    let (digest, data) = (pieces::digest_of(bytes), pieces::asset_data("c.jpg"));
    let cookie = &by.cookie;
    let mut stream = server.connect();
    write!(
        stream,
        "POST /api/upload HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\nUpload-Complete: ?1\r\nRepr-Digest: {digest}\r\n\
         X-Immich-Asset-Data: {data}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n{:x}\r\n",
        bytes.len()
    )
    .unwrap();
    stream.write_all(bytes).unwrap();
    stream.write_all(b"\r\n0\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

fn files_of(server: &Server, user: &str) -> usize {
    let vault = server.folder.path().join("users").join(user);
    assert!(support::files(&vault.join("incoming")).is_empty());
    assert!(support::files(&vault.join("uploads")).is_empty());
    support::files(&vault.join("originals")).len()
}

#[test]
fn the_matrix_covers_every_route() {
    let server = Server::start();
    let description = server.send("GET", "/safelight/v1/openapi.json", &[], &[]).json();
    let mut described = HashSet::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        let authenticated =
            item.as_object().unwrap().iter().filter(|(_, operation)| !operation["security"].is_null());
        described.extend(authenticated.map(|(method, _)| (method.to_uppercase(), path.clone())));
    }
    let routes = routes("{id}", "{id}", "/api/upload/{id}", "{id}", "{id}");
    let path_of = |route: &Route| {
        let path = route.path.split('?').next().unwrap();
        path.replace("/own/2", "/own/{number}").replace(NO_DIGEST, "{digest}")
    };
    let tested: HashSet<_> = routes.iter().map(|route| (route.method.to_owned(), path_of(route))).collect();
    assert_eq!(described, tested);
}
