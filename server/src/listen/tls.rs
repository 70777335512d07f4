//! The TLS certificate. It is read at the start, and again whenever its files change, as they do with every
//! renewal.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum_server::tls_rustls::RustlsConfig;
use rustls::crypto::ring;

/// How often the files are checked. A renewal writes the two files one after the other.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// The paths of the certificate chain and the private key, both as PEM.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

#[derive(Clone)]
pub struct Tls {
    files: TlsFiles,
    config: RustlsConfig,
    seen: Option<SystemTime>,
}

impl Tls {
    pub async fn load(files: TlsFiles) -> io::Result<Self> {
        // Fails only if a provider is already installed.
        _ = ring::default_provider().install_default();
        let seen = files.modified();
        let config = RustlsConfig::from_pem_file(&files.certificate, &files.key).await?;
        only_http1(&config);
        Ok(Self { files, config, seen })
    }

    pub(super) fn config(&self) -> RustlsConfig {
        self.config.clone()
    }

    /// Open connections keep the certificate with which they started.
    pub(super) async fn keep_up_to_date(mut self) {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let modified = self.files.modified();
            if modified == self.seen {
                continue;
            }
            match self.config.reload_from_pem_file(&self.files.certificate, &self.files.key).await {
                Ok(()) => {
                    only_http1(&self.config);
                    self.seen = modified;
                    tracing::info!("the new certificate is in use");
                }
                // Retried at the next look: the other file may not be written yet.
                Err(error) => {
                    tracing::warn!(%error, "the new certificate cannot be used; the old one stays in use")
                }
            }
        }
    }
}

impl TlsFiles {
    /// The later of the two modification times.
    fn modified(&self) -> Option<SystemTime> {
        let of = |path: &PathBuf| path.metadata().and_then(|facts| facts.modified()).ok();
        of(&self.certificate).max(of(&self.key))
    }
}

/// With HTTP/2, all uploads of a browser would share one connection, and one upload would slow down the
/// others.
fn only_http1(config: &RustlsConfig) {
    let mut inner = rustls::ServerConfig::clone(&config.get_inner());
    inner.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.reload_from_config(Arc::new(inner));
}
