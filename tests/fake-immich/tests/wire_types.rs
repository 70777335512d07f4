//! The project's own wire types can read the answers of each generation.

mod support;

use protocol::immich::{
    AddToAlbumError, AddedToAlbum, BulkUploadCheckResults, CheckAction, ErrorBody, MediaTypes, RejectReason,
    ServerConfig, ServerVersion, Statistics, UploadAnswer, UploadStatus, UserMe, path, question,
};
use protocol::media::{Named, named};
use protocol::{AssetId, Digest};
use serde::de::DeserializeOwned;
use serde_json::json;
use support::{ABC, ABC_HEX, Answer, Form, UNKNOWN_ID, each_dialect};

fn read<T: DeserializeOwned>(answer: &Answer) -> T {
    serde_json::from_slice(&answer.body).unwrap()
}

#[test]
fn server_facts_are_read() {
    each_dialect(|_, client| {
        let version: ServerVersion = read(&client.get(path::VERSION));
        assert!((2..=3).contains(&version.major));
        let config: ServerConfig = read(&client.get(path::CONFIG));
        assert_eq!(config.external_domain, "");
        let types: MediaTypes = read(&client.get(path::MEDIA_TYPES));
        assert_eq!(types.sidecar, [".xmp"]);
        // We know every type that a server of each generation accepts. Some are accepted only by 3.x.
        for extension in types.image.iter().chain(&types.video) {
            let named = named(&format!("a{extension}"));
            let is_known = matches!(named, Named::Media(_)) || [".ts", ".mts"].contains(&extension.as_str());
            assert!(is_known, "{extension}");
        }
    });
}

#[test]
fn the_signed_in_user_is_read() {
    each_dialect(|_, client| {
        let me: UserMe = read(&client.get(path::USERS_ME));
        assert_eq!(me.id, client.get(path::USERS_ME).id());
        assert!(!me.id.is_empty());
    });
}

#[test]
fn answers_to_uploads_and_checks_are_read() {
    each_dialect(|_, client| {
        let form = Form::photo("x.jpg", ABC);
        let created: UploadAnswer = read(&client.upload(&form));
        assert_eq!(created.status, UploadStatus::Created);
        let again: UploadAnswer = read(&client.upload(&form));
        assert_eq!(again, UploadAnswer { id: created.id, status: UploadStatus::Duplicate });

        let digests: [Digest; 2] = [ABC_HEX.parse().unwrap(), Digest([1; 20])];
        let body = serde_json::to_value(question(&digests)).unwrap();
        let checked: BulkUploadCheckResults = read(&client.post(path::BULK_UPLOAD_CHECK, &body));
        let [held, new] = checked.results.try_into().unwrap();
        assert_eq!(
            (held.id.as_str(), held.action, held.reason),
            ("0", CheckAction::Reject, Some(RejectReason::Duplicate))
        );
        assert_eq!((held.asset_id, held.is_trashed), (Some(created.id), Some(false)));
        assert_eq!((new.id.as_str(), new.action, new.asset_id), ("1", CheckAction::Accept, None));

        let counted: Statistics = read(&client.get(path::STATISTICS));
        assert_eq!((counted.images, counted.videos, counted.total), (1, 0, 1));
    });
}

#[test]
fn answers_about_albums_are_read() {
    each_dialect(|_, client| {
        let id = client.post(path::ALBUMS, &json!({"albumName": "Camera"})).id();
        let asset = client.photo(ABC);
        let body = json!({"ids": [asset, UNKNOWN_ID]});
        let added: Vec<AddedToAlbum> =
            read(&client.json("PUT", &format!("{}/{id}/assets", path::ALBUMS), &body));
        let unknown: AssetId = UNKNOWN_ID.parse().unwrap();
        assert!(added[0].success && added[0].error.is_none());
        assert_eq!((added[1].id, added[1].error), (unknown, Some(AddToAlbumError::NoPermission)));
    });
}

#[test]
fn every_refusal_is_read_with_one_message_or_several() {
    each_dialect(|_, client| {
        let refused: ErrorBody = read(&client.get("/api/nope"));
        assert_eq!(refused.message, "Cannot GET /api/nope");
        let invalid: ErrorBody = read(&client.upload(&Form::device().file("assetData", "x.jpg", ABC)));
        assert!(!invalid.message.is_empty());
    });
}
