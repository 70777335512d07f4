//! Sends one file, streamed from disk. A small file goes as a form, a large one in pieces if the server keeps them.
//!
//! Dropping the future aborts the request.

mod fetch;
pub(crate) mod form;
mod parcel;
mod pieces;
mod xhr;

use engine::{Moment, RequestEnd, Send};
use protocol::Digest;
use protocol::immich::UploadAnswer;
use web_sys::File;

use crate::Fault;
use fetch::Fetch;
use parcel::Carrier;
use pieces::Pieces;
use xhr::Xhr;

/// Something on the way, mostly a proxy, lets no request of this size through.
const TOO_LARGE: u16 = 413;

/// On loopback a file in pieces takes as long as one in a form at every size from 1 MiB to 64 (measured), so what counts
/// is the one question more: of a second's sending, a round trip of 20 ms is little. A smaller file is sent anew as
/// quickly as its place is found again.
const WORTH_PIECES_BYTES: u64 = 16 << 20;
/// Whoever is stopped after minutes loses on a slow line what a form had sent of every photo, shift after shift.
const WORTH_PIECES_IN_A_SHIFT_BYTES: u64 = 1 << 20;

/// What is sent. A copy of a file tells neither its name nor its time by itself.
#[derive(Clone, Copy)]
pub struct Cargo<'a> {
    pub file: &'a File,
    pub path: &'a str,
    pub modified: Moment,
    pub digest: Digest,
}

impl Cargo<'_> {
    pub fn new<'a>(file: &'a File, send: &'a Send) -> Cargo<'a> {
        let read = &send.read;
        Cargo { file, path: &read.path, modified: read.stamp.modified, digest: send.digest }
    }

    fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(self.path)
    }

    /// ISO 8601.
    fn modified(&self) -> String {
        js_sys::Date::new(&(self.modified.0 as f64).into()).to_iso_string().into()
    }

    fn size(&self) -> u64 {
        self.file.size() as u64
    }
}

/// What is told on the way.
pub enum Moved {
    /// The server has so many bytes already.
    From(u64),
    /// So many bytes left.
    To(u64),
}

/// How files are sent from this context.
pub struct Uploads {
    carrier: Box<dyn Carrier>,
    pieces: Pieces,
}

impl Uploads {
    /// From a worker that belongs to a page.
    pub fn by_xhr() -> Uploads {
        Uploads { carrier: Box::new(Xhr), pieces: Pieces::for_more_than(WORTH_PIECES_BYTES) }
    }

    /// From a service worker.
    pub fn by_fetch() -> Uploads {
        Uploads { carrier: Box::new(Fetch), pieces: Pieces::for_more_than(WORTH_PIECES_IN_A_SHIFT_BYTES) }
    }

    /// Whether the server takes pieces.
    pub fn keep_pieces(&self, kept: bool) {
        self.pieces.set_kept(kept);
    }

    pub async fn send(
        &self,
        cargo: Cargo<'_>,
        tell: &dyn Fn(Moved),
    ) -> Result<RequestEnd<UploadAnswer>, Fault> {
        let (size, carrier, pieces) = (cargo.size(), &*self.carrier, &self.pieces);
        if !pieces.suit(size) {
            let end = form::upload(carrier, cargo, tell).await?;
            let is_too_large = matches!(&end, RequestEnd::Replied(reply) if reply.status == TOO_LARGE);
            if !is_too_large || !pieces.are_kept() {
                return Ok(end);
            }
            pieces.shrink(size);
        }
        pieces.upload(carrier, cargo, tell).await
    }
}
