//! The server's photos and videos, month by month.

use engine::{Body, Reply, RequestEnd};
use protocol::immich::{ServerConfig, TimeBucket, TimeBucketAsset, TimeBucketAssets, path};
use protocol::safelight::Capabilities;
use protocol::safelight::path::CAPABILITIES;
use serde::Deserialize;

use super::Server;
use crate::http::{Client, understood};

/// Which app shows the photos.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gallery {
    /// This app.
    Ours,
    /// Immich itself, at this address if it knows its own.
    Immich(Option<String>),
}

impl<C: Client> Server<C> {
    /// None if there is no answer.
    pub(crate) async fn gallery(&self) -> Option<Gallery> {
        let RequestEnd::Replied(Reply { body, .. }) = self.0.get::<Capabilities>(CAPABILITIES).await else {
            return None;
        };
        if matches!(body, Body::Understood(Capabilities { thumbnails: true, .. })) {
            return Some(Gallery::Ours);
        }
        let ServerConfig { external_domain } = understood(self.0.get(path::CONFIG).await)?;
        Some(Gallery::Immich(Some(external_domain).filter(|domain| domain.starts_with("http"))))
    }

    /// Newest first; none if there is no answer.
    pub(crate) async fn months(&self) -> Option<Vec<TimeBucket>> {
        understood(self.0.get(path::TIME_BUCKETS).await)
    }

    /// Newest first; none if there is no answer.
    pub(crate) async fn assets_of(&self, month: &str) -> Option<Vec<TimeBucketAsset>> {
        let path = format!("{}?timeBucket={month}", path::TIME_BUCKET);
        understood(self.0.get::<TimeBucketAssets>(&path).await)?.into_assets()
    }

    /// When a photo was taken, by the clock of the place: ISO 8601. None if there is no answer, or no such photo.
    pub(crate) async fn local_time_of(&self, id: &str) -> Option<String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Asset {
            local_date_time: String,
        }
        let asset: Asset = understood(self.0.get(&format!("/api/assets/{id}")).await)?;
        Some(asset.local_date_time)
    }
}
