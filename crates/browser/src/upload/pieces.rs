//! A large file in pieces (draft-ietf-httpbis-resumable-upload). The server finds what it has of a file by its digest
//! and says where it goes on, so nothing is remembered here: a reload, a kill and another context all go on alike.

use std::cell::Cell;
use std::ops::Range;

use engine::RequestEnd;
use protocol::immich::UploadAnswer;
use protocol::resumable::{MAX_APPEND_SIZE, PARTIAL_UPLOAD, PATH, header};
use wasm_bindgen::JsValue;
use web_sys::File;

use super::parcel::{Answer, Carrier, Content, Parcel};
use super::{Cargo, Moved, TOO_LARGE};
use crate::bindings::{btoa, object};
use crate::{Fault, now};

const FIRST_BYTES: u64 = 8 << 20;
const SMALLEST_BYTES: u64 = 256 << 10;
/// Below what the usual proxies let through.
const LARGEST_BYTES: u64 = 64 << 20;
/// What a proxy that passes on only whole requests may lose.
const PIECE_TAKES_MS: u64 = 10_000;
/// The server may correct our offset so often in one upload.
const MOST_CORRECTIONS: u32 = 5;

/// Whether the server takes pieces, and how large they are at the moment.
pub struct Pieces {
    kept: Cell<bool>,
    /// Smaller files are not worth it.
    more_than: u64,
    next: Cell<u64>,
    /// No larger: something on the way refuses what is, or the server says so.
    most: Cell<u64>,
}

impl Pieces {
    /// For files of more than so many bytes.
    pub fn for_more_than(more_than: u64) -> Pieces {
        let (next, most) = (Cell::new(FIRST_BYTES), Cell::new(LARGEST_BYTES));
        Pieces { kept: Cell::default(), more_than, next, most }
    }

    pub fn are_kept(&self) -> bool {
        self.kept.get()
    }

    pub fn set_kept(&self, kept: bool) {
        self.kept.set(kept);
    }

    pub(super) fn suit(&self, size: u64) -> bool {
        self.are_kept() && (size > self.more_than || size > self.most.get())
    }

    pub(super) async fn upload(
        &self,
        carrier: &dyn Carrier,
        cargo: Cargo<'_>,
        tell: &dyn Fn(Moved),
    ) -> Result<RequestEnd<UploadAnswer>, Fault> {
        let (file, size) = (cargo.file, cargo.size());
        let mut begun = None;
        let mut corrections = 0;
        loop {
            let Some((place, mut at)) = begun.take() else {
                let Some(created) = create(carrier, cargo).await? else {
                    return Ok(RequestEnd::Stalled);
                };
                let Some(place) = created.header("location").filter(|_| created.status == 201) else {
                    return Ok(created.end());
                };
                let at = offset_of(&created).unwrap_or_default();
                self.stay_within(most_appended(&created));
                tell(Moved::From(at));
                begun = Some((place, at));
                continue;
            };
            let end = (at + self.next.get()).min(size);
            let began = now();
            let told = |sent: u64| tell(Moved::To(at + sent.min(end - at)));
            let Some(piece) = append(carrier, file, &place, at..end, &told).await? else {
                self.shrink_next(end - at);
                return Ok(RequestEnd::Stalled);
            };
            match (piece.status, offset_of(&piece)) {
                // Whatever takes a piece and has no more than before is not the server.
                (204, Some(reached)) if reached > at => {
                    self.learn(end - at, now().since(began));
                    at = reached;
                }
                (409, Some(right)) if corrections < MOST_CORRECTIONS => {
                    corrections += 1;
                    at = right;
                }
                (TOO_LARGE, _) if end - at > SMALLEST_BYTES => self.shrink(end - at),
                // It was given up, or its bytes are lost: it begins anew.
                (404, _) if corrections < MOST_CORRECTIONS => {
                    corrections += 1;
                    continue;
                }
                (status, _) => {
                    if status == 0 {
                        self.shrink_next(end - at);
                    }
                    return Ok(piece.end());
                }
            }
            begun = Some((place, at));
        }
    }

    fn learn(&self, bytes: u64, took_ms: u64) {
        let fitting = bytes * PIECE_TAKES_MS / took_ms.max(1);
        self.aim_at(fitting.min(2 * self.next.get()));
    }

    /// A request of this size was refused for its size.
    pub(super) fn shrink(&self, refused: u64) {
        // Quarter by quarter, because the limit may be just below.
        self.stay_within(refused / 4 * 3);
    }

    /// A request of this size did not arrive, for whatever reason.
    fn shrink_next(&self, lost: u64) {
        self.aim_at(self.next.get().min(lost / 2));
    }

    fn stay_within(&self, most: u64) {
        self.most.set(most.min(self.most.get()));
        self.aim_at(self.next.get());
    }

    fn aim_at(&self, bytes: u64) {
        self.next.set(bytes.max(SMALLEST_BYTES).min(self.most.get()).max(1));
    }
}

async fn create(carrier: &dyn Carrier, cargo: Cargo<'_>) -> Result<Option<Answer>, Fault> {
    let modified: JsValue = cargo.modified().into();
    let data = object(&[
        ("filename", &cargo.name().into()),
        ("fileCreatedAt", &modified),
        ("fileModifiedAt", &modified),
    ]);
    let data: String = js_sys::JSON::stringify(&data)?.into();
    let headers = [
        (header::COMPLETE, "?0".into()),
        (header::LENGTH, cargo.size().to_string()),
        (header::DIGEST, format!("sha=:{}:", base64(&cargo.digest.0))),
        (header::ASSET_DATA, base64(data.as_bytes())),
    ];
    let parcel = Parcel { method: "POST", path: PATH, headers: &headers, content: Content::Nothing, size: 0 };
    carrier.carry(parcel, &|_| {}).await
}

async fn append(
    carrier: &dyn Carrier,
    file: &File,
    place: &str,
    bytes: Range<u64>,
    progress: &dyn Fn(u64),
) -> Result<Option<Answer>, Fault> {
    let completes = bytes.end as f64 == file.size();
    let headers = [
        ("content-type", PARTIAL_UPLOAD.into()),
        (header::OFFSET, bytes.start.to_string()),
        (header::COMPLETE, if completes { "?1" } else { "?0" }.into()),
    ];
    let content = file.slice_with_f64_and_f64(bytes.start as f64, bytes.end as f64)?;
    let parcel = Parcel {
        method: "PATCH",
        path: place,
        headers: &headers,
        content: Content::Part(&content),
        size: bytes.end - bytes.start,
    };
    carrier.carry(parcel, progress).await
}

fn offset_of(answer: &Answer) -> Option<u64> {
    answer.header(header::OFFSET)?.parse().ok()
}

/// The most that one request may append, as far as the server knows of a limit.
fn most_appended(answer: &Answer) -> u64 {
    let limits = answer.header(header::LIMIT).unwrap_or_default();
    let mut limits = limits.split(',').filter_map(|limit| limit.split_once('='));
    let most = limits.find(|(name, _)| name.trim() == MAX_APPEND_SIZE);
    most.and_then(|(_, bytes)| bytes.trim().parse().ok()).filter(|most| *most > 0).unwrap_or(LARGEST_BYTES)
}

/// `btoa` takes bytes as characters.
fn base64(bytes: &[u8]) -> String {
    btoa(&bytes.iter().map(|byte| char::from(*byte)).collect::<String>())
}
