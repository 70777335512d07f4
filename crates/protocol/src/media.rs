//! Which files are photos and videos. Immich decides by the extension alone, and browsers report an empty type for HEIC
//! and RAW, so both ends use the extension.

use serde::{Deserialize, Serialize};

/// The kind of a file, according to its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MediaKind {
    Image,
    Video,
    /// Describes the photo or video beside it; never an asset of its own.
    Sidecar,
}

/// Extensions of the images that Immich 3.x accepts, with the dot, lower case.
pub const IMAGES: &[&str] = &[
    ".avif", ".bmp", ".gif", ".jpeg", ".jpg", ".png", ".webp", ".3fr", ".ari", ".arw", ".cap", ".cin",
    ".cr2", ".cr3", ".crw", ".dcr", ".dng", ".erf", ".fff", ".iiq", ".k25", ".kdc", ".mrw", ".nef", ".nrw",
    ".orf", ".ori", ".pef", ".psd", ".raf", ".raw", ".rw2", ".rwl", ".sr2", ".srf", ".srw", ".x3f", ".heic",
    ".heif", ".hif", ".insp", ".jp2", ".jpe", ".jxl", ".mpo", ".svg", ".tif", ".tiff",
];

/// Extensions of the videos that Immich 3.x accepts.
pub const VIDEOS: &[&str] = &[
    ".3gp", ".3gpp", ".avi", ".flv", ".insv", ".m2t", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpe",
    ".mpeg", ".mpg", ".mts", ".mxf", ".ts", ".vob", ".webm", ".wmv",
];

/// Extensions of sidecar files.
pub const SIDECARS: &[&str] = &[".xmp"];

/// The kind of a file by its extension; `None` if it has none of the extensions above.
pub fn kind_of(name: &str) -> Option<MediaKind> {
    let dot = name.rfind('.')?;
    let extension = name.get(dot..)?;
    let listed = |list: &[&str]| list.iter().any(|known| known.eq_ignore_ascii_case(extension));
    if listed(IMAGES) {
        Some(MediaKind::Image)
    } else if listed(VIDEOS) {
        Some(MediaKind::Video)
    } else if listed(SIDECARS) {
        Some(MediaKind::Sidecar)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extension_decides_whatever_its_case() {
        let table = [
            ("a.jpg", Some(MediaKind::Image)),
            ("Ärger 😀.HEIC", Some(MediaKind::Image)),
            ("clip.part.MOV", Some(MediaKind::Video)),
            ("a.jpg.xmp", Some(MediaKind::Sidecar)),
            ("jpg", None),
            ("notes.txt", None),
            ("", None),
            (".jpg", Some(MediaKind::Image)),
        ];
        for (name, kind) in table {
            assert_eq!(kind_of(name), kind, "{name}");
        }
    }
}
