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

/// Something on the way, mostly a proxy, lets no request of this size through.
const TOO_LARGE: u16 = 413;

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
    let size = file.size() as u64;
    if !pieces.suit(size) {
        let end = form::upload(file, path, digest, tell).await?;
        let is_too_large = matches!(&end, RequestEnd::Replied(reply) if reply.status == TOO_LARGE);
        if !is_too_large || !pieces.are_kept() {
            return Ok(end);
        }
        pieces.shrink(size);
    }
    pieces.upload(file, path, digest, tell).await
}

fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// ISO 8601.
fn modified(file: &File) -> String {
    js_sys::Date::new(&file.last_modified().into()).to_iso_string().into()
}
