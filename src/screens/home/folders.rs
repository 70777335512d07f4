//! How much of each folder is protected.

use leptos::prelude::*;

use crate::screens::folders::Coverage;
use crate::shown::Model;
use crate::words::folders::{coverage, size, to_go};
use crate::{address, shown};
use engine::FolderId;
use kit::{Card, Meter};

#[component]
pub fn ByFolder(model: Model) -> impl IntoView {
    let ids = model.view(shown::folder_ids);
    view! {
        <section class="section" aria-labelledby="by-folder">
            <div class="section-head">
                <h2 id="by-folder">"Folders"</h2>
                <a href=crate::address::Section::Folders.address()>"All folders"</a>
            </div>
            <Card>
                <div class="by-folder">
                    <For each=move || ids.get() key=|id| *id children=move |id| view! { <Line model id /> } />
                </div>
            </Card>
        </section>
    }
}

#[component]
fn Line(model: Model, id: FolderId) -> impl IntoView {
    let folder = model.folder(id);
    let covered = Coverage::of(folder);
    let of = move |words: fn(&engine::FolderView) -> String| {
        move || folder.with(|folder| folder.as_ref().map(words))
    };
    view! {
        <a href=address::folder(id)>
            <b class="strong clip">{of(|folder| folder.name.clone())}</b>
            <span class="soft">{of(coverage)}</span>
            <Meter proven=covered.proven moving=covered.moving(model) />
            <span class="tiny">{of(to_go)}</span>
            <span class="tiny end">{of(size)}</span>
        </a>
    }
}
