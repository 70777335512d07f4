//! A separate server for each test: real HTTP over loopback, with a temporary data folder.

// Each test program uses only some of these functions.
#![allow(dead_code)]

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};

use jiff::Timestamp;
use serde_json::Value;
use server::auth::PairingCode;
use server::{Page, Settings, State, Vault};
use tempfile::TempDir;
use tokio::sync::oneshot;

pub struct Server {
    pub folder: TempDir,
    pub state: State,
    pub key: String,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// A response with its whole body.
#[derive(Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: ureq::http::HeaderMap,
    pub body: Vec<u8>,
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let body = String::from_utf8_lossy(&self.body[..self.body.len().min(500)]);
        write!(f, "{} {body:?} {:?}", self.status, self.headers)
    }
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    pub fn message(&self) -> String {
        self.json()["message"].as_str().unwrap().to_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Server {
    pub fn start() -> Self {
        Self::start_in(tempfile::tempdir().unwrap())
    }

    pub fn start_in(folder: TempDir) -> Self {
        Self::start_with(folder, Page::embedded(&[]), Settings::default())
    }

    pub fn start_with(folder: TempDir, page: Page, settings: Settings) -> Self {
        let vault = Vault::open(folder.path()).unwrap();
        let state = State::new(vault, page, settings).unwrap();
        let owner = state.auth.owner().unwrap();
        let key = state
            .auth
            .new_key(&owner, &"test".parse().unwrap(), Timestamp::now())
            .unwrap()
            .1
            .reveal()
            .to_owned();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let served = state.clone();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
            let shutdown = async { drop(stopped.await) };
            runtime.block_on(server::serve(listener, None, served, shutdown)).unwrap();
        });
        Self { folder, state, key, address, stop: Some(stop), thread: Some(thread) }
    }

    /// Stops the server, waits until all requests in flight have ended, and returns its data folder.
    pub fn stop(mut self) -> TempDir {
        self.stop.take();
        self.thread.take().unwrap().join().unwrap();
        self.folder
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).unwrap()
    }

    /// Opens a new connection and returns whether the server answers on it.
    pub fn connect_and_ping(&self) -> bool {
        let mut stream = self.connect();
        let asked = write!(stream, "GET /api/server/ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let mut answer = String::new();
        asked.is_ok() && stream.read_to_string(&mut answer).is_ok() && answer.starts_with("HTTP/1.1 200")
    }

    /// Sends a GET request with an API key.
    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[("x-api-key", &self.key)], &[])
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.send_json("POST", path, body)
    }

    pub fn send_json(&self, method: &str, path: &str, body: &Value) -> Answer {
        let headers = [("x-api-key", self.key.as_str()), ("content-type", "application/json")];
        self.send(method, path, &headers, body.to_string().as_bytes())
    }

    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let agent: ureq::Agent =
            ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
        let mut request = ureq::http::Request::builder().method(method).uri(self.url(path));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = agent.run(request.body(body).unwrap()).unwrap();
        let mut body = Vec::new();
        response.body_mut().as_reader().read_to_end(&mut body).unwrap();
        Answer { status: response.status().as_u16(), headers: response.headers().clone(), body }
    }

    pub fn upload(&self, form: &Form) -> Answer {
        self.upload_with(form, &[])
    }

    pub fn upload_with(&self, form: &Form, extra: &[(&str, &str)]) -> Answer {
        let mut headers = vec![("x-api-key", self.key.as_str()), ("content-type", CONTENT_TYPE)];
        headers.extend(extra);
        self.send("POST", "/api/assets", &headers, &form.bytes())
    }

    pub fn new_code(&self, now: Timestamp) -> PairingCode {
        self.state.auth.new_code(&self.state.auth.owner().unwrap(), now).unwrap()
    }

    /// Pairs a browser and returns its cookie.
    pub fn pair(&self) -> String {
        let code = self.new_code(Timestamp::now());
        let answer = self.pair_with(code.reveal());
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.header("set-cookie").split(';').next().unwrap().to_owned()
    }

    pub fn pair_with(&self, code: &str) -> Answer {
        let body = serde_json::json!({"code": code, "deviceName": "Firefox on a laptop"});
        self.send("POST", "/safelight/v1/pair", &[], body.to_string().as_bytes())
    }

    pub fn originals(&self) -> Vec<String> {
        files(&self.folder.path().join("originals"))
    }

    pub fn incoming(&self) -> Vec<String> {
        files(&self.folder.path().join("incoming"))
    }

    pub fn original(&self, path: &str) -> PathBuf {
        self.folder.path().join("originals").join(path)
    }
}

pub const CONTENT_TYPE: &str = "multipart/form-data; boundary=BOUNDARY";

/// An upload form with its parts in the order in which they were added.
#[derive(Clone, Default)]
pub struct Form(Vec<u8>);

impl Form {
    /// A complete form with one photo taken on 1 May 2024.
    pub fn photo(name: &str, bytes: &[u8]) -> Self {
        Self::dates().text("filename", name).file("assetData", name, bytes)
    }

    pub fn dates() -> Self {
        Self::default()
            .text("deviceAssetId", "a")
            .text("deviceId", "d")
            .text("fileCreatedAt", "2024-05-01T10:00:00.000Z")
            .text("fileModifiedAt", "2024-05-02T11:00:00.000Z")
            .text("isFavorite", "false")
    }

    pub fn text(self, name: &str, value: &str) -> Self {
        self.part(&format!("name=\"{name}\""), value.as_bytes())
    }

    pub fn file(self, field: &str, name: &str, bytes: &[u8]) -> Self {
        self.part(&format!("name=\"{field}\"; filename=\"{name}\""), bytes)
    }

    pub fn bytes(&self) -> Vec<u8> {
        [self.0.as_slice(), b"--BOUNDARY--\r\n"].concat()
    }

    fn part(mut self, disposition: &str, bytes: &[u8]) -> Self {
        write!(self.0, "--BOUNDARY\r\nContent-Disposition: form-data; {disposition}\r\n\r\n").unwrap();
        self.0.extend_from_slice(bytes);
        self.0.extend_from_slice(b"\r\n");
        self
    }
}

/// The relative paths of all files in a folder.
pub fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.file_type().unwrap().is_dir() {
            found.extend(files(&entry.path()).into_iter().map(|inner| format!("{name}/{inner}")));
        } else {
            found.push(name);
        }
    }
    found.sort();
    found
}

pub const ABC: &[u8] = b"abc";
/// The SHA-1 of `abc`.
pub const ABC_HEX: &str = "a9993e364706816aba3e25717850c26c9cd0d89d";
pub const ABC_BASE64: &str = "qZk+NkcGgWq6PiVxeFDCbJzQ2J0=";
