//! A client for resumable uploads that sends one request at a time.

// Each test program uses only some of these functions.
#![allow(dead_code)]

use std::io::{Read, Write};
use std::net::TcpStream;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use sha1::{Digest, Sha1};

use crate::support::{Answer, Server, files};

pub const PARTIAL: (&str, &str) = ("content-type", "application/partial-upload");

pub fn bytes(count: usize) -> Vec<u8> {
    (0..count).map(|at| (at.wrapping_mul(2_654_435_761) >> 7) as u8).collect()
}

pub fn digest_of(bytes: &[u8]) -> String {
    format!("sha=:{}:", STANDARD.encode(Sha1::digest(bytes)))
}

pub fn asset_data(name: &str) -> String {
    let data = json!({"filename": name, "fileCreatedAt": "2024-05-01T10:00:00Z", "fileModifiedAt": "2024-05-02T11:00:00Z"});
    STANDARD.encode(data.to_string())
}

pub fn create(
    server: &Server,
    whole: &[u8],
    complete: &str,
    content: &[u8],
    extra: &[(&str, &str)],
) -> Answer {
    let (digest, data) = (digest_of(whole), asset_data("a.jpg"));
    let known = [("upload-complete", complete), ("repr-digest", &digest), ("x-immich-asset-data", &data)];
    let headers: Vec<_> = known.into_iter().chain(extra.iter().copied()).collect();
    send(server, "POST", "/api/upload", &headers, content)
}

/// Creates an empty upload for these bytes and returns its path.
pub fn begin(server: &Server, whole: &[u8], extra: &[(&str, &str)]) -> String {
    let answer = create(server, whole, "?0", &[], extra);
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.header("location").to_owned()
}

pub fn append(server: &Server, place: &str, offset: usize, complete: &str, content: &[u8]) -> Answer {
    let offset = offset.to_string();
    send(
        server,
        "PATCH",
        place,
        &[PARTIAL, ("upload-offset", &offset), ("upload-complete", complete)],
        content,
    )
}

pub fn offset_of(server: &Server, place: &str) -> String {
    send(server, "HEAD", place, &[], &[]).header("upload-offset").to_owned()
}

pub fn send(server: &Server, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let headers: Vec<_> = headers.iter().copied().chain([("x-api-key", server.key.as_str())]).collect();
    server.send(method, path, &headers, body)
}

pub fn parts(server: &Server) -> Vec<String> {
    files(&server.folder.path().join("uploads"))
}

/// Starts a PATCH request that announces this many bytes.
pub fn patch_head(server: &Server, place: &str, offset: usize, length: usize) -> TcpStream {
    let mut stream = server.connect();
    let key = &server.key;
    write!(stream, "PATCH {place} HTTP/1.1\r\nHost: x\r\nx-api-key: {key}\r\nContent-Type: application/partial-upload\r\n\
        Upload-Offset: {offset}\r\nUpload-Complete: ?1\r\nContent-Length: {length}\r\n\r\n").unwrap();
    stream
}

pub fn read_head(stream: &mut TcpStream) -> String {
    let mut bytes = [0; 64];
    let read = stream.read(&mut bytes).unwrap();
    String::from_utf8_lossy(&bytes[..read]).into_owned()
}
