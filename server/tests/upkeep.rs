//! Maintenance on the command line: check, repair, back up the index, and rebuild it.

mod support;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::thread;

use support::{ABC, Form, Server};

const DAY: &str = "2024/2024-05-01";

#[test]
fn check_finds_all_damage_and_repair_fixes_what_it_can() {
    let server = Server::start();
    for (name, bytes) in [("whole.jpg", ABC), ("flipped.jpg", b"flip"), ("lost.jpg", b"lost")] {
        assert_eq!(server.upload(&Form::photo(name, bytes)).status, 201);
    }
    let epoch = |server: &Server| server.get("/api/users/me").json()["epoch"].clone();
    assert!(epoch(&server).is_null(), "nothing was ever lost");
    let folder = server.stop();
    let day = folder.path().join("originals").join(DAY);
    assert!(run(folder.path(), &["check", "--read-data"]).status.success());
    fs::write(day.join("flipped.jpg"), b"flap").unwrap();
    fs::remove_file(day.join("lost.jpg")).unwrap();
    fs::write(day.join("unknown.jpg"), b"unknown").unwrap();

    let told = failing(folder.path(), &["check", "--read-data"]);
    for line in
        ["flipped.jpg does not hold", "lost.jpg is missing", "unknown.jpg is not in the index", "3 findings"]
    {
        assert!(told.contains(line), "{line}: {told}");
    }
    let told = failing(folder.path(), &["check", "--read-data", "--repair"]);
    assert!(told.contains("Added 1 files that were missing from the index"), "{told}");
    assert_eq!(fs::read(folder.path().join("damaged").join(DAY).join("flipped.jpg")).unwrap(), b"flap");

    // A client that still has the bytes can upload them again, and everything is repaired.
    let server = Server::start_in(folder);
    assert!(epoch(&server).is_string(), "browsers ask again about everything");
    for (name, bytes) in [("flipped.jpg", b"flip"), ("lost.jpg", b"lost")] {
        assert_eq!(server.upload(&Form::photo(name, bytes)).status, 201, "{name}");
    }
    let folder = server.stop();
    let ended = run(folder.path(), &["check", "--read-data"]);
    assert!(ended.status.success(), "{ended:?}");
}

#[test]
fn a_file_that_arrives_during_a_check_is_not_a_finding() {
    let server = Server::start();
    let photos: Vec<_> = (0..300)
        .map(|number| Form::photo(&format!("{number}.jpg"), format!("{number}").as_bytes()))
        .collect();
    thread::scope(|scope| {
        let sending =
            scope.spawn(|| photos.iter().for_each(|photo| assert_eq!(server.upload(photo).status, 201)));
        while !sending.is_finished() {
            let ended = run(server.folder.path(), &["check"]);
            assert!(ended.status.success(), "{ended:?}");
        }
    });
}

#[test]
fn nothing_is_repaired_under_a_running_server() {
    let server = Server::start();
    let ended = run(server.folder.path(), &["check", "--repair"]);
    assert!(!ended.status.success());
    assert!(String::from_utf8(ended.stderr).unwrap().contains("another Safelight server is using"));
}

#[test]
fn the_index_is_copied_whole_while_the_server_runs() {
    let server = Server::start();
    server.upload(&Form::photo("a.jpg", ABC));
    let copy = server.folder.path().join("copy.sqlite");
    let copy_name = copy.to_str().unwrap();
    assert!(run(server.folder.path(), &["backup", copy_name]).status.success());
    let index = rusqlite::Connection::open(&copy).unwrap();
    let count = |sql: &str| index.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!((count("SELECT count(*) FROM asset"), count("SELECT count(*) FROM api_key")), (1, 1));
    assert!(!run(server.folder.path(), &["backup", copy_name]).status.success(), "nothing is overwritten");
}

#[test]
fn the_index_is_rebuilt_from_the_files_alone() {
    let server = Server::start();
    for (name, bytes) in [("a.jpg", ABC), ("b.mp4", b"film")] {
        server.upload(&Form::photo(name, bytes));
    }
    let folder = server.stop();
    let ended = run(folder.path(), &["reindex"]);
    let told = String::from_utf8(ended.stdout).unwrap();
    assert!(ended.status.success() && told.contains("2 photos and videos were added to the index"), "{told}");
    let kept =
        support::files(folder.path()).into_iter().filter(|name| name.starts_with("index-until-")).count();
    assert!(kept >= 1, "the old index is kept");
    for name in ["safelight.sqlite", "safelight.sqlite-wal", "safelight.sqlite-shm"] {
        _ = fs::remove_file(folder.path().join(name));
    }
    assert!(run(folder.path(), &["reindex"]).status.success(), "also where it is lost");
    assert!(!run(&folder.path().join("elsewhere"), &["reindex"]).status.success(), "not where nothing is");
    let server = Server::start_in(folder);
    assert_eq!(server.upload(&Form::photo("again.jpg", ABC)).status, 200);
    assert_eq!(server.get("/api/assets/statistics").json()["total"], 2);
}

fn run(data: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_safelight")).args(args).arg("--data").arg(data).output().unwrap()
}

/// The standard output of a command that must fail.
fn failing(data: &Path, args: &[&str]) -> String {
    let ended = run(data, args);
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    String::from_utf8(ended.stdout).unwrap()
}
