//! `POST /api/assets/bulk-upload-check`: which of these digests the vault holds. An empty list gets an empty
//! answer (Immich fails). Text that is not a digest counts as unknown, as in Immich.

use axum::{Extension, Json};
use protocol::AssetId;
use protocol::immich::{
    BulkUploadCheck, BulkUploadCheckResults, CheckAction, CheckItem, CheckResult, RejectReason, path,
};

use super::asked::JsonBody;
use super::sign_in::SignedIn;
use super::upload::checksum;
use crate::error::AppError;
use crate::openapi::Refused;
use crate::vault::VaultError;

#[utoipa::path(
    post,
    path = path::BULK_UPLOAD_CHECK,
    tag = "Immich",
    request_body = BulkUploadCheck,
    responses((status = 200, body = BulkUploadCheckResults, description = "Which of them the server has"), Refused),
)]
pub(super) async fn bulk_upload_check(
    Extension(who): Extension<SignedIn>,
    JsonBody(question): JsonBody<BulkUploadCheck>,
) -> Result<Json<BulkUploadCheckResults>, AppError> {
    let results = who
        .ask(move |vault| {
            let digests: Vec<_> =
                question.assets.iter().map(|item| checksum::parse(&item.checksum)).collect();
            let held = vault.held_of(&digests)?;
            Ok::<_, VaultError>(question.assets.into_iter().zip(held).map(result).collect())
        })
        .await?;
    Ok(Json(BulkUploadCheckResults { results }))
}

fn result((item, held): (CheckItem, Option<AssetId>)) -> CheckResult {
    CheckResult {
        id: item.id,
        action: held.map_or(CheckAction::Accept, |_| CheckAction::Reject),
        reason: held.map(|_| RejectReason::Duplicate),
        asset_id: held,
        is_trashed: held.map(|_| false),
    }
}
