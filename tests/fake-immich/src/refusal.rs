//! Refusals, and how each generation writes them.
//!
//! 3.x: `{"message"}`, plus `errors` if fields are invalid.
//! 2.x: `{"message", "error", "statusCode", "correlationId"}`, and `message` is a list if fields are invalid.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::dialect::Dialect;

/// A handler's refusal. [`crate::dress`], which knows the dialect, writes it.
#[derive(Debug, Clone)]
pub(crate) enum Refusal {
    Plain(StatusCode, String),
    Invalid(Vec<Violation>),
    /// The body is not JSON.
    BrokenJson,
}

/// An invalid field.
#[derive(Debug, Clone)]
pub(crate) struct Violation {
    field: &'static str,
    /// The sentences of 2.x, without the field name at the beginning.
    rules: &'static [&'static str],
    /// The issue object of 3.x, without its path.
    issue: Value,
}

/// The error of the recorded server's JSON parser for `{bad`.
const NOT_JSON: &str = "Expected property name or '}' in JSON at position 1 (line 1 column 2)";

impl Violation {
    pub(crate) fn text(field: &'static str) -> Violation {
        let issue = json!({"expected": "string", "code": "invalid_type",
            "message": "Invalid input: expected string, received undefined"});
        Violation { field, rules: &["must be a string", "should not be empty"], issue }
    }

    pub(crate) fn missing_date(field: &'static str) -> Violation {
        let issue = json!({"expected": "string", "code": "invalid_type",
            "message": "Invalid input: expected ISO 8601 datetime string, received undefined"});
        Violation { field, rules: &["must be a Date instance", "should not be empty"], issue }
    }

    /// It was recorded that 3.x answers 400. The wording was not.
    pub(crate) fn malformed_date(field: &'static str) -> Violation {
        let issue = json!({"code": "invalid_format", "message": "Invalid ISO 8601 datetime string"});
        Violation { field, rules: &["must be a Date instance"], issue }
    }

    pub(crate) fn not_a_number(field: &'static str) -> Violation {
        let issue = json!({"expected": "number", "code": "invalid_type", "received": "NaN",
            "message": "Invalid input: expected number, received NaN"});
        Violation { field, rules: &["must be a number"], issue }
    }

    /// Recorded from 2.x only.
    pub(crate) fn not_a_uuid(field: &'static str) -> Violation {
        let issue = json!({"code": "invalid_format", "format": "uuid", "message": "Invalid UUID"});
        Violation { field, rules: &["must be a UUID"], issue }
    }

    /// Not recorded.
    pub(crate) fn not_one_of(field: &'static str) -> Violation {
        let issue = json!({"code": "invalid_value", "message": "Invalid option"});
        Violation { field, rules: &["must be one of the following values"], issue }
    }

    fn sentences(&self) -> impl Iterator<Item = String> + '_ {
        self.rules.iter().map(|rule| format!("{} {rule}", self.field))
    }

    fn error(&self) -> Value {
        let mut error = self.issue.clone();
        error["path"] = json!([self.field]);
        error
    }
}

impl Refusal {
    pub(crate) fn plain(status: StatusCode, message: impl Into<String>) -> Refusal {
        Refusal::Plain(status, message.into())
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Refusal {
        Refusal::plain(StatusCode::BAD_REQUEST, message)
    }

    pub(crate) fn internal(message: impl Into<String>) -> Refusal {
        Refusal::plain(StatusCode::INTERNAL_SERVER_ERROR, message)
    }

    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Refusal::Plain(status, _) => *status,
            Refusal::Invalid(_) | Refusal::BrokenJson => StatusCode::BAD_REQUEST,
        }
    }

    pub(crate) fn body(&self, dialect: Dialect, correlation: &str) -> Value {
        match dialect {
            Dialect::V2 => self.body_of_2(correlation),
            Dialect::V3 => self.body_of_3(),
        }
    }

    fn body_of_2(&self, correlation: &str) -> Value {
        let status = self.status();
        let message = match self {
            Refusal::Plain(_, message) => json!(message),
            Refusal::Invalid(all) => all.iter().flat_map(Violation::sentences).collect(),
            Refusal::BrokenJson => json!(NOT_JSON),
        };
        let error = status.canonical_reason();
        let mut body = json!({"message": message, "error": error, "statusCode": status.as_u16()});
        if !matches!(self, Refusal::BrokenJson) {
            body["correlationId"] = json!(correlation);
        }
        body
    }

    fn body_of_3(&self) -> Value {
        match self {
            Refusal::Plain(_, message) => json!({"message": message}),
            Refusal::Invalid(all) => {
                let errors: Vec<Value> = all.iter().map(Violation::error).collect();
                json!({"message": "Validation failed", "errors": errors})
            }
            Refusal::BrokenJson => json!({"message": NOT_JSON}),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}
