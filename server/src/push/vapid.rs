//! VAPID (RFC 8292): the key by which push services and browsers recognise our pushes.

use axum::http::Uri;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use jiff::{SignedDuration, Timestamp};
use p256::SecretKey;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use p256::elliptic_curve::rand_core::OsRng;
use serde_json::json;

use crate::index::{Index, IndexError};

const KEY: &str = "vapid_key";

/// RFC 8292, section 2, allows at most a day.
const VALID: SignedDuration = SignedDuration::from_hours(12);

pub(super) struct Vapid(SigningKey);

impl Vapid {
    /// The key of this server, generated on first use. A new key would invalidate every subscription.
    pub(super) fn of(index: &Index) -> Result<Self, IndexError> {
        if let Some(key) = Self::kept(index)? {
            return Ok(key);
        }
        let secret = SecretKey::random(&mut OsRng);
        index.set_once(KEY, BASE64.encode(secret.to_bytes()))?;
        // Another thread may have been first.
        Self::kept(index)?.ok_or(IndexError::Damaged("the key for pushes"))
    }

    fn kept(index: &Index) -> Result<Option<Self>, IndexError> {
        let kept = index.setting(KEY)?.and_then(|text| BASE64.decode(text).ok());
        Ok(kept.and_then(|bytes| SigningKey::from_slice(&bytes).ok()).map(Self))
    }

    /// As an uncompressed point.
    pub(super) fn public_key(&self) -> Vec<u8> {
        self.0.verifying_key().to_encoded_point(false).as_bytes().to_vec()
    }

    /// The Authorization header that signs a push to this endpoint.
    pub(super) fn authorization(&self, endpoint: &Uri, contact: &str, now: Timestamp) -> String {
        let scheme = endpoint.scheme_str().unwrap_or_default();
        let authority = endpoint.authority().map_or("", |authority| authority.as_str());
        let claims = json!({
            "aud": format!("{scheme}://{authority}"),
            "exp": now.as_second() + VALID.as_secs(),
            "sub": contact,
        });
        let head = BASE64.encode(r#"{"typ":"JWT","alg":"ES256"}"#);
        let signed = format!("{head}.{}", BASE64.encode(claims.to_string()));
        let signature: Signature = self.0.sign(signed.as_bytes());
        let token = format!("{signed}.{}", BASE64.encode(signature.to_bytes()));
        format!("vapid t={token}, k={}", BASE64.encode(self.public_key()))
    }
}
