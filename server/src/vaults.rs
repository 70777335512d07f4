//! The vaults of all users: each has a folder and an index of its own, so that no question to one can be answered by
//! another.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::door::User;
use crate::vault::{Vault, VaultError};

pub(crate) struct Vaults {
    data: PathBuf,
    /// By folder: a user who comes back under the same name finds the vault open, and not in somebody's use.
    open: Mutex<HashMap<PathBuf, Arc<Slot>>>,
}

/// Opening takes a while, and holds up nobody else.
type Slot = Mutex<Option<Arc<Vault>>>;

impl Vaults {
    /// The owner's is open already.
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
        *slot = Some(Arc::clone(&vault));
        Ok(vault)
    }

    /// Lets go of the vaults of users that are no more, so that the folder may be moved or used again.
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
