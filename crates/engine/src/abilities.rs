//! What the server announces that it can do. The engine does not care which server it is: a server that announces
//! nothing is assumed to support only uploads and questions about digests.

use protocol::safelight::Pieces;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Abilities {
    /// It rejects bytes that do not have the promised digest, so its "created" is proof. Any other server is asked
    /// again after an upload, with our own digest.
    pub verifies_digests: bool,
    /// It keeps the received part of an interrupted upload. [`Pieces`] says from which file size on, and how much one
    /// request may carry.
    pub pieces: Option<Pieces>,
    /// The most files that it accepts in one request, if that is more than one.
    pub bundle_of: Option<u32>,
    /// It keeps a list of each folder's files, so that a folder can be restored.
    pub keeps_inventories: bool,
    pub albums: bool,
    pub trash: bool,
    pub thumbnails: bool,
}

impl Abilities {
    /// Everything that a Safelight vault supports for a backup.
    #[cfg(any(test, feature = "testing"))]
    pub fn of_a_vault() -> Abilities {
        Abilities {
            verifies_digests: true,
            pieces: Some(Pieces { from: 16 << 20, up_to: None }),
            bundle_of: Some(128),
            keeps_inventories: true,
            albums: true,
            trash: false,
            thumbnails: true,
        }
    }
}
