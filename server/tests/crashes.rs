//! What a start makes of whatever a crash left: each state is built by hand, file by file.

mod support;

use std::fs;
use std::path::Path;

use server::Vault;
use server::vault::{Damage, Depth, Finding, Repair, VaultError, check};
use support::{ABC, ABC_HEX, Form, Server};
use tempfile::TempDir;

const PHOTO: &str = "originals/2024/2024-05-01/IMG.jpg";

#[test]
fn a_crash_between_rename_and_commit_is_adopted() {
    let folder = folder_with(&[(PHOTO, ABC), (&format!("{PHOTO}.xmp"), b"<xmp/>")]);
    let server = Server::start_in(folder);
    assert_eq!(server.state.vault.repair().adopted, 1);
    let again = server.upload(&Form::photo("IMG.jpg", ABC));
    assert_eq!(again.status, 200);
    let id = again.json()["id"].as_str().unwrap().to_owned();
    let asset = server.get(&format!("/api/assets/{id}")).json();
    assert_eq!(asset["fileCreatedAt"], "2024-05-01T00:00:00Z");
    assert_eq!(server.originals().len(), 2);
}

#[test]
fn a_crash_while_receiving_leaves_nothing() {
    let server = Server::start_in(folder_with(&[("incoming/x.part", b"half")]));
    assert_eq!(server.state.vault.repair(), Repair { leftovers: 1, ..Repair::default() });
    assert!(server.incoming().is_empty());
}

#[test]
fn a_crash_after_reserving_a_name_gives_it_back() {
    let server = Server::start_in(folder_with(&[(PHOTO, b""), (&format!("{PHOTO}.xmp"), b"")]));
    assert!(server.originals().is_empty());
    assert_eq!(server.upload(&Form::photo("IMG.jpg", ABC)).status, 201);
    assert_eq!(server.originals(), ["2024/2024-05-01/IMG.jpg"]);
}

#[test]
fn a_crash_between_sidecar_and_original_keeps_neither() {
    let server = Server::start_in(folder_with(&[(PHOTO, b""), (&format!("{PHOTO}.xmp"), b"<xmp/>")]));
    assert!(server.originals().is_empty());
}

#[test]
fn a_second_copy_of_known_bytes_is_left_alone() {
    let folder = folder_with(&[(PHOTO, ABC)]);
    drop(Vault::open(folder.path()).unwrap());
    write(folder.path(), "originals/2024/2024-05-01/copy.jpg", ABC);
    let server = Server::start_in(folder);
    assert_eq!(server.state.vault.repair(), Repair { copies: 1, ..Repair::default() });
    assert_eq!(server.originals().len(), 2);
}

#[test]
fn a_photo_that_was_moved_by_hand_is_found_again() {
    let folder = folder_with(&[(PHOTO, ABC)]);
    drop(Vault::open(folder.path()).unwrap());
    fs::rename(folder.path().join(PHOTO), folder.path().join("originals/moved.jpg")).unwrap();
    let server = Server::start_in(folder);
    assert_eq!(server.state.vault.repair(), Repair { moved: 1, ..Repair::default() });
    assert_eq!(check(server.folder.path(), Depth::Data, |finding| panic!("{finding:?}")).unwrap(), 1);
}

#[test]
fn other_files_among_the_originals_are_left_alone() {
    let notes = "originals/2024/notes.txt";
    let server = Server::start_in(folder_with(&[(notes, b"mine"), ("originals/.nomedia", b"")]));
    assert_eq!(server.state.vault.repair(), Repair::default());
    assert_eq!(server.originals().len(), 2);
}

#[test]
fn what_was_kept_is_there_after_a_restart() {
    let server = Server::start();
    let key = server.key.clone();
    let id = server.upload(&Form::photo("a.jpg", ABC)).json()["id"].clone();
    let album = server.post("/api/albums", &serde_json::json!({"albumName": "x", "assetIds": [id]})).json();
    assert_eq!(album["assetCount"], 1);
    let server = Server::start_in(server.stop());
    assert_eq!(server.state.vault.repair(), Repair::default());
    let answer = server.send("GET", "/api/assets/statistics", &[("x-api-key", &key)], &[]);
    assert_eq!(answer.json()["total"], 1);
    assert_eq!(server.upload(&Form::photo("a.jpg", ABC)).json()["id"], id);
    assert_eq!(server.get("/api/albums").json()[0]["assetCount"], 1);
}

#[test]
fn a_second_server_on_the_same_folder_is_refused() {
    let server = Server::start();
    assert!(matches!(Vault::open(server.folder.path()), Err(VaultError::InUse(_))));
}

#[test]
fn check_names_what_is_damaged() {
    let server = Server::start();
    for name in ["gone.jpg", "short.jpg", "flipped.jpg", "whole.jpg"] {
        server.upload(&Form::photo(name, name.as_bytes()));
    }
    let day = server.original("2024/2024-05-01");
    fs::remove_file(day.join("gone.jpg")).unwrap();
    fs::write(day.join("short.jpg"), "x").unwrap();
    fs::write(day.join("flipped.jpg"), "FLIPPED.jpg").unwrap();
    let finding = |name: &str, damage| Finding { path: day.join(name), damage };
    let short = finding("short.jpg", Damage::WrongSize { expected: 9, found: 1 });
    let gone = finding("gone.jpg", Damage::Missing);
    assert_eq!(findings(&server, Depth::Sizes), [gone.clone(), short.clone()]);
    let flipped = finding("flipped.jpg", Damage::WrongBytes);
    assert_eq!(findings(&server, Depth::Data), [flipped, gone, short]);
}

#[test]
fn a_missing_photo_is_not_forgotten_at_the_next_start() {
    let folder = folder_with(&[(PHOTO, ABC)]);
    drop(Vault::open(folder.path()).unwrap());
    fs::remove_file(folder.path().join(PHOTO)).unwrap();
    let server = Server::start_in(folder);
    assert_eq!(server.state.vault.repair().missing, 1);
    assert!(server.state.vault.asset_with(ABC_HEX.parse().unwrap()).unwrap().is_some());
}

fn findings(server: &Server, depth: Depth) -> Vec<Finding> {
    let mut found = Vec::new();
    check(server.folder.path(), depth, |finding| found.push(finding)).unwrap();
    found
}

fn folder_with(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, bytes) in files {
        write(folder.path(), path, bytes);
    }
    folder
}

fn write(folder: &Path, path: &str, bytes: &[u8]) {
    let file = folder.join(path);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, bytes).unwrap();
}
