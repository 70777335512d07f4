//! Work in flight: what a host does between a command and its event, in turns. Anything may happen between two turns:
//! a file changes while it is read, the server goes away, the browser is killed.

use std::collections::VecDeque;

use protocol::Digest;
use protocol::immich::UploadAnswer;
use protocol::media::kind_of;

use super::World;
use super::bundle::Bundle;
use super::disk::{DiskFile, digest_of};
use crate::command::{Read, Upload};
use crate::copies::CopyEnd;
use crate::event::{
    Body, Checked, Event, FolderEvent, HashEnd, JobId, Known, LinkEvent, ListedFile, ListingEnd, Look,
    ReadingEvent, Reply, RequestEnd, SendingEvent, UploadEnd,
};
use crate::folder::{Access, FolderId, ScanId, Scope};
use crate::row::FileId;
use crate::time::Moment;

/// How many files a listing reports at once.
const BATCH: usize = 3;
pub(super) enum Flight {
    Listing {
        folder: FolderId,
        scan: ScanId,
        scope: Scope,
        reads_ahead: bool,
        rest: Option<VecDeque<String>>,
    },
    Reading {
        read: Read,
        opened: bool,
    },
    Asking {
        job: JobId,
        digests: Vec<Digest>,
        answer: Option<RequestEnd<Vec<Known>>>,
    },
    Uploading {
        upload: Upload,
        stage: Stage,
    },
    UploadingBundle(Bundle),
    Checking {
        job: JobId,
        answer: Option<Checked>,
    },
    Copying {
        read: Read,
        copy: FileId,
        file: Option<DiskFile>,
    },
}

/// How far an upload has got.
pub(super) enum Stage {
    Begun,
    Opened(DiskFile),
    HalfSent {
        file: DiskFile,
        first_half: Vec<u8>,
        since: Moment,
    },
    /// The upload has reached the server, or has failed to.
    Sent(RequestEnd<UploadAnswer>),
}

impl Flight {
    /// Whether this job, if it is abandoned, ends the flight.
    pub(super) fn is_for(&self, job: JobId) -> bool {
        match self {
            Flight::Reading { read, .. } => read.job == job,
            Flight::Uploading { upload, .. } => upload.read.job == job,
            Flight::UploadingBundle(bundle) => bundle.has(job),
            Flight::Listing { .. }
            | Flight::Asking { .. }
            | Flight::Checking { .. }
            | Flight::Copying { .. } => false,
        }
    }

    /// Whether it waits for a server that hangs.
    pub(super) fn is_stuck(&self, world: &World) -> bool {
        match self {
            Flight::Uploading { stage: Stage::HalfSent { since, .. }, .. } => world.hangs_since(*since),
            Flight::UploadingBundle(bundle) => bundle.is_stuck(world),
            Flight::Reading { read, .. } => world.hanging_file.as_deref() == Some(&*read.path),
            Flight::Uploading { .. }
            | Flight::Listing { .. }
            | Flight::Asking { .. }
            | Flight::Checking { .. }
            | Flight::Copying { .. } => false,
        }
    }

    /// Continues by one turn; `None` once it has reported its end.
    pub(super) fn turn(self, world: &mut World) -> Option<Flight> {
        match self {
            Flight::Listing { folder, scan, scope, reads_ahead, rest: None } => {
                let names = world.disk_of(folder).within(&scope);
                Some(Flight::Listing { folder, scan, scope, reads_ahead, rest: Some(names.into()) })
            }
            Flight::Listing { folder, scan, scope, reads_ahead, rest: Some(rest) } => {
                let rest = list(world, folder, scan, &scope, reads_ahead, rest)?;
                Some(Flight::Listing { folder, scan, scope, reads_ahead, rest: Some(rest) })
            }
            Flight::Reading { read, opened } => self::read(world, read, opened),
            Flight::Asking { job, digests, answer: None } => {
                world.log.questions += 1;
                let answer = Some(world.server.check(world.now, &digests));
                Some(Flight::Asking { job, digests, answer })
            }
            Flight::Asking { job, digests, answer: Some(answer) } => {
                let end = world.server.deliver(world.now, answer);
                world.log.lacking.extend(lacking(&digests, &end));
                world.hear(Event::AskEnded(job, end));
                None
            }
            Flight::Uploading { upload, stage } => self::upload(world, upload, stage),
            Flight::UploadingBundle(bundle) => bundle.turn(world).map(Flight::UploadingBundle),
            Flight::Copying { read, copy, file: None } => match world.open(&read) {
                Ok(file) => Some(Flight::Copying { read, copy, file: Some(file) }),
                Err(_) => {
                    world.hear(Event::CopyEnded(read.job, CopyEnd::Failed));
                    None
                }
            },
            Flight::Copying { read, copy, file: Some(file) } => {
                // A browser refuses to continue reading a file that changed.
                let unchanged = world.open(&read).is_ok_and(|now| now == file);
                let end = match unchanged {
                    true if world.has_room => CopyEnd::Copied,
                    true => CopyEnd::NoRoom,
                    false => CopyEnd::Failed,
                };
                if end == CopyEnd::Copied {
                    world.store.copies.insert(copy, file);
                }
                world.hear(Event::CopyEnded(read.job, end));
                None
            }
            Flight::Checking { job, answer: None } => {
                world.log.checks += 1;
                let account = world.server.account(world.now);
                let abilities = world.server.abilities();
                Some(Flight::Checking { job, answer: Some(Checked { account, abilities }) })
            }
            Flight::Checking { job, answer: Some(checked) } => {
                let account = world.server.deliver(world.now, checked.account);
                world.hear(Event::Link(LinkEvent::Checked(job, Checked { account, ..checked })));
                None
            }
        }
    }
}

fn lacking(digests: &[Digest], end: &RequestEnd<Vec<Known>>) -> Vec<Digest> {
    let RequestEnd::Replied(Reply { body: Body::Understood(known), .. }) = end else { return Vec::new() };
    let lacking = digests.iter().zip(known).filter(|(_, known)| **known == Known::Lacking);
    lacking.map(|(digest, _)| *digest).collect()
}

/// Reports the next batch of names that were there when the listing began.
fn list(
    world: &mut World,
    folder: FolderId,
    scan: ScanId,
    scope: &Scope,
    reads_ahead: bool,
    mut rest: VecDeque<String>,
) -> Option<VecDeque<String>> {
    let disk = world.disk_of(folder);
    if let Access::Barred(barrier) = disk.access {
        world.hear(Event::Folder(
            folder,
            FolderEvent::ListingEnded { scan, end: ListingEnd::OutOfReach(barrier) },
        ));
        return None;
    }
    let names: Vec<String> = rest.drain(..rest.len().min(BATCH)).collect();
    if names.is_empty() {
        let nameless = if *scope == Scope::Everything { disk.nameless } else { 0 };
        let nameless =
            (0..nameless).map(|number| ListedFile::new(format!("\u{FFFD} {number}"), Look::Nameless));
        let files = nameless.collect();
        world.hear(Event::Folder(folder, FolderEvent::FilesListed { scan, files }));
        world.hear(Event::Folder(folder, FolderEvent::ListingEnded { scan, end: ListingEnd::Complete }));
        return None;
    }
    let look = |path: &String| {
        let look = disk.look(path)?;
        let digest = if reads_ahead { disk.digest_ahead(path) } else { None };
        Some(ListedFile { path: path.as_str().into(), look, digest })
    };
    let files = names.iter().filter_map(look).collect();
    world.hear(Event::Folder(folder, FolderEvent::FilesListed { scan, files }));
    Some(rest)
}

/// First checks how the file looks, then reads its bytes, then checks again.
fn read(world: &mut World, read: Read, opened: bool) -> Option<Flight> {
    let file = world.open(&read);
    if file.is_ok() && !opened {
        world.log.hashed.push(read.path.to_string());
        world.touch_under_reader(&read);
        return Some(Flight::Reading { read, opened: true });
    }
    let end = match file {
        Err(end) => end,
        Ok(file) if kind_of(&read.path, &file.bytes).is_none() => HashEnd::NotMedia,
        Ok(file) => HashEnd::Digested(digest_of(&file.bytes)),
    };
    world.hear(Event::Reading(read.job, ReadingEvent::Ended(end)));
    None
}

fn upload(world: &mut World, upload: Upload, stage: Stage) -> Option<Flight> {
    if let (Stage::Begun, Some(sent)) = (&stage, world.server.gets_on) {
        let job = upload.read.job;
        world.hear(Event::Sending(job, SendingEvent::Resumed(0)));
        world.hear(Event::Sending(job, SendingEvent::Progressed(sent)));
    }
    let (now, path) = (world.now, &upload.read.path);
    let open = world.open(&upload.read);
    let next = match stage {
        Stage::Begun => {
            world.log.uploads.push(path.to_string());
            open.map(Stage::Opened).map_err(closed)
        }
        Stage::Opened(file) => match world.bytes_under_reader(&upload.read, &file) {
            Some(mut bytes) => {
                bytes.truncate(bytes.len() / 2);
                Ok(Stage::HalfSent { file, first_half: bytes, since: now })
            }
            None => Err(explain(open)),
        },
        Stage::HalfSent { file, first_half, since: _ } => match world.bytes_under_reader(&upload.read, &file)
        {
            Some(mut bytes) => {
                bytes[..first_half.len()].copy_from_slice(&first_half);
                world.log.sent.push(upload.digest);
                Ok(Stage::Sent(world.server.upload(now, bytes, upload.digest)))
            }
            None => Err(explain(open)),
        },
        Stage::Sent(answer) => Err(UploadEnd::Ended(world.server.deliver(now, answer))),
    };
    match next {
        Ok(stage) => Some(Flight::Uploading { upload, stage }),
        Err(end) => {
            world.hear(Event::Sending(upload.read.job, SendingEvent::Ended(end)));
            None
        }
    }
}

/// Why an upload broke off, judged by a look at the file.
pub(super) fn explain(file: Result<DiskFile, HashEnd>) -> UploadEnd {
    file.map_or_else(closed, |_| UploadEnd::Ended(RequestEnd::NoReply))
}

pub(super) fn closed(end: HashEnd) -> UploadEnd {
    match end {
        HashEnd::Moved(look) => UploadEnd::Moved(look),
        HashEnd::Vanished => UploadEnd::Vanished,
        HashEnd::Unreadable | HashEnd::ReaderStopped | HashEnd::Digested(_) | HashEnd::NotMedia => {
            UploadEnd::Unreadable
        }
        HashEnd::OutOfReach(barrier) => UploadEnd::OutOfReach(barrier),
        HashEnd::CopyLost => UploadEnd::CopyLost,
    }
}
