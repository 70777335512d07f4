//! When the vault's photos were taken: read as they arrive and, after the rules have changed, once more in the
//! background. Files are never moved for it.

use std::sync::{Arc, Weak};
use std::thread;

use jiff::Timestamp;
use protocol::AssetId;

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
    let said = description.created;
    found.map_or_else(|| Taken::said_by_client(said), |taken| taken.at_time_of(said))
}

impl Vault {
    /// Dates some of the assets that older rules dated, in the order of their ids. Returns the last of them and their
    /// number.
    fn date_some(&self, after: Option<AssetId>) -> Result<Option<(AssetId, usize)>, VaultError> {
        let assets = self.index.read(|index| assets::dated_before(index, RULES, after, AT_ONCE))?;
        let Some(last) = assets.last().map(|asset| asset.id) else { return Ok(None) };
        let dates: Vec<_> =
            assets.iter().filter_map(|asset| Some((asset.id, self.taken_anew(asset)?))).collect();
        let count = dates.len();
        self.index
            .write(move |index| dates.iter().try_for_each(|(id, taken)| assets::date(index, *id, taken)))?;
        Ok(Some((last, count)))
    }

    /// `None` if the file cannot be read now; the next start tries again.
    fn taken_anew(&self, asset: &Asset) -> Option<Taken> {
        let file = self.originals.open(&asset.path).ok()?;
        let sidecar = asset.sidecar.as_ref().and_then(|path| self.originals.open(path).ok());
        let found = Taken::of(file, sidecar, &asset.name, Timestamp::now());
        Some(found.map_or(asset.taken, |taken| taken.at_time_of(asset.taken.instant)))
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
    let (mut dated, mut last) = (0, None);
    while let Some(vault) = vault.upgrade() {
        match vault.date_some(last) {
            Ok(None) => break,
            Ok(Some((id, some))) => (dated, last) = (dated + some, Some(id)),
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
