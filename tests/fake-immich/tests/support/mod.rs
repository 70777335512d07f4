//! A client for the fake, and forms to send to it.

// Each test program uses only part of this.
#![allow(dead_code)]

use std::io::{Read, Write};

use fake_immich::{Dialect, Immich, Running};
use serde_json::{Value, json};

pub const ABC: &[u8] = b"abc";
/// The SHA-1 of `abc`.
pub const ABC_HEX: &str = "a9993e364706816aba3e25717850c26c9cd0d89d";
pub const ABC_BASE64: &str = "qZk+NkcGgWq6PiVxeFDCbJzQ2J0=";
pub const CONTENT_TYPE: &str = "multipart/form-data; boundary=BOUNDARY";
pub const UNKNOWN_ID: &str = "33333333-3333-4333-8333-333333333333";

/// A running fake, and the key of its first user.
pub struct Client {
    pub fake: Running,
    pub key: String,
}

pub struct Answer {
    pub status: u16,
    pub headers: ureq::http::HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("{} no JSON: {}", self.status, String::from_utf8_lossy(&self.body)))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn id(&self) -> String {
        self.json()["id"].as_str().unwrap().to_owned()
    }

    /// Fails unless this is a refusal with this message, written in the dialect.
    pub fn assert_refused(&self, dialect: Dialect, status: u16, message: &str) {
        let mut body = self.json();
        assert_eq!(self.status, status, "{body}");
        assert_eq!(self.header("content-type"), "application/json; charset=utf-8");
        if dialect == Dialect::V2 {
            assert_eq!(body["correlationId"].as_str().map(str::len), Some(8), "{body}");
            body["correlationId"] = json!("");
        }
        let reason = self.status_reason();
        assert_eq!(
            body,
            match dialect {
                Dialect::V2 =>
                    json!({"message": message, "error": reason, "statusCode": status, "correlationId": ""}),
                Dialect::V3 => json!({"message": message}),
            }
        );
    }

    fn status_reason(&self) -> &'static str {
        ureq::http::StatusCode::from_u16(self.status).unwrap().canonical_reason().unwrap()
    }
}

/// Runs a test against each generation.
pub fn each_dialect(test: impl Fn(Dialect, Client)) {
    for dialect in Dialect::BOTH {
        test(dialect, Client::of(dialect));
    }
}

impl Client {
    pub fn of(dialect: Dialect) -> Client {
        Client::with(dialect, None, &["all"])
    }

    pub fn with(dialect: Dialect, quota: Option<u64>, permissions: &[&str]) -> Client {
        let immich = Immich::new(dialect);
        let key = immich.add_user("a@example.org", quota, permissions);
        Client { fake: Running::start(immich).unwrap(), key }
    }

    pub fn immich(&self) -> &Immich {
        &self.fake.immich
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[("x-api-key", &self.key)], &[])
    }

    pub fn get_unknown(&self, path: &str) -> Answer {
        self.send("GET", path, &[], &[])
    }

    pub fn json(&self, method: &str, path: &str, body: &Value) -> Answer {
        let headers = [("x-api-key", self.key.as_str()), ("content-type", "application/json")];
        self.send(method, path, &headers, body.to_string().as_bytes())
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.json("POST", path, body)
    }

    pub fn check(&self, checksum: &str) -> Value {
        let question = json!({"assets": [{"id": "1", "checksum": checksum}]});
        self.post("/api/assets/bulk-upload-check", &question).json()["results"][0].clone()
    }

    pub fn upload(&self, form: &Form) -> Answer {
        self.upload_with(form, &[])
    }

    pub fn upload_with(&self, form: &Form, extra: &[(&str, &str)]) -> Answer {
        let mut headers = vec![("x-api-key", self.key.as_str()), ("content-type", CONTENT_TYPE)];
        headers.extend(extra);
        self.send("POST", "/api/assets", &headers, &form.bytes())
    }

    /// Uploads a new photo with these bytes, and returns its id.
    pub fn photo(&self, bytes: &[u8]) -> String {
        let answer = self.upload(&Form::photo("x.jpg", bytes));
        assert_eq!(answer.status, 201, "{}", answer.json());
        answer.id()
    }

    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let mut request =
            ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.fake.origin()));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = agent.run(request.body(body).unwrap()).unwrap();
        let mut body = Vec::new();
        response.body_mut().as_reader().read_to_end(&mut body).unwrap();
        Answer { status: response.status().as_u16(), headers: response.headers().clone(), body }
    }
}

/// An upload form. The parts are in the order in which they were added.
#[derive(Clone, Default)]
pub struct Form(Vec<u8>);

impl Form {
    /// A complete form for one photo, valid for both generations.
    pub fn photo(name: &str, bytes: &[u8]) -> Form {
        Form::complete().text("filename", name).file("assetData", name, bytes)
    }

    /// Everything except the name and the file.
    pub fn complete() -> Form {
        Form::device().text("fileCreatedAt", DATE).text("fileModifiedAt", DATE).text("isFavorite", "false")
    }

    pub fn device() -> Form {
        Form::default().text("deviceAssetId", "x.jpg").text("deviceId", "safelight")
    }

    pub fn text(self, name: &str, value: &str) -> Form {
        self.part(&format!("name=\"{name}\""), value.as_bytes())
    }

    pub fn file(self, field: &str, name: &str, bytes: &[u8]) -> Form {
        self.part(&format!("name=\"{field}\"; filename=\"{name}\""), bytes)
    }

    pub fn bytes(&self) -> Vec<u8> {
        [self.0.as_slice(), b"--BOUNDARY--\r\n"].concat()
    }

    fn part(mut self, disposition: &str, bytes: &[u8]) -> Form {
        write!(self.0, "--BOUNDARY\r\nContent-Disposition: form-data; {disposition}\r\n\r\n").unwrap();
        self.0.extend_from_slice(bytes);
        self.0.extend_from_slice(b"\r\n");
        self
    }
}

const DATE: &str = "2024-05-01T10:00:00.000Z";
