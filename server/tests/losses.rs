//! How the server answers when its originals were deleted, truncated or made unreadable behind its back.

mod support;

use std::fs;

use serde_json::{Value, json};
use support::{ABC, ABC_HEX, Answer, Form, Server};

const PHOTO: &str = "2024/2024-05-01/a.jpg";

#[test]
fn a_lost_original_is_requested_and_accepted_again() {
    type Lose = fn(&std::path::Path);
    let table: [(&str, Lose); 3] = [
        ("deleted", |file| fs::remove_file(file).unwrap()),
        ("truncated", |file| fs::write(file, "a").unwrap()),
        ("a folder", |file| {
            fs::remove_file(file).unwrap();
            fs::create_dir(file).unwrap();
        }),
    ];
    for (name, lose) in table {
        let server = Server::start();
        let id = server.upload(&Form::photo("a.jpg", ABC)).json()["id"].clone();
        let album = server.post("/api/albums", &json!({"albumName": "x", "assetIds": [id]})).json();
        assert_eq!((album["assetCount"].as_u64(), action(&server)), (Some(1), json!("reject")), "{name}");
        lose(&server.original(PHOTO));
        assert_eq!(action(&server), "accept", "{name}");
        let again = upload_with_digest(&server);
        assert_eq!((again.status, &again.json()["id"]), (201, &id), "{name}");
        assert_eq!(original(&server, &id).body, ABC, "{name}");
        assert_eq!((action(&server), upload_with_digest(&server).status), (json!("reject"), 200), "{name}");
        assert_eq!(server.get("/api/albums").json()[0]["assetCount"], 1, "{name}");
    }
}

#[cfg(unix)]
#[test]
fn an_original_that_cannot_be_inspected_is_an_error_and_not_missing() {
    let server = Server::start();
    server.upload(&Form::photo("a.jpg", ABC));
    let day = server.original("2024/2024-05-01");
    fs::remove_dir_all(&day).unwrap();
    std::os::unix::fs::symlink(&day, &day).unwrap();
    assert_eq!(check(&server).status, 500);
    assert_eq!(upload_with_digest(&server).status, 500);
}

#[test]
fn the_name_of_a_lost_original_is_not_given_to_other_bytes() {
    let server = Server::start();
    server.upload(&Form::photo("a.jpg", ABC));
    fs::remove_file(server.original(PHOTO)).unwrap();
    assert_eq!(server.upload(&Form::photo("a.jpg", b"other")).status, 201);
    assert_eq!(server.originals(), ["2024/2024-05-01/a (2).jpg"]);
}

#[test]
fn a_damaged_original_is_not_served() {
    let server = Server::start();
    let id = server.upload(&Form::photo("a.jpg", ABC)).json()["id"].clone();
    fs::write(server.original(PHOTO), "a").unwrap();
    assert_eq!(original(&server, &id).status, 500);
    let asset = server.state.vault.asset_of(ABC_HEX.parse().unwrap()).unwrap().unwrap();
    let said = server.state.vault.original(&asset).unwrap_err().to_string();
    assert!(said.contains("a.jpg is damaged: it has 1 bytes instead of 3"), "{said}");
}

fn check(server: &Server) -> Answer {
    let question = json!({"assets": [{"id": "a", "checksum": ABC_HEX}]});
    server.post("/api/assets/bulk-upload-check", &question)
}

fn action(server: &Server) -> Value {
    check(server).json()["results"][0]["action"].clone()
}

fn upload_with_digest(server: &Server) -> Answer {
    server.upload_with(&Form::photo("a.jpg", ABC), &[("x-immich-checksum", ABC_HEX)])
}

fn original(server: &Server, id: &Value) -> Answer {
    server.get(&format!("/api/assets/{}/original", id.as_str().unwrap()))
}
