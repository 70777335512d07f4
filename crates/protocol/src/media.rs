//! Which files are photos and videos. The name decides if its ending is well known; otherwise the first bytes do. Both
//! ends use the same rules. (Browsers report an empty type for HEIC and RAW, and Immich decides by the ending alone.)

mod content;

use serde::{Deserialize, Serialize};

pub use content::{HEAD_BYTES, kind_by_content};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MediaKind {
    Image,
    Video,
}

/// What a name says about its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    Media(MediaKind),
    /// Describes the photo or video beside it; never an asset of its own.
    Sidecar,
    /// Neither a photo nor a video.
    Other,
    /// Nothing that is certain: the first bytes decide.
    Undecided,
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

/// Endings that mean one thing for cameras and another for programs. `.ts` is also TypeScript, and `.mts` too.
const AMBIGUOUS: &[&str] = &[".ts", ".mts"];

/// Endings of videos that are not in the list above, for a guess before the first bytes are read.
const LIKELY_VIDEOS: &[&str] = &[
    ".360", ".3g2", ".3gp2", ".asf", ".divx", ".dv", ".f4v", ".m1v", ".m2v", ".mod", ".mp", ".mts", ".ogv",
    ".qt", ".rm", ".rmvb", ".tod", ".ts",
];

/// Endings that are common beside photos and never those of a photo or video. Such files are not opened.
const OTHERS: &[&str] = &[
    // Documents
    ".csv",
    ".doc",
    ".docx",
    ".epub",
    ".htm",
    ".html",
    ".ics",
    ".key",
    ".md",
    ".mobi",
    ".numbers",
    ".odp",
    ".ods",
    ".odt",
    ".pages",
    ".pdf",
    ".ppt",
    ".pptx",
    ".rtf",
    ".tex",
    ".txt",
    ".vcf",
    ".xls",
    ".xlsx",
    ".xml",
    // Sound
    ".3ga",
    ".aac",
    ".aif",
    ".aiff",
    ".amr",
    ".ape",
    ".flac",
    ".m3u",
    ".m4a",
    ".m4b",
    ".m4r",
    ".mid",
    ".midi",
    ".mka",
    ".mp3",
    ".oga",
    ".ogg",
    ".opus",
    ".wav",
    ".weba",
    ".wma",
    // Archives and disk images
    ".7z",
    ".apk",
    ".bz2",
    ".cab",
    ".dmg",
    ".exe",
    ".gz",
    ".iso",
    ".jar",
    ".msi",
    ".rar",
    ".tar",
    ".tgz",
    ".xz",
    ".zip",
    ".zst",
    // Programs, and what they keep
    ".aae",
    ".bak",
    ".bat",
    ".bin",
    ".c",
    ".cfg",
    ".conf",
    ".cpp",
    ".css",
    ".cube",
    ".db",
    ".dll",
    ".dop",
    ".go",
    ".h",
    ".ico",
    ".ini",
    ".java",
    ".js",
    ".json",
    ".jsx",
    ".kt",
    ".lock",
    ".log",
    ".lrcat",
    ".map",
    ".mjs",
    ".php",
    ".plist",
    ".pp3",
    ".py",
    ".rb",
    ".rs",
    ".sh",
    ".so",
    ".sql",
    ".sqlite",
    ".srt",
    ".sub",
    ".swift",
    ".toml",
    ".torrent",
    ".ttf",
    ".tsx",
    ".url",
    ".vtt",
    ".wasm",
    ".woff",
    ".woff2",
    ".yaml",
    ".yml",
    // Downloads that are not complete
    ".crdownload",
    ".download",
    ".opdownload",
    ".part",
    ".partial",
    ".temp",
    ".tmp",
];

/// What the name of a file, or its path, says about it.
pub fn named(name: &str) -> Named {
    let Some(ending) = ending_of(name) else { return Named::Undecided };
    if is_listed(AMBIGUOUS, ending) {
        Named::Undecided
    } else if is_listed(IMAGES, ending) {
        Named::Media(MediaKind::Image)
    } else if is_listed(VIDEOS, ending) {
        Named::Media(MediaKind::Video)
    } else if is_listed(SIDECARS, ending) {
        Named::Sidecar
    } else if is_listed(OTHERS, ending) {
        Named::Other
    } else {
        Named::Undecided
    }
}

/// Whether cameras and Immich use this ending, whatever programs use it for.
pub fn has_media_ending(name: &str) -> bool {
    ending_of(name).is_some_and(|ending| is_listed(IMAGES, ending) || is_listed(VIDEOS, ending))
}

/// What a file probably is, if it is a photo or a video at all.
pub fn likely_kind(name: &str) -> MediaKind {
    let is_likely_video = || ending_of(name).is_some_and(|ending| is_listed(LIKELY_VIDEOS, ending));
    match named(name) {
        Named::Media(kind) => kind,
        Named::Undecided if is_likely_video() => MediaKind::Video,
        Named::Undecided | Named::Sidecar | Named::Other => MediaKind::Image,
    }
}

/// The kind of a file by its name or, where that does not decide, by its first [`HEAD_BYTES`].
pub fn kind_of(name: &str, head: &[u8]) -> Option<MediaKind> {
    match named(name) {
        Named::Media(kind) => Some(kind),
        Named::Undecided => kind_by_content(head),
        Named::Sidecar | Named::Other => None,
    }
}

/// The ending with its dot.
fn ending_of(name: &str) -> Option<&str> {
    let name = name.rsplit('/').next().unwrap_or_default();
    name.rfind('.').and_then(|dot| name.get(dot..))
}

fn is_listed(list: &[&str], ending: &str) -> bool {
    list.iter().any(|known| known.eq_ignore_ascii_case(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_decides_whatever_its_case() {
        const IMAGE: Named = Named::Media(MediaKind::Image);
        const VIDEO: Named = Named::Media(MediaKind::Video);
        let table = [
            ("a.jpg", IMAGE),
            ("Ärger 😀.HEIC", IMAGE),
            ("clip.part.MOV", VIDEO),
            ("a.jpg.xmp", Named::Sidecar),
            ("notes.TXT", Named::Other),
            (".jpg", IMAGE),
            ("jpg", Named::Undecided),
            ("", Named::Undecided),
            ("dji_fly_20230207_photo", Named::Undecided),
            ("PXL_1.MP", Named::Undecided),
            ("IMG_1.jpg~2", Named::Undecided),
            ("src/app.ts", Named::Undecided),
            ("00001.MTS", Named::Undecided),
            ("2024.05 holiday/no ending", Named::Undecided),
        ];
        for (name, wanted) in table {
            assert_eq!(named(name), wanted, "{name}");
        }
    }

    #[test]
    fn the_first_bytes_decide_only_where_the_name_does_not() {
        let jpeg = b"\xff\xd8\xff\xe0 and so on";
        assert_eq!(kind_of("photo", jpeg), Some(MediaKind::Image));
        assert_eq!(kind_of("photo.jfif", jpeg), Some(MediaKind::Image));
        assert_eq!(kind_of("cover.mp3", jpeg), None);
        assert_eq!(kind_of("a.mov", b"anything"), Some(MediaKind::Video));
        assert_eq!(kind_of("app.ts", b"export const a = 1;"), None);
    }

    #[test]
    fn a_guess_is_made_before_the_first_bytes_are_read() {
        let videos = ["a.ts", "a.MOD", "PXL.MP", "a.360", "a.mp4"];
        assert!(videos.iter().all(|name| likely_kind(name) == MediaKind::Video));
        assert!(["a.jpg", "none", "a.jfif"].iter().all(|name| likely_kind(name) == MediaKind::Image));
    }
}
