//! The server stores the inventories of the devices' folders, so that a folder can be restored later.

mod support;

use serde_json::Value;
use support::{ABC_HEX, Answer, Server};

const OTHER_HEX: &str = "0000000000000000000000000000000000000001";

fn tell(server: &Server, text: &str) -> Answer {
    request(server, "PUT", "/safelight/v1/folders/own/7?name=My%20Pictures", text)
}

fn request(server: &Server, method: &str, path: &str, text: &str) -> Answer {
    server.send(method, path, &[("x-api-key", &server.key)], text.as_bytes())
}

fn held(digest: &str, path: &str) -> String {
    format!("{digest} 3 {path}\n")
}

fn folders(server: &Server) -> Vec<Value> {
    server.get("/safelight/v1/folders").json().as_array().unwrap().clone()
}

fn lines(server: &Server) -> String {
    let id = folders(server)[0]["id"].as_str().unwrap().to_owned();
    String::from_utf8(server.get(&format!("/safelight/v1/folders/{id}")).body).unwrap()
}

#[test]
fn a_folder_is_stored_as_it_was_reported() {
    let server = Server::start();
    assert_eq!(folders(&server), [Value::Null; 0]);
    assert_eq!(server.get("/safelight/v1/folders/own/7").status, 404);
    let text = held(ABC_HEX, "2024/May/é.jpg") + &held(OTHER_HEX, "b c.jpg");
    assert_eq!(tell(&server, &text).status, 204);
    assert_eq!(lines(&server), text);
    let folder = folders(&server)[0].clone();
    assert_eq!(
        (&folder["name"], &folder["held"], &folder["gone"]),
        (&"My Pictures".into(), &2.into(), &0.into())
    );
    let told = server.get("/safelight/v1/folders/own/7").json();
    assert_eq!(told, folder);
    assert_eq!(told["digest"].as_str().unwrap().len(), 40);
    assert!(support::files(&server.folder.path().join("incoming")).is_empty());
}

#[test]
fn a_missing_file_stays_on_record_as_gone() {
    let server = Server::start();
    tell(&server, &(held(ABC_HEX, "a.jpg") + &held(OTHER_HEX, "b.jpg")));
    tell(&server, "");
    let gone = |digest, path| format!("-{}", held(digest, path));
    assert_eq!(lines(&server), gone(ABC_HEX, "a.jpg") + &gone(OTHER_HEX, "b.jpg"));
    assert_eq!(folders(&server)[0]["gone"], 2);
    tell(&server, &held(ABC_HEX, "moved.jpg"));
    assert_eq!(lines(&server), held(ABC_HEX, "moved.jpg") + &gone(OTHER_HEX, "b.jpg"), "it lies elsewhere");
    tell(&server, &(held(ABC_HEX, "moved.jpg") + &held(ABC_HEX, "b.jpg")));
    assert_eq!(
        lines(&server),
        held(ABC_HEX, "moved.jpg") + &held(ABC_HEX, "b.jpg"),
        "its place has other bytes"
    );
}

#[test]
fn a_folder_survives_a_restart_and_its_device_and_can_be_forgotten() {
    let server = Server::start();
    tell(&server, &held(ABC_HEX, "a.jpg"));
    let server = Server::start_in(server.stop());
    assert_eq!(lines(&server), held(ABC_HEX, "a.jpg"));
    let id = folders(&server)[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/safelight/v1/folders/{id}");
    assert_eq!(request(&server, "DELETE", &path, "").status, 204);
    assert_eq!(request(&server, "DELETE", &path, "").status, 404);
    assert_eq!(folders(&server), [Value::Null; 0]);
}

#[test]
fn a_malformed_folder_is_refused_and_changes_nothing() {
    let server = Server::start();
    let good = held(ABC_HEX, "a.jpg");
    tell(&server, &good);
    let no_end = good.trim_end().to_owned();
    let wrong =
        [no_end, held(ABC_HEX, "../a.jpg"), held("x", "a.jpg"), format!("-{good}"), format!("{good}\n")];
    for text in wrong {
        let refused = tell(&server, &text);
        assert!(
            refused.status == 400 && refused.message().starts_with("Validation failed"),
            "{text:?}: {refused:?}"
        );
    }
    for number in ["-1", "x", "4294967296", "..%2F1"] {
        let path = format!("/safelight/v1/folders/own/{number}?name=x");
        assert_eq!(request(&server, "PUT", &path, "").status, 400, "{number}");
    }
    for id in ["..%2F..%2Findex", ".", "a%2Fb", "%00", "x"] {
        let status = server.get(&format!("/safelight/v1/folders/{id}")).status;
        assert_eq!(status, 404, "{id}");
    }
    assert_eq!(lines(&server), good);
}

#[test]
fn a_browser_that_numbers_its_folders_again_mixes_none_up() {
    let server = Server::start();
    tell(&server, &held(ABC_HEX, "a.jpg"));
    let again = "/safelight/v1/folders/own/7?name=Videos";
    assert_eq!(request(&server, "PUT", again, &held(OTHER_HEX, "b.mp4")).status, 204);
    assert_eq!(lines(&server), held(OTHER_HEX, "b.mp4"));
    let names: Vec<_> = folders(&server).iter().map(|folder| folder["name"].clone()).collect();
    assert_eq!(names, ["Videos", "My Pictures"]);
    assert_eq!(folders(&server)[1]["held"], 1);
}

#[test]
fn an_unreadable_list_is_set_aside() {
    let server = Server::start();
    tell(&server, &held(ABC_HEX, "a.jpg"));
    let folder = server.folder.path().join("folders");
    let file = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    std::fs::write(&file, "cut").unwrap();
    assert_eq!(folders(&server), [Value::Null; 0]);
    assert_eq!(tell(&server, &held(OTHER_HEX, "b.jpg")).status, 204);
    assert_eq!(lines(&server), held(OTHER_HEX, "b.jpg"));
    assert_eq!(std::fs::read(file.with_extension("damaged")).unwrap(), b"cut");
}
