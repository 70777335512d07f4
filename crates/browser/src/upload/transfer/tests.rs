//! Conversations: what is sent, what the answer is, and what is sent next.

use engine::{Body, Reply, RequestEnd};
use protocol::immich::UploadStatus;
use protocol::safelight;

use super::*;
use crate::http::Headers;
use crate::http::script::{NOW, answer, html};

const MIB: u64 = 1 << 20;
const KIB: u64 = 1 << 10;

#[test]
fn a_small_file_is_uploaded_as_a_form() {
    let mut talk = Talk::about(16 * MIB - 1);
    talk.sends("form").hears(created_asset()).ends_with_asset(UploadStatus::Created);
}

#[test]
fn every_file_is_uploaded_as_a_form_if_pieces_are_not_supported() {
    let mut talk = Talk::with(4_000 * MIB, Pieces::in_a_page());
    talk.sends("form").hears(html(413)).ends_with(413);
    let mut talk = Talk::with(4_000 * MIB, Pieces::in_a_shift());
    talk.sends("form").hears(html(413)).ends_with(413);
}

#[test]
fn a_large_file_is_uploaded_piece_by_piece() {
    let mut talk = Talk::about(20 * MIB);
    talk.sends("creation").hears(place(0)).resumes_at(0);
    talk.sends("/u 0..8 MiB").hears(reached(8 * MIB));
    talk.sends("/u 8..16 MiB").hears(reached(16 * MIB));
    talk.sends("/u 16..20 MiB").hears(created_asset()).ends_with_asset(UploadStatus::Created);
}

#[test]
fn a_file_resumes_where_an_earlier_transfer_ended() {
    let mut talk = Talk::about(20 * MIB);
    talk.sends("creation").hears(place(17 * MIB)).resumes_at(17 * MIB);
    talk.sends("/u 17..20 MiB");
}

#[test]
fn a_file_that_arrived_but_whose_answer_was_lost_only_needs_completing() {
    let mut talk = Talk::about(20 * MIB);
    talk.sends("creation").hears(place(20 * MIB)).resumes_at(20 * MIB);
    talk.sends("/u 20..20 MiB").hears(created_asset()).ends_with_asset(UploadStatus::Created);
}

#[test]
fn a_file_that_the_server_holds_is_not_sent() {
    let held = answer(200, &asset("duplicate"));
    Talk::about(20 * MIB).sends("creation").hears(held).ends_with_asset(UploadStatus::Duplicate);
}

#[test]
fn a_creation_that_fails_ends_the_transfer() {
    let no_place = answer(201, "");
    let beyond_the_file = place(20 * MIB + 1);
    let table =
        [(no_place, 201), (beyond_the_file, 201), (html(200), 200), (html(404), 404), (html(413), 413)];
    for (exchange, status) in table {
        Talk::about(20 * MIB).sends("creation").hears(exchange).ends_with(status);
    }
    for (exchange, end) in
        [(Exchange::NoReply, RequestEnd::NoReply), (Exchange::Stalled, RequestEnd::Stalled)]
    {
        assert_eq!(Talk::about(20 * MIB).sends("creation").hears(exchange).next, Some(Next::End(end)));
    }
}

#[test]
fn without_a_page_smaller_files_are_uploaded_in_pieces_than_with_one() {
    let first = |size, pieces| written(Transfer::new(size, &told(pieces, None)).part());
    let table = [(MIB - 1, "form", "form"), (MIB, "form", "creation"), (16 * MIB, "creation", "creation")];
    for (size, in_a_page, in_a_shift) in table {
        assert_eq!(first(size, Pieces::in_a_page()), in_a_page, "{size}");
        assert_eq!(first(size, Pieces::in_a_shift()), in_a_shift, "{size}");
    }
}

mod corrections {
    use super::*;

    #[test]
    fn the_server_can_correct_the_offset() {
        let mut talk = Talk::begun(20 * MIB);
        talk.sends("/u 0..8 MiB").hears(corrected(3 * MIB));
        talk.sends("/u 3..11 MiB").hears(reached(11 * MIB));
        talk.sends("/u 11..19 MiB");
    }

    #[test]
    fn the_server_may_correct_the_offset_five_times() {
        let mut talk = Talk::begun(20 * MIB);
        for _ in 0..5 {
            talk.sends("/u 0..8 MiB").hears(corrected(0));
        }
        talk.sends("/u 0..8 MiB").hears(corrected(0)).ends_with(409);
    }

    #[test]
    fn an_upload_that_is_gone_starts_again() {
        let mut talk = Talk::begun(20 * MIB);
        talk.sends("/u 0..8 MiB").hears(reached(8 * MIB));
        talk.sends("/u 8..16 MiB").hears(answer(404, r#"{"message":"There is no such upload"}"#));
        talk.sends("creation").hears(place(0)).resumes_at(0);
        talk.sends("/u 0..8 MiB");
    }

    #[test]
    fn an_upload_that_is_gone_every_time_ends_the_transfer() {
        let mut talk = Talk::begun(20 * MIB);
        for _ in 0..5 {
            talk.sends("/u 0..8 MiB").hears(html(404));
            talk.sends("creation").hears(place(0)).resumes_at(0);
        }
        talk.sends("/u 0..8 MiB").hears(html(404)).ends_with(404);
    }

    #[test]
    fn a_correction_that_makes_no_sense_ends_the_transfer() {
        for nonsense in [html(409), corrected(20 * MIB + 1)] {
            Talk::begun(20 * MIB).sends("/u 0..8 MiB").hears(nonsense).ends_with(409);
        }
    }

    #[test]
    fn an_answer_that_accepts_a_piece_without_progress_is_not_from_the_server() {
        for stuck in [reached(0), answer(204, ""), reached(20 * MIB + 1), html(200)] {
            let Exchange::Answered(Answer { status, .. }) = stuck else { panic!("no answer") };
            Talk::begun(20 * MIB).sends("/u 0..8 MiB").hears(stuck).ends_with(status);
        }
    }
}

mod sizes {
    use super::*;

    #[test]
    fn a_form_that_is_too_large_is_uploaded_in_smaller_pieces() {
        let mut talk = Talk::about(4 * MIB);
        talk.sends("form").hears(html(413));
        talk.sends("creation").hears(place(0)).resumes_at(0);
        talk.sends("/u 0..3 MiB").hears(reached(3 * MIB));
        talk.sends("/u 3..4 MiB");
        // The next file of this size is not sent as a form first.
        assert!(talk.pieces.suit(4 * MIB) && !talk.pieces.suit(3 * MIB));
    }

    #[test]
    fn a_piece_that_is_too_large_shrinks_by_a_quarter_until_it_gets_through() {
        let mut talk = Talk::begun(20 * MIB);
        talk.sends("/u 0..8 MiB").hears(html(413));
        talk.sends("/u 0..6 MiB").hears(html(413));
        talk.sends("/u 0..4608 KiB").hears(reached(4_608 * KIB));
        talk.sends("/u 4608..9216 KiB");
    }

    #[test]
    fn a_piece_of_256_kib_or_less_that_is_too_large_ends_the_transfer() {
        let mut talk = Talk::begun(20 * MIB);
        let mut tries = 0;
        while talk.hears(html(413)).next == Some(Next::Send) {
            tries += 1;
        }
        talk.ends_with(413);
        assert_eq!(tries, 13);

        let mut talk = Talk::with(20 * MIB, told(Pieces::in_a_page(), Some(256 * KIB)));
        talk.sends("creation").hears(place(0)).resumes_at(0);
        talk.sends("/u 0..256 KiB").hears(html(413)).ends_with(413);
    }

    #[test]
    fn nothing_larger_than_the_servers_stated_limit_is_sent() {
        let table = [
            ("max-age=604800, max-append-size=1048576", "/u 0..1 MiB"),
            ("max-append-size=1048576;x=1, max-size=7", "/u 0..8 MiB"),
            ("max-append-size = 2097152", "/u 0..2 MiB"),
            ("max-append-size=0", "/u 0..8 MiB"),
            ("max-append-size=99999999999", "/u 0..8 MiB"),
            ("max-append-size=lots", "/u 0..8 MiB"),
            ("", "/u 0..8 MiB"),
            // Smaller than our smallest piece, but it is what gets through.
            ("max-append-size=1024", "/u 0..1 KiB"),
        ];
        for (limit, first) in table {
            let mut talk = Talk::about(20 * MIB);
            talk.sends("creation").hears(place_with_limit(limit)).resumes_at(0);
            talk.sends(first);
        }
    }

    #[test]
    fn a_file_larger_than_the_known_limit_is_not_tried_as_a_form() {
        let limited = || told(Pieces::in_a_page(), Some(MIB));
        Talk::with(MIB, limited()).sends("form");
        let mut talk = Talk::with(MIB + KIB, limited());
        talk.sends("creation").hears(place(0)).resumes_at(0);
        talk.sends("/u 0..1 MiB").hears(reached(MIB));
        talk.sends("/u 1024..1025 KiB");
        Talk::with(MIB + KIB, told(Pieces::in_a_page(), Some(0))).sends("form");
    }

    #[test]
    fn a_limit_that_was_learned_is_not_forgotten_for_a_larger_one() {
        let mut talk = Talk::with(20 * MIB, told(Pieces::in_a_page(), Some(MIB)));
        talk.sends("creation").hears(place_with_limit("max-append-size=2097152")).resumes_at(0);
        talk.takes(1).sends("/u 0..1 MiB").hears(reached(MIB));
        talk.sends("/u 1..2 MiB");
    }

    #[test]
    fn pieces_grow_to_ten_seconds_of_transfer_and_at_most_double() {
        let mut talk = Talk::begun(2_000 * MIB);
        talk.takes(10).sends("/u 0..8 MiB").hears(reached(8 * MIB));
        talk.takes(10_000).sends("/u 8..24 MiB").hears(reached(24 * MIB));
        talk.takes(40_000).sends("/u 24..40 MiB").hears(reached(40 * MIB));
        talk.takes(0).sends("/u 40..44 MiB").hears(reached(44 * MIB));
        talk.sends("/u 44..52 MiB");
    }

    #[test]
    fn no_piece_is_larger_than_64_mib() {
        let mut talk = Talk::begun(2_000 * MIB);
        for reach in [8, 24, 56, 120, 184] {
            talk.takes(1).hears(reached(reach * MIB));
        }
        talk.sends("/u 184..248 MiB");
    }

    #[test]
    fn after_a_lost_piece_the_next_transfer_uses_smaller_pieces() {
        for lost in [Exchange::NoReply, Exchange::Stalled] {
            let mut talk = Talk::begun(20 * MIB);
            assert_eq!(talk.hears(lost.clone()).next, Some(Next::End(lost.end())));
            assert_eq!(talk.pieces.next(), 4 * MIB, "{lost:?}");
        }
    }

    #[test]
    fn a_large_piece_that_is_lost_late_does_not_make_pieces_grow() {
        let mut pieces = taken();
        pieces.lost(2 * MIB);
        pieces.lost(8 * MIB);
        assert_eq!(pieces.next(), MIB);
    }

    #[test]
    fn pieces_shrink_to_256_kib_and_no_further() {
        let mut pieces = taken();
        for _ in 0..20 {
            pieces.lost(pieces.next());
        }
        assert_eq!(pieces.next(), 256 * KIB);
    }

    #[test]
    fn a_piece_that_is_refused_for_another_reason_ends_the_transfer_and_changes_no_size() {
        for status in [400, 401, 403, 429, 460, 500, 502, 503, 507] {
            let mut talk = Talk::begun(20 * MIB);
            talk.hears(answer(status, r#"{"message":"no"}"#)).ends_with(status);
            assert_eq!(talk.pieces.next(), 8 * MIB);
        }
    }
}

/// One transfer, told step by step.
struct Talk {
    transfer: Transfer,
    pieces: Pieces,
    took_ms: u64,
    next: Option<Next>,
}

impl Talk {
    fn about(size: u64) -> Talk {
        Talk::with(size, taken())
    }

    fn with(size: u64, pieces: Pieces) -> Talk {
        Talk { transfer: Transfer::new(size, &pieces), pieces, took_ms: 10_000, next: None }
    }

    /// The server has nothing of the file yet.
    fn begun(size: u64) -> Talk {
        let mut talk = Talk::about(size);
        talk.sends("creation").hears(place(0)).resumes_at(0);
        talk
    }

    fn sends(&mut self, part: &str) -> &mut Talk {
        assert_eq!(written(self.transfer.part()), part);
        self
    }

    /// From now on, each request takes this long.
    fn takes(&mut self, ms: u64) -> &mut Talk {
        self.took_ms = ms;
        self
    }

    fn hears(&mut self, exchange: Exchange) -> &mut Talk {
        self.next = Some(self.transfer.ended(&exchange, self.took_ms, &mut self.pieces));
        self
    }

    fn resumes_at(&mut self, at: u64) {
        assert_eq!(self.next, Some(Next::Resume(at)));
    }

    fn ends_with(&self, status: u16) {
        match &self.next {
            Some(Next::End(RequestEnd::Replied(Reply { status: ended, .. }))) => assert_eq!(*ended, status),
            other => panic!("{other:?} instead of {status}"),
        }
    }

    fn ends_with_asset(&self, status: UploadStatus) {
        match &self.next {
            Some(Next::End(RequestEnd::Replied(Reply { body: Body::Understood(answer), .. }))) => {
                assert_eq!(answer.status, status);
            }
            other => panic!("{other:?} instead of an asset"),
        }
    }
}

/// In the largest unit that fits.
fn written(part: &Part) -> String {
    match part {
        Part::Form => "form".into(),
        Part::Creation => "creation".into(),
        Part::Piece { upload, bytes } => {
            let fits = |unit| bytes.start.is_multiple_of(unit) && bytes.end.is_multiple_of(unit);
            let (unit, name) = if fits(MIB) { (MIB, "MiB") } else { (KIB, "KiB") };
            format!("{upload} {}..{} {name}", bytes.start / unit, bytes.end / unit)
        }
    }
}

/// What a page learned from a server that asked for pieces from 16 MiB on.
fn taken() -> Pieces {
    told(Pieces::in_a_page(), None)
}

fn told(mut pieces: Pieces, up_to: Option<u64>) -> Pieces {
    pieces.told(Some(safelight::Pieces { from: 16 * MIB, up_to }));
    pieces
}

fn asset(status: &str) -> String {
    format!(r#"{{"id":"712c5753-6095-41de-9d40-c36fb14df722","status":"{status}"}}"#)
}

fn created_asset() -> Exchange {
    answer(201, &asset("created"))
}

fn at_offset(status: u16, offset: u64) -> Answer {
    let headers = Headers { upload_offset: Some(offset.to_string()), ..Headers::default() };
    Answer { status, headers, text: String::new(), at: NOW }
}

fn place(offset: u64) -> Exchange {
    Exchange::Answered(begun_at(offset))
}

/// The server names the most bytes that one request may append.
fn place_with_limit(limit: &str) -> Exchange {
    let mut created = begun_at(0);
    created.headers.upload_limit = Some(limit.into());
    Exchange::Answered(created)
}

fn begun_at(offset: u64) -> Answer {
    let mut created = at_offset(201, offset);
    created.headers.location = Some("/u".into());
    created
}

fn reached(offset: u64) -> Exchange {
    Exchange::Answered(at_offset(204, offset))
}

fn corrected(offset: u64) -> Exchange {
    Exchange::Answered(at_offset(409, offset))
}
