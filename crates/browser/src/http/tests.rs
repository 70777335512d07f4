//! What the engine is told about each way a request can end.

use engine::{Body, Reply, RequestEnd};
use protocol::immich::{UploadAnswer, UploadStatus};

use super::script::{NOW, answer, html};
use super::{Answer, Exchange, Headers, understood, was_done};

const ID: &str = "712c5753-6095-41de-9d40-c36fb14df722";

#[test]
fn every_answer_has_its_meaning() {
    let created = format!(r#"{{"id":"{ID}","status":"created"}}"#);
    let with_more = format!(r#"{{"id":"{ID}","status":"created","isTrashed":false,"x":[1]}}"#);
    let duplicate = format!(r#"{{"id":"{ID}","status":"duplicate"}}"#);
    let understood = |status| Body::Understood(UploadAnswer { id: ID.parse().unwrap(), status });
    let refused = |message: &str| Body::Refused(message.into());
    let table = [
        ("success", 201, created.as_str(), understood(UploadStatus::Created)),
        ("a duplicate", 200, &duplicate, understood(UploadStatus::Duplicate)),
        ("success with fields of a newer server", 201, &with_more, understood(UploadStatus::Created)),
        ("success with spaces around", 201, &format!("\n {created} \n"), understood(UploadStatus::Created)),
        ("success without an id", 201, r#"{"status":"created"}"#, Body::Foreign),
        ("success with an id that is none", 201, r#"{"id":"7","status":"created"}"#, Body::Foreign),
        (
            "success with a status that nobody knows",
            201,
            &created.replace("created", "queued"),
            Body::Foreign,
        ),
        ("success with a list for an id", 201, r#"{"id":[],"status":"created"}"#, Body::Foreign),
        ("a refusal with the status of success", 200, r#"{"message":"no"}"#, Body::Foreign),
        ("success without a body", 204, "", Body::Foreign),
        ("success cut off", 200, &created[..20], Body::Foreign),
        ("null", 200, "null", Body::Foreign),
        ("a refusal by Immich 3.x", 400, r#"{"message":"File is empty"}"#, refused("File is empty")),
        (
            "a refusal by Immich 2.x",
            400,
            r#"{"message":["a must be a date","b is missing"],"error":"Bad Request","statusCode":400}"#,
            refused("a must be a date; b is missing"),
        ),
        (
            "a validation by Immich 3.x",
            400,
            r#"{"message":"Validation failed","errors":[]}"#,
            refused("Validation failed"),
        ),
        ("signed out", 401, r#"{"message":"Authentication required"}"#, refused("Authentication required")),
        ("what would be a success", 500, &created, Body::Foreign),
        ("a fault without a body", 500, "", Body::Foreign),
        ("a fault with a number for a message", 500, r#"{"message":500}"#, Body::Foreign),
        ("a text", 404, "404 page not found", Body::Foreign),
    ];
    for (name, status, text, body) in table {
        let expected = RequestEnd::Replied(Reply { status, retry_after_ms: None, body });
        assert_eq!(answer(status, text).end(), expected, "{name}");
    }
}

/// Redirects can also end at a proxy's sign-in page: the browser follows them and reports status 200.
#[test]
fn a_page_from_a_proxy_is_not_an_answer_from_the_api() {
    for status in [200, 201, 302, 400, 401, 403, 404, 413, 429, 500, 502, 503, 504, 520] {
        let foreign = Reply { status, retry_after_ms: None, body: Body::<UploadAnswer>::Foreign };
        assert_eq!(html(status).end(), RequestEnd::Replied(foreign));
    }
}

#[test]
fn a_request_without_an_answer_says_so() {
    assert_eq!(Exchange::NoReply.end::<UploadAnswer>(), RequestEnd::NoReply);
    assert_eq!(Exchange::Stalled.end::<UploadAnswer>(), RequestEnd::Stalled);
}

#[test]
fn retry_after_is_read_as_seconds_or_as_a_date() {
    let table = [
        ("0", Some(0)),
        ("120", Some(120_000)),
        (" 5 ", Some(5_000)),
        ("18446744073709551615", Some(u64::MAX)),
        ("Sat, 28 Nov 2026 12:01:30 GMT", Some(90_000)),
        ("Saturday, 28-Nov-26 12:01:30 GMT", Some(90_000)),
        ("Sat Nov 28 12:01:30 2026", Some(90_000)),
        ("Sat, 28 Nov 2026 11:00:00 GMT", Some(0)),
        ("", None),
        ("-5", None),
        ("soon", None),
        ("1.5", None),
    ];
    for (header, retry_after_ms) in table {
        let headers = Headers { retry_after: Some(header.into()), ..Headers::default() };
        let busy = Answer { status: 503, headers, text: String::new(), at: NOW };
        assert_eq!(busy.reply::<UploadAnswer>().retry_after_ms, retry_after_ms, "{header:?}");
    }
}

#[test]
fn header_fields_are_found_by_name() {
    let headers = Headers::read(|name| Some(format!("value of {name}")));
    assert_eq!(headers.retry_after.as_deref(), Some("value of retry-after"));
    assert_eq!(headers.location.as_deref(), Some("value of location"));
    assert_eq!(headers.upload_offset.as_deref(), Some("value of upload-offset"));
    assert_eq!(headers.upload_limit.as_deref(), Some("value of upload-limit"));
    assert_eq!(Headers::read(|_| None), Headers::default());
}

#[test]
fn only_a_success_status_means_that_something_was_done() {
    let table = [(answer(200, ""), true), (html(204), true), (html(302), false), (html(500), false)];
    for (exchange, done) in table {
        assert_eq!(was_done(&exchange.end::<()>()), done, "{exchange:?}");
    }
    assert!(!was_done(&Exchange::NoReply.end::<()>()) && !was_done(&Exchange::Stalled.end::<()>()));
}

#[test]
fn only_a_body_of_the_expected_type_is_an_answer() {
    let number = |exchange: Exchange| understood(exchange.end::<u32>());
    assert_eq!(number(answer(200, "7")), Some(7));
    let others = [
        answer(200, "seven"),
        answer(400, r#"{"message":"7"}"#),
        html(200),
        Exchange::NoReply,
        Exchange::Stalled,
    ];
    for other in others {
        assert_eq!(number(other), None);
    }
}
