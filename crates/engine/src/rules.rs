//! What a name alone says about a file. Only the lister judges, before it looks at a file; it tells the engine the
//! result.

use protocol::media::{Named, has_media_ending, named};

use crate::event::Look;
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
];

/// Suffixes of folders that hold a program's catalog rather than photos.
const CATALOG_ENDINGS: &[&str] = &[".lrdata", ".lrcat-data", ".cocatalog"];

/// Suffixes of the libraries of Photos, iPhoto and Aperture. They hold the originals, and much that was made of them.
const LIBRARY_ENDINGS: &[&str] =
    &[".photoslibrary", ".photolibrary", ".migratedphotolibrary", ".aplibrary", ".migratedaplibrary"];

/// The folders of the originals in such a library.
const LIBRARY_ORIGINALS: &[&str] = &["originals", "masters"];

/// What cloud services append to the name of a file that they hold and this device does not.
const PLACEHOLDER_ENDINGS: &[&str] = &[".icloud", ".nextcloud", ".owncloud", ".cloud", ".cloudf"];

/// Files that operating systems leave next to photos.
const SYSTEM_FILES: &[&str] = &["thumbs.db", "desktop.ini", "ehthumbs.db"];

/// Suffixes of the small previews that cameras keep beside their videos.
const PREVIEW_ENDINGS: &[&str] = &[".thm", ".lrv", ".glv"];

/// The result of looking at a file, if its path inside the folder already decides it. `None` for a photo or video to
/// back up, and for a file whose first bytes have to decide.
pub fn judged(path: &str) -> Option<Look> {
    let mut folders: Vec<&str> = path.split('/').collect();
    let name = folders.pop().unwrap_or_default();
    if let Some(reason) = folders_left_out(&folders) {
        return Some(Look::LeftOut(reason));
    }
    if is_placeholder(name) {
        return Some(Look::OnlyInCloud);
    }
    let hidden = name.starts_with('.').then_some(SkipReason::Hidden);
    let is_preview = || PREVIEW_ENDINGS.iter().any(|ending| ends_with(name, ending));
    let system = || (is_one_of(SYSTEM_FILES, name) || is_preview()).then_some(SkipReason::SystemFiles);
    hidden.or_else(system).or_else(|| not_media(name)).map(Look::LeftOut)
}

fn folders_left_out(folders: &[&str]) -> Option<SkipReason> {
    let by_name = folders.iter().find_map(|folder| folder_left_out(folder));
    by_name.or_else(|| is_derived(folders).then_some(SkipReason::SystemFiles))
}

/// Whether the file is in a library, but not among its originals.
fn is_derived(folders: &[&str]) -> bool {
    let is_library = |folder: &&str| LIBRARY_ENDINGS.iter().any(|ending| ends_with(folder, ending));
    let Some(library) = folders.iter().position(is_library) else { return false };
    folders.get(library + 1).is_none_or(|inside| !is_one_of(LIBRARY_ORIGINALS, inside))
}

/// `.IMG_1.HEIC.icloud`, `IMG_1.jpg.nextcloud`
fn is_placeholder(name: &str) -> bool {
    let stands_for = |ending: &&str| ends_with(name, ending).then(|| &name[..name.len() - ending.len()]);
    let real = PLACEHOLDER_ENDINGS.iter().find_map(stands_for);
    real.is_some_and(has_media_ending)
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
    match named(name) {
        Named::Media(_) | Named::Undecided => None,
        Named::Sidecar => Some(SkipReason::Sidecar),
        Named::Other => Some(SkipReason::NotMedia),
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
        let out = |reason| Some(Look::LeftOut(reason));
        let table = [
            ("a.jpg", None),
            ("2024/Österreich 🏔/写真.heic", None),
            ("clip.MP4", None),
            ("Thumbnails/a.jpg", None),
            (".hidden.jpg", out(SkipReason::Hidden)),
            (".thumbnails/a.jpg", out(SkipReason::Hidden)),
            ("2024/.Trash-1000/files/a.jpg", out(SkipReason::Hidden)),
            ("2024/@eaDir/a.jpg/SYNOPHOTO_THUMB_M.jpg", out(SkipReason::SystemFiles)),
            ("$RECYCLE.BIN/a.jpg", out(SkipReason::SystemFiles)),
            ("Holiday Previews.lrdata/0/x.jpg", out(SkipReason::SystemFiles)),
            ("Thumbs.db", out(SkipReason::SystemFiles)),
            ("a.jpg.xmp", out(SkipReason::Sidecar)),
            ("notes.txt", out(SkipReason::NotMedia)),
            ("GOPR0001.THM", out(SkipReason::SystemFiles)),
            ("no extension", None),
            ("src/app.ts", None),
        ];
        for (path, look) in table {
            assert_eq!(judged(path), look, "{path}");
        }
    }

    #[test]
    fn only_the_originals_of_a_photo_library_are_backed_up() {
        let table = [
            ("Photos Library.photoslibrary/originals/0/0A1B.heic", None),
            ("Mac/Photos Library.photoslibrary/originals/F/F1.mov", None),
            ("iPhoto Library.photolibrary/Masters/2012/01/IMG_1.JPG", None),
            ("Aperture.aplibrary/Masters/2012/IMG_1.CR2", None),
            (
                "Photos Library.photoslibrary/resources/derivatives/0/0A1B_1_105_c.jpeg",
                Some(SkipReason::SystemFiles),
            ),
            ("Photos Library.photoslibrary/resources/renders/0/0A1B.heic", Some(SkipReason::SystemFiles)),
            ("iPhoto Library.photolibrary/Previews/2012/IMG_1.jpg", Some(SkipReason::SystemFiles)),
            ("iPhoto Library.migratedphotolibrary/Thumbnails/IMG_1.jpg", Some(SkipReason::SystemFiles)),
            ("iPhoto Library.photolibrary/Thumbnails/IMG_1.jpg", Some(SkipReason::SystemFiles)),
            ("Photos Library.photoslibrary/cover.jpg", Some(SkipReason::SystemFiles)),
            ("originals/a.jpg", None),
        ];
        for (path, reason) in table {
            assert_eq!(judged(path), reason.map(Look::LeftOut), "{path}");
        }
    }

    #[test]
    fn a_placeholder_of_a_cloud_is_a_file_that_needs_the_person() {
        for path in
            [".IMG_1.HEIC.icloud", "2024/IMG_1.jpg.nextcloud", "clip.MP4.owncloud", ".00001.MTS.icloud"]
        {
            assert_eq!(judged(path), Some(Look::OnlyInCloud), "{path}");
        }
        assert_eq!(judged(".notes.txt.icloud"), Some(Look::LeftOut(SkipReason::Hidden)));
        assert_eq!(judged(".Trash/.IMG_1.HEIC.icloud"), Some(Look::LeftOut(SkipReason::Hidden)));
        assert_eq!(judged("point.cloud"), None, "its first bytes decide");
    }
}
