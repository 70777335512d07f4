//! Why a file has its current state, in one plain sentence each.

use engine::{Cause, Failure, Moment, Problem, Reason, SkipReason};

const UNSUPPORTED: &str = "Your server does not accept this kind of file.";

/// `clock` formats a moment as a time of day.
pub fn reason(reason: &Reason, clock: impl Fn(Moment) -> String) -> String {
    match reason {
        Reason::Skipped(skipped) => skip(*skipped).into(),
        Reason::Problem(kind) => problem(*kind),
        Reason::NotReadYet => "Not read yet.".into(),
        Reason::NotSentYet => "Read; waiting to be sent.".into(),
        Reason::Sending => "Being sent now.".into(),
        Reason::WaitsAfter { failure: Failure::Changing, .. } => {
            "It is still being written. Safelight reads it once it stops changing.".into()
        }
        Reason::WaitsAfter { failure, until } => {
            format!("{} Safelight retries at {}.", self::failure(*failure), clock(*until))
        }
    }
}

pub fn skip(reason: SkipReason) -> &'static str {
    match reason {
        SkipReason::Hidden => "Hidden: its name, or that of a folder above it, begins with a dot.",
        SkipReason::SystemFiles => {
            "Created by a program for its own use: a thumbnail, a catalog or a recycle bin."
        }
        SkipReason::NotMedia => "Not a photo or video.",
        SkipReason::Sidecar => "An XMP file that describes a photo. Safelight does not back these up yet.",
        SkipReason::Empty => "Empty: it has no bytes.",
        SkipReason::LaterVersion => {
            "It changed after it was backed up, and this folder keeps first versions only."
        }
        SkipReason::UnsupportedByServer => UNSUPPORTED,
        SkipReason::Chosen => "You left it out.",
    }
}

pub fn problem(problem: Problem) -> String {
    match problem {
        Problem::Unreadable => "The browser cannot read it. Check its permissions on disk. If it is stored only in a \
            cloud service, download it first. Then try again."
            .into(),
        Problem::OnlyInCloud => "It is only in a cloud service: download it to this device.".into(),
        Problem::HiddenName => "The browser hides this name from web apps, so Safelight cannot back it up by itself. \
            Rename it."
            .into(),
        Problem::UnsupportedByServer => UNSUPPORTED.into(),
        Problem::Nameless => "Its name is not valid text, so no browser can open it. Rename it on disk.".into(),
        Problem::UnreadableFolder => {
            "This folder cannot be opened, so its files are not backed up. Check its permissions on disk.".into()
        }
        Problem::TooLargeForServer => {
            "Your server, or a proxy in front of it, refuses files of this size. Raise its limit, then try again.".into()
        }
        Problem::Refused(status) => format!("Your server refused this file (status {status})."),
        Problem::GaveUp(last) => format!("{} It failed too often to be retried automatically.", failure(last)),
        Problem::InServerTrash => "It is in your server's trash. Restore it there to keep it.".into(),
    }
}

/// The cause in a few words, for lists and menus.
pub fn cause(cause: Cause) -> String {
    match cause {
        Cause::NotReadYet => "Not read yet".into(),
        Cause::NotSentYet => "Read, sent next".into(),
        Cause::Sending => "Being sent".into(),
        Cause::Waiting => "Waiting to be tried again".into(),
        Cause::Skipped(reason) => match reason {
            SkipReason::Hidden => "Hidden by a dot".into(),
            SkipReason::SystemFiles => "Made by a program for itself".into(),
            SkipReason::NotMedia => "Neither a photo nor a video".into(),
            SkipReason::Sidecar => "XMP file".into(),
            SkipReason::Empty => "Empty".into(),
            SkipReason::LaterVersion => "Later version".into(),
            SkipReason::UnsupportedByServer => "Kind not accepted".into(),
            SkipReason::Chosen => "Left out by you".into(),
        },
        Cause::Problem(problem) => match problem {
            Problem::Unreadable => "Can’t be read".into(),
            Problem::OnlyInCloud => "Only in a cloud service".into(),
            Problem::HiddenName => "Hidden by the browser".into(),
            Problem::UnsupportedByServer => "Kind not accepted".into(),
            Problem::Nameless => "Name is not valid text".into(),
            Problem::UnreadableFolder => "Folder can’t be opened".into(),
            Problem::TooLargeForServer => "Larger than your server takes".into(),
            Problem::Refused(status) => format!("Refused (status {status})"),
            Problem::GaveUp(_) => "Failed too often".into(),
            Problem::InServerTrash => "In your server’s trash".into(),
        },
    }
}

pub fn failure(failure: Failure) -> String {
    match failure {
        Failure::ServerError(status) => format!("Your server reported an error (status {status})."),
        Failure::NotUnderstood => "Something other than your server answered, most likely a proxy.".into(),
        Failure::Stalled => "The upload stalled.".into(),
        Failure::DigestMismatch => "The bytes that arrived differ from the bytes that were read.".into(),
        Failure::CutOff => "The connection was lost during the upload.".into(),
        Failure::Changing => "It is still being written.".into(),
        Failure::ReaderStopped => "Reading it was interrupted.".into(),
        Failure::QuotaFull => "It does not fit into your space on the server.".into(),
        Failure::DiskFull => "It does not fit on your server's disk.".into(),
    }
}
