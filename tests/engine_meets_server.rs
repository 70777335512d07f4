//! The real engine and the real server, over real HTTP and a real folder, without a browser between them. The server
//! must keep the promises of the fakes in the engine's own tests.

#![cfg(not(target_arch = "wasm32"))]

#[path = "../server/tests/support/mod.rs"]
mod support;

use std::collections::VecDeque;
use std::fs;
use std::path::Path;

use engine::testing::digest_of;
use engine::{
    Abilities, AccountId, AfterStored, Begin, Body, Checked, Effect, Engine, Event, FolderEvent, FolderId,
    HashEnd, Headline, Intent, Known, Lasting, LinkEvent, ListedFile, ListingEnd, Look, Moment, Read,
    ReadingEvent, Reply, RequestEnd, SendingEvent, Stamp, Surroundings, Turn, Upload, UploadEnd, effects,
    rules,
};
use protocol::bundle::{Bundled, BundledEnd, part};
use protocol::immich::{self, BulkUploadCheckResults, CheckAction, UploadAnswer};
use protocol::media;
use protocol::resumable::AssetData;
use protocol::safelight::{self, STATUS_DIGEST_MISMATCH};
use serde::de::DeserializeOwned;
use support::{Answer, Form, Server, files};
use tempfile::TempDir;

const FOLDER: FolderId = FolderId(1);
const NOW: Moment = Moment(1_700_000_000_000);
const A_YEAR_AGO: Moment = Moment(1_668_464_000_000);

#[test]
fn a_folder_arrives_and_is_protected_once_confirmed() {
    let mut household =
        Household::with(&[("a.jpg", "one"), ("b/c.mov", "two"), ("b/twin.jpg", "one"), ("x.txt", "no")]);
    household.settle();
    assert_eq!(household.engine.view(NOW).headline, Headline::Done);
    assert_eq!(household.engine.view(NOW).tally.protected, 3);
    assert_eq!(household.server.originals().len(), 2);
}

#[test]
fn a_second_look_sends_nothing() {
    let mut household = Household::with(&[("a.jpg", "one")]);
    household.settle();
    household.engine = Engine::new();
    household.start();
    household.settle();
    assert_eq!(household.uploads, 1);
    assert_eq!(household.engine.view(NOW).headline, Headline::Done);
}

#[test]
fn a_file_that_changes_during_its_upload_is_refused_by_the_server_and_never_called_protected() {
    let mut household = Household::with(&[("a.jpg", "one")]);
    household.change_on_the_way = true;
    household.settle();
    assert_eq!(household.engine.view(NOW).tally.protected, 0);
    assert!(household.server.originals().is_empty());
    assert_eq!(household.last_status, Some(STATUS_DIGEST_MISMATCH));
}

#[test]
fn the_engine_does_not_send_files_that_the_server_calls_empty_or_unsupported() {
    let mut household = Household::with(&[("a.jpg", ""), ("b.xyz", "no"), ("c.jpg.xmp", "no")]);
    household.settle();
    assert_eq!(household.uploads, 0);
    assert_eq!(household.engine.view(NOW).tally.skipped, 3);
}

#[test]
fn a_revoked_sign_in_stops_the_run_and_loses_nothing() {
    let mut household = Household::with(&[("a.jpg", "one")]);
    household.server.key = "no-such-key".into();
    household.settle();
    assert_eq!(household.engine.view(NOW).headline, Headline::Unpaired);
    assert_eq!(household.engine.view(NOW).tally.remaining, 1);
}

/// A host for the engine, made of the standard library and a blocking HTTP client.
struct Household {
    engine: Engine,
    server: Server,
    folder: TempDir,
    todo: VecDeque<Effect>,
    uploads: usize,
    change_on_the_way: bool,
    last_status: Option<u16>,
}

impl Household {
    fn with(contents: &[(&str, &str)]) -> Household {
        let folder = tempfile::tempdir().unwrap();
        for (path, bytes) in contents {
            let file = folder.path().join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, bytes).unwrap();
        }
        let mut household = Household {
            engine: Engine::new(),
            server: Server::start(),
            folder,
            todo: VecDeque::new(),
            uploads: 0,
            change_on_the_way: false,
            last_status: None,
        };
        household.start();
        household
    }

    fn start(&mut self) {
        self.tell(Event::Started(Box::default()));
        self.tell(Event::SurroundingsChanged(Surroundings::default()));
        let added = FolderEvent::Added { name: "Pictures".into(), lasting: Lasting::Lasting };
        self.tell(Event::Folder(FOLDER, added));
        self.tell(Event::Asked(Intent::BackUpNow));
    }

    fn tell(&mut self, event: Event) {
        let commands = self.engine.handle(NOW, event);
        self.todo.extend(effects(vec![Turn { commands, message: None }]));
    }

    fn settle(&mut self) {
        while let Some(effect) = self.todo.pop_front() {
            match effect {
                Effect::Begin(command) => self.begin(command),
                Effect::AfterStored(command) => self.carry_out(command),
                // This household stores nothing and has no page.
                Effect::Store(_) | Effect::Tell(_) => {}
            }
        }
    }

    fn begin(&mut self, command: Begin) {
        match command {
            Begin::ListFolder { folder, scan, .. } => {
                let files = files(self.folder.path()).into_iter().map(|path| self.listed(path)).collect();
                self.tell(Event::Folder(folder, FolderEvent::FilesListed { scan, files }));
                let end = ListingEnd::Complete;
                self.tell(Event::Folder(folder, FolderEvent::ListingEnded { scan, end }));
            }
            Begin::Hash(Read { job, path, .. }) => {
                let bytes = self.read(&path);
                let media = media::kind_of(&path, &bytes);
                let end = media.map_or(HashEnd::NotMedia, |_| HashEnd::Digested(digest_of(&bytes)));
                self.tell(Event::Reading(job, ReadingEvent::Ended(end)));
            }
            Begin::CheckServer { job } => {
                let answer = self.server.get(immich::path::USERS_ME);
                let account = RequestEnd::Replied(understood(&answer, |me: immich::UserMe| AccountId(me.id)));
                let checked = Checked { account, abilities: self.abilities() };
                self.tell(Event::Link(LinkEvent::Checked(job, checked)));
            }
            // No time passes here.
            Begin::WatchFolder(_) | Begin::StopReadingAhead(_) | Begin::WakeAt(_) => {}
        }
    }

    /// As reported by the real server.
    fn abilities(&self) -> Abilities {
        let answer = self.server.get(safelight::path::CAPABILITIES);
        let told: safelight::Capabilities = serde_json::from_slice(&answer.body).unwrap();
        Abilities {
            verifies_digests: told.verifies_digests,
            pieces: told.pieces,
            bundle_of: told.bundle_of,
            keeps_inventories: told.keeps_inventories,
            albums: told.albums,
            trash: told.trash,
            thumbnails: told.thumbnails,
        }
    }

    fn carry_out(&mut self, command: AfterStored) {
        match command {
            AfterStored::Ask { job, digests } => {
                let question = serde_json::to_value(immich::question(&digests)).unwrap();
                let answer = self.server.post(immich::path::BULK_UPLOAD_CHECK, &question);
                self.tell(Event::AskEnded(job, RequestEnd::Replied(understood(&answer, known))));
            }
            AfterStored::Upload(upload) => self.upload(&upload),
            AfterStored::UploadBundle(uploads) => self.upload_bundle(&uploads),
            AfterStored::Abandon(_)
            | AfterStored::LimitRate(_)
            | AfterStored::RemoveCopies(_)
            | AfterStored::OfPage(_) => {}
        }
    }

    fn listed(&self, path: String) -> ListedFile {
        let look = || Look::Seen(stamp(&self.folder.path().join(&path)));
        let look = rules::judged(&path).unwrap_or_else(look);
        ListedFile::new(path, look)
    }

    fn read(&self, path: &str) -> Vec<u8> {
        fs::read(self.folder.path().join(path)).unwrap()
    }

    fn bytes_of(&mut self, upload: &Upload) -> Vec<u8> {
        self.uploads += 1;
        let mut bytes = self.read(&upload.read.path);
        if self.change_on_the_way {
            bytes.push(b'!');
        }
        bytes
    }

    fn upload_bundle(&mut self, uploads: &[Upload]) {
        let mut form = Form::default();
        for upload in uploads {
            let asset = AssetData {
                filename: name_of(upload).to_owned(),
                file_created_at: "2024-05-01T10:00:00Z".into(),
                file_modified_at: "2024-05-01T10:00:00Z".into(),
                is_favorite: false,
            };
            let bundled = Bundled { checksum: upload.digest.to_string(), asset };
            form = form.text(part::DESCRIPTION, &serde_json::to_string(&bundled).unwrap()).file(
                part::FILE,
                "file",
                &self.bytes_of(upload),
            );
        }
        let headers = [("x-api-key", self.server.key.as_str()), ("content-type", support::CONTENT_TYPE)];
        let answer = self.server.send("POST", safelight::path::ASSETS, &headers, &form.bytes());
        let ends: Vec<BundledEnd> = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(ends.len(), uploads.len());
        for (upload, BundledEnd { status, kept, message }) in uploads.iter().zip(ends) {
            self.last_status = Some(status);
            let body = kept.map_or_else(|| Body::Refused(message.unwrap()), Body::Understood);
            self.upload_ended(upload, Reply { status, retry_after_ms: None, body });
        }
    }

    fn upload_ended(&mut self, upload: &Upload, reply: Reply<UploadAnswer>) {
        let end = UploadEnd::Ended(RequestEnd::Replied(reply));
        self.tell(Event::Sending(upload.read.job, SendingEvent::Ended(end)));
    }

    fn upload(&mut self, upload: &Upload) {
        let bytes = self.bytes_of(upload);
        let digest = upload.digest.to_string();
        let answer = self
            .server
            .upload_with(&Form::photo(name_of(upload), &bytes), &[(immich::CHECKSUM_HEADER, &digest)]);
        self.last_status = Some(answer.status);
        self.upload_ended(upload, understood(&answer, |answer: UploadAnswer| answer));
    }
}

fn name_of(upload: &Upload) -> &str {
    upload.read.path.rsplit('/').next().unwrap()
}

fn stamp(file: &Path) -> Stamp {
    Stamp { size: file.metadata().unwrap().len(), modified: A_YEAR_AGO }
}

fn understood<T: DeserializeOwned, U>(answer: &Answer, sense: impl FnOnce(T) -> U) -> Reply<U> {
    let body = if answer.status < 300 {
        Body::Understood(sense(serde_json::from_slice(&answer.body).unwrap()))
    } else {
        Body::Refused(answer.message())
    };
    Reply { status: answer.status, retry_after_ms: None, body }
}

fn known(answer: BulkUploadCheckResults) -> Vec<Known> {
    let known = |action| match action {
        CheckAction::Accept => Known::Lacking,
        CheckAction::Reject => Known::Held { asset: None },
    };
    answer.results.iter().map(|result| known(result.action)).collect()
}
