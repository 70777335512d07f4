//! What the server reports about itself and the caller, as recorded from 2.5.6 and 3.1.0.

mod support;

use fake_immich::{Dialect, Fault, PASSWORD};
use serde_json::{Value, json};
use support::{Client, each_dialect};

#[test]
fn the_well_known_address_names_the_api() {
    each_dialect(|_, client| {
        assert_eq!(client.get_unknown("/.well-known/immich").json(), json!({"api": {"endpoint": "/api"}}));
    });
}

#[test]
fn ping_and_version_are_public() {
    each_dialect(|dialect, client| {
        let ping = client.get_unknown("/api/server/ping");
        assert_eq!((ping.status, ping.json()), (200, json!({"res": "pong"})));
        assert_eq!(ping.header("content-type"), "application/json; charset=utf-8");
        let version = match dialect {
            Dialect::V2 => json!({"major": 2, "minor": 5, "patch": 6}),
            Dialect::V3 => json!({"major": 3, "minor": 1, "patch": 0, "prerelease": null}),
        };
        assert_eq!(client.get_unknown("/api/server/version").json(), version);
    });
}

#[test]
fn features_and_config_are_public() {
    each_dialect(|dialect, client| {
        let features = client.get_unknown("/api/server/features").json();
        for (name, on) in [("sidecar", true), ("trash", true), ("passwordLogin", true), ("oauth", false)] {
            assert_eq!(features[name], on, "{name}");
        }
        assert_eq!(features.get("realtimeTranscoding").is_some(), dialect == Dialect::V3);
        let config = client.get_unknown("/api/server/config").json();
        assert_eq!((&config["trashDays"], &config["maintenanceMode"]), (&json!(30), &json!(false)));
        assert_eq!(config.get("minFaces").is_some(), dialect == Dialect::V3);
    });
}

#[test]
fn media_types_are_those_of_the_generation() {
    each_dialect(|dialect, client| {
        let types = client.get_unknown("/api/server/media-types").json();
        let has = |list: &str, extension: &str| types[list].as_array().unwrap().contains(&json!(extension));
        let count = |list: &str| types[list].as_array().unwrap().len();
        let is_new = dialect == Dialect::V3;
        assert_eq!((has("video", ".ts"), has("image", ".mpo")), (is_new, is_new));
        assert_eq!((count("image"), count("video")), if is_new { (48, 20) } else { (47, 19) });
        assert_eq!(types["sidecar"], json!([".xmp"]));
        assert!(has("image", ".heic") && has("video", ".mov") && !has("image", ".txt"));
    });
}

#[test]
fn about_and_storage_need_a_key_with_their_permissions() {
    each_dialect(|dialect, client| {
        client.get_unknown("/api/server/about").assert_refused(dialect, 401, "Authentication required");
        let version = client.get("/api/server/about").json()["version"].clone();
        assert_eq!(version, if dialect == Dialect::V2 { "v2.5.6" } else { "v3.1.0" });
        assert!(client.get("/api/server/storage").json()["diskAvailableRaw"].is_u64());
        let client = Client::with(dialect, None, &["asset.upload"]);
        for (path, permission) in [("about", "server.about"), ("storage", "server.storage")] {
            let message = format!("Missing required permission: {permission}");
            client.get(&format!("/api/server/{path}")).assert_refused(dialect, 403, &message);
        }
    });
}

#[test]
fn users_me_returns_the_quota_and_its_usage() {
    each_dialect(|dialect, client| {
        let me = client.get("/api/users/me").json();
        assert_eq!((&me["quotaSizeInBytes"], &me["quotaUsageInBytes"]), (&Value::Null, &json!(0)));
        let client = Client::with(dialect, Some(20_000), &["all"]);
        client.photo(&[7; 4_000]);
        let me = client.get("/api/users/me").json();
        assert_eq!((&me["quotaSizeInBytes"], &me["quotaUsageInBytes"]), (&json!(20_000), &json!(4_000)));
        assert_eq!(me["email"], "a@example.org");
    });
}

#[test]
fn a_key_a_token_a_cookie_and_a_key_in_the_query_each_identify_the_user() {
    each_dialect(|_, client| {
        let token = login(&client, PASSWORD).json()["accessToken"].as_str().unwrap().to_owned();
        let (bearer, cookie) = (format!("Bearer {token}"), format!("a=b; immich_access_token={token}"));
        let me =
            |headers: &[(&str, &str)]| client.send("GET", "/api/users/me", headers, &[]).json()["id"].clone();
        let id = client.get("/api/users/me").json()["id"].clone();
        assert!(id.is_string());
        assert_eq!(me(&[("authorization", &bearer)]), id);
        assert_eq!(me(&[("cookie", &cookie)]), id);
        assert_eq!(client.get_unknown(&format!("/api/users/me?apiKey={}", client.key)).json()["id"], id);
    });
}

#[test]
fn a_wrong_key_a_wrong_token_and_none_are_401() {
    each_dialect(|dialect, client| {
        let me = |headers: &[(&str, &str)]| client.send("GET", "/api/users/me", headers, &[]);
        me(&[("x-api-key", "bad")]).assert_refused(dialect, 401, "Invalid API key");
        me(&[("authorization", "Bearer bad")]).assert_refused(dialect, 401, "Invalid user token");
        me(&[]).assert_refused(dialect, 401, "Authentication required");
    });
}

#[test]
fn a_login_is_201_with_three_cookies_and_a_wrong_password_401() {
    each_dialect(|dialect, client| {
        login(&client, "no").assert_refused(dialect, 401, "Incorrect email or password");
        let answer = login(&client, PASSWORD);
        assert_eq!((answer.status, &answer.json()["userEmail"]), (201, &json!("a@example.org")));
        assert_eq!(cookies(&answer), ["immich_access_token", "immich_auth_type", "immich_is_authenticated"]);
    });
}

#[test]
fn a_logout_ends_the_session() {
    each_dialect(|dialect, client| {
        let token = login(&client, PASSWORD).json()["accessToken"].as_str().unwrap().to_owned();
        let bearer = format!("Bearer {token}");
        let post = |path: &str| client.send("POST", path, &[("authorization", &bearer)], &[]);
        assert_eq!(post("/api/auth/validateToken").json(), json!({"authStatus": true}));
        let out = post("/api/auth/logout");
        assert_eq!(out.json(), json!({"successful": true, "redirectUri": "/auth/login?autoLaunch=0"}));
        assert_eq!(cookies(&out).len(), 3);
        post("/api/auth/validateToken").assert_refused(dialect, 401, "Invalid user token");
    });
}

#[test]
fn api_keys_me_needs_no_permission_and_lists_those_of_the_key() {
    each_dialect(|dialect, _| {
        let client = Client::with(dialect, None, &["asset.upload"]);
        assert_eq!(client.get("/api/api-keys/me").json()["permissions"], json!(["asset.upload"]));
        let refused = client.get("/api/users/me");
        refused.assert_refused(dialect, 403, "Missing required permission: user.read");
        let refused = client.get("/api/albums");
        refused.assert_refused(dialect, 403, "Missing required permission: album.read");
    });
}

#[test]
fn a_new_key_is_201_and_has_what_it_was_given() {
    each_dialect(|_, mut client| {
        let made = client.post("/api/api-keys", &json!({"name": "up", "permissions": ["asset.upload"]}));
        assert_eq!((made.status, &made.json()["apiKey"]["name"]), (201, &json!("up")));
        client.key = made.json()["secret"].as_str().unwrap().to_owned();
        assert_eq!(client.get("/api/api-keys/me").json()["permissions"], json!(["asset.upload"]));
    });
}

#[test]
fn a_permission_that_was_removed_is_required() {
    each_dialect(|dialect, _| {
        let client = Client::with(dialect, None, &["asset.upload", "user.read"]);
        client.immich().befall(Fault::Lacks("user.read".into()));
        client.get("/api/users/me").assert_refused(dialect, 403, "Missing required permission: user.read");
        assert_eq!(client.get("/api/api-keys/me").json()["permissions"], json!(["asset.upload"]));
    });
}

#[test]
fn the_sync_stream_refuses_keys() {
    each_dialect(|dialect, client| {
        let refused = client.post("/api/sync/stream", &json!({"types": ["AssetsV1"]}));
        refused.assert_refused(dialect, 403, "Sync endpoints cannot be used with API keys");
    });
}

#[test]
fn there_is_no_cors_and_a_preflight_is_404() {
    each_dialect(|dialect, client| {
        let origin = [("origin", "https://photos.example.org")];
        let preflight = client.send("OPTIONS", "/api/assets", &origin, &[]);
        preflight.assert_refused(dialect, 404, "Cannot OPTIONS /api/assets");
        let ping = client.send("GET", "/api/server/ping", &origin, &[]);
        assert_eq!((ping.status, ping.header("access-control-allow-origin")), (200, ""));
    });
}

#[test]
fn an_unknown_path_is_404() {
    each_dialect(|dialect, client| {
        client.get("/api/nope").assert_refused(dialect, 404, "Cannot GET /api/nope");
    });
}

#[test]
fn broken_json_is_400_and_2_x_gives_it_no_correlation_id() {
    each_dialect(|dialect, client| {
        let headers = [("x-api-key", client.key.as_str()), ("content-type", "application/json")];
        let answer = client.send("POST", "/api/assets/bulk-upload-check", &headers, b"{bad");
        let message = "Expected property name or '}' in JSON at position 1 (line 1 column 2)";
        let of_2 = json!({"message": message, "error": "Bad Request", "statusCode": 400});
        let body = if dialect == Dialect::V2 { of_2 } else { json!({"message": message}) };
        assert_eq!((answer.status, answer.json()), (400, body));
    });
}

#[test]
fn the_correlation_id_of_3_x_is_a_header() {
    each_dialect(|dialect, client| {
        let length = client.get("/api/users/me").header("x-correlation-id").len();
        assert_eq!(length, if dialect == Dialect::V3 { 8 } else { 0 });
    });
}

fn login(client: &Client, password: &str) -> support::Answer {
    let body = json!({"email": "a@example.org", "password": password}).to_string();
    client.send("POST", "/api/auth/login", &[("content-type", "application/json")], body.as_bytes())
}

fn cookies(answer: &support::Answer) -> Vec<String> {
    let name =
        |value: &ureq::http::HeaderValue| value.to_str().unwrap().split('=').next().unwrap().to_owned();
    answer.headers.get_all("set-cookie").iter().map(name).collect()
}
