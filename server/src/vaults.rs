//! The vaults of all users. Each has its own folder and its own index, so a request to one can never be answered from
//! another.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::auth::User;
use crate::vault::{Vault, VaultError, date_in_background};

pub(crate) struct Vaults {
    data: PathBuf,
    /// Keyed by folder: a user who is added again under the same name gets the vault that is still open. Opening it
    /// twice would fail, because it is locked.
    open: Mutex<HashMap<PathBuf, Arc<Slot>>>,
}

/// Opening a vault takes a while and must not delay the others.
type Slot = Mutex<Option<Arc<Vault>>>;

impl Vaults {
    /// The owner's vault is already open.
    pub(crate) fn new(owner: &User, vault: &Arc<Vault>) -> Self {
        let (data, slot) = (vault.folder().to_owned(), Arc::new(Mutex::new(Some(Arc::clone(vault)))));
        let open = HashMap::from([(owner.folder(&data), slot)]);
        Self { data, open: Mutex::new(open) }
    }

    pub(crate) fn of(&self, user: &User) -> Result<Arc<Vault>, VaultError> {
        let folder = user.folder(&self.data);
        let slot = {
            let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(open.entry(folder.clone()).or_default())
        };
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(vault) = &*slot {
            return Ok(Arc::clone(vault));
        }
        let vault = Arc::new(Vault::open(&folder)?);
        date_in_background(&vault);
        *slot = Some(Arc::clone(&vault));
        Ok(vault)
    }

    /// Closes the vaults of users who were removed, so that their folders may be moved or reused.
    pub(crate) fn keep_only(&self, users: &[User]) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|folder, _| users.iter().any(|user| user.folder(&self.data) == *folder));
    }

    pub(crate) fn opened(&self) -> Vec<Arc<Vault>> {
        let slots: Vec<Arc<Slot>> = {
            let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            open.values().cloned().collect()
        };
        let vault = |slot: &Arc<Slot>| slot.lock().unwrap_or_else(PoisonError::into_inner).clone();
        slots.iter().filter_map(vault).collect()
    }
}
