//! How a start handles whatever a crash left behind. Each state is built by hand, file by file.

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
fn a_crash_after_reserving_a_name_releases_it() {
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
fn a_second_copy_of_a_known_file_is_left_alone() {
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
    assert_eq!(
        check(server.folder.path(), Depth::Data, |_, _| {}, |finding| panic!("{finding:?}")).unwrap(),
        1
    );
}

#[test]
fn other_files_among_the_originals_are_left_alone() {
    let notes = "originals/2024/notes.txt";
    let server = Server::start_in(folder_with(&[(notes, b"mine"), ("originals/.nomedia", b"")]));
    assert_eq!(server.state.vault.repair(), Repair::default());
    assert_eq!(server.originals().len(), 2);
}

#[test]
fn stored_photos_are_there_after_a_restart() {
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
fn check_lists_damaged_files() {
    let server = Server::start();
    for name in ["gone.jpg", "short.jpg", "flipped.jpg", "whole.jpg"] {
        server.upload(&Form::photo(name, name.as_bytes()));
    }
    let day = server.original("2024/2024-05-01");
    fs::remove_file(day.join("gone.jpg")).unwrap();
    fs::write(day.join("short.jpg"), "x").unwrap();
    fs::write(day.join("flipped.jpg"), "FLIPPED.jpg").unwrap();
    let path = |name: &str| format!("2024/2024-05-01/{name}");
    let finding = |name: &str, damage| Finding { path: path(name), place: day.join(name), damage };
    let short = finding("short.jpg", Damage::WrongSize { expected: 9, found: 1 });
    let gone = finding("gone.jpg", Damage::Missing);
    assert_eq!(findings(&server, Depth::Sizes), [gone.clone(), short.clone()]);
    let flipped = finding("flipped.jpg", Damage::WrongBytes);
    assert_eq!(findings(&server, Depth::Data), [flipped, gone, short]);
}

#[test]
fn a_missing_photo_is_not_forgotten_at_the_next_start() {
    let folder = folder_with(&[(PHOTO, ABC), ("originals/other.jpg", b"other")]);
    drop(Vault::open(folder.path()).unwrap());
    fs::remove_file(folder.path().join(PHOTO)).unwrap();
    let server = Server::start_in(folder);
    assert_eq!(server.state.vault.repair().missing, 1);
    let digest = ABC_HEX.parse().unwrap();
    assert!(server.state.vault.asset_of(digest).unwrap().is_some());
    assert_eq!(server.state.vault.held(digest).unwrap(), None);
}

#[test]
fn a_truncated_photo_is_counted_as_damaged() {
    let folder = folder_with(&[(PHOTO, ABC)]);
    drop(Vault::open(folder.path()).unwrap());
    fs::write(folder.path().join(PHOTO), b"a").unwrap();
    let vault = Vault::open(folder.path()).unwrap();
    assert_eq!(vault.repair(), Repair { damaged: 1, ..Repair::default() });
}

#[test]
fn a_complete_copy_replaces_a_truncated_photo() {
    let folder = folder_with(&[(PHOTO, ABC)]);
    drop(Vault::open(folder.path()).unwrap());
    fs::rename(folder.path().join(PHOTO), folder.path().join("originals/copy.jpg")).unwrap();
    write(folder.path(), PHOTO, b"a");
    let vault = Vault::open(folder.path()).unwrap();
    assert_eq!(vault.repair(), Repair { moved: 1, ..Repair::default() });
    assert!(vault.held(ABC_HEX.parse().unwrap()).unwrap().is_some());
}

#[test]
fn a_start_without_the_volume_of_the_originals_is_refused() {
    let folder = folder_with(&[(PHOTO, ABC)]);
    drop(Vault::open(folder.path()).unwrap());
    let originals = folder.path().join("originals");
    fs::remove_dir_all(&originals).unwrap();
    for state in ["missing", "an empty mount point"] {
        let refused = Vault::open(folder.path()).err().unwrap();
        assert!(matches!(refused, VaultError::NoOriginals { known: 1, .. }), "{state}: {refused}");
        assert!(refused.to_string().contains("mount the volume"), "{refused}");
        assert_eq!(originals.exists(), state != "missing");
        fs::create_dir_all(&originals).unwrap();
    }
    write(folder.path(), "originals/strange.jpg", b"not ours");
    assert!(matches!(Vault::open(folder.path()), Err(VaultError::NoOriginals { .. })));
}

#[cfg(unix)]
#[test]
fn photos_behind_a_link_to_another_disk_are_not_treated_as_gone() {
    let folder = folder_with(&[(PHOTO, ABC)]);
    drop(Vault::open(folder.path()).unwrap());
    let (year, disk) = (folder.path().join("originals/2024"), folder.path().join("disk"));
    fs::rename(&year, &disk).unwrap();
    std::os::unix::fs::symlink(&disk, &year).unwrap();
    let vault = Vault::open(folder.path()).unwrap();
    assert_eq!(vault.repair(), Repair::default());
    assert!(vault.held(ABC_HEX.parse().unwrap()).unwrap().is_some());
}

#[test]
fn files_of_other_programs_are_not_adopted() {
    let thumbs = ["originals/.thumbnails/a.jpg", "originals/2024/@eaDir/a.jpg", "originals/2024/.b.jpg"];
    let folder = folder_with(&thumbs.map(|path| (path, ABC)));
    assert_eq!(Vault::open(folder.path()).unwrap().repair(), Repair::default());
}

#[test]
fn only_parts_are_removed_from_incoming() {
    let folder = folder_with(&[("incoming/x.part", b"half"), ("incoming/notes.txt", b"mine")]);
    fs::create_dir(folder.path().join("incoming/folder")).unwrap();
    assert_eq!(Vault::open(folder.path()).unwrap().repair().leftovers, 1);
    assert_eq!(support::files(&folder.path().join("incoming")), ["notes.txt"]);
}

/// Root may read everything, so as root this only shows that the server starts.
#[cfg(unix)]
#[test]
fn an_unreadable_photo_or_folder_does_not_stop_the_start() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder_with(&[(PHOTO, ABC), ("originals/lost+found/b.jpg", b"b")]);
    let locked = [PHOTO, "originals/lost+found"].map(|path| folder.path().join(path));
    for path in &locked {
        fs::set_permissions(path, fs::Permissions::from_mode(0o0)).unwrap();
    }
    assert_eq!(Vault::open(folder.path()).unwrap().repair().missing, 0);
    fs::set_permissions(&locked[1], fs::Permissions::from_mode(0o700)).unwrap();
}

fn findings(server: &Server, depth: Depth) -> Vec<Finding> {
    let mut found = Vec::new();
    check(server.folder.path(), depth, |_, _| {}, |finding| found.push(finding)).unwrap();
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
