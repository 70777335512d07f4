//! One card per folder: what it holds, whether it can be read, and what to do if it cannot.

use engine::{
    Access, Barrier, FolderId, FolderRules, FolderView, Intent, Lasting, Listed, Loaded, Versions, View,
};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::parts::hidden::Hidden;
use crate::shown::{Model, Shown};
use crate::words::numbers::{count, files};
use browser::channel::{Notice, ToEngine};

#[component]
pub fn Folders(model: Model) -> impl IntoView {
    let ids = model.view(|view| view.folders.iter().map(|folder| folder.id).collect::<Vec<_>>());
    view! {
        <Show when=move || ids.with(|ids| !ids.is_empty())>
            <section class="folders" aria-labelledby="folders">
                <h2 id="folders">"Folders"</h2>
                // Each card reads its own folder from the view, so cards are rebuilt only when a folder is added or
                // removed.
                {move || ids.get().into_iter().map(|id| view! { <Card model id /> }).collect_view()}
            </section>
        </Show>
    }
}

#[component]
fn Card(model: Model, id: FolderId) -> impl IntoView {
    let folder = model.view(move |view| view.folders.iter().find(|folder| folder.id == id).cloned());
    let name = move || folder.get().map(|folder| folder.name);
    let facts = move || folder.with(|folder| folder.as_ref().map(facts));
    let is =
        move |access| folder.with(|folder| folder.as_ref().is_some_and(|folder| folder.access == access));
    let leftovers = move || {
        let is_left = |folder: &FolderView| {
            let FolderView { lasting, tally, .. } = folder;
            *lasting == Lasting::Inbox && tally.remaining == 0 && tally.skipped + tally.problems > 0
        };
        folder.with(|folder| folder.as_ref().is_some_and(is_left))
    };
    let unreadable_rules = move || {
        folder.with(|folder| folder.as_ref().is_some_and(|folder| folder.rules == Loaded::Unreadable))
    };
    let is_inbox =
        move || folder.with(|folder| folder.as_ref().is_some_and(|folder| folder.lasting == Lasting::Inbox));
    view! {
        <article class="card folder">
            <div>
                <h3>{name}</h3>
                <p>{facts}</p>
                <Show when=move || !is_inbox() && !unreadable_rules()>
                    <KeepAll model id />
                </Show>
                <Hidden model id />
                <Show when=unreadable_rules>
                    <p>"Its rules can't be read, so nothing in it is uploaded."</p>
                </Show>
            </div>
            <div class="row">
                <Show when=unreadable_rules>
                    <button class="primary" on:click=move |_| use_standard_rules(model, id)>"Use standard rules"</button>
                </Show>
                <Show when=move || is(Access::Barred(Barrier::NeedsPermission))>
                    <button class="primary" on:click=move |_| allow(model, id)>"Allow access"</button>
                </Show>
                <Show when=move || is(Access::Barred(Barrier::Unreachable))>
                    <button on:click=move |_| model.say(ToEngine::Regranted(id))>"Check again"</button>
                </Show>
                <Show when=move || !is_inbox()>
                    <Remove model id name="Remove" question="Stop backing it up? No files are deleted, here or on the server." sure="Remove folder" />
                </Show>
                <Show when=leftovers>
                    <Remove model id name="Remove what is left" question="It cannot be backed up. Remove it from this browser?" sure="Remove it" />
                </Show>
            </div>
        </article>
    }
}

/// What happens to a file that changes after it was backed up.
#[component]
fn KeepAll(model: Model, id: FolderId) -> impl IntoView {
    let rules = model.view(move |view| rules_of(view, id).cloned());
    let is_kept = move || rules.get().is_some_and(|rules| rules.versions == Versions::KeepAll);
    let turn = move |_| {
        let Some(mut rules) = rules.get() else { return };
        rules.versions = if is_kept() { Versions::KeepFirst } else { Versions::KeepAll };
        model.dispatch(Intent::SetRules(id, rules));
    };
    view! {
        <label class="tick">
            <input type="checkbox" prop:checked=is_kept on:change=turn />
            "Back up edited files again"
        </label>
    }
}

/// Asks for confirmation, because it is easy to overlook that a folder is no longer backed up.
#[component]
fn Remove(
    model: Model,
    id: FolderId,
    name: &'static str,
    question: &'static str,
    sure: &'static str,
) -> impl IntoView {
    let asked = RwSignal::new(false);
    view! {
        <Show
            when=move || asked.get()
            fallback=move || view! { <button class="quiet" on:click=move |_| asked.set(true)>{name}</button> }
        >
            <span class="ask" role="alert">{question}</span>
            <button on:click=move |_| model.dispatch(Intent::RemoveFolder(id))>{sure}</button>
            // The button that was pressed is gone, so the focus moves to the harmless choice.
            <button class="quiet" autofocus on:click=move |_| asked.set(false)>"Keep"</button>
        </Show>
    }
}

fn rules_of(view: &View, id: FolderId) -> Option<&FolderRules> {
    view.folders.iter().find(|folder| folder.id == id)?.rules.known()
}

fn use_standard_rules(model: Model, id: FolderId) {
    model.dispatch(Intent::SetRules(id, FolderRules::default()));
}

fn facts(folder: &FolderView) -> String {
    let tally = &folder.tally;
    let mut facts = match folder.access {
        Access::Granted => String::new(),
        Access::Barred(Barrier::NeedsPermission) => "Needs your permission. Last known: ".into(),
        Access::Barred(Barrier::Unreachable) => "Not reachable. Last known: ".into(),
    };
    facts += &format!("{}, {} protected", files(tally.total), count(tally.protected));
    let others =
        [(tally.remaining, "remaining"), (tally.skipped, "skipped"), (tally.problems, "with problems")];
    for (number, name) in others.into_iter().filter(|(number, _)| *number > 0) {
        facts += &format!(", {} {name}", count(number));
    }
    facts += match folder.listed {
        Listed::Now => ". Scanning…",
        Listed::NotYet => ". Not scanned yet.",
        Listed::Complete => ".",
    };
    facts += match folder.lasting {
        Lasting::Once => " Added once: new files in it are not noticed.",
        Lasting::Inbox => {
            " Files that other apps shared with Safelight. They are removed from here once your server has them."
        }
        Lasting::Lasting => "",
    };
    facts
}

fn barred(view: &View) -> Vec<FolderId> {
    let lacking = |folder: &&FolderView| folder.access == Access::Barred(Barrier::NeedsPermission);
    view.folders.iter().filter(lacking).map(|folder| folder.id).collect()
}

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
