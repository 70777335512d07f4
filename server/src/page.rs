//! Serves the page and everything else that a browser loads first. The files come from the binary or, during
//! development, from a folder.
//!
//! Invariant: only files below `/assets/`, whose names contain a hash of their content, may be cached for
//! ever. The browser revalidates everything else each time.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State as Shared};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::api::not_found;
use crate::error::AppError;
use crate::headers::is_api;
use crate::state::State;

const INDEX: &str = "index.html";
const NO_PAGE: &str =
    "This Safelight server was built without its page. Run `cargo xtask serve`, which builds both.\n";

/// Files that are embedded in the program: name and content.
pub type EmbeddedFiles = &'static [(&'static str, &'static [u8])];

#[derive(Clone)]
pub struct Page(Source);

#[derive(Clone)]
enum Source {
    Embedded(Arc<HashMap<&'static str, Content>>),
    Folder(PathBuf),
}

#[derive(Clone)]
struct Content {
    bytes: Bytes,
    etag: String,
}

/// A file, and its compressed version if the build made one.
struct File {
    plain: Content,
    brotli: Option<Content>,
}

impl Content {
    fn new(bytes: Bytes) -> Self {
        let etag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(&Sha256::digest(&bytes)[..16]));
        Self { bytes, etag }
    }
}

impl Page {
    /// The files that the build put into the program.
    pub fn embedded(files: EmbeddedFiles) -> Self {
        let content =
            |&(name, bytes): &(&'static str, &'static [u8])| (name, Content::new(Bytes::from_static(bytes)));
        Self(Source::Embedded(Arc::new(files.iter().map(content).collect())))
    }

    /// A folder that is read again for every request.
    pub fn from_dir(folder: impl Into<PathBuf>) -> Self {
        Self(Source::Folder(folder.into()))
    }

    fn file(&self, name: &str) -> io::Result<Option<File>> {
        let plain = self.content(name)?;
        let brotli = self.content(&format!("{name}.br"))?;
        Ok(plain.map(|plain| File { plain, brotli }))
    }

    fn content(&self, name: &str) -> io::Result<Option<Content>> {
        match &self.0 {
            Source::Embedded(files) => Ok(files.get(name).cloned()),
            Source::Folder(folder) => read(folder, name),
        }
    }
}

fn read(folder: &Path, name: &str) -> io::Result<Option<Content>> {
    if name
        .split('/')
        .any(|part| part.is_empty() || part.starts_with('.') || part.contains(['\\', ':', '\0']))
    {
        return Ok(None);
    }
    match fs::read(folder.join(name)) {
        Ok(bytes) => Ok(Some(Content::new(bytes.into()))),
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::IsADirectory | io::ErrorKind::NotADirectory
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Answers a share from another app when no service worker was there to take it. The page shows that it
/// failed.
pub(crate) async fn not_taken_over() -> Redirect {
    Redirect::to("/#share-failed")
}

/// Answers every request that no other route matches.
pub(crate) async fn serve(
    Shared(state): Shared<State>,
    method: Method,
    uri: Uri,
    request: Request,
) -> Result<Response, AppError> {
    if is_api(uri.path()) || !matches!(method, Method::GET | Method::HEAD) {
        return Err(not_found(method, uri).await);
    }
    let name = name(uri.path()).to_owned();
    let asked = name.clone();
    let file = state.blocking(move |parts| parts.page.file(&asked).map_err(AppError::fault)).await?;
    Ok(match file {
        Some(file) => answer(&name, file, request.headers()),
        None if name == INDEX => (StatusCode::SERVICE_UNAVAILABLE, NO_PAGE).into_response(),
        None => (StatusCode::NOT_FOUND, "There is no such file.\n").into_response(),
    })
}

/// A path whose last part has no dot is a view of the page. The page itself decides which view.
fn name(path: &str) -> &str {
    let path = path.trim_start_matches('/');
    let last = path.rsplit('/').next().unwrap_or_default();
    if last.contains('.') { path } else { INDEX }
}

fn answer(name: &str, file: File, asked: &HeaderMap) -> Response {
    let (content, encoding) = match file.brotli {
        Some(brotli) if accepts_brotli(asked) => (brotli, Some("br")),
        Some(_) | None => (file.plain, None),
    };
    let fresh = asked.get(header::IF_NONE_MATCH).is_some_and(|known| is_among(&content.etag, known));
    let mut response = if fresh {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mime = mime_guess::from_path(name).first_or_octet_stream();
        let kind = if mime.type_() == "text" { format!("{mime}; charset=utf-8") } else { mime.to_string() };
        ([(header::CONTENT_TYPE, kind)], Body::from(content.bytes)).into_response()
    };
    let headers = response.headers_mut();
    if let (Some(encoding), false) = (encoding, fresh) {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    if let Ok(etag) = HeaderValue::try_from(content.etag) {
        headers.insert(header::ETAG, etag);
    }
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching(name)));
    response
}

fn caching(name: &str) -> &'static str {
    if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" }
}

fn accepts_brotli(asked: &HeaderMap) -> bool {
    let lines = asked.get_all(header::ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let refused = |quality: &str| quality.strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0));
        parts.next().is_some_and(|coding| coding.eq_ignore_ascii_case("br")) && !parts.any(refused)
    })
}

fn is_among(etag: &str, known: &HeaderValue) -> bool {
    let known = known.to_str().unwrap_or_default();
    known.split(',').map(str::trim).any(|known| known == "*" || known.trim_start_matches("W/") == etag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_without_a_dot_is_a_view_of_the_page() {
        let table = [
            ("/", "index.html"),
            ("/settings", "index.html"),
            ("/folders/v1.2/x", "index.html"),
            ("/sw.js", "sw.js"),
            ("/assets/page-abc.wasm", "assets/page-abc.wasm"),
        ];
        for (path, file) in table {
            assert_eq!(name(path), file);
        }
    }

    #[test]
    fn brotli_is_sent_only_to_those_who_accept_it() {
        let table = [
            ("gzip, deflate, br", true),
            ("br;q=1.0", true),
            ("br;q=0", false),
            ("gzip", false),
            ("", false),
        ];
        for (text, taken) in table {
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(text))]);
            assert_eq!(accepts_brotli(&headers), taken, "{text}");
        }
    }

    #[test]
    fn nothing_outside_the_folder_is_read() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("secret.txt"), "x").unwrap();
        let inner = folder.path().join("page");
        fs::create_dir(&inner).unwrap();
        for name in ["../secret.txt", "a/../../secret.txt", "..\\secret.txt", "/secret.txt", ".hidden"] {
            assert!(read(&inner, name).unwrap().is_none(), "{name}");
        }
    }
}
