//! The client's description of a file, in JSON.

use jiff::Timestamp;
use protocol::resumable::AssetData;

use crate::error::AppError;
use crate::vault::{AssetKind, Description};

/// Fails if a file of this name cannot be a photo or video.
pub(in crate::api) fn description(data: AssetData) -> Result<Description, AppError> {
    let AssetData { filename, file_created_at, file_modified_at, is_favorite } = data;
    if !AssetKind::is_possible(&filename) {
        return Err(AppError::unsupported(&filename));
    }
    let (created, modified) = (date(&file_created_at)?, date(&file_modified_at)?);
    Ok(Description { name: filename, created, modified, favorite: is_favorite })
}

fn date(text: &str) -> Result<Timestamp, AppError> {
    text.parse().map_err(|_| {
        AppError::bad_request(format!("Validation failed: {text} is not an ISO 8601 date and time"))
    })
}
