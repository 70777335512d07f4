//! An upload of several files in one request, in turns.

use protocol::immich::UploadAnswer;

use super::World;
use super::disk::DiskFile;
use super::flight::{closed, explain};
use crate::command::Upload;
use crate::event::{Body, Event, JobId, Reply, RequestEnd, SendingEvent, UploadEnd};
use crate::time::Moment;

pub(super) struct Bundle {
    uploads: Vec<Upload>,
    stage: Stage,
}

enum Stage {
    Begun,
    Sending {
        /// As they were opened, in the order of the uploads.
        files: Vec<DiskFile>,
        since: Moment,
    },
    /// The request has reached the server, or has failed to.
    Sent(Ends),
}

enum Ends {
    Each(Vec<RequestEnd<UploadAnswer>>),
    All(RequestEnd<UploadAnswer>),
}

impl Bundle {
    pub(super) fn of(uploads: Vec<Upload>) -> Bundle {
        Bundle { uploads, stage: Stage::Begun }
    }

    pub(super) fn jobs(&self) -> Vec<JobId> {
        self.uploads.iter().map(|upload| upload.read.job).collect()
    }

    /// The bytes of an abandoned file do not arrive.
    pub(super) fn goes_on_without(&mut self, job: JobId) -> bool {
        if let Some(at) = self.uploads.iter().position(|upload| upload.read.job == job) {
            self.uploads.remove(at);
            match &mut self.stage {
                Stage::Begun | Stage::Sent(Ends::All(_)) => {}
                Stage::Sending { files, .. } => _ = files.remove(at),
                Stage::Sent(Ends::Each(ends)) => _ = ends.remove(at),
            }
        }
        !self.uploads.is_empty()
    }

    pub(super) fn is_stuck(&self, world: &World) -> bool {
        matches!(self.stage, Stage::Sending { since, .. } if world.hangs_since(since))
    }

    pub(super) fn turn(self, world: &mut World) -> Option<Bundle> {
        let Bundle { uploads, stage } = self;
        match stage {
            Stage::Begun => open(world, uploads),
            Stage::Sending { files, .. } => send(world, uploads, &files),
            Stage::Sent(ends) => {
                for (at, upload) in uploads.iter().enumerate() {
                    world.hear_ended(upload, end_of(world, &ends, at));
                }
                None
            }
        }
    }
}

/// Files that cannot be opened are left out.
fn open(world: &mut World, uploads: Vec<Upload>) -> Option<Bundle> {
    let (mut there, mut files) = (Vec::new(), Vec::new());
    for upload in uploads {
        world.log.uploads.push(upload.read.path.to_string());
        match world.open(&upload.read) {
            Ok(file) => {
                there.push(upload);
                files.push(file);
            }
            Err(end) => world.hear_ended(&upload, closed(end)),
        }
    }
    let stage = Stage::Sending { files, since: world.now };
    (!there.is_empty()).then_some(Bundle { uploads: there, stage })
}

/// If one file has changed under the reader, the whole request breaks off. The server keeps what arrived before.
fn send(world: &mut World, uploads: Vec<Upload>, files: &[DiskFile]) -> Option<Bundle> {
    if let Some(end) = world.server.refuses_bundle(uploads.len()) {
        return Some(Bundle { uploads, stage: Stage::Sent(Ends::All(end)) });
    }
    let mut ends = Vec::new();
    for (at, (upload, file)) in uploads.iter().zip(files).enumerate() {
        let Some(bytes) = world.bytes_under_reader(&upload.read, file) else {
            let why = explain(world.open(&upload.read));
            for (other, upload) in uploads.iter().enumerate() {
                world.hear_ended(upload, if other == at { why.clone() } else { UploadEnd::BrokenByAnother });
            }
            return None;
        };
        world.log.sent.push(upload.digest);
        let end = world.server.upload(world.now, bytes, upload.digest);
        if is_of_all(&end) {
            return Some(Bundle { uploads, stage: Stage::Sent(Ends::All(end)) });
        }
        ends.push(end);
    }
    Some(Bundle { uploads, stage: Stage::Sent(Ends::Each(ends)) })
}

/// Whether such an end is the end of the whole request.
fn is_of_all(end: &RequestEnd<UploadAnswer>) -> bool {
    match end {
        RequestEnd::Replied(
            Reply { status: 401 | 403 | 413 | 429 | 502..=504, .. } | Reply { body: Body::Foreign, .. },
        )
        | RequestEnd::NoReply
        | RequestEnd::Stalled => true,
        RequestEnd::Replied(_) => false,
    }
}

fn end_of(world: &World, ends: &Ends, at: usize) -> UploadEnd {
    match ends {
        Ends::All(end) => UploadEnd::BundleEnded(world.server.deliver(world.now, end.clone())),
        Ends::Each(ends) => match world.server.deliver(world.now, ends[at].clone()) {
            end @ RequestEnd::Replied(_) => UploadEnd::Ended(end),
            end @ (RequestEnd::NoReply | RequestEnd::Stalled) => UploadEnd::BundleEnded(end),
        },
    }
}

impl World {
    fn hear_ended(&mut self, upload: &Upload, end: UploadEnd) {
        self.hear(Event::Sending(upload.read.job, SendingEvent::Ended(end)));
    }
}
