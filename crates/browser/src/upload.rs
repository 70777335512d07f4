//! Sends one file, by XHR: it streams from disk and tells its progress. A small file goes as a form, a large one in
//! pieces if the server keeps them.
//!
//! Dropping the future aborts the request.

mod form;
mod pieces;
mod request;

use engine::RequestEnd;
use protocol::Digest;
use protocol::immich::UploadAnswer;
use web_sys::File;

use crate::Fault;
pub use pieces::Pieces;

/// A smaller file is sent anew as quickly as its place is found again.
const WORTH_PIECES_BYTES: f64 = (16 << 20) as f64;

/// What is told on the way.
pub enum Moved {
    /// The server has so many bytes already.
    From(u64),
    /// So many bytes left.
    To(u64),
}

/// Sends the file.
pub async fn upload(
    file: &File,
    path: &str,
    digest: Digest,
    pieces: &Pieces,
    tell: &dyn Fn(Moved),
) -> Result<RequestEnd<UploadAnswer>, Fault> {
    if pieces.are_kept() && file.size() > WORTH_PIECES_BYTES {
        pieces.upload(file, path, digest, tell).await
    } else {
        form::upload(file, path, digest, tell).await
    }
}

fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// ISO 8601.
fn modified(file: &File) -> String {
    js_sys::Date::new(&file.last_modified().into()).to_iso_string().into()
}
