//! When the vault's photos were taken: read as they arrive and, after the rules have changed, once more in the
//! background. Files are never moved for it.

use std::sync::{Arc, Weak};
use std::thread;

use jiff::Timestamp;

use super::assets::{self, Asset};
use super::incoming::Received;
use super::{Description, Vault, VaultError};
use crate::error::causes;
use crate::taken::{RULES, Taken};

/// Few enough that uploads need not wait for a moment longer.
const AT_ONCE: usize = 64;

/// Judged by the file and its sidecar, else by what the client said.
pub(super) fn taken(received: &Received, sidecar: Option<&Received>, description: &Description) -> Taken {
    // A file that cannot be read here is refused elsewhere.
    let found = received.part.read().ok().and_then(|file| {
        let sidecar = sidecar.and_then(|sidecar| sidecar.part.read().ok());
        Taken::of(file, sidecar, &description.name, Timestamp::now())
    });
    found.unwrap_or_else(|| Taken::said_by_client(description.created))
}

impl Vault {
    /// Dates some of the assets that older rules dated. Returns how many there were.
    fn date_some(&self) -> Result<usize, VaultError> {
        let assets = self.index.read(|index| assets::dated_before(index, RULES, AT_ONCE))?;
        let dates: Vec<_> = assets.iter().map(|asset| (asset.id, self.taken_anew(asset))).collect();
        let count = dates.len();
        self.index
            .write(move |index| dates.iter().try_for_each(|(id, taken)| assets::date(index, *id, taken)))?;
        Ok(count)
    }

    fn taken_anew(&self, asset: &Asset) -> Taken {
        let found = self.originals.open(&asset.path).ok().and_then(|file| {
            let sidecar = asset.sidecar.as_ref().and_then(|path| self.originals.open(path).ok());
            Taken::of(file, sidecar, &asset.name, Timestamp::now())
        });
        found.unwrap_or(asset.taken)
    }
}

/// Dates what older rules dated, until all is done or the vault is closed.
pub(crate) fn date_in_background(vault: &Arc<Vault>) {
    let vault = Arc::downgrade(vault);
    let begun = thread::Builder::new().name("dating".to_owned()).spawn(move || date_all(&vault));
    if let Err(error) = begun {
        tracing::warn!(%error, "photos keep the dates that an older version gave them until the next start");
    }
}

fn date_all(vault: &Weak<Vault>) {
    let mut dated = 0;
    while let Some(vault) = vault.upgrade() {
        match vault.date_some() {
            Ok(0) => break,
            Ok(some) => dated += some,
            Err(error) => {
                tracing::warn!(error = causes(&error), "some photos keep the dates of an older version");
                break;
            }
        }
    }
    if dated > 0 {
        tracing::info!(dated, "read the dates of photos that an older version kept");
    }
}
