//! Restores a folder on this disk or a new one: writes each file that the server knows from it and that is missing on
//! the disk, and checks it against its digest.

use std::rc::Rc;

use browser::window::{
    Care, KnownFolder, Plan, PlanFault, Restored, WriteFault, can_keep_folders, known_folders, local_time,
    pick_folder_to_write, plan, restore,
};
use engine::Headline;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::shown::Model;
use crate::words::numbers::{bytes, count, files};
use crate::words::restore::{Looked, contents, looked, restored};
use kit::{Button, Card, Inside, Meter, Switch, Weight};

/// The first few names are enough to show what is wrong.
const NAMES_SHOWN: usize = 20;

/// What the server answered about the list.
#[derive(Clone, PartialEq)]
enum FoldersAnswer {
    Nothing,
    Folders(Vec<KnownFolder>),
    NoAnswer,
}

/// The progress of a restore.
#[derive(Clone)]
enum Progress {
    Idle,
    Looking { done: u64, total: u64 },
    Looked(Rc<Plan>),
    Writing { plan: Rc<Plan>, so_far: Restored },
    Written { wanted: u64, end: Restored },
    Failed(String),
}

/// The restores of this page. They go on while the person looks at other screens.
#[derive(Clone, Copy)]
pub struct Restores {
    works: StoredValue<Vec<(String, Work)>, LocalStorage>,
    /// What their signals live as long as.
    owner: StoredValue<Owner, LocalStorage>,
}

impl Restores {
    /// Called once, above all screens.
    pub fn begin() {
        let owner = Owner::current().unwrap_or_default();
        provide_context(Restores {
            works: StoredValue::new_local(Vec::new()),
            owner: StoredValue::new_local(owner),
        });
    }

    fn of(self, folder: &str) -> Work {
        let known =
            self.works.with_value(|works| works.iter().find(|(id, _)| id == folder).map(|(_, work)| *work));
        known.unwrap_or_else(|| {
            let work = self.owner.with_value(|owner| owner.with(Work::new));
            self.works.update_value(|works| works.push((folder.to_owned(), work)));
            work
        })
    }
}

/// One folder's restore.
#[derive(Clone, Copy)]
struct Work {
    step: RwSignal<Progress, LocalStorage>,
    stopped: RwSignal<bool>,
}

#[component]
pub fn RestoreFolders(model: Model) -> impl IntoView {
    let shown = model.is(|view| view.headline != Headline::Unpaired);
    view! {
        <Show when=move || shown.get()><Known /></Show>
    }
}

/// Every folder that the server knows, of this computer and of others.
#[component]
fn Known() -> impl IntoView {
    let heard = RwSignal::new(FoldersAnswer::Nothing);
    let care = RwSignal::new(Care::Size);
    spawn_local(async move {
        let answer = known_folders().await.map_or(FoldersAnswer::NoAnswer, FoldersAnswer::Folders);
        // The screen may be gone by then.
        _ = heard.try_set(answer);
    });
    let folders = move || match heard.get() {
        FoldersAnswer::Folders(folders) => folders,
        FoldersAnswer::Nothing | FoldersAnswer::NoAnswer => Vec::new(),
    };
    let is_any =
        move || heard.with(|heard| matches!(heard, FoldersAnswer::Folders(folders) if !folders.is_empty()));
    view! {
        <section class="section restore" aria-labelledby="restore">
            <div class="section-head"><h2 id="restore">"Restore a folder"</h2></div>
            <p class="hint">{move || heard.with(hint)}</p>
            <Show when=is_any>
                <div class="under">
                    <Card inside=Inside::Rows>
                        <ul>{move || folders().into_iter().map(|folder| view! { <Line folder care /> }).collect_view()}</ul>
                        <Switch
                            id="care"
                            name="Compare every byte"
                            hint="Existing files are read in full instead of being compared by their size. This is slower."
                            on=Signal::derive(move || care.get() == Care::Digest)
                            turn=move |on| care.set(if on { Care::Digest } else { Care::Size })
                        />
                    </Card>
                </div>
            </Show>
        </section>
    }
}

fn hint(heard: &FoldersAnswer) -> &'static str {
    match heard {
        FoldersAnswer::Nothing => "Asking your server…",
        FoldersAnswer::NoAnswer => "Your server did not say what your folders contained. Come back later.",
        FoldersAnswer::Folders(folders) if folders.is_empty() => {
            "Your server knows no folders yet. It learns what a folder contains once the folder is backed up."
        }
        FoldersAnswer::Folders(_) if !can_keep_folders() => {
            "This browser cannot write to a folder. Chrome or Edge on a computer can."
        }
        FoldersAnswer::Folders(_) => {
            "Choose a folder on this computer. Missing files are restored from your server to their original \
             places; existing files are not changed."
        }
    }
}

#[component]
fn Line(folder: KnownFolder, care: RwSignal<Care>) -> impl IntoView {
    let KnownFolder { id, name, device, told, held, gone } = folder;
    let work = expect_context::<Restores>().of(&id);
    let pick = move || {
        let id = id.clone();
        spawn_local(async move { look(id, work, care.get_untracked()).await });
    };
    let is = move |wanted: fn(&Progress) -> bool| work.step.with(wanted);
    let is_busy = Signal::derive(move || !can_keep_folders() || is(Progress::is_busy));
    let share = Signal::derive(move || work.step.with(Progress::share).unwrap_or_default());
    let is_written = move || work.step.with(|step| step.share().is_some());
    let has_choice = move || is(Progress::has_choice);
    let is_running = move || is(Progress::is_busy);
    view! {
        <li class="item">
            <div class="grow">
                <span class="name">{name}</span>
                <p>{format!("{} on {device}, {}", contents(held, gone), local_time(told))}</p>
            </div>
            <Button disabled=is_busy press=pick>"Restore missing files"</Button>
            <p class="whole" role="status">{move || work.step.with(sentence)}</p>
            <p class="whole names">{move || work.step.with(names)}</p>
            <Show when=is_written>
                <Meter proven=0.0 moving=share label="Restoring" />
            </Show>
            <Show when=has_choice>
                <div class="line whole">
                    <Show when=move || !is_running()>
                        <Button weight=Weight::Primary press=move || work.go()>"Restore them"</Button>
                    </Show>
                    <Button press=move || work.end()>{move || if is_running() { "Stop" } else { "Cancel" }}</Button>
                </div>
            </Show>
        </li>
    }
}

impl Progress {
    fn is_busy(&self) -> bool {
        matches!(self, Progress::Looking { .. } | Progress::Writing { .. })
    }

    /// Whether there is something to continue or to stop.
    fn has_choice(&self) -> bool {
        match self {
            Progress::Looked(plan) => !plan.missing.is_empty(),
            Progress::Writing { .. } => true,
            Progress::Idle | Progress::Looking { .. } | Progress::Written { .. } | Progress::Failed(_) => {
                false
            }
        }
    }

    /// The share of the bytes already written, while writing.
    fn share(&self) -> Option<f64> {
        match self {
            Progress::Writing { plan, so_far } => Some(so_far.bytes as f64 / plan.bytes().max(1) as f64),
            Progress::Idle
            | Progress::Looking { .. }
            | Progress::Looked(_)
            | Progress::Written { .. }
            | Progress::Failed(_) => None,
        }
    }
}

impl Work {
    fn new() -> Work {
        Work { step: RwSignal::new_local(Progress::Idle), stopped: RwSignal::new(false) }
    }

    fn go(self) {
        if let Progress::Looked(plan) = self.step.get_untracked() {
            self.stopped.set(false);
            spawn_local(async move { self.write(plan).await });
        }
    }

    fn end(self) {
        if self.step.with_untracked(Progress::is_busy) {
            self.stopped.set(true);
        } else {
            self.step.set(Progress::Idle);
        }
    }

    async fn write(self, plan: Rc<Plan>) {
        let tell = |so_far: &Restored| {
            self.step.try_set(Progress::Writing { plan: Rc::clone(&plan), so_far: so_far.clone() });
            // If the line is gone, nobody can stop the restore any more, so it ends.
            !self.stopped.try_get_untracked().unwrap_or(true)
        };
        let end = restore(&plan, tell).await;
        self.step.try_set(Progress::Written { wanted: plan.missing.len() as u64, end });
    }
}

/// Opens the picker first, because the picker needs the click that called this.
async fn look(id: String, Work { step, .. }: Work, care: Care) {
    // The line may be gone by then.
    let set = |now| _ = step.try_set(now);
    let into = match pick_folder_to_write().await {
        Ok(Some(into)) => into,
        Ok(None) => return,
        Err(fault) => return set(Progress::Failed(format!("The folder could not be opened. {fault}"))),
    };
    set(Progress::Looking { done: 0, total: 0 });
    let tell = |done, total| {
        if done % 50 == 0 {
            set(Progress::Looking { done, total });
        }
    };
    set(match plan(&id, into, care, tell).await {
        Ok(plan) => Progress::Looked(Rc::new(plan)),
        Err(PlanFault::NoAnswer) => Progress::Failed("Your server did not answer. Try again.".into()),
        Err(PlanFault::Disk(fault)) => Progress::Failed(format!("The folder could not be read. {fault}")),
    });
}

fn sentence(step: &Progress) -> String {
    match step {
        Progress::Idle => String::new(),
        Progress::Looking { total: 0, .. } => "Checking the folder…".into(),
        Progress::Looking { done, total } => {
            format!("Checking the folder… {} of {}", count(*done), count(*total))
        }
        Progress::Looked(plan) => looked(&Looked {
            folder: &plan.folder(),
            missing: plan.missing.len() as u64,
            bytes: plan.bytes(),
            there: plan.there,
            differing: plan.differing.len() as u64,
            lost: plan.lost.len() as u64,
            impossible: plan.impossible.len() as u64,
        })
        .join(" "),
        Progress::Writing { plan, so_far } => format!(
            "{} of {}, {} of {}",
            files(so_far.files),
            count(plan.missing.len() as u64),
            bytes(so_far.bytes),
            bytes(plan.bytes())
        ),
        Progress::Written { wanted, end } => restored(end.files, *wanted, end.failed.len() as u64),
        Progress::Failed(why) => why.clone(),
    }
}

/// The names of files that need attention, one per line.
fn names(step: &Progress) -> String {
    match step {
        Progress::Looked(plan) => {
            let names = plan.differing.iter().chain(&plan.lost).chain(&plan.impossible);
            names.take(NAMES_SHOWN).cloned().collect::<Vec<_>>().join("\n")
        }
        Progress::Written { end, .. } => {
            let failed = end.failed.iter().take(NAMES_SHOWN);
            failed.map(|(path, fault)| format!("{path}: {}", why(fault))).collect::<Vec<_>>().join("\n")
        }
        Progress::Idle | Progress::Looking { .. } | Progress::Writing { .. } | Progress::Failed(_) => {
            String::new()
        }
    }
}

fn why(fault: &WriteFault) -> String {
    match fault {
        WriteFault::NoAnswer => "the server did not answer".into(),
        WriteFault::DigestMismatch => {
            "these are not the bytes that were backed up; run “safelight check --read-data” on the server"
                .into()
        }
        WriteFault::Taken => "a file with that name exists now".into(),
        WriteFault::DiskFull => "the disk is full".into(),
        WriteFault::NotAllowed => "the browser was not allowed to write to this folder".into(),
        WriteFault::Disk(fault) => fault.to_string(),
    }
}
