//! Moves the bytes of a form's file from the network to the disk.

use std::iter;

use axum::body::Bytes;
use multer::Field;
use protocol::media::HEAD_BYTES;

use super::steady::Fruitless;
use crate::api::batches::{BATCH_BYTES, ToDisk, batches};
use crate::api::sign_in::SignedIn;
use crate::error::{AppError, causes};
use crate::vault::{AssetKind, Received, Vault, VaultError};

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

/// A part of the form that has arrived whole.
pub(super) enum Arrived {
    /// It is small enough to be written at once.
    Small(Vec<u8>),
    OnDisk(Received),
}

impl Arrived {
    /// In bytes.
    pub(super) fn size(&self) -> u64 {
        match self {
            Arrived::Small(bytes) => bytes.len() as u64,
            Arrived::OnDisk(received) => received.size,
        }
    }

    pub(super) fn received(self, vault: &Vault) -> Result<Received, VaultError> {
        match self {
            Arrived::Small(bytes) => vault.receive(iter::once(bytes)),
            Arrived::OnDisk(received) => Ok(received),
        }
    }
}

/// Receives a part of the form. All but small ones are streamed to the disk.
pub(super) async fn pour(
    who: &SignedIn,
    field: &mut Field<'_>,
    allowed: Allowed<'_>,
    fruitless: &Fruitless,
) -> Result<Arrived, AppError> {
    let mut source = Source { field, allowed, fruitless, read: 0, head: Vec::new() };
    let mut begun = Vec::new();
    while begun.len() <= BATCH_BYTES {
        match source.chunk().await? {
            Some(chunk) => begun.extend_from_slice(&chunk),
            None => return Ok(Arrived::Small(begun)),
        }
    }
    let (to_disk, from_network) = batches();
    let writing = who.ask(move |vault| vault.receive(from_network));
    let (read, written) = tokio::join!(feed(begun, source, to_disk), writing);
    let received = written?;
    read?;
    Ok(Arrived::OnDisk(received))
}

async fn feed(begun: Vec<u8>, mut source: Source<'_, '_>, mut to_disk: ToDisk) -> Result<(), AppError> {
    // If the writer has failed, it reports the reason itself.
    if to_disk.push(&begun).await.is_err() {
        return Ok(());
    }
    drop(begun);
    while let Some(chunk) = source.chunk().await? {
        if to_disk.push(&chunk).await.is_err() {
            return Ok(());
        }
    }
    _ = to_disk.flush().await;
    Ok(())
}

/// The chunks of a part, each checked before it is passed on.
struct Source<'a, 'f> {
    field: &'a mut Field<'f>,
    allowed: Allowed<'a>,
    fruitless: &'a Fruitless,
    read: u64,
    head: Vec<u8>,
}

impl Source<'_, '_> {
    async fn chunk(&mut self) -> Result<Option<Bytes>, AppError> {
        let Some(chunk) = self.field.chunk().await.map_err(unreadable)? else { return Ok(None) };
        self.fruitless.end();
        self.read += chunk.len() as u64;
        if self.head.len() < HEAD_BYTES {
            self.head.extend_from_slice(&chunk[..chunk.len().min(HEAD_BYTES - self.head.len())]);
        }
        self.allowed.check(self.field, self.read, &self.head)?;
        Ok(Some(chunk))
    }
}

pub(super) fn unreadable(error: multer::Error) -> AppError {
    AppError::bad_request(format!("The form could not be read: {}", causes(&error)))
}
