//! What the person who runs the server can see of it.

#[path = "support/program.rs"]
mod program;
mod support;

use std::collections::HashSet;
use std::fs::{self, File};

use program::{Program, SERVE, command, run, said};
use serde_json::{Value, json};
use support::{ABC, Form, Server};

#[test]
fn health_says_why_photos_are_not_accepted() {
    let server = Server::start();
    let health = || server.send("GET", "/safelight/v1/health", &[], &[]);
    assert_eq!((health().status, health().json()), (200, json!({"ok": true, "problem": null})));
    assert!(server.incoming().is_empty());
    let originals = server.folder.path().join("originals");
    fs::rename(&originals, server.folder.path().join("elsewhere")).unwrap();
    let ill = health();
    let problem = "The folder of the originals is missing";
    assert_eq!((ill.status, ill.json()), (503, json!({"ok": false, "problem": problem})));
}

#[test]
fn metrics_count_uploads_and_have_a_separate_port() {
    let folder = tempfile::tempdir().unwrap();
    let args = [SERVE, &["--metrics", "127.0.0.1:0"]].concat();
    let server = Program::start(&mut command(folder.path(), &args));
    let metrics = server.line("Metrics are on ").to_owned();
    let port = server.line("Listening on 127.0.0.1:").to_owned();
    let key = said(&run(folder.path(), &["key", "new", "test"])).trim().to_owned();
    let form = Form::photo("a.jpg", ABC).bytes();
    let answer = ureq::post(format!("http://127.0.0.1:{port}/api/assets"))
        .header("x-api-key", &key)
        .content_type(support::CONTENT_TYPE)
        .send(&form)
        .unwrap();
    assert_eq!(answer.status(), 201);
    let text = ureq::get(&metrics).call().unwrap().body_mut().read_to_string().unwrap();
    for line in [
        "safelight_requests_total{method=\"POST\",status=\"201\"} 1",
        &format!("safelight_received_bytes_total {}", form.len()),
        "safelight_assets{user=\"owner\"} 1",
        "safelight_originals_bytes{user=\"owner\"} 3",
        "safelight_uploads_in_progress 0",
        "# EOF",
    ] {
        assert!(text.lines().any(|found| found == line), "no {line} in {text}");
    }
    let page = ureq::get(format!("http://127.0.0.1:{port}/metrics")).call();
    assert!(
        page.is_err() || !page.unwrap().body_mut().read_to_string().unwrap().contains("safelight_requests")
    );
}

#[test]
fn the_log_can_be_json_and_identifies_requests_without_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let args = [SERVE, &["--log-format", "json"]].concat();
    let mut serve = command(&folder.path().join("data"), &args);
    let server = Program::start(serve.stderr(File::create(&log).unwrap()).env("RUST_LOG", "debug"));
    let port = server.line("Listening on 127.0.0.1:").to_owned();
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let ask = || {
        let url = format!("http://127.0.0.1:{port}/api/users/me?secret=SECRET");
        let answer =
            agent.get(url).header("x-api-key", "SECRET").header("cookie", "safelight_session=SECRET").call();
        answer.unwrap().headers()["x-request-id"].to_str().unwrap().to_owned()
    };
    let ids = [ask(), ask()];
    assert_ne!(ids[0], ids[1]);
    drop(server);
    let log = fs::read_to_string(log).unwrap();
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let refused = lines.iter().filter(|line| line["message"] == "refused" && line["status"] == 401);
    let named: HashSet<&str> = refused.map(|line| line["span"]["id"].as_str().unwrap()).collect();
    assert_eq!(named, HashSet::from([ids[0].as_str(), ids[1].as_str()]));
    assert!(!log.contains("SECRET"));
}
