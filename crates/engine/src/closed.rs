//! What is known of folders while no page is open. The browser does not tell: a wake-up finds it out.

use serde::{Deserialize, Serialize};

use crate::folder::FolderId;

/// Which folders could be read when Safelight was woken last, or could not be read even with a page. Twice a folder's
/// id, and one more if it could. Kept in the store, where earlier forms had one answer for all folders: it is read as
/// one for a folder that is none.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SeenClosed(Vec<u32>);

impl SeenClosed {
    /// None while it was not seen.
    pub fn of(&self, folder: FolderId) -> Option<bool> {
        self.0.iter().find(|seen| *seen / 2 == folder.0).map(|seen| seen % 2 == 1)
    }

    pub fn see(&mut self, folder: FolderId, readable: bool) {
        self.forget(folder);
        self.0.push(folder.0 * 2 + u32::from(readable));
    }

    pub fn forget(&mut self, folder: FolderId) {
        self.0.retain(|seen| *seen / 2 != folder.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_folder_has_its_own_answer() {
        let (one, other) = (FolderId(1), FolderId(2));
        let mut seen = SeenClosed::default();
        seen.see(one, true);
        seen.see(other, false);
        assert_eq!((seen.of(one), seen.of(other), seen.of(FolderId(3))), (Some(true), Some(false), None));
        seen.see(one, false);
        seen.forget(other);
        assert_eq!((seen.of(one), seen.of(other)), (Some(false), None));
    }
}
