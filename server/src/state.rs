//! What every request can reach: the vault, the door, the page and the settings. Made once by whoever starts
//! a server; clones share it.

use std::ops::Deref;
use std::sync::Arc;

use crate::api::resumable::seats::Seats;
use crate::door::Door;
use crate::door::origin::PublicUrl;
use crate::error::AppError;
use crate::page::Page;
use crate::throttle::Throttles;
use crate::vault::Vault;

#[derive(Clone)]
pub struct State(Arc<Parts>);

pub struct Parts {
    pub vault: Vault,
    pub door: Door,
    pub page: Page,
    pub settings: Settings,
    pub(crate) throttles: Throttles,
    pub(crate) seats: Seats,
}

#[derive(Debug, Clone, Default)]
pub struct Settings {
    pub public_url: Option<PublicUrl>,
    /// The largest request that gets through to here, in bytes: a proxy in front may have a limit.
    pub max_request: Option<u64>,
}

impl State {
    pub fn new(vault: Vault, page: Page, settings: Settings) -> Self {
        let door = Door::new(vault.index().clone());
        Self(Arc::new(Parts {
            vault,
            door,
            page,
            settings,
            throttles: Throttles::default(),
            seats: Seats::default(),
        }))
    }

    /// Runs work that waits for the disk where it holds nobody else up. It goes on to its end even if the
    /// client that asked has gone.
    pub(crate) async fn blocking<T, E>(
        &self,
        work: impl FnOnce(&Parts) -> Result<T, E> + Send + 'static,
    ) -> Result<T, AppError>
    where
        T: Send + 'static,
        E: Into<AppError> + Send + 'static,
    {
        let parts = self.0.clone();
        tokio::task::spawn_blocking(move || work(&parts)).await.map_err(AppError::fault)?.map_err(Into::into)
    }
}

impl Deref for State {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
