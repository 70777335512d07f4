//! Which files are skipped because of their name alone. Only the lister judges, before it looks at a file; it tells the
//! engine the reason.

use protocol::media::{MediaKind, kind_of};

use crate::row::SkipReason;

/// Folders that programs keep for themselves. Compared case-insensitively.
const SYSTEM_FOLDERS: &[&str] = &[
    "@eadir",                    // Synology thumbnails
    "#recycle",                  // Synology recycle bin
    "@recycle",                  // QNAP recycle bin
    "$recycle.bin",              // Windows recycle bin
    "system volume information", // Windows
    "__macosx",                  // left by macOS archives
    "lost+found",                // file system check
    "thumbnails",
    "thumbs",
];

/// Suffixes of folders that hold a program's catalog rather than photos.
const CATALOG_ENDINGS: &[&str] = &[".lrdata", ".lrcat-data", ".cocatalog", ".aplibrary", ".photolibrary"];

/// Files that operating systems leave next to photos.
const SYSTEM_FILES: &[&str] = &["thumbs.db", "desktop.ini", "ehthumbs.db"];

/// Why a file is skipped, judged by its path inside the folder; `None` for a photo or video to back up.
pub fn left_out(path: &str) -> Option<SkipReason> {
    let mut parts: Vec<&str> = path.split('/').collect();
    let name = parts.pop().unwrap_or_default();
    parts
        .iter()
        .find_map(|folder| folder_left_out(folder))
        .or_else(|| name.starts_with('.').then_some(SkipReason::Hidden))
        .or_else(|| is_one_of(SYSTEM_FILES, name).then_some(SkipReason::SystemFiles))
        .or_else(|| not_media(name))
}

fn folder_left_out(name: &str) -> Option<SkipReason> {
    if name.starts_with('.') {
        return Some(SkipReason::Hidden);
    }
    let catalog = CATALOG_ENDINGS.iter().any(|ending| ends_with(name, ending));
    (catalog || is_one_of(SYSTEM_FOLDERS, name)).then_some(SkipReason::SystemFiles)
}

fn ends_with(name: &str, ending: &str) -> bool {
    let end = name.len().checked_sub(ending.len()).and_then(|at| name.get(at..));
    end.is_some_and(|end| end.eq_ignore_ascii_case(ending))
}

fn not_media(name: &str) -> Option<SkipReason> {
    match kind_of(name) {
        Some(MediaKind::Image | MediaKind::Video) => None,
        Some(MediaKind::Sidecar) => Some(SkipReason::Sidecar),
        None => Some(SkipReason::NotMedia),
    }
}

fn is_one_of(list: &[&str], name: &str) -> bool {
    list.iter().any(|known| known.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_alone_decides_what_is_left_out() {
        let table = [
            ("a.jpg", None),
            ("2024/Österreich 🏔/写真.heic", None),
            ("clip.MP4", None),
            (".hidden.jpg", Some(SkipReason::Hidden)),
            (".thumbnails/a.jpg", Some(SkipReason::Hidden)),
            ("2024/.Trash-1000/files/a.jpg", Some(SkipReason::Hidden)),
            ("2024/@eaDir/a.jpg/SYNOPHOTO_THUMB_M.jpg", Some(SkipReason::SystemFiles)),
            ("$RECYCLE.BIN/a.jpg", Some(SkipReason::SystemFiles)),
            ("Holiday Previews.lrdata/0/x.jpg", Some(SkipReason::SystemFiles)),
            ("Thumbs.db", Some(SkipReason::SystemFiles)),
            ("a.jpg.xmp", Some(SkipReason::Sidecar)),
            ("notes.txt", Some(SkipReason::NotMedia)),
            ("no extension", Some(SkipReason::NotMedia)),
        ];
        for (path, reason) in table {
            assert_eq!(left_out(path), reason, "{path}");
        }
    }
}
