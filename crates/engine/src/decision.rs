//! Every way an attempt can end, mapped to one decision. Pure, and tested as a table.

use protocol::AssetId;
use protocol::immich::UploadAnswer;
use protocol::safelight::STATUS_DIGEST_MISMATCH;

use crate::abilities::Abilities;
use crate::event::{Body, Look, Reply, RequestEnd, UploadEnd};
use crate::folder::Barrier;
use crate::link::Halt;
use crate::row::{Failure, Problem, SkipReason};

/// What follows from the end of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Proven.
    Protect {
        asset: AssetId,
    },
    /// Stored but not verified: ask again with our own digest.
    Confirm {
        asset: AssetId,
    },
    /// The file changed since it was read: record how it looks now.
    ReadAgain(Look),
    Vanished,
    /// Count the attempt, move the file to the back of the queue, and retry later.
    RetryLater(Failure),
    /// Do not count the attempt. Nothing is sent until the cause is gone.
    StopRun {
        halt: Halt,
        retry_after_ms: Option<u64>,
    },
    /// The folder cannot be read: its files wait for it.
    LoseFolder(Barrier),
    /// The copy cannot be read: the file waits for its folder.
    LoseCopy,
    /// Do not count the attempt. This file and larger ones wait until there is room; smaller ones may fit.
    WaitForRoom(Failure),
    GiveUp(Problem),
    Skip(SkipReason),
    /// Not the file's fault, as far as anybody knows: do not count the attempt, but send it without others.
    SendAlone,
}

/// Why a reply is not a success.
pub(crate) enum Trouble {
    Run {
        halt: Halt,
        retry_after_ms: Option<u64>,
    },
    /// Concerns this request only: a server error, or an answer that is not from the API.
    Request(Failure),
    /// The API refused the request, with this status and message.
    Refusal(u16, String),
}

pub fn after_upload(end: UploadEnd, abilities: Abilities) -> Decision {
    match end {
        UploadEnd::Ended(RequestEnd::Replied(reply)) => after_reply(reply, abilities),
        UploadEnd::Ended(RequestEnd::NoReply) => {
            Decision::StopRun { halt: Halt::Offline, retry_after_ms: None }
        }
        UploadEnd::Ended(RequestEnd::Stalled) => Decision::RetryLater(Failure::Stalled),
        UploadEnd::BundleEnded(end) => {
            let alone = after_upload(UploadEnd::Ended(end), abilities);
            if matches!(alone, Decision::StopRun { .. }) { alone } else { Decision::SendAlone }
        }
        UploadEnd::BrokenByAnother => Decision::SendAlone,
        UploadEnd::Moved(look) => Decision::ReadAgain(look),
        UploadEnd::Vanished => Decision::Vanished,
        UploadEnd::Unreadable => Decision::GiveUp(Problem::Unreadable),
        UploadEnd::CopyLost => Decision::LoseCopy,
        UploadEnd::OutOfReach(barrier) => Decision::LoseFolder(barrier),
    }
}

fn after_reply(reply: Reply<UploadAnswer>, abilities: Abilities) -> Decision {
    match success(reply) {
        Ok(answer) if abilities.verifies_digests => Decision::Protect { asset: answer.id },
        Ok(answer) => Decision::Confirm { asset: answer.id },
        Err(Trouble::Run { halt: Halt::DiskFull, .. }) => Decision::WaitForRoom(Failure::DiskFull),
        Err(Trouble::Run { halt, retry_after_ms }) => Decision::StopRun { halt, retry_after_ms },
        Err(Trouble::Request(failure)) => Decision::RetryLater(failure),
        Err(Trouble::Refusal(status, message)) => after_refusal(status, &message),
    }
}

/// Immich distinguishes its refusals of a file only by their text. These texts are its wording in 2.x and 3.x.
fn after_refusal(status: u16, message: &str) -> Decision {
    let message = message.to_ascii_lowercase();
    match status {
        413 => Decision::GiveUp(Problem::TooLargeForServer),
        STATUS_DIGEST_MISMATCH => Decision::RetryLater(Failure::DigestMismatch),
        400 if message.contains("quota") => Decision::WaitForRoom(Failure::QuotaFull),
        400 if message.contains("unsupported file type") => Decision::GiveUp(Problem::UnsupportedByServer),
        400 if message.contains("file is empty") => Decision::Skip(SkipReason::Empty),
        _ => Decision::GiveUp(Problem::Refused(status)),
    }
}

/// The expected answer, or the reason why there is none.
pub(crate) fn success<T>(reply: Reply<T>) -> Result<T, Trouble> {
    let Reply { status, retry_after_ms, body } = reply;
    let stop = |halt| Err(Trouble::Run { halt, retry_after_ms });
    match (status, body) {
        (200..=299, Body::Understood(answer)) => Ok(answer),
        // A server with our API neither redirects nor refuses in HTML. A sign-in page in front of it does.
        (301..=303 | 307 | 308 | 401 | 403, Body::Foreign) => stop(Halt::SignInInFront),
        (200..=399, _) => Err(Trouble::Request(Failure::NotUnderstood)),
        (401, _) => stop(Halt::SignedOut),
        (403, _) => stop(Halt::Forbidden),
        (408, _) => Err(Trouble::Request(Failure::Stalled)),
        (413, _) => Err(Trouble::Refusal(413, String::new())),
        (429 | 503, _) => stop(Halt::Busy),
        (502 | 504 | 520..=530, _) => stop(Halt::ServerError(status)),
        (507, _) => stop(Halt::DiskFull),
        (500..=599, _) => Err(Trouble::Request(Failure::ServerError(status))),
        (_, Body::Refused(message)) => Err(Trouble::Refusal(status, message)),
        (_, Body::Understood(_) | Body::Foreign) => Err(Trouble::Request(Failure::NotUnderstood)),
    }
}

#[cfg(test)]
mod tests {
    use protocol::immich::UploadStatus;

    use super::*;

    #[test]
    fn created_is_proof_only_where_the_server_verifies() {
        let created =
            || replied(201, Body::Understood(UploadAnswer { id: asset(), status: UploadStatus::Created }));
        assert_eq!(after_upload(created(), Abilities::of_a_vault()), Decision::Protect { asset: asset() });
        assert_eq!(after_upload(created(), Abilities::default()), Decision::Confirm { asset: asset() });
    }

    #[test]
    fn every_end_has_its_decision() {
        let refused = |status, message: &str| replied(status, Body::Refused(message.into()));
        let html = |status| replied(status, Body::Foreign);
        let table = [
            (UploadEnd::Ended(RequestEnd::NoReply), stop(Halt::Offline)),
            (UploadEnd::Ended(RequestEnd::Stalled), Decision::RetryLater(Failure::Stalled)),
            (UploadEnd::Moved(Look::Unreadable), Decision::ReadAgain(Look::Unreadable)),
            (UploadEnd::Vanished, Decision::Vanished),
            (UploadEnd::Unreadable, Decision::GiveUp(Problem::Unreadable)),
            (UploadEnd::CopyLost, Decision::LoseCopy),
            (UploadEnd::OutOfReach(Barrier::Unreachable), Decision::LoseFolder(Barrier::Unreachable)),
            (html(200), Decision::RetryLater(Failure::NotUnderstood)),
            (refused(400, "Unsupported file type x.abc"), Decision::GiveUp(Problem::UnsupportedByServer)),
            (refused(400, "File is empty"), Decision::Skip(SkipReason::Empty)),
            (refused(400, "Quota has been exceeded!"), Decision::WaitForRoom(Failure::QuotaFull)),
            (refused(400, "anything else"), Decision::GiveUp(Problem::Refused(400))),
            (refused(401, "Authentication required"), stop(Halt::SignedOut)),
            (refused(403, "Missing required permission"), stop(Halt::Forbidden)),
            (html(404), Decision::RetryLater(Failure::NotUnderstood)),
            (html(408), Decision::RetryLater(Failure::Stalled)),
            (html(413), Decision::GiveUp(Problem::TooLargeForServer)),
            (refused(429, "slow down"), stop(Halt::Busy)),
            (refused(460, "digest"), Decision::RetryLater(Failure::DigestMismatch)),
            (refused(500, "oops"), Decision::RetryLater(Failure::ServerError(500))),
            (refused(301, "moved"), Decision::RetryLater(Failure::NotUnderstood)),
            (html(502), stop(Halt::ServerError(502))),
            (html(503), stop(Halt::Busy)),
            (html(504), stop(Halt::ServerError(504))),
            (html(520), stop(Halt::ServerError(520))),
            (html(530), stop(Halt::ServerError(530))),
            (refused(507, "disk full"), Decision::WaitForRoom(Failure::DiskFull)),
            (html(401), stop(Halt::SignInInFront)),
            (html(403), stop(Halt::SignInInFront)),
            (html(302), stop(Halt::SignInInFront)),
        ];
        for (end, decision) in table {
            assert_eq!(after_upload(end.clone(), Abilities::of_a_vault()), decision, "{end:?}");
        }
    }

    #[test]
    fn a_bundle_that_fails_blames_no_file() {
        let all = UploadEnd::BundleEnded;
        let table = [
            (all(RequestEnd::NoReply), stop(Halt::Offline)),
            (all(RequestEnd::Stalled), Decision::SendAlone),
            (whole(502), stop(Halt::ServerError(502))),
            (whole(401), stop(Halt::SignInInFront)),
            (whole(413), Decision::SendAlone),
            (whole(500), Decision::SendAlone),
            (whole(200), Decision::SendAlone),
            (UploadEnd::BrokenByAnother, Decision::SendAlone),
        ];
        for (end, decision) in table {
            assert_eq!(after_upload(end.clone(), Abilities::of_a_vault()), decision, "{end:?}");
        }
    }

    fn whole(status: u16) -> UploadEnd {
        UploadEnd::BundleEnded(RequestEnd::Replied(Reply {
            status,
            retry_after_ms: None,
            body: Body::Foreign,
        }))
    }

    #[test]
    fn every_status_of_success_is_one() {
        for status in [200, 202, 299] {
            let stored = Body::Understood(UploadAnswer { id: asset(), status: UploadStatus::Created });
            let decision = after_upload(replied(status, stored), Abilities::of_a_vault());
            assert_eq!(decision, Decision::Protect { asset: asset() }, "{status}");
        }
    }

    #[test]
    fn the_server_says_how_long_to_stay_away() {
        let reply = Reply { status: 429, retry_after_ms: Some(7_000), body: Body::Foreign };
        let decision = after_upload(UploadEnd::Ended(RequestEnd::Replied(reply)), Abilities::of_a_vault());
        assert_eq!(decision, Decision::StopRun { halt: Halt::Busy, retry_after_ms: Some(7_000) });
    }

    fn stop(halt: Halt) -> Decision {
        Decision::StopRun { halt, retry_after_ms: None }
    }

    fn replied(status: u16, body: Body<UploadAnswer>) -> UploadEnd {
        UploadEnd::Ended(RequestEnd::Replied(Reply { status, retry_after_ms: None, body }))
    }

    fn asset() -> AssetId {
        AssetId([7; 16])
    }
}
