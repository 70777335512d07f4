//! The header fields of a resumable upload (draft-ietf-httpbis-resumable-upload).

use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use protocol::Digest;
use protocol::resumable::{AssetData, PARTIAL_UPLOAD, header};

pub(super) type Fields = Vec<(&'static str, String)>;

/// Creates an upload for a file with this size in bytes. It is identified only by its digest.
pub(super) fn creation(size: u64, digest: Digest, file: &AssetData) -> Result<Fields, serde_json::Error> {
    let file = serde_json::to_vec(file)?;
    Ok(vec![
        (header::COMPLETE, "?0".into()),
        (header::LENGTH, size.to_string()),
        (header::DIGEST, format!("sha=:{}:", STANDARD.encode(digest.0))),
        (header::ASSET_DATA, STANDARD.encode(file)),
    ])
}

/// Appends these bytes of a file with this size in bytes.
pub(super) fn piece(bytes: &Range<u64>, size: u64) -> Fields {
    let completes = if bytes.end == size { "?1" } else { "?0" };
    vec![
        ("content-type", PARTIAL_UPLOAD.into()),
        (header::OFFSET, bytes.start.to_string()),
        (header::COMPLETE, completes.into()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_creation_names_the_file_by_size_digest_and_description() {
        let file = AssetData {
            filename: "Ärger 😀.mp4".into(),
            file_created_at: "2024-05-01T10:00:00.000Z".into(),
            file_modified_at: "2024-05-01T10:00:00.000Z".into(),
            is_favorite: false,
        };
        let digest = "a9993e364706816aba3e25717850c26c9cd0d89d".parse().unwrap();
        let fields = creation(7, digest, &file).unwrap();
        assert_eq!(fields[0], ("upload-complete", "?0".into()));
        assert_eq!(fields[1], ("upload-length", "7".into()));
        assert_eq!(fields[2], ("repr-digest", "sha=:qZk+NkcGgWq6PiVxeFDCbJzQ2J0=:".into()));
        assert_eq!(fields[3].0, "x-immich-asset-data");
        let description = STANDARD.decode(&fields[3].1).unwrap();
        assert_eq!(serde_json::from_slice::<AssetData>(&description).unwrap(), file);
    }

    #[test]
    fn only_the_last_piece_completes_the_upload() {
        let complete = |bytes| piece(&bytes, 10)[2].clone();
        assert_eq!(piece(&(4..8), 10)[1], ("upload-offset", "4".into()));
        assert_eq!(complete(4..9), ("upload-complete", "?0".into()));
        assert_eq!(complete(8..10), ("upload-complete", "?1".into()));
        assert_eq!(complete(10..10), ("upload-complete", "?1".into()));
    }
}
