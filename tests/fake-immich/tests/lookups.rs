//! `bulk-upload-check`, the trash, and albums, as recorded from 2.5.6 and 3.1.0.

mod support;

use fake_immich::Dialect;
use serde_json::{Value, json};
use support::{ABC, ABC_BASE64, ABC_HEX, Client, Form, UNKNOWN_ID, each_dialect};

const CHECK: &str = "/api/assets/bulk-upload-check";

#[test]
fn a_check_accepts_new_digests_and_rejects_known_ones_in_hex_and_base64() {
    each_dialect(|_, client| {
        assert_eq!(client.check(ABC_HEX), json!({"id": "1", "action": "accept"}));
        let id = client.photo(ABC);
        let item = |id: &str, checksum: &str| json!({"id": id, "checksum": checksum});
        let new = item("new", "0000000000000000000000000000000000000001");
        let question = json!({"assets": [item("hex", ABC_HEX), item("b64", ABC_BASE64), new]});
        let held = |name: &str| json!({"id": name, "action": "reject", "reason": "duplicate", "assetId": id, "isTrashed": false});
        let wanted = json!({"results": [held("hex"), held("b64"), {"id": "new", "action": "accept"}]});
        let answer = client.post(CHECK, &question);
        assert_eq!((answer.status, answer.json()), (200, wanted));
    });
}

#[test]
fn a_check_of_an_empty_list_is_500() {
    each_dialect(|dialect, client| {
        let answer = client.post(CHECK, &json!({"assets": []}));
        answer.assert_refused(dialect, 500, "Failed to check bulk upload");
    });
}

#[test]
fn a_check_of_65_000_works_and_one_of_70_000_is_500() {
    let client = Client::of(Dialect::V3);
    let of = |count: u32| {
        let item = |number: u32| json!({"id": number.to_string(), "checksum": format!("{number:040x}")});
        client.post(CHECK, &json!({"assets": (0..count).map(item).collect::<Vec<Value>>()}))
    };
    assert_eq!(of(65_000).json()["results"].as_array().unwrap().len(), 65_000);
    assert_eq!(of(70_000).status, 500);
}

#[test]
fn more_than_10_mb_of_json_is_500() {
    each_dialect(|_, client| {
        let question = json!({"assets": [{"id": "x".repeat(10_000_000), "checksum": ABC_HEX}]});
        assert_eq!(client.post(CHECK, &question).status, 500);
    });
}

#[test]
fn malformed_digests_are_simply_accepted() {
    each_dialect(|_, client| {
        for checksum in ["", "no digest", "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", "ÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄ"]
        {
            assert_eq!(client.check(checksum)["action"], "accept", "{checksum}");
        }
    });
}

#[test]
fn a_file_in_the_trash_is_known_and_marked() {
    each_dialect(|_, client| {
        let id = client.photo(ABC);
        assert_eq!(delete(&client, &id, false), 204);
        let trashed =
            json!({"id": "1", "action": "reject", "reason": "duplicate", "assetId": id, "isTrashed": true});
        assert_eq!(client.check(ABC_HEX), trashed);
        assert_eq!(client.get(&format!("/api/assets/{id}")).json()["isTrashed"], true);
    });
}

#[test]
fn an_upload_of_a_file_in_the_trash_is_a_duplicate_and_stays_there() {
    each_dialect(|_, client| {
        let id = client.photo(ABC);
        delete(&client, &id, false);
        let again = client.upload(&Form::photo("x.jpg", ABC));
        assert_eq!((again.status, again.json()), (200, json!({"status": "duplicate", "id": id})));
        assert_eq!(client.check(ABC_HEX)["isTrashed"], true);
    });
}

#[test]
fn a_restore_brings_it_back_and_one_of_a_live_id_does_no_harm() {
    each_dialect(|_, client| {
        let id = client.photo(ABC);
        delete(&client, &id, false);
        for _ in 0..2 {
            let answer = restore(&client, &[&id]);
            assert_eq!((answer.status, answer.json()), (200, json!({"count": 1})));
            assert_eq!(client.check(ABC_HEX)["isTrashed"], false);
        }
    });
}

#[test]
fn a_restore_with_one_unknown_id_fails_whole_and_does_not_name_it() {
    each_dialect(|dialect, client| {
        let id = client.photo(ABC);
        delete(&client, &id, false);
        let answer = restore(&client, &[&id, UNKNOWN_ID]);
        answer.assert_refused(dialect, 400, "Not found or no asset.delete access");
        assert_eq!(client.check(ABC_HEX)["isTrashed"], true);
    });
}

#[test]
fn after_a_forced_delete_the_bytes_are_accepted_again_which_takes_2_x_a_job() {
    each_dialect(|dialect, client| {
        let id = client.photo(ABC);
        assert_eq!(delete(&client, &id, true), 204);
        if dialect == Dialect::V2 {
            assert_eq!(client.check(ABC_HEX)["isTrashed"], true);
            client.immich().finish_jobs();
        }
        assert_eq!(client.check(ABC_HEX)["action"], "accept");
        assert_eq!(client.upload(&Form::photo("x.jpg", ABC)).status, 201);
    });
}

#[test]
fn an_album_is_made_and_filled_and_reports_duplicates() {
    each_dialect(|dialect, client| {
        let (one, two) = (client.photo(ABC), client.photo(b"two"));
        let made = client.post("/api/albums", &json!({"albumName": "Camera", "assetIds": [one]}));
        assert_eq!((made.status, &made.json()["assetCount"]), (201, &json!(1)));
        let path = format!("/api/albums/{}/assets", made.id());
        let added = client.json("PUT", &path, &json!({"ids": [one, two, UNKNOWN_ID]}));
        let wanted = json!([
            {"id": one, "success": false, "error": "duplicate"},
            {"id": two, "success": true},
            {"id": UNKNOWN_ID, "success": false, "error": "no_permission"},
        ]);
        assert_eq!((added.status, added.json()), (200, wanted));
        let album = client.get(&format!("/api/albums/{}", made.id())).json();
        assert_eq!(album["assetCount"], 2);
        let listed = album.get("assets").map(|assets| assets.as_array().unwrap().len());
        assert_eq!(listed, (dialect == Dialect::V2).then_some(2), "3.x lists no assets");
        let removed = client.json("DELETE", &path, &json!({"ids": [two]}));
        assert_eq!(removed.json(), json!([{"id": two, "success": true}]));
        assert_eq!(client.get("/api/albums").json()[0]["assetCount"], 1);
    });
}

#[test]
fn albums_of_2_x_have_an_owner_and_those_of_3_x_album_users() {
    each_dialect(|dialect, client| {
        client.post("/api/albums", &json!({"albumName": "Camera"}));
        let album = client.get("/api/albums").json()[0].clone();
        let users = album["albumUsers"].as_array().unwrap().len();
        let owner = album.get("owner").is_some();
        assert_eq!((owner, users), if dialect == Dialect::V2 { (true, 0) } else { (false, 1) });
    });
}

#[test]
fn names_of_albums_are_not_unique_and_3_x_finds_by_them() {
    each_dialect(|dialect, client| {
        let make = |name: &str| client.post("/api/albums", &json!({"albumName": name})).id();
        assert_ne!(make("Camera"), make("Camera"));
        make("Other");
        let found = client.get("/api/albums?isOwned=true&name=Camera").json().as_array().unwrap().len();
        assert_eq!(found, if dialect == Dialect::V3 { 2 } else { 3 });
    });
}

fn delete(client: &Client, id: &str, force: bool) -> u16 {
    client.json("DELETE", "/api/assets", &json!({"ids": [id], "force": force})).status
}

fn restore(client: &Client, ids: &[&str]) -> support::Answer {
    client.post("/api/trash/restore/assets", &json!({"ids": ids}))
}
