//! Whatever a server or a proxy in front of it answers, a transfer ends and never requests a range outside the file.

use proptest::prelude::*;
use protocol::safelight;

use super::*;
use crate::http::Headers;
use crate::http::script::NOW;

/// Far more than such a file needs: each request makes progress, shrinks the pieces, or is one of a few corrections.
const MOST_REQUESTS: usize = 10_000;

proptest! {
    #[test]
    fn every_transfer_ends_within_its_file(
        size in 1..2_000_u64,
        from in 0..2_000_u64,
        up_to in prop::option::of(0..3_000_u64),
        answers in prop::collection::vec(answers(), 1..12),
    ) {
        let mut pieces = Pieces::in_a_page();
        pieces.told(Some(safelight::Pieces { from, up_to }));
        let mut transfer = Transfer::new(size, &pieces);
        for exchange in answers.iter().cycle().take(MOST_REQUESTS) {
            if let Part::Piece { bytes, .. } = transfer.part() {
                prop_assert!(bytes.start <= bytes.end && bytes.end <= size, "{bytes:?}");
                prop_assert!(bytes.start < bytes.end || bytes.end == size, "{bytes:?}");
            }
            match transfer.ended(exchange, 1_000, &mut pieces) {
                Next::Send => {}
                Next::Resume(at) => prop_assert!(at <= size),
                Next::End(_) => return Ok(()),
            }
        }
        prop_assert!(false, "it never ended");
    }
}

fn answers() -> impl Strategy<Value = Exchange> {
    let status = prop::sample::select(vec![0_u16, 200, 201, 204, 404, 409, 413, 500]);
    let offset = prop::option::of(0..2_100_u64);
    let limit = prop::option::of(0..3_000_u64);
    (status, offset, limit, any::<bool>()).prop_map(|(status, offset, limit, has_place)| {
        if status == 0 {
            return if has_place { Exchange::NoReply } else { Exchange::Stalled };
        }
        let headers = Headers {
            retry_after: None,
            location: has_place.then(|| "/u".into()),
            upload_offset: offset.map(|offset| offset.to_string()),
            upload_limit: limit.map(|limit| format!("max-append-size={limit}")),
        };
        Exchange::Answered(Answer { status, headers, text: String::new(), at: NOW })
    })
}
