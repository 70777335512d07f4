//! `/api/timeline/…`: the assets of the vault by month, in the columns that Immich uses, and their thumbnails.

use std::sync::Arc;

use axum::extract::{Request, State as Shared};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::{Extension, Json};
use jiff::civil::Date;
use protocol::immich::{TimeBucket, TimeBucketAsset, TimeBucketAssets, path};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::asked::{PathOf, QueryOf};
use super::assets::{find, served};
use super::sign_in::SignedIn;
use crate::error::AppError;
use crate::openapi::Refused;
use crate::state::State;
use crate::vault::{Asset, AssetKind, Month, Size, Vault};

/// An asset's bytes never change, so its pictures never do.
const FOR_EVER: HeaderValue = HeaderValue::from_static("private, max-age=31536000, immutable");

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(super) struct WhichBucket {
    /// As in the list of buckets.
    #[param(format = "date")]
    time_bucket: String,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichSize {
    size: Option<PictureSize>,
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum PictureSize {
    Thumbnail,
    Preview,
}

#[utoipa::path(
    get,
    path = path::TIME_BUCKETS,
    tag = "Immich",
    responses((status = 200, body = Vec<TimeBucket>, description = "The months, newest first"), Refused),
)]
pub(super) async fn buckets(Extension(who): Extension<SignedIn>) -> Result<Json<Vec<TimeBucket>>, AppError> {
    let months = who.ask(Vault::months).await?;
    let bucket = |month: Month| TimeBucket { time_bucket: month.start.to_string(), count: month.count };
    Ok(Json(months.into_iter().map(bucket).collect()))
}

#[utoipa::path(
    get,
    path = path::TIME_BUCKET,
    tag = "Immich",
    params(WhichBucket),
    responses((status = 200, body = TimeBucketAssets, description = "The photos and videos of this month"), Refused),
)]
pub(super) async fn bucket(
    Extension(who): Extension<SignedIn>,
    QueryOf(WhichBucket { time_bucket }): QueryOf<WhichBucket>,
) -> Result<Json<TimeBucketAssets>, AppError> {
    let start: Date = time_bucket
        .parse()
        .map_err(|_| AppError::bad_request("Validation failed: timeBucket must be a date like 2024-05-01"))?;
    let assets = who.ask(move |vault| vault.month(start)).await?;
    let mut columns = TimeBucketAssets::default();
    assets.into_iter().map(shape).for_each(|asset| columns.push(asset));
    Ok(Json(columns))
}

fn shape(asset: Asset) -> TimeBucketAsset {
    TimeBucketAsset {
        id: asset.id,
        is_image: asset.kind == AssetKind::Image,
        is_favorite: asset.favorite,
        file_created_at: asset.taken.instant.to_string(),
        local_offset_hours: asset.taken.offset_hours(),
        is_local_known: asset.taken.is_local_known(),
        is_date_doubtful: asset.taken.is_doubtful,
        original_file_name: asset.name,
        file_size_in_byte: asset.size,
    }
}

#[utoipa::path(
    get,
    path = "/api/assets/{id}/thumbnail",
    tag = "Immich",
    params(("id" = String, Path, format = "uuid"), WhichSize),
    responses(
        (status = 200, body = [u8], content_type = "image/jpeg", description = "A small picture"),
        Refused,
    ),
)]
pub(super) async fn thumbnail(
    Shared(state): Shared<State>,
    Extension(who): Extension<SignedIn>,
    PathOf(id): PathOf<String>,
    QueryOf(WhichSize { size }): QueryOf<WhichSize>,
    request: Request,
) -> Result<Response, AppError> {
    let asset = find(&who, &id).await?;
    let size = match size {
        Some(PictureSize::Preview) => Size::Preview,
        Some(PictureSize::Thumbnail) | None => Size::Thumbnail,
    };
    // The semaphore is never closed.
    let turn = Arc::clone(&state.thumbnail_workers).acquire_owned().await;
    let picture = who.ask(move |vault| {
        // The work goes on if the client disconnects, so it must keep its permit.
        let _turn = turn;
        vault.picture(&asset, size)
    });
    let picture = picture.await?;
    let none = || AppError::Refused(StatusCode::NOT_FOUND, "There is no thumbnail of this file".to_owned());
    let mut response = served(&picture.ok_or_else(none)?, "image/jpeg", request).await?;
    response.headers_mut().insert(header::CACHE_CONTROL, FOR_EVER);
    Ok(response)
}
