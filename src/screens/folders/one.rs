//! One folder: how it stands, what happens to edited files, its access, and how to remove it.

use browser::channel::ToEngine;
use engine::{Access, Barrier, FolderId, FolderRules, FolderView, Intent, Lasting, Loaded, Versions, View};
use leptos::prelude::*;

use super::Coverage;
use super::hidden::Hidden;
use super::permission::allow;
use super::removing::{OF_FOLDER, OF_REST, Remove};
use crate::address::Section;
use crate::shell::{Back, Screen};
use crate::shown::Model;
use crate::words::folders::{size, state};
use crate::words::numbers::count;
use kit::{Button, Card, EmptyState, Icon, Inside, Mark, Meter, Row, Standing, Switch, Weight};

#[component]
pub fn OneFolder(model: Model, id: FolderId) -> impl IntoView {
    let folder = model.folder(id);
    let is_known = Memo::new(move |_| folder.with(Option::is_some));
    let name = Signal::derive(move || {
        folder.with(|folder| folder.as_ref().map_or_else(|| "Folder".into(), |folder| folder.name.clone()))
    });
    let lead = Signal::derive(move || folder.with(|folder| folder.as_ref().map(state)));
    let back = Some(Back(Section::Folders.address().into(), Section::Folders.name()));
    let is_open = model.is(|_| true);
    view! {
        <Screen title=name lead back>
            <Show
                when=move || is_known.get()
                fallback=move || view! {
                    <Show when=move || is_open.get()>
                        <EmptyState icon=Icon::Folder title="This folder is not backed up here".to_owned() about="It may have been removed, or it belongs to another browser.".to_owned() />
                    </Show>
                }
            >
                <Account folder />
                <WhatIsBackedUp model id folder />
                <Leave model id folder />
            </Show>
        </Screen>
    }
}

/// The folder's own numbers. They add up like those of the whole.
#[component]
fn Account(folder: Memo<Option<FolderView>>) -> impl IntoView {
    let covered = Coverage::of(folder);
    let number = move |standing: Standing, of: fn(&FolderView) -> u64| {
        let number = Memo::new(move |_| folder.with(|folder| folder.as_ref().map_or(0, of)));
        let words = move || standing.named(number.get());
        view! { <span><Mark standing /><span><b>{move || count(number.get())}</b>" "{words}</span></span> }
    };
    view! {
        <Card>
            <div class="stack">
                <Meter proven=covered.proven />
                <div class="account" data-testid="account">
                    {number(Standing::Protected, |folder| folder.tally.protected)}
                    {number(Standing::Remaining, |folder| folder.tally.remaining)}
                    {number(Standing::Skipped, |folder| folder.tally.skipped)}
                    {number(Standing::Problems, |folder| folder.tally.problems)}
                    <span>{move || folder.with(|folder| folder.as_ref().map(size))}</span>
                </div>
            </div>
        </Card>
    }
}

/// Its rules, and what stands in the way.
#[component]
fn WhatIsBackedUp(model: Model, id: FolderId, folder: Memo<Option<FolderView>>) -> impl IntoView {
    let is = move |fact: fn(&FolderView) -> bool| {
        Memo::new(move |_| folder.with(|folder| folder.as_ref().is_some_and(fact)))
    };
    let needs_permission = is(|folder| folder.access == Access::Barred(Barrier::NeedsPermission));
    let is_unreachable = is(|folder| folder.access == Access::Barred(Barrier::Unreachable));
    let has_no_rules = is(|folder| folder.rules == Loaded::Unreadable);
    let has_any = {
        let is_ours = is(|folder| folder.lasting == Lasting::Inbox && folder.access == Access::Granted);
        move || !is_ours.get()
    };
    let keeps_rules = is(|folder| folder.lasting != Lasting::Inbox && folder.rules != Loaded::Unreadable);
    view! {
        <section class="section" aria-labelledby="backed-up" hidden=move || !has_any()>
            <div class="section-head"><h2 id="backed-up">"What is backed up"</h2></div>
            <Card inside=Inside::Rows>
                <Show when=move || needs_permission.get()>
                    <Row name="Access".to_owned() about="The browser asks again from time to time. Until you allow it, nothing in this folder is read.".to_owned()>
                        <Button weight=Weight::Primary press=move || allow(model, id)>"Allow access"</Button>
                    </Row>
                </Show>
                <Show when=move || is_unreachable.get()>
                    <Row name="Access".to_owned() about="Is its drive plugged in? Its files are not treated as deleted.".to_owned()>
                        <Button press=move || model.say(ToEngine::Regranted(id))>"Check again"</Button>
                    </Row>
                </Show>
                <Show when=move || has_no_rules.get()>
                    <Row name="Rules".to_owned() about="They can’t be read from this browser’s storage. To avoid acting against your wishes, nothing in this folder is uploaded until you start again with the standard rules.".to_owned()>
                        <Button weight=Weight::Primary press=move || model.dispatch(Intent::SetRules(id, FolderRules::default()))>"Use standard rules"</Button>
                    </Row>
                </Show>
                <Show when=move || keeps_rules.get()>
                    <KeepAll model id />
                </Show>
                <Hidden model id />
            </Card>
        </section>
    }
}

/// What happens to a file that changes after it was backed up.
#[component]
fn KeepAll(model: Model, id: FolderId) -> impl IntoView {
    let rules = model.view(move |view| rules_of(view, id).cloned());
    let is_kept = Memo::new(move |_| {
        rules.with(|rules| rules.as_ref().is_some_and(|rules| rules.versions == Versions::KeepAll))
    });
    let turn = move |on| {
        let Some(mut rules) = rules.get_untracked() else { return };
        rules.versions = if on { Versions::KeepAll } else { Versions::KeepFirst };
        model.dispatch(Intent::SetRules(id, rules));
    };
    view! {
        <Switch
            id="versions"
            name="Back up edited files again"
            hint="A changed file is backed up as a new version beside the first. With this off, only first versions are kept."
            on=is_kept
            turn
        />
    }
}

#[component]
fn Leave(model: Model, id: FolderId, folder: Memo<Option<FolderView>>) -> impl IntoView {
    let is_inbox =
        move || folder.with(|folder| folder.as_ref().is_some_and(|folder| folder.lasting == Lasting::Inbox));
    let has_leftovers = move || {
        folder.with(|folder| {
            folder.as_ref().is_some_and(|FolderView { lasting, tally, .. }| {
                *lasting == Lasting::Inbox && tally.remaining == 0 && tally.skipped + tally.problems > 0
            })
        })
    };
    view! {
        <section class="section" aria-labelledby="leave" hidden=move || is_inbox() && !has_leftovers()>
            <div class="section-head"><h2 id="leave">"Remove"</h2></div>
            <Card inside=Inside::Rows>
                <Show when=move || !is_inbox()>
                    <Row name="Stop backing up this folder".to_owned() about="No files are deleted, here or on the server.".to_owned()>
                        <Remove model folder=id removal=OF_FOLDER />
                    </Row>
                </Show>
                <Show when=has_leftovers>
                    <Row name="Remove what is left".to_owned() about="It is not backed up.".to_owned()>
                        <Remove model folder=id removal=OF_REST />
                    </Row>
                </Show>
            </Card>
        </section>
    }
}

fn rules_of(view: &View, id: FolderId) -> Option<&FolderRules> {
    view.folders.iter().find(|folder| folder.id == id)?.rules.known()
}
