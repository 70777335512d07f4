//! The folders: how each stands, and a screen for each.

pub mod adding;
mod folder_input;
mod hidden;
mod one;
mod permission;
mod removing;
mod restore;

use engine::{FolderId, FolderView, Stage};
use leptos::prelude::*;
use leptos::wasm_split::wasm_split;
use leptos_router::hooks::use_params_map;

use super::later::{Loaded, later};
use crate::address;
use crate::shell::Screen;
use crate::shown::{Model, folder_ids};
use crate::words::folders::{coverage, size, state};
use adding::AddFolder;
pub use hidden::{HiddenLooks, look_for_hidden};
use kit::{Card, EmptyState, Glyph, Icon, Inside, Meter};
use one::OneFolder;
pub use permission::allow;
use restore::RestoreFolders;
pub use restore::Restores;

/// All folders, or the one of the address.
#[component]
pub fn Folders(model: Model) -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")));
    move || later(screen(model, id.get()))
}

#[wasm_split(folders, wasm_split_path = ::leptos::wasm_split, fallible)]
fn screen(model: Model, id: Option<String>) -> Loaded {
    Ok(match id {
        None => view! { <AllFolders model /> }.into_any(),
        Some(id) => view! { <OneFolder model id=id.parse().map_or(NO_FOLDER, FolderId) /> }.into_any(),
    })
}

/// For an address that names none.
const NO_FOLDER: FolderId = FolderId(u32::MAX);

#[component]
fn AllFolders(model: Model) -> impl IntoView {
    let ids = model.view(folder_ids);
    let is_empty = move || ids.with(Vec::is_empty);
    view! {
        <Screen title=address::Section::Folders.name().to_owned() actions=move || view! { <AddFolder model /> }>
            <Show
                when=move || !is_empty()
                fallback=|| view! {
                    <Card>
                        <EmptyState
                            icon=Icon::Folder
                            title="No folder is backed up yet".to_owned()
                            about="Choose one, or drop it anywhere in this window. Everything in it is backed up, and whatever you add later.".to_owned()
                        />
                    </Card>
                }
            >
                <Card inside=Inside::ReactingRows>
                    <ul>
                        <For each=move || ids.get() key=|id| *id children=move |id| view! { <li><Line model id /></li> } />
                    </ul>
                </Card>
            </Show>
            <RestoreFolders model />
        </Screen>
    }
}

#[component]
fn Line(model: Model, id: FolderId) -> impl IntoView {
    let folder = model.folder(id);
    let covered = Coverage::of(folder);
    let of = move |words: fn(&FolderView) -> String| move || folder.with(|folder| folder.as_ref().map(words));
    view! {
        <a class="folder-row" href=address::folder(id)>
            <div>
                <b class="strong">{of(|folder| folder.name.clone())}</b>
                <p>{of(state)}</p>
            </div>
            <div class="coverage">
                <span>
                    <span>{of(coverage)}</span>
                    <span class="soft">{of(size)}</span>
                </span>
                <Meter proven=covered.proven moving=covered.moving(model) />
            </div>
            <Glyph icon=Icon::Right />
        </a>
    }
}

/// The share of a folder's files that is protected.
#[derive(Clone, Copy)]
pub struct Coverage {
    pub proven: Signal<f64>,
    folder: Memo<Option<FolderView>>,
}

impl Coverage {
    pub fn of(folder: Memo<Option<FolderView>>) -> Coverage {
        let share = |folder: &FolderView| {
            let whole = folder.tally.total - folder.tally.skipped;
            folder.tally.protected as f64 / whole.max(1) as f64
        };
        Coverage {
            proven: Signal::derive(move || folder.with(|folder| folder.as_ref().map_or(0.0, share))),
            folder,
        }
    }

    /// The share of the files that are being sent.
    pub fn moving(self, model: Model) -> Signal<f64> {
        let sending = model.view(|view| view.active.iter().filter(|job| job.stage == Stage::Sending).count());
        let folder = self.folder;
        Signal::derive(move || {
            folder.with(|folder| {
                let Some(folder) = folder else { return 0.0 };
                let whole = (folder.tally.total - folder.tally.skipped).max(1) as f64;
                // Which folder a file on its way belongs to is not told, so it counts where something is left.
                (sending.get() as f64).min(folder.tally.remaining as f64) / whole
            })
        })
    }
}
