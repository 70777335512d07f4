//! Files that the browser hides from web apps because of their names: found by a second listing of the folder, uploaded
//! once the person agrees, and listed so that they can be renamed.

use browser::bindings::DirectoryHandle;
use browser::channel::Notice;
use browser::window::{self, CompareFault, Listed, local_time};
use engine::{Filter, FolderId, FolderView, Intent, Lasting};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::folder_input::FolderInput;
use crate::address::Listing;
use crate::shown::Model;
use crate::words::hidden::{advice, found};
use kit::{Button, ButtonLink, Card, Inside, Row, Weight};

/// Compares the folder's own listing with another one, and tells the engine what it leaves out.
pub async fn look_for_hidden(model: Model, folder: &DirectoryHandle, listed: Listed) {
    match window::hidden_in(folder, listed).await {
        Ok(found) => model.with_conversation(|conversation| conversation.tell_hidden(folder, found)),
        Err(CompareFault::OtherFolder) => {
            model.notice.set(Some(Notice::OtherFolder { name: folder.name() }));
        }
        Err(CompareFault::Browser(fault)) => {
            model.notice.set(Some(Notice::PickerFailed { why: fault.to_string() }));
        }
    }
}

/// What is hidden in a folder, or the offer to look for it.
#[component]
pub fn Hidden(model: Model, id: FolderId) -> impl IntoView {
    let folder = model.folder(id);
    let of = move |number: fn(&FolderView) -> u64| folder.with(|folder| folder.as_ref().map_or(0, number));
    let hidden = Memo::new(move |_| of(|folder| folder.tally.hidden));
    let readable = Memo::new(move |_| of(|folder| folder.hidden_readable));
    let is_any = move || hidden.get() > 0;
    let can_be_sent = move || readable.get() > 0;
    let was_never_compared = move || {
        folder.with(|folder| {
            folder
                .as_ref()
                .is_some_and(|folder| folder.lasting == Lasting::Lasting && folder.hidden_looked_at.is_none())
        })
    };
    view! {
        <Show when=is_any>
            <div class="item" data-testid="hidden-names">
                <div class="whole">
                    <span class="name">{move || found(hidden.get())}</span>
                    <p>{move || advice(readable.get(), hidden.get())}</p>
                </div>
                <div class="line">
                    <Show when=can_be_sent>
                        <Button weight=Weight::Primary press=move || model.dispatch(Intent::BackUpHidden(id))>
                            "Back them up now"
                        </Button>
                    </Show>
                    <ButtonLink href=Listing::Files(Filter::Hidden).address()>"Show their names"</ButtonLink>
                    <Show when=move || !can_be_sent()>
                        <LookForHidden model id name="Choose the folder again" />
                    </Show>
                </div>
            </div>
        </Show>
        <Show when=was_never_compared>
            <div class="item" data-testid="hidden-names">
                <div class="grow">
                    <span class="name">"Hidden names"</span>
                    <p>"Browsers hide some file names from web apps. To find such files, choose this folder once more."</p>
                </div>
                <LookForHidden model id name="Look for hidden names" />
            </div>
        </Show>
    }
}

/// For every folder, when its names were last compared.
#[component]
pub fn HiddenLooks(model: Model) -> impl IntoView {
    let folders = model.view(|view| {
        let lasting = view.folders.iter().filter(|folder| folder.lasting == Lasting::Lasting);
        lasting.map(|folder| (folder.id, folder.name.clone(), folder.hidden_looked_at)).collect::<Vec<_>>()
    });
    let line = move |(id, name, at): (FolderId, String, Option<engine::Moment>)| {
        let says = match at {
            Some(at) => format!("Last compared with a listing that hides nothing: {}.", local_time(at)),
            None => "Never compared with a listing that hides nothing.".to_owned(),
        };
        view! {
            <Row name=format!("Hidden names in “{name}”") about=says>
                <LookForHidden model id name="Look for hidden names" />
            </Row>
        }
    };
    view! {
        <h2 class="group-head">"Hidden names"</h2>
        <div data-testid="hidden-looks">
            <Card inside=Inside::Rows>{move || folders.get().into_iter().map(line).collect_view()}</Card>
        </div>
        <p class="hint under">
            "Browsers list no symbolic links at all. Add the folder that a link leads to as a folder of its own."
        </p>
    }
}

#[component]
fn LookForHidden(model: Model, id: FolderId, name: &'static str) -> impl IntoView {
    let take = move |name: String, files: Vec<_>| {
        spawn_local(async move {
            match window::known_folder(id) {
                Ok(folder) => look_for_hidden(model, &folder, Listed::Files(name, files)).await,
                Err(fault) => model.notice.set(Some(Notice::PickerFailed { why: fault.to_string() })),
            }
        });
    };
    view! { <FolderInput name take /> }
}
