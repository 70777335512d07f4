//! The requests to the server, and what the engine learns from each answer.

use engine::{Abilities, Body, FolderId, Known, PairEnd, RequestEnd};
use futures::executor::block_on;
use protocol::safelight::Pieces;
use protocol::{AssetId, Digest};

use super::{Gallery, Pushing, Server};
use crate::http::Exchange;
use crate::http::script::{Script, answer, html};

const ASSET: &str = "712c5753-6095-41de-9d40-c36fb14df722";
const UNKNOWN: &str = r#"{"message":"Cannot GET","statusCode":404}"#;

mod asking {
    use super::*;

    #[test]
    fn digests_are_checked_by_their_index() {
        let server = Server(Script::of([answer(200, r#"{"results":[]}"#)]));
        block_on(server.ask(&[Digest([0xab; 20])]));
        let digest = "ab".repeat(20);
        let question = format!(r#"{{"assets":[{{"id":"0","checksum":"{digest}"}}]}}"#);
        assert_eq!(server.0.asked(), [format!("POST /api/assets/bulk-upload-check {question}")]);
    }

    #[test]
    fn answers_are_in_the_order_of_the_digests() {
        let results = [
            format!(
                r#"{{"id":"1","action":"reject","reason":"duplicate","assetId":"{ASSET}","isTrashed":false}}"#
            ),
            r#"{"id":"3","action":"reject","reason":"unsupported-format"}"#.into(),
            format!(
                r#"{{"id":"2","action":"reject","reason":"duplicate","assetId":"{ASSET}","isTrashed":true}}"#
            ),
            r#"{"id":"0","action":"accept"}"#.into(),
            r#"{"id":"4","action":"reject","reason":"duplicate","assetId":null}"#.into(),
        ];
        let asset: AssetId = ASSET.parse().unwrap();
        assert_eq!(
            known(5, &results.join(",")),
            Body::Understood(vec![
                Known::Lacking,
                Known::Held { asset: Some(asset) },
                Known::InTrash { asset: Some(asset) },
                Known::Unsupported,
                Known::Held { asset: None },
            ])
        );
    }

    #[test]
    fn an_answer_that_does_not_match_the_question_is_foreign() {
        let accepted = |id| format!(r#"{{"id":"{id}","action":"accept"}}"#);
        let table = [
            ("fewer answers than questions", accepted("0")),
            ("the answer to another question", [accepted("0"), accepted("7")].join(",")),
            ("more answers than questions", [accepted("0"), accepted("1"), accepted("2")].join(",")),
            ("one question answered twice", [accepted("0"), accepted("0")].join(",")),
            ("an id that is no place", [accepted("0"), accepted("b")].join(",")),
            (
                "a rejection without its reason",
                format!(r#"{},{{"id":"1","action":"reject"}}"#, accepted("0")),
            ),
            (
                "a reason that nobody knows",
                format!(r#"{},{{"id":"1","action":"reject","reason":"odd"}}"#, accepted("0")),
            ),
            ("an action that nobody knows", format!(r#"{},{{"id":"1","action":"wait"}}"#, accepted("0"))),
        ];
        for (name, results) in table {
            assert_eq!(known(2, &results), Body::Foreign, "{name}");
        }
    }

    #[test]
    fn no_answer_says_nothing_about_the_digests() {
        for (exchange, end) in
            [(Exchange::NoReply, RequestEnd::NoReply), (Exchange::Stalled, RequestEnd::Stalled)]
        {
            assert_eq!(block_on(Server(Script::of([exchange])).ask(&[Digest([1; 20])])), end);
        }
    }

    fn known(count: u8, results: &str) -> Body<Vec<Known>> {
        let digests: Vec<Digest> = (0..count).map(|number| Digest([number; 20])).collect();
        let answer = answer(200, &format!(r#"{{"results":[{results}]}}"#));
        match block_on(Server(Script::of([answer])).ask(&digests)) {
            RequestEnd::Replied(reply) => reply.body,
            RequestEnd::NoReply | RequestEnd::Stalled => panic!("there was an answer"),
        }
    }
}

mod checking {
    use super::*;

    #[test]
    fn a_different_epoch_is_a_different_account() {
        let table = [
            (r#"{"id":"a","email":"a@b.c"}"#, Some("a")),
            (r#"{"id":"a","epoch":"7"}"#, Some("a 7")),
            (r#"{"id":"a","epoch":"8"}"#, Some("a 8")),
            (r#"{"id":"a","epoch":null}"#, Some("a")),
            (r#"{"id":""}"#, None),
            (r#"{"name":"a"}"#, None),
            ("<html>", None),
        ];
        for (me, account) in table {
            let server = Server(Script::of([answer(200, me), answer(404, UNKNOWN)]));
            let RequestEnd::Replied(reply) = block_on(server.check()).account else { panic!("{me}") };
            let known = match reply.body {
                Body::Understood(account) => Some(account.0),
                Body::Refused(_) | Body::Foreign => None,
            };
            assert_eq!(known.as_deref(), account, "{me}");
            assert_eq!(server.0.asked(), ["GET /api/users/me", "GET /safelight/v1/capabilities"]);
        }
    }

    #[test]
    fn a_missing_sign_in_is_reported_with_its_status() {
        let refusal = answer(401, r#"{"message":"Authentication required"}"#);
        let RequestEnd::Replied(reply) = check(refusal, html(200)).account else { panic!("no reply") };
        assert_eq!((reply.status, reply.body), (401, Body::Refused("Authentication required".into())));
    }

    #[test]
    fn a_server_has_the_abilities_that_it_reports_and_no_others() {
        let all = r#"{"version":"1","verifiesDigests":true,"pieces":{"from":16,"upTo":7}}"#;
        let less = r#"{"version":"1","verifiesDigests":true}"#;
        let pieces = Some(Pieces { from: 16, up_to: Some(7) });
        let table = [
            (answer(200, all), Abilities { verifies_digests: true, pieces, ..Abilities::default() }),
            (answer(200, less), Abilities { verifies_digests: true, ..Abilities::default() }),
            (answer(404, UNKNOWN), Abilities::default()),
            (html(200), Abilities::default()),
            (Exchange::NoReply, Abilities::default()),
            (Exchange::Stalled, Abilities::default()),
        ];
        for (capabilities, abilities) in table {
            let checked = check(answer(200, r#"{"id":"a"}"#), capabilities.clone());
            assert_eq!(checked.abilities, abilities, "{capabilities:?}");
        }
    }

    fn check(me: Exchange, capabilities: Exchange) -> engine::Checked {
        block_on(Server(Script::of([me, capabilities])).check())
    }
}

#[test]
fn a_code_is_accepted_or_refused_or_nobody_answers() {
    let table = [
        (answer(201, "{}"), PairEnd::Paired),
        (answer(401, r#"{"message":"wrong"}"#), PairEnd::CodeRefused),
        (answer(400, r#"{"message":"wrong"}"#), PairEnd::CodeRefused),
        (answer(403, r#"{"message":"wrong"}"#), PairEnd::CodeRefused),
        (answer(429, r#"{"message":"later"}"#), PairEnd::TooManyTries),
        (html(502), PairEnd::NoReply),
        (html(403), PairEnd::NoReply),
        (Exchange::NoReply, PairEnd::NoReply),
        (Exchange::Stalled, PairEnd::NoReply),
    ];
    for (exchange, end) in table {
        let server = Server(Script::of([exchange]));
        assert_eq!(block_on(server.pair("x-y".into(), "Chrome on Linux".into())), end);
        let asked = r#"POST /safelight/v1/pair {"code":"x-y","deviceName":"Chrome on Linux"}"#;
        assert_eq!(server.0.asked(), [asked]);
    }
}

#[test]
fn a_limit_is_a_number_or_nothing() {
    let server = Server(Script::of([answer(204, ""), answer(204, "")]));
    block_on(server.limit_rate(std::num::NonZeroU64::new(5_000_000)));
    block_on(server.limit_rate(None));
    assert_eq!(
        server.0.asked(),
        [
            r#"POST /safelight/v1/rate {"bytesPerSecond":5000000}"#,
            r#"POST /safelight/v1/rate {"bytesPerSecond":null}"#,
        ]
    );
}

mod folders {
    use super::*;

    const OLDER: &str = "2d9ed5ecbe5b3f5fe26a0d4b3dd1ec26c3e6e4d2";

    #[test]
    fn a_folder_that_the_server_already_knows_is_not_sent_again() {
        let digest = digest_of("a line");
        assert_eq!(tell(answer(200, &told(&digest)), None), ["GET /safelight/v1/folders/own/3"]);
    }

    #[test]
    fn a_folder_that_the_server_does_not_know_is_sent() {
        let put = "PUT /safelight/v1/folders/own/3?name=2024+%26+%C3%84rger a line";
        let table =
            [answer(200, &told(OLDER)), answer(404, UNKNOWN), html(200), html(502), Exchange::NoReply];
        for known in table {
            let asked = tell(known.clone(), Some(answer(204, "")));
            assert_eq!(asked, ["GET /safelight/v1/folders/own/3", put], "{known:?}");
        }
    }

    fn tell(known: Exchange, put: Option<Exchange>) -> Vec<String> {
        let server = Server(Script::of([known].into_iter().chain(put)));
        block_on(server.tell_inventory(FolderId(3), "2024 & Ärger", "a line".into()));
        server.0.asked()
    }

    fn told(digest: &str) -> String {
        format!(
            r#"{{"id":"x","name":"n","deviceName":"d","toldAt":"2026-11-28T12:00:00Z","held":1,"gone":0,
                "digest":"{digest}"}}"#
        )
    }

    fn digest_of(text: &str) -> String {
        use sha1::Digest as _;
        Digest(sha1::Sha1::digest(text).into()).to_string()
    }

    #[test]
    fn the_text_of_a_folder_counts_only_with_a_success_status() {
        let table = [
            (answer(200, "a line"), Some("a line")),
            (answer(404, UNKNOWN), None),
            (html(502), None),
            (Exchange::NoReply, None),
            (Exchange::Stalled, None),
        ];
        for (exchange, text) in table {
            let server = Server(Script::of([exchange]));
            assert_eq!(block_on(server.inventory("x")).as_deref(), text);
            assert_eq!(server.0.asked(), ["GET /safelight/v1/folders/x"]);
        }
    }
}

#[test]
fn a_session_that_is_gone_has_ended() {
    let table = [
        (answer(204, ""), true),
        (answer(404, UNKNOWN), true),
        (answer(403, r#"{"message":"no"}"#), false),
        (html(502), false),
        (Exchange::NoReply, false),
    ];
    for (exchange, ended) in table {
        let server = Server(Script::of([exchange.clone()]));
        assert_eq!(block_on(server.end_session("7")), ended, "{exchange:?}");
        assert_eq!(server.0.asked(), ["DELETE /safelight/v1/sessions/7"]);
    }
}

#[test]
fn a_server_without_pushes_is_distinguished_from_one_that_does_not_answer() {
    let state = r#"{"publicKey":"k","subscribed":true,"endpoint":null,"held":false,"dailyAt":90,
        "pushedAt":null,"outcome":null}"#;
    let pushing = |exchange| block_on(Server(Script::of([exchange])).pushing());
    let Pushing::State(read) = pushing(answer(200, state)) else { panic!("no state") };
    assert_eq!((read.public_key.as_str(), read.endpoint, read.daily_at), ("k", None, Some(90)));
    assert_eq!(pushing(answer(404, UNKNOWN)), Pushing::Missing);
    for exchange in [html(200), html(502), answer(200, "{}"), Exchange::NoReply, Exchange::Stalled] {
        assert_eq!(pushing(exchange), Pushing::NoAnswer);
    }
}

mod library {
    use super::*;

    #[test]
    fn photos_of_a_server_with_thumbnails_are_shown_here() {
        let shown = r#"{"version":"1","thumbnails":true}"#;
        assert_eq!(gallery([answer(200, shown)]), Some(Gallery::Ours));
        let hidden = r#"{"version":"1","thumbnails":false}"#;
        let config = answer(200, r#"{"externalDomain":""}"#);
        assert_eq!(gallery([answer(200, hidden), config]), Some(Gallery::Immich(None)));
    }

    #[test]
    fn an_immich_shows_its_photos_itself() {
        let immich = |config: &str| gallery([answer(404, UNKNOWN), answer(200, config)]);
        let domain = "https://photos.example";
        assert_eq!(
            immich(r#"{"externalDomain":"https://photos.example","trashDays":30}"#),
            Some(Gallery::Immich(Some(domain.into())))
        );
        for unusable in [r#"{"externalDomain":""}"#, r#"{"externalDomain":"javascript:alert(1)"}"#] {
            assert_eq!(immich(unusable), Some(Gallery::Immich(None)), "{unusable}");
        }
        for no_answer in ["{}", "<html>"] {
            assert_eq!(immich(no_answer), None, "{no_answer}");
        }
    }

    #[test]
    fn no_photos_are_shown_without_an_answer() {
        assert_eq!(gallery([Exchange::NoReply]), None);
        assert_eq!(gallery([Exchange::Stalled]), None);
        assert_eq!(gallery([html(502), html(502)]), None);
    }

    #[test]
    fn a_month_is_requested_by_its_first_day() {
        let server = Server(Script::of([html(502)]));
        assert_eq!(block_on(server.assets_of("2024-05-01")), None);
        assert_eq!(server.0.asked(), ["GET /api/timeline/bucket?timeBucket=2024-05-01"]);
    }

    fn gallery<const N: usize>(answers: [Exchange; N]) -> Option<Gallery> {
        block_on(Server(Script::of(answers)).gallery())
    }
}
