//! The faults that a test can switch on, as a client sees them.

mod support;

use fake_immich::{Dialect, Fault};
use serde_json::{Value, json};
use support::{ABC, ABC_HEX, Client, Form, each_dialect};

#[test]
fn bytes_that_change_are_called_created_and_only_a_second_look_up_finds_out() {
    each_dialect(|_, client| {
        client.immich().befall(Fault::ChangesBytes);
        let answer = client.upload_with(&Form::photo("x.jpg", ABC), &[("x-immich-checksum", ABC_HEX)]);
        assert_eq!((answer.status, &answer.json()["status"]), (201, &json!("created")));
        assert_eq!(client.check(ABC_HEX)["action"], "accept", "the promised bytes are not held");
    });
}

#[test]
fn a_file_trashed_at_once_is_created_and_then_is_a_duplicate_in_the_trash() {
    each_dialect(|_, client| {
        client.immich().befall(Fault::TrashesUploads);
        let id = client.photo(ABC);
        let found = client.check(ABC_HEX);
        assert_eq!((&found["assetId"], &found["isTrashed"]), (&json!(id), &json!(true)));
        assert_eq!(client.upload(&Form::photo("x.jpg", ABC)).status, 200);
    });
}

#[test]
fn a_full_quota_is_reported_after_the_whole_body() {
    each_dialect(|dialect, client| {
        client.immich().befall(Fault::QuotaExceeded);
        let answer = client.upload(&Form::photo("x.jpg", &[7; 1_000_000]));
        answer.assert_refused(dialect, 400, "Quota has been exceeded!");
        assert_eq!(client.immich().held(), []);
    });
}

#[test]
fn a_proxy_refuses_large_requests_in_html_and_the_server_never_sees_them() {
    each_dialect(|_, client| {
        client.immich().befall(Fault::ProxyLimit(10_000));
        let large = client.upload(&Form::photo("x.jpg", &[7; 10_001]));
        assert_eq!((large.status, large.header("content-type")), (413, "text/html; charset=utf-8"));
        assert!(serde_json::from_slice::<Value>(&large.body).is_err(), "no JSON");
        assert_eq!(client.immich().requests(), [""; 0]);
        assert_eq!(client.upload(&Form::photo("x.jpg", ABC)).status, 201);
    });
}

#[test]
fn a_proxy_without_its_server_answers_502_in_html_to_everything() {
    each_dialect(|_, client| {
        client.immich().befall(Fault::BadGateway);
        for path in ["/api/server/ping", "/.well-known/immich"] {
            let answer = client.get(path);
            assert_eq!((answer.status, answer.header("content-type")), (502, "text/html; charset=utf-8"));
        }
        assert_eq!(client.upload(&Form::photo("x.jpg", ABC)).status, 502);
        client.immich().recover(&Fault::BadGateway);
        assert_eq!(client.get("/api/server/ping").status, 200);
    });
}

#[test]
fn a_server_in_maintenance_says_so_and_answers_nothing_else() {
    each_dialect(|dialect, client| {
        client.immich().befall(Fault::Maintenance);
        assert_eq!(client.get_unknown("/api/server/config").json()["maintenanceMode"], true);
        assert_eq!(client.get_unknown("/api/server/version").status, 200);
        client.get("/api/users/me").assert_refused(dialect, 404, "Cannot GET /api/users/me");
        client.upload(&Form::photo("x.jpg", ABC)).assert_refused(dialect, 404, "Cannot POST /api/assets");
    });
}

#[test]
fn a_test_in_another_process_sets_faults_and_sees_what_is_held() {
    let client = Client::of(Dialect::V3);
    let control = |method: &str, path: &str| client.send(method, path, &[], &[]).status;
    assert_eq!(control("PUT", "/fake/faults/lacks=asset.upload"), 204);
    assert_eq!(client.upload(&Form::photo("x.jpg", ABC)).status, 403);
    assert_eq!(control("DELETE", "/fake/faults/lacks=asset.upload"), 204);
    assert_eq!(control("PUT", "/fake/faults/tired"), 400);
    let id = client.photo(ABC);
    assert_eq!(control("POST", "/fake/jobs"), 204);
    assert_eq!(client.get(&format!("/api/assets/{id}/thumbnail")).status, 200);
    let state = client.get_unknown("/fake/state").json();
    assert_eq!((&state["held"][0]["digest"], &state["faults"]), (&json!(ABC_HEX), &json!([])));
    assert_eq!(state["requests"][0], "POST /api/assets");
}
