//! The upload of one file: decides what to send next, given the last answer. Pure.
//!
//! With pieces (draft-ietf-httpbis-resumable-upload), the server finds by digest what it already has of a file, and
//! says where to continue. So nothing is stored here: an upload continues the same way after a reload, a kill or in
//! another context.

#[cfg(all(test, not(target_arch = "wasm32")))]
mod properties;
#[cfg(test)]
mod tests;

use std::ops::Range;

use engine::RequestEnd;
use protocol::immich::UploadAnswer;
use protocol::resumable::MAX_APPEND_SIZE;

use super::pieces::Pieces;
use crate::http::{Answer, Exchange};

/// Something on the way, usually a proxy, refuses a request of this size.
const TOO_LARGE: u16 = 413;
/// How often in one transfer the server may correct our offset or lose the upload.
const MOST_CORRECTIONS: u32 = 5;

#[derive(Debug)]
pub(super) struct Transfer {
    /// Size of the file in bytes.
    size: u64,
    part: Part,
    corrections: u32,
}

/// The content of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// The whole file as Immich's upload form.
    Form,
    /// Nothing of the file: asks the server where the upload continues.
    Creation,
    /// These bytes, to the upload at this path.
    Piece { upload: String, bytes: Range<u64> },
}

/// What to do after an answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Send [`Transfer::part`].
    Send,
    /// The same, but the server already has this many bytes of the file.
    Resume(u64),
    End(RequestEnd<UploadAnswer>),
}

impl Transfer {
    pub(super) fn new(size: u64, pieces: &Pieces) -> Transfer {
        let part = if pieces.suit(size) { Part::Creation } else { Part::Form };
        Transfer { size, part, corrections: 0 }
    }

    pub(super) fn part(&self) -> &Part {
        &self.part
    }

    /// Handles the end of the request that carried [`Transfer::part`], `took_ms` after it began.
    pub(super) fn ended(&mut self, exchange: &Exchange, took_ms: u64, pieces: &mut Pieces) -> Next {
        match self.part.clone() {
            Part::Form => self.form_ended(exchange, pieces),
            Part::Creation => self.creation_ended(exchange, pieces),
            Part::Piece { upload, bytes } => self.piece_ended(upload, bytes, exchange, took_ms, pieces),
        }
    }

    fn form_ended(&mut self, exchange: &Exchange, pieces: &mut Pieces) -> Next {
        match exchange {
            Exchange::Answered(Answer { status: TOO_LARGE, .. }) if pieces.are_taken() => {
                pieces.refused(self.size);
                self.send(Part::Creation)
            }
            Exchange::Answered(_) | Exchange::NoReply | Exchange::Stalled => Next::End(exchange.end()),
        }
    }

    fn creation_ended(&mut self, exchange: &Exchange, pieces: &mut Pieces) -> Next {
        let Exchange::Answered(created @ Answer { status: 201, .. }) = exchange else {
            return Next::End(exchange.end());
        };
        let at = offset_of(created).unwrap_or_default();
        match &created.headers.location {
            Some(upload) if at <= self.size => {
                if let Some(most) = largest_piece(created) {
                    pieces.stay_within(most);
                }
                self.send_piece(upload.clone(), at, pieces);
                Next::Resume(at)
            }
            Some(_) | None => Next::End(exchange.end()),
        }
    }

    fn piece_ended(
        &mut self,
        upload: String,
        bytes: Range<u64>,
        exchange: &Exchange,
        took_ms: u64,
        pieces: &mut Pieces,
    ) -> Next {
        let length = bytes.end - bytes.start;
        let Exchange::Answered(answer) = exchange else {
            pieces.lost(length);
            return Next::End(exchange.end());
        };
        let offset = offset_of(answer).filter(|offset| *offset <= self.size);
        match (answer.status, offset) {
            // If something accepts a piece but has no more bytes than before, it is not the server.
            (204, Some(reached)) if reached > bytes.start => {
                pieces.learn(length, took_ms);
                self.send_piece(upload, reached, pieces)
            }
            (409, Some(right)) if self.may_be_corrected() => {
                self.corrections += 1;
                self.send_piece(upload, right, pieces)
            }
            (TOO_LARGE, _) if pieces.can_be_smaller_than(length) => {
                pieces.refused(length);
                self.send_piece(upload, bytes.start, pieces)
            }
            // The server dropped the upload or lost its bytes.
            (404, _) if self.may_be_corrected() => {
                self.corrections += 1;
                self.send(Part::Creation)
            }
            (_, _) => Next::End(exchange.end()),
        }
    }

    fn may_be_corrected(&self) -> bool {
        self.corrections < MOST_CORRECTIONS
    }

    fn send_piece(&mut self, upload: String, at: u64, pieces: &Pieces) -> Next {
        let end = at.saturating_add(pieces.next()).min(self.size);
        self.send(Part::Piece { upload, bytes: at..end })
    }

    fn send(&mut self, part: Part) -> Next {
        self.part = part;
        Next::Send
    }
}

fn offset_of(answer: &Answer) -> Option<u64> {
    answer.headers.upload_offset.as_deref()?.trim().parse().ok()
}

/// The most bytes that one request may append, if the server names a limit.
fn largest_piece(answer: &Answer) -> Option<u64> {
    let limits = answer.headers.upload_limit.as_deref()?;
    let mut limits = limits.split(',').filter_map(|limit| limit.split_once('='));
    let (_, bytes) = limits.find(|(name, _)| name.trim() == MAX_APPEND_SIZE)?;
    bytes.trim().parse().ok().filter(|most| *most > 0)
}
