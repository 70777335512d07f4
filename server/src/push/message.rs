//! One push message, encrypted for its receiver (RFC 8291) and signed by this server.

use std::time::Duration;

use axum::http::{HeaderValue, Request, header};
use jiff::Timestamp;
use protocol::safelight::{Push, PushReason};
use serde_json::json;
use web_push_native::{Error, WebPushBuilder};

use super::Subscription;
use super::vapid::Vapid;

/// A device that is off for longer looks for new files itself when it is on again.
const VALID: Duration = Duration::from_secs(12 * 3600);

/// At most 32 characters of base64url (RFC 8030, 5.4). Apple requires valid base64url: a length that is not 1 more than
/// a multiple of 4.
const TOPIC: &str = "safelight-backup";

pub(super) fn request(
    to: &Subscription,
    reason: PushReason,
    vapid: &Vapid,
    contact: &str,
    now: Timestamp,
) -> Result<Request<Vec<u8>>, Error> {
    let keys = &to.keys;
    let builder = WebPushBuilder::new(keys.endpoint.clone(), keys.public_key, keys.auth);
    let mut request =
        builder.with_valid_duration(VALID).build(json!(Push { reason }).to_string().into_bytes())?;
    let authorization = vapid.authorization(&keys.endpoint, contact, now);
    let authorization =
        HeaderValue::try_from(authorization).map_err(|error| Error::Extension(error.into()))?;
    let headers = request.headers_mut();
    headers.insert(header::AUTHORIZATION, authorization);
    // A newer push replaces one that was not delivered yet.
    headers.insert("topic", HeaderValue::from_static(TOPIC));
    headers.insert("urgency", HeaderValue::from_static("high"));
    Ok(request)
}
