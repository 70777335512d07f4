//! The server under TLS, in a process of its own.

#[path = "support/program.rs"]
mod program;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use program::{Program, SERVE, command};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use tempfile::TempDir;

#[test]
fn pairing_over_tls_gives_a_secure_cookie() {
    let (folder, certificate) = folder_with_certificate();
    let server = serve(folder.path());
    let port = server.line("Listening on 127.0.0.1:").to_owned();
    let code = server.line(&format!("Open https://localhost:{port}/#pair="));
    let body = format!("{{\"code\":\"{code}\",\"deviceName\":\"A laptop\"}}");
    let length = body.len();
    let request = format!(
        "POST /safelight/v1/pair HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    );
    let answer = ask(&port, &certificate, &request).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert!(answer.contains("Max-Age=34560000; Secure\r\n"), "{answer}");
}

#[test]
fn browsers_are_told_to_use_https_only_if_the_person_asks_for_it() {
    let (folder, certificate) = folder_with_certificate();
    for (asked, told) in [("", false), ("0", false), ("1", true), ("true", true)] {
        let mut command = with_certificate(folder.path());
        command.env("SAFELIGHT_HSTS", asked);
        let server = Program::start(&mut command);
        let answer = ping(server.line("Listening on 127.0.0.1:"), &certificate).unwrap();
        assert_eq!(answer.contains("strict-transport-security: max-age=31536000\r\n"), told, "{answer}");
    }
}

#[test]
fn a_renewed_certificate_is_used_without_a_restart() {
    let (folder, old) = folder_with_certificate();
    let server = serve(folder.path());
    let port = server.line("Listening on 127.0.0.1:");
    assert!(ping(port, &old).is_ok());
    // A half-finished renewal must not stop the server.
    fs::write(folder.path().join("cert.pem"), "not yet written").unwrap();
    sleep(Duration::from_secs(3));
    assert!(ping(port, &old).is_ok());
    let new = write_certificate(folder.path());
    let renewed = (0..100).any(|_| {
        sleep(Duration::from_millis(100));
        ping(port, &new).is_ok()
    });
    assert!(renewed, "the old certificate is still in use");
    assert!(ping(port, &old).is_err());
}

#[test]
fn a_certificate_that_cannot_be_used_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("cert.pem"), "nothing").unwrap();
    fs::write(folder.path().join("key.pem"), "nothing").unwrap();
    let ended = with_certificate(folder.path()).stderr(std::process::Stdio::piped()).output().unwrap();
    let told = String::from_utf8(ended.stderr).unwrap();
    assert!(
        !ended.status.success() && told.contains("cert.pem") && told.contains("Both must be PEM"),
        "{told}"
    );
}

fn folder_with_certificate() -> (TempDir, CertificateDer<'static>) {
    let folder = tempfile::tempdir().unwrap();
    let certificate = write_certificate(folder.path());
    (folder, certificate)
}

fn write_certificate(folder: &Path) -> CertificateDer<'static> {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    fs::write(folder.join("key.pem"), signing_key.serialize_pem()).unwrap();
    fs::write(folder.join("cert.pem"), cert.pem()).unwrap();
    cert.der().clone()
}

fn serve(folder: &Path) -> Program {
    Program::start(&mut with_certificate(folder))
}

fn with_certificate(folder: &Path) -> std::process::Command {
    let mut serve = command(&folder.join("data"), SERVE);
    serve.arg("--tls-cert").arg(folder.join("cert.pem")).arg("--tls-key").arg(folder.join("key.pem"));
    serve
}

fn ping(port: &str, trusted: &CertificateDer<'static>) -> std::io::Result<String> {
    ask(port, trusted, "GET /api/server/ping HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
}

fn ask(port: &str, trusted: &CertificateDer<'static>, request: &str) -> std::io::Result<String> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let provider = Arc::new(ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let client = ClientConnection::new(Arc::new(config), "localhost".try_into().unwrap()).unwrap();
    let mut stream = StreamOwned::new(client, TcpStream::connect(format!("127.0.0.1:{port}"))?);
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
