//! Asking for permission to read a folder.

use browser::channel::{Notice, ToEngine};
use engine::{Access, Barrier, FolderId, FolderView, View};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::shown::{Model, Shown};

/// The prompt needs this click, so the page asks for permission, not the engine. Browsers that ask once for all
/// folders then grant the others without a prompt, so one click is enough.
pub fn allow(model: Model, id: FolderId) {
    let others = model.shown.with_untracked(|shown| match shown {
        Shown::View(view) => barred(view),
        Shown::Opening | Shown::Stopped(_) | Shown::OtherVersion => Vec::new(),
    });
    spawn_local(async move {
        match browser::window::ask_permission(id).await {
            Ok(true) => model.say(ToEngine::Regranted(id)),
            Ok(false) => return,
            Err(fault) => return model.notice.set(Some(Notice::PickerFailed { why: fault.to_string() })),
        }
        for other in others.into_iter().filter(|other| *other != id) {
            // Browsers that prompt for each folder refuse without a new gesture. That folder still has its own
            // button.
            if browser::window::ask_permission(other).await == Ok(true) {
                model.say(ToEngine::Regranted(other));
            }
        }
    });
}

fn barred(view: &View) -> Vec<FolderId> {
    let lacking = |folder: &&FolderView| folder.access == Access::Barred(Barrier::NeedsPermission);
    view.folders.iter().filter(lacking).map(|folder| folder.id).collect()
}
