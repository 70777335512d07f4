//! Moves the bytes of a form's file from the network to the disk.

use multer::Field;
use protocol::media::HEAD_BYTES;

use super::steady::Fruitless;
use crate::api::batches::{ToDisk, batches};
use crate::api::sign_in::SignedIn;
use crate::error::{AppError, causes};
use crate::vault::{AssetKind, Received};

/// What a part of the form may be.
#[derive(Clone, Copy)]
pub(super) enum Allowed<'a> {
    /// At most this many bytes.
    Bytes(u64),
    /// A photo or video of this name.
    Media(&'a str),
}

impl Allowed<'_> {
    /// Judges by the number of bytes and by the first of them, as far as they have arrived.
    fn check(self, field: &Field<'_>, read: u64, head: &[u8]) -> Result<(), AppError> {
        match self {
            Allowed::Bytes(most) if read > most => {
                let name = field.name().unwrap_or_default();
                Err(AppError::bad_request(format!("File too large - {name}")))
            }
            Allowed::Media(name) if head.len() == HEAD_BYTES && AssetKind::of(name, head).is_none() => {
                Err(AppError::unsupported(name))
            }
            Allowed::Bytes(_) | Allowed::Media(_) => Ok(()),
        }
    }
}

/// Streams a part of the form to the disk.
pub(super) async fn pour(
    who: &SignedIn,
    field: &mut Field<'_>,
    allowed: Allowed<'_>,
    fruitless: &Fruitless,
) -> Result<Received, AppError> {
    let (to_disk, from_network) = batches();
    let writing = who.ask(move |vault| vault.receive(from_network));
    let (read, written) = tokio::join!(feed(field, to_disk, allowed, fruitless), writing);
    let received = written?;
    read?;
    Ok(received)
}

async fn feed(
    field: &mut Field<'_>,
    mut to_disk: ToDisk,
    allowed: Allowed<'_>,
    fruitless: &Fruitless,
) -> Result<(), AppError> {
    let (mut read, mut head) = (0, Vec::new());
    while let Some(chunk) = field.chunk().await.map_err(unreadable)? {
        fruitless.end();
        read += chunk.len() as u64;
        if head.len() < HEAD_BYTES {
            head.extend_from_slice(&chunk[..chunk.len().min(HEAD_BYTES - head.len())]);
        }
        allowed.check(field, read, &head)?;
        if to_disk.push(&chunk).await.is_err() {
            return Ok(());
        }
    }
    // If the writer has failed, it reports the reason itself.
    _ = to_disk.flush().await;
    Ok(())
}

pub(super) fn unreadable(error: multer::Error) -> AppError {
    AppError::bad_request(format!("The form could not be read: {}", causes(&error)))
}
