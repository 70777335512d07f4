//! What every request can reach: the vault, the door, the page and the settings. Made once by whoever starts
//! a server; clones share it.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tracing::Span;

use crate::api::resumable::seats::Seats;
use crate::crowd::Crowd;
use crate::door::Door;
use crate::door::origin::PublicUrl;
use crate::error::{AppError, causes};
use crate::index::IndexError;
use crate::metrics::Metrics;
use crate::page::Page;
use crate::push::{Pushes, Reach};
use crate::throttle::Throttles;
use crate::vault::Vault;
use crate::vaults::Vaults;

#[derive(Clone)]
pub struct State(Arc<Parts>);

pub struct Parts {
    /// The owner's.
    pub vault: Arc<Vault>,
    pub(crate) vaults: Vaults,
    pub door: Door,
    pub page: Page,
    pub settings: Settings,
    pub(crate) pushes: Pushes,
    pub(crate) throttles: Throttles,
    pub(crate) seats: Seats,
    /// Uploads in progress, by who sends them.
    pub(crate) uploads: Arc<Crowd<String>>,
    pub(crate) metrics: Metrics,
    /// A decoded picture is large, so few are made at once.
    pub(crate) painters: Arc<Semaphore>,
    /// What a folder holds is read whole, so few are told at once.
    pub(crate) tellers: Semaphore,
    /// Told to stop: what is on its way is to be put down where it can go on later.
    pub(crate) stopping: CancellationToken,
}

const PAINTERS: usize = 2;
const TELLERS: usize = 2;

/// Each holds a thread and some hundred kilobytes.
const MOST_UPLOADS: usize = 256;

#[derive(Debug, Clone, Default)]
pub struct Settings {
    pub public_url: Option<PublicUrl>,
    /// The largest request that gets through to here, in bytes: a proxy in front may have a limit.
    pub max_request: Option<u64>,
    /// What they say of a request's origin is believed.
    pub trusted_proxies: Vec<IpNet>,
    pub push_reach: Reach,
    /// How long a push that a person asked for waits, so that they can close the app; [`TRY_AFTER`] where none is set.
    pub push_asked_after: Option<Duration>,
}

/// Time to close the app in.
pub(crate) const TRY_AFTER: Duration = Duration::from_secs(10);

impl State {
    pub fn new(vault: Vault, page: Page, settings: Settings) -> Result<Self, IndexError> {
        let door = Door::new(vault.index().clone());
        let pushes = Pushes::new(vault.index().clone(), settings.push_reach);
        let vault = Arc::new(vault);
        let vaults = Vaults::new(&door.owner()?, &vault);
        Ok(Self(Arc::new(Parts {
            vault,
            vaults,
            door,
            page,
            settings,
            pushes,
            throttles: Throttles::default(),
            seats: Seats::default(),
            uploads: Crowd::new(MOST_UPLOADS),
            metrics: Metrics::default(),
            painters: Arc::new(Semaphore::new(PAINTERS)),
            tellers: Semaphore::new(TELLERS),
            stopping: CancellationToken::new(),
        })))
    }

    /// Opens the vaults of all users, so that what is wrong with one is known at the start and its repair is done.
    pub fn open_vaults(&self) -> Result<(), IndexError> {
        for user in self.door.users()? {
            if let Err(error) = self.vaults.of(&user) {
                tracing::error!(user = %user.name, error = causes(&error), "the vault of a user cannot be opened");
            }
        }
        Ok(())
    }

    pub(crate) fn stop(&self) {
        self.stopping.cancel();
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
        blocking(move || work(&parts)).await
    }
}

pub(crate) async fn blocking<T, E>(
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, AppError>
where
    T: Send + 'static,
    E: Into<AppError> + Send + 'static,
{
    // What is logged there belongs to the same request.
    let span = Span::current();
    tokio::task::spawn_blocking(move || span.in_scope(work))
        .await
        .map_err(AppError::fault)?
        .map_err(Into::into)
}

impl Deref for State {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
