//! The program itself, started as a user starts it.

#[path = "support/program.rs"]
mod program;

use std::net::TcpListener;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use program::{Program, SERVE, command, run, said};

#[test]
fn a_start_says_where_to_go_and_the_link_pairs() {
    let folder = tempfile::tempdir().unwrap();
    let server = Program::serve(folder.path());
    let port = server.line("Listening on 127.0.0.1:").to_owned();
    let code = server.line(&format!("Open http://localhost:{port}/#pair=")).to_owned();
    assert_eq!(
        server.line("Photos are kept in "),
        folder.path().canonicalize().unwrap().display().to_string()
    );
    assert_eq!(pair(&port, &code), 201);
    assert!(said(&run(folder.path(), &["session", "list"])).contains("A laptop"));
}

#[test]
fn a_new_link_is_made_while_the_server_runs() {
    let folder = tempfile::tempdir().unwrap();
    let server = Program::serve(folder.path());
    let port = server.line("Listening on 127.0.0.1:").to_owned();
    let told = said(&run(folder.path(), &["pair"]));
    let code = told.strip_prefix(&format!("Open http://localhost:{port}/#pair=")).unwrap();
    assert_eq!(pair(&port, code.lines().next().unwrap()), 201);
}

#[test]
fn once_a_browser_is_paired_no_link_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    let server = Program::serve(folder.path());
    let port = server.line("Listening on 127.0.0.1:").to_owned();
    pair(&port, server.line(&format!("Open http://localhost:{port}/#pair=")));
    drop(server);
    let again = Program::serve(folder.path());
    assert!(!again.said.iter().any(|line| line.starts_with("Open ")), "{:?}", again.said);
}

#[test]
fn a_server_serves_although_nobody_reads_its_output() {
    let folder = tempfile::tempdir().unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let address = format!("127.0.0.1:{port}");
    let mut server = command(folder.path(), &["serve", "--listen", &address]);
    let mut server = server.stdout(Stdio::piped()).spawn().unwrap();
    drop(server.stdout.take());
    let is_served = || ureq::get(format!("http://{address}/api/server/ping")).call().is_ok();
    let served = (0..200).any(|_| {
        thread::sleep(Duration::from_millis(50));
        is_served()
    });
    server.kill().unwrap();
    server.wait().unwrap();
    assert!(served);
}

#[test]
fn a_command_that_cannot_work_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let (ours, other) = (folder.path().join("ours"), folder.path().join("other"));
    let server = Program::serve(&ours);
    let listen = format!("127.0.0.1:{}", server.line("Listening on 127.0.0.1:"));
    let table = [
        (&ours, vec!["serve", "--listen", "127.0.0.1:0"], "choose another folder with --data"),
        (&other, vec!["serve", "--listen", &listen], "choose another address with --listen"),
        (&folder.path().join("nothing"), vec!["pair"], "start `safelight serve` first"),
        (&ours, vec!["key", "revoke", "x"], "run `safelight key list` to see them"),
    ];
    for (data, args, advice) in table {
        let ended = run(data, &args);
        let told = String::from_utf8(ended.stderr).unwrap();
        assert!(!ended.status.success() && told.contains(advice), "{args:?}: {told}");
    }
}

#[test]
fn check_fails_when_a_photo_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let photo = folder.path().join("originals/a.jpg");
    std::fs::create_dir_all(photo.parent().unwrap()).unwrap();
    std::fs::write(&photo, "abc").unwrap();
    drop(Program::serve(folder.path()));
    let told = |args: &[&str], read_data: &str| {
        said(&command(folder.path(), args).env("SAFELIGHT_READ_DATA", read_data).output().unwrap())
    };
    assert!(
        told(&["check"], "").contains("all present with the right sizes; --read-data compares every byte")
    );
    for (args, read_data) in [(&["check", "--read-data"][..], ""), (&["check"], "1")] {
        assert!(told(args, read_data).contains("all as they were stored"), "{args:?} {read_data}");
    }
    std::fs::remove_file(&photo).unwrap();
    let ended = run(folder.path(), &["check"]);
    assert_eq!(ended.status.code(), Some(1));
    assert!(said(&ended).contains("a.jpg is missing"));
}

#[test]
fn an_empty_public_url_counts_as_none() {
    let folder = tempfile::tempdir().unwrap();
    let server = Program::start(command(folder.path(), SERVE).env("SAFELIGHT_PUBLIC_URL", ""));
    server.line("Open http://localhost:");
}

#[test]
fn a_data_folder_is_called_unwritable_only_if_it_is() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("originals"), "a file").unwrap();
    let told = String::from_utf8(run(folder.path(), SERVE).stderr).unwrap();
    assert!(told.contains("cannot be used") && !told.contains("Make it writable"), "{told}");
}

fn pair(port: &str, code: &str) -> u16 {
    let body = serde_json::json!({"code": code, "deviceName": "A laptop"});
    ureq::post(format!("http://127.0.0.1:{port}/safelight/v1/pair"))
        .send_json(body)
        .unwrap()
        .status()
        .as_u16()
}

#[test]
fn users_are_added_paired_and_removed_while_the_server_runs() {
    let folder = tempfile::tempdir().unwrap();
    let server = Program::serve(folder.path());
    let port = server.line("Listening on 127.0.0.1:").to_owned();
    let told = |args: &[&str]| {
        let ended = run(folder.path(), args);
        (ended.status.success(), said(&ended) + &String::from_utf8(ended.stderr).unwrap())
    };
    assert!(told(&["user", "add", "anna", "--quota", "2GB"]).1.contains("users/anna"));
    assert!(!told(&["user", "add", "anna"]).0);
    assert!(told(&["user", "add", "Anna Banana"]).1.contains("lowercase letters"));
    let link = told(&["pair", "--user", "anna"]).1;
    let code = link.lines().next().unwrap().rsplit('=').next().unwrap();
    assert_eq!(pair(&port, code), 201);
    let key = said(&run(folder.path(), &["key", "new", "script", "--user", "anna"])).trim().to_owned();
    let me = || ureq::get(format!("http://127.0.0.1:{port}/api/users/me")).header("x-api-key", &key).call();
    let body: serde_json::Value = me().unwrap().body_mut().read_json().unwrap();
    assert_eq!((&body["name"], &body["quotaSizeInBytes"]), (&"anna".into(), &2_000_000_000_u64.into()));
    assert!(told(&["session", "list"]).1.contains("anna  A laptop"));
    assert!(told(&["user", "list"]).1.contains("anna"));
    assert!(told(&["check"]).1.contains("0 files, all present"));
    assert!(told(&["backup", &folder.path().join("copy.sqlite").display().to_string()]).0);
    assert!(folder.path().join("copy.sqlite").is_file() && folder.path().join("copy-anna.sqlite").is_file());
    assert!(told(&["user", "remove", "anna"]).1.contains("The photos stay in"));
    assert!(me().is_err());
    assert!(!told(&["user", "remove", "owner"]).0);
}
