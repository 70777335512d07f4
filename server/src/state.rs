//! Everything that a request can reach: the vault, who may enter, the page and the settings. Whoever starts a server makes
//! it once; clones share it.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tracing::Span;

use crate::api::resumable::upload_locks::UploadLocks;
use crate::auth::Auth;
use crate::auth::origin::PublicUrl;
use crate::error::{AppError, causes};
use crate::index::IndexError;
use crate::limiter::Limiter;
use crate::metrics::Metrics;
use crate::page::Page;
use crate::push::{Pushes, Reach};
use crate::throttle::Throttles;
use crate::vault::{Vault, date_in_background};
use crate::vaults::Vaults;

#[derive(Clone)]
pub struct State(Arc<Parts>);

pub struct Parts {
    /// The owner's vault.
    pub vault: Arc<Vault>,
    pub(crate) vaults: Vaults,
    pub auth: Auth,
    pub page: Page,
    pub settings: Settings,
    pub(crate) pushes: Pushes,
    pub(crate) throttles: Throttles,
    pub(crate) upload_locks: UploadLocks,
    /// Uploads in progress, counted by sender.
    pub(crate) uploads: Arc<Limiter<String>>,
    pub(crate) metrics: Metrics,
    /// Limits how many pictures are decoded at once, because a decoded picture is large.
    pub(crate) thumbnail_workers: Arc<Semaphore>,
    /// Limits how many folder inventories are received at once, because each is read into memory as a whole.
    pub(crate) tellers: Semaphore,
    /// Cancelled when the server is told to stop. Uploads then stop at a point from which they can resume.
    pub(crate) stopping: CancellationToken,
}

const THUMBNAIL_WORKERS: usize = 2;
const TELLERS: usize = 2;

/// Each upload holds a thread and a few hundred kilobytes.
const MOST_UPLOADS: usize = 256;

#[derive(Debug, Clone, Default)]
pub struct Settings {
    pub public_url: Option<PublicUrl>,
    /// The largest request that reaches this server, in bytes; a proxy in front may set a limit.
    pub max_request: Option<u64>,
    /// Browsers are told to use nothing but https for this host, for a year.
    pub hsts: bool,
    /// Forwarding headers from these networks are trusted.
    pub trusted_proxies: Vec<IpNet>,
    pub push_reach: Reach,
    /// The delay before a push that a person asked for, so that they can close the app first. Defaults to
    /// [`TRY_AFTER`].
    pub push_asked_after: Option<Duration>,
}

/// Enough time to close the app.
pub(crate) const TRY_AFTER: Duration = Duration::from_secs(10);

impl State {
    pub fn new(vault: Vault, page: Page, settings: Settings) -> Result<Self, IndexError> {
        let auth = Auth::new(vault.index().clone());
        let pushes = Pushes::new(vault.index().clone(), settings.push_reach);
        let vault = Arc::new(vault);
        date_in_background(&vault);
        let vaults = Vaults::new(&auth.owner()?, &vault);
        Ok(Self(Arc::new(Parts {
            vault,
            vaults,
            auth,
            page,
            settings,
            pushes,
            throttles: Throttles::default(),
            upload_locks: UploadLocks::default(),
            uploads: Limiter::new(MOST_UPLOADS),
            metrics: Metrics::default(),
            thumbnail_workers: Arc::new(Semaphore::new(THUMBNAIL_WORKERS)),
            tellers: Semaphore::new(TELLERS),
            stopping: CancellationToken::new(),
        })))
    }

    /// Opens the vaults of all users, so that problems show up at the start and repairs are done by then.
    pub fn open_vaults(&self) -> Result<(), IndexError> {
        for user in self.auth.users()? {
            if let Err(error) = self.vaults.of(&user) {
                tracing::error!(user = %user.name, error = causes(&error), "the vault of a user cannot be opened");
            }
        }
        Ok(())
    }

    pub(crate) fn stop(&self) {
        self.stopping.cancel();
    }

    /// Runs blocking disk work on a thread where it delays nobody else. The work finishes even if the client
    /// disconnects.
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
    // Log lines from the work belong to the same request.
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
