//! Moves the bytes of a form's file from the network to the disk.

use multer::Field;

use super::steady::Fruitless;
use crate::api::batches::{ToDisk, batches};
use crate::api::sign_in::SignedIn;
use crate::error::{AppError, causes};
use crate::vault::Received;

/// Streams a part of the form to the disk.
pub(super) async fn pour(
    who: &SignedIn,
    field: &mut Field<'_>,
    max_bytes: Option<u64>,
    fruitless: &Fruitless,
) -> Result<Received, AppError> {
    let (to_disk, from_network) = batches();
    let writing = who.ask(move |vault| vault.receive(from_network));
    let (read, written) = tokio::join!(feed(field, to_disk, max_bytes, fruitless), writing);
    let received = written?;
    read?;
    Ok(received)
}

async fn feed(
    field: &mut Field<'_>,
    mut to_disk: ToDisk,
    max_bytes: Option<u64>,
    fruitless: &Fruitless,
) -> Result<(), AppError> {
    let mut read = 0;
    while let Some(chunk) = field.chunk().await.map_err(unreadable)? {
        fruitless.end();
        read += chunk.len() as u64;
        if max_bytes.is_some_and(|max| read > max) {
            return Err(AppError::bad_request(format!(
                "File too large - {}",
                field.name().unwrap_or_default()
            )));
        }
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
