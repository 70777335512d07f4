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

    pub(super) fn has(&self, job: JobId) -> bool {
        self.uploads.iter().any(|upload| upload.read.job == job)
    }

    pub(super) fn is_stuck(&self, world: &World) -> bool {
        matches!(self.stage, Stage::Sending { since, .. } if world.hangs_since(since))
    }

    pub(super) fn turn(mut self, world: &mut World) -> Option<Bundle> {
        self.stage = match self.stage {
            Stage::Begun => self.open(world)?,
            Stage::Sending { ref files, .. } => self.send(world, files)?,
            Stage::Sent(ref ends) => {
                for (at, upload) in self.uploads.iter().enumerate() {
                    tell(world, upload, end_of(world, ends, at));
                }
                return None;
            }
        };
        Some(self)
    }

    /// Files that cannot be opened are left out.
    fn open(&mut self, world: &mut World) -> Option<Stage> {
        let (mut there, mut files) = (Vec::new(), Vec::new());
        for upload in std::mem::take(&mut self.uploads) {
            world.log.uploads.push(upload.read.path.to_string());
            match world.open(&upload.read) {
                Ok(file) => {
                    there.push(upload);
                    files.push(file);
                }
                Err(end) => tell(world, &upload, closed(end)),
            }
        }
        self.uploads = there;
        (!files.is_empty()).then_some(Stage::Sending { files, since: world.now })
    }

    /// If one file has changed under the reader, the whole request breaks off. The server keeps what arrived before.
    fn send(&self, world: &mut World, files: &[DiskFile]) -> Option<Stage> {
        if let Some(end) = world.server.refuses_bundle(self.uploads.len()) {
            return Some(Stage::Sent(Ends::All(end)));
        }
        let mut ends = Vec::new();
        for (at, (upload, file)) in self.uploads.iter().zip(files).enumerate() {
            let Some(bytes) = world.bytes_under_reader(&upload.read, file) else {
                let why = explain(world.open(&upload.read));
                for (other, upload) in self.uploads.iter().enumerate() {
                    let end = if other == at { why.clone() } else { UploadEnd::BrokenByAnother };
                    tell(world, upload, end);
                }
                return None;
            };
            world.log.sent.push(upload.digest);
            let end = world.server.upload(world.now, bytes, upload.digest);
            if is_of_all(&end) {
                return Some(Stage::Sent(Ends::All(end)));
            }
            ends.push(end);
        }
        Some(Stage::Sent(Ends::Each(ends)))
    }
}

fn tell(world: &mut World, upload: &Upload, end: UploadEnd) {
    world.hear(Event::Sending(upload.read.job, SendingEvent::Ended(end)));
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
