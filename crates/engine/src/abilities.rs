//! What the server can do, as it tells. Nothing hangs on whose server it is: a server that tells nothing can do nothing
//! but take uploads and answer questions.

use protocol::safelight::Pieces;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Abilities {
    /// It refuses bytes that do not have the promised digest, so its "created" is proof. Another server is asked once
    /// more, with our own digest.
    pub verifies_digests: bool,
    /// It keeps what arrives of an upload that is cut off: from which size on, and how much at once.
    pub pieces: Option<Pieces>,
    /// It keeps a list of what each folder holds, so that a folder can be restored.
    pub keeps_inventories: bool,
    pub albums: bool,
    pub trash: bool,
    pub thumbnails: bool,
}

impl Abilities {
    /// All that a vault of Safelight does for a backup.
    #[cfg(any(test, feature = "testing"))]
    pub fn of_a_vault() -> Abilities {
        Abilities {
            verifies_digests: true,
            pieces: Some(Pieces { from: 16 << 20, up_to: None }),
            keeps_inventories: true,
            albums: true,
            trash: false,
            thumbnails: true,
        }
    }
}
