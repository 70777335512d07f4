//! One file on its way: what to send next, given the last answer. Pure.
//!
//! In pieces (draft-ietf-httpbis-resumable-upload) the server finds what it has of a file by its digest and says where
//! it goes on, so nothing is remembered here: a reload, a kill and another context all go on alike.

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

/// Something on the way, mostly a proxy, lets no request of this size through.
const TOO_LARGE: u16 = 413;
/// The server may correct our offset, or lose the upload, so often in one transfer.
const MOST_CORRECTIONS: u32 = 5;

#[derive(Debug)]
pub(super) struct Transfer {
    /// Bytes of the file.
    size: u64,
    part: Part,
    corrections: u32,
}

/// What is sent in one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// The whole file as Immich's upload form.
    Form,
    /// Nothing of the file: the server is asked where its upload goes on.
    Creation,
    /// These bytes, to the upload at this path.
    Piece { upload: String, bytes: Range<u64> },
}

/// What follows from an answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// [`Transfer::part`] is to be sent.
    Send,
    /// The same, and the server has so many bytes of the file already.
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

    /// The request that carried [`Transfer::part`] has ended, so many milliseconds after it began.
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
            // Whatever takes a piece and has no more than before is not the server.
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
            // The server gave the upload up, or lost its bytes.
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

/// The most that one request may append, as far as the server knows of a limit.
fn largest_piece(answer: &Answer) -> Option<u64> {
    let limits = answer.headers.upload_limit.as_deref()?;
    let mut limits = limits.split(',').filter_map(|limit| limit.split_once('='));
    let (_, bytes) = limits.find(|(name, _)| name.trim() == MAX_APPEND_SIZE)?;
    bytes.trim().parse().ok().filter(|most| *most > 0)
}
