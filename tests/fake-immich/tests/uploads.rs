//! `POST /assets`: the order of the fields, and what is refused and how, as recorded from 2.5.6 and 3.1.0.

mod support;

use std::thread;

use fake_immich::Dialect;
use serde_json::json;
use support::{ABC, ABC_BASE64, ABC_HEX, Client, Form, UNKNOWN_ID, each_dialect};

#[test]
fn one_form_fits_both_generations_and_201_says_created() {
    each_dialect(|_, client| {
        let answer = client.upload(&Form::photo("x.jpg", ABC));
        assert_eq!((answer.status, &answer.json()["status"]), (201, &json!("created")));
        let [held] = client.immich().held().try_into().unwrap();
        assert_eq!((held.id, held.digest.as_str(), held.name.as_str()), (answer.id(), ABC_HEX, "x.jpg"));
    });
}

#[test]
fn the_same_bytes_are_200_duplicate_with_the_same_id() {
    each_dialect(|_, client| {
        let id = client.photo(ABC);
        let again = client.upload(&Form::photo("other name.png", ABC));
        assert_eq!((again.status, again.json()), (200, json!({"status": "duplicate", "id": id})));
        assert_eq!(client.immich().held().len(), 1);
    });
}

#[test]
fn four_equal_uploads_at_once_are_one_asset() {
    each_dialect(|_, client| {
        let form = Form::photo("x.jpg", &[7; 100_000]);
        let mut all: Vec<(u16, String)> = thread::scope(|scope| {
            let upload = || {
                let answer = client.upload(&form);
                (answer.status, answer.id())
            };
            let begun: Vec<_> = (0..4).map(|_| scope.spawn(upload)).collect();
            begun.into_iter().map(|upload| upload.join().unwrap()).collect()
        });
        all.sort();
        assert_eq!(all.iter().map(|(status, _)| *status).collect::<Vec<_>>(), [200, 200, 200, 201]);
        all.dedup_by(|a, b| a.1 == b.1);
        assert_eq!(all.len(), 1, "one id");
    });
}

#[test]
fn a_known_checksum_is_a_duplicate_before_the_body_is_read() {
    each_dialect(|_, client| {
        let id = client.photo(ABC);
        for known in [ABC_HEX, ABC_BASE64] {
            let headers = [("x-api-key", client.key.as_str()), ("x-immich-checksum", known)];
            let answer = client.send("POST", "/api/assets", &headers, &[]);
            assert_eq!((answer.status, answer.json()), (200, json!({"status": "duplicate", "id": id})));
        }
    });
}

#[test]
fn a_wrong_checksum_is_not_verified() {
    each_dialect(|_, client| {
        let wrong = [("x-immich-checksum", "0000000000000000000000000000000000000001")];
        assert_eq!(client.upload_with(&Form::photo("x.jpg", ABC), &wrong).status, 201);
        assert_eq!(client.immich().held()[0].digest, ABC_HEX, "its own, and not the promised one");
    });
}

#[test]
fn two_x_wants_device_ids_and_3_x_ignores_them() {
    each_dialect(|dialect, client| {
        let form = Form::default()
            .text("fileCreatedAt", "2024-05-01T10:00:00.000Z")
            .text("fileModifiedAt", "2024-05-01T10:00:00.000Z")
            .file("assetData", "x.jpg", ABC);
        let answer = client.upload(&form);
        if dialect == Dialect::V3 {
            return assert_eq!(answer.status, 201);
        }
        let mut body = answer.json();
        body["correlationId"] = json!("");
        let sentences = [
            "deviceAssetId must be a string",
            "deviceAssetId should not be empty",
            "deviceId must be a string",
            "deviceId should not be empty",
        ];
        let wanted =
            json!({"message": sentences, "error": "Bad Request", "statusCode": 400, "correlationId": ""});
        assert_eq!((answer.status, body), (400, wanted));
    });
}

#[test]
fn missing_dates_are_400_with_every_error_listed() {
    each_dialect(|dialect, client| {
        let answer = client.upload(&Form::device().file("assetData", "x.jpg", ABC));
        assert_eq!(answer.status, 400);
        let body = answer.json();
        if dialect == Dialect::V2 {
            let sentences = [
                "fileCreatedAt must be a Date instance",
                "fileCreatedAt should not be empty",
                "fileModifiedAt must be a Date instance",
                "fileModifiedAt should not be empty",
            ];
            return assert_eq!(body["message"], json!(sentences));
        }
        let error = |field: &str| {
            json!({"expected": "string", "code": "invalid_type", "path": [field],
                "message": "Invalid input: expected ISO 8601 datetime string, received undefined"})
        };
        let errors = [error("fileCreatedAt"), error("fileModifiedAt")];
        assert_eq!(body, json!({"message": "Validation failed", "errors": errors}));
    });
}

#[test]
fn a_bare_date_is_400_on_3_x_alone() {
    each_dialect(|dialect, client| {
        let form = Form::device().text("fileCreatedAt", "2024-05-01").text("fileModifiedAt", "2024-05-01");
        let answer = client.upload(&form.file("assetData", "x.jpg", ABC));
        assert_eq!(answer.status, if dialect == Dialect::V2 { 201 } else { 400 });
        let offset = "2024-05-01T12:00:00+02:00";
        let form = Form::device().text("fileCreatedAt", offset).text("fileModifiedAt", offset);
        assert_eq!(client.upload(&form.file("assetData", "y.jpg", b"other")).status, 201);
    });
}

#[test]
fn a_duration_in_milliseconds_fits_both_and_one_in_words_2_x_alone() {
    each_dialect(|dialect, client| {
        let with = |duration: &str, bytes: &[u8]| {
            client.upload(&Form::complete().text("duration", duration).file("assetData", "x.mp4", bytes))
        };
        assert_eq!(with("2000", b"one").status, 201);
        let words = with("0:00:02.0", b"two");
        if dialect == Dialect::V2 {
            return assert_eq!(words.status, 201);
        }
        let error = json!({"expected": "number", "code": "invalid_type", "received": "NaN", "path": ["duration"],
            "message": "Invalid input: expected number, received NaN"});
        assert_eq!(words.json(), json!({"message": "Validation failed", "errors": [error]}));
    });
}

#[test]
fn the_extension_alone_decides_the_type() {
    each_dialect(|dialect, client| {
        let upload = |name: &str, bytes: &[u8]| client.upload(&Form::photo(name, bytes));
        assert_eq!(upload("Ärger.HEIC", b"no picture").status, 201);
        upload("x.txt", b"text").assert_refused(dialect, 400, "Unsupported file type x.txt");
        let transport_stream = upload("x.ts", b"film").status;
        assert_eq!(transport_stream, if dialect == Dialect::V3 { 201 } else { 400 });
    });
}

#[test]
fn a_file_that_comes_before_its_name_is_judged_without_it() {
    each_dialect(|dialect, client| {
        let form = Form::complete().file("assetData", "blob", ABC).text("filename", "x.jpg");
        client.upload(&form).assert_refused(dialect, 400, "Unsupported file type blob");
        let form = Form::complete().text("filename", "x.jpg").file("assetData", "blob", ABC);
        assert_eq!(client.upload(&form).status, 201);
        assert_eq!(client.immich().held()[0].name, "x.jpg");
    });
}

#[test]
fn without_a_filename_the_name_of_the_part_is_taken() {
    each_dialect(|_, client| {
        assert_eq!(client.upload(&Form::complete().file("assetData", "Öl 😀.jpg", ABC)).status, 201);
        assert_eq!(client.immich().held()[0].name, "Öl 😀.jpg");
    });
}

#[test]
fn an_empty_file_is_400_on_3_x_and_kept_by_2_x() {
    each_dialect(|dialect, client| {
        let answer = client.upload(&Form::photo("x.jpg", &[]));
        match dialect {
            Dialect::V2 => assert_eq!(answer.status, 201),
            Dialect::V3 => answer.assert_refused(dialect, 400, "File is empty"),
        }
    });
}

#[test]
fn a_form_without_a_file_is_400() {
    each_dialect(|dialect, client| {
        client.upload(&Form::complete()).assert_refused(dialect, 400, "File is required");
    });
}

#[test]
fn a_file_in_an_unknown_field_is_400() {
    each_dialect(|dialect, client| {
        let answer = client.upload(&Form::complete().file("other", "x.jpg", ABC));
        answer.assert_refused(dialect, 400, "Unexpected field - other");
    });
}

#[test]
fn an_unknown_visibility_is_400() {
    each_dialect(|_, client| {
        let with = |visibility: &str, bytes: &[u8]| {
            client
                .upload(&Form::complete().text("visibility", visibility).file("assetData", "x.jpg", bytes))
                .status
        };
        for visibility in ["archive", "timeline", "hidden", "locked"] {
            assert_eq!(with(visibility, visibility.as_bytes()), 201);
        }
        assert_eq!(with("secret", b"secret"), 400);
    });
}

#[test]
fn a_live_photo_names_its_film_which_must_be_there() {
    each_dialect(|dialect, client| {
        let still = |film: &str| {
            client.upload(&Form::complete().text("livePhotoVideoId", film).file(
                "assetData",
                "L.HEIC",
                b"still",
            ))
        };
        still(UNKNOWN_ID).assert_refused(dialect, 400, "Live photo video not found");
        let hidden = Form::complete().text("visibility", "hidden");
        let film = client.upload(&hidden.file("assetData", "L.MOV", b"film"));
        let still = still(&film.id());
        assert_eq!((film.status, still.status), (201, 201));
        let info = client.get(&format!("/api/assets/{}", still.id())).json();
        assert_eq!(info["livePhotoVideoId"], film.id());
        let counted = client.get("/api/assets/statistics").json();
        assert_eq!(counted, json!({"images": 1, "videos": 0, "total": 1}), "what is hidden is not counted");
    });
}

#[test]
fn a_sidecar_after_the_filename_is_judged_by_it_on_2_x() {
    each_dialect(|dialect, client| {
        let form = Form::complete().text("filename", "L.HEIC").file("assetData", "L.HEIC", ABC);
        let answer = client.upload(&form.file("sidecarData", "L.xmp", b"<x/>"));
        match dialect {
            Dialect::V2 => answer.assert_refused(dialect, 400, "Unsupported file type L.HEIC"),
            Dialect::V3 => assert_eq!(answer.status, 201),
        }
    });
}

#[test]
fn a_sidecar_is_taken_before_the_filename_and_without_one_and_with_one_after_the_files() {
    let asset = |form: Form| form.file("assetData", "L.HEIC", ABC);
    let sidecar = |form: Form| form.file("sidecarData", "L.xmp", b"<x/>");
    let name = |form: Form| form.text("filename", "L.HEIC");
    each_dialect(|dialect, _| {
        for form in [
            asset(name(sidecar(Form::complete()))),
            sidecar(asset(Form::complete())),
            name(sidecar(asset(Form::complete()))),
        ] {
            let client = Client::of(dialect);
            assert_eq!(client.upload(&form).status, 201);
            let [held] = client.immich().held().try_into().unwrap();
            assert_eq!((held.name.as_str(), held.sidecar), ("L.HEIC", Some(4)));
        }
    });
}

#[test]
fn a_sidecar_of_another_type_is_400() {
    each_dialect(|dialect, client| {
        let form = Form::complete().file("sidecarData", "s.jpg", b"<x/>").file("assetData", "L.HEIC", ABC);
        client.upload(&form).assert_refused(dialect, 400, "Unsupported file type s.jpg");
    });
}

#[test]
fn metadata_is_a_list_in_json() {
    each_dialect(|_, client| {
        let with = |metadata: &str| {
            client.upload(&Form::complete().text("metadata", metadata).file("assetData", "x.jpg", ABC)).status
        };
        assert_eq!(with("{"), 400);
        assert_eq!(with(r#"[{"key":"mobile-app","value":{"iCloudId":"1"}}]"#), 201);
    });
}

#[test]
fn the_quota_is_400_and_nothing_is_kept() {
    each_dialect(|dialect, _| {
        let client = Client::with(dialect, Some(20_000), &["all"]);
        client.photo(&[1; 16_877]);
        let over = client.upload(&Form::photo("y.jpg", &[2; 16_877]));
        over.assert_refused(dialect, 400, "Quota has been exceeded!");
        assert_eq!(client.immich().held().len(), 1);
    });
}

#[test]
fn an_upload_without_the_permission_is_403() {
    each_dialect(|dialect, _| {
        let client = Client::with(dialect, None, &["user.read"]);
        let answer = client.upload(&Form::photo("x.jpg", ABC));
        answer.assert_refused(dialect, 403, "Missing required permission: asset.upload");
    });
}

#[test]
fn an_uploaded_file_is_described_and_comes_back_byte_for_byte() {
    each_dialect(|dialect, client| {
        let id = client.photo(ABC);
        let info = client.get(&format!("/api/assets/{id}")).json();
        assert_eq!((&info["originalFileName"], &info["type"]), (&json!("x.jpg"), &json!("IMAGE")));
        assert_eq!((&info["isTrashed"], &info["exifInfo"]["fileSizeInByte"]), (&json!(false), &json!(3)));
        assert_eq!(info.get("deviceAssetId").is_some(), dialect == Dialect::V2);
        let original = client.get(&format!("/api/assets/{id}/original"));
        assert_eq!((original.status, original.body.as_slice()), (200, ABC));
        assert_eq!(original.header("content-type"), "image/jpeg");
        assert_eq!(original.header("content-disposition"), "inline; filename*=UTF-8''x.jpg");
        assert_eq!(original.header("last-modified"), "Wed, 01 May 2024 10:00:00 GMT");
    });
}

#[test]
fn an_upload_is_answered_before_its_thumbnail_is_made() {
    each_dialect(|_, client| {
        let path = format!("/api/assets/{}/thumbnail", client.photo(ABC));
        assert_eq!(client.get(&path).status, 404);
        client.immich().finish_jobs();
        let thumbnail = client.get(&path);
        assert_eq!((thumbnail.status, thumbnail.header("content-type")), (200, "image/webp"));
    });
}

#[test]
fn an_unknown_id_and_one_of_another_user_are_400() {
    each_dialect(|dialect, mut client| {
        let malformed = client.get("/api/assets/not-a-uuid");
        let message = malformed.json()["message"].clone();
        assert_eq!(malformed.status, 400);
        assert_eq!(
            message,
            if dialect == Dialect::V2 { json!(["id must be a UUID"]) } else { json!("Validation failed") }
        );
        let id = client.photo(ABC);
        client.key = client.immich().add_user("q@example.org", None, &["all"]);
        let other = client.get(&format!("/api/assets/{id}"));
        other.assert_refused(dialect, 400, "Not found or no asset.read access");
        assert_eq!(client.upload(&Form::photo("x.jpg", ABC)).status, 201, "the same bytes of another owner");
    });
}
