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
use leptos::wasm_split::wasm_split;

use crate::parts::later::{Loaded, later};
use crate::parts::section_head::SectionHead;
use crate::shown::Model;
use crate::words::numbers::{bytes, count, files};
use crate::words::restore::{Looked, contents, looked, restored};

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

/// One folder's restore.
#[derive(Clone, Copy)]
struct Work {
    step: RwSignal<Progress, LocalStorage>,
    stopped: RwSignal<bool>,
    /// How many restores are running, counted over all lines.
    busy: StoredValue<u32>,
}

#[component]
pub fn Restore(model: Model) -> impl IntoView {
    let shown = model.is(|view| view.headline != Headline::Unpaired);
    let heard = RwSignal::new(FoldersAnswer::Nothing);
    let open = RwSignal::new(false);
    let care = RwSignal::new(Care::Size);
    let busy = StoredValue::new(0);
    let wanted = Memo::new(move |was| open.get() || was.copied().unwrap_or_default());
    let toggle = move || {
        open.update(|open| *open = !*open);
        // Reloading the list would end the restores that are running in it.
        if open.get() && busy.get_value() == 0 {
            spawn_local(async move {
                heard.set(known_folders().await.map_or(FoldersAnswer::NoAnswer, FoldersAnswer::Folders));
            });
        }
    };
    view! {
        <Show when=move || shown.get()>
            <section class="restore" aria-labelledby="restore">
                <SectionHead id="restore" name="Restore a folder" open toggle />
                <div hidden=move || !open.get()>{move || wanted.get().then(|| later(body(heard.get(), care, busy)))}</div>
            </section>
        </Show>
    }
}

#[wasm_split(restore, wasm_split_path = ::leptos::wasm_split, fallible)]
fn body(heard: FoldersAnswer, care: RwSignal<Care>, busy: StoredValue<u32>) -> Loaded {
    let folders = match &heard {
        FoldersAnswer::Folders(folders) => folders.as_slice(),
        FoldersAnswer::Nothing | FoldersAnswer::NoAnswer => &[],
    };
    let turn = move |_| {
        care.update(|care| *care = if *care == Care::Size { Care::Digest } else { Care::Size });
    };
    let lines =
        folders.iter().map(|folder| view! { <Line folder=folder.clone() care busy /> }).collect_view();
    let view = view! {
        <p class="hint">{hint(&heard)}</p>
        <label class="tick" hidden=folders.is_empty()>
            <input type="checkbox" prop:checked=care.get_untracked() == Care::Digest on:change=turn />
            "Read existing files and compare every byte (slower)"
        </label>
        <div class="list"><ul>{lines}</ul></div>
    }
    .into_any();
    Ok(view)
}

fn hint(heard: &FoldersAnswer) -> &'static str {
    match heard {
        FoldersAnswer::Nothing => "Asking your server…",
        FoldersAnswer::NoAnswer => {
            "Your server did not say what your folders contained. Close this and try again."
        }
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
fn Line(folder: KnownFolder, care: RwSignal<Care>, busy: StoredValue<u32>) -> impl IntoView {
    let KnownFolder { id, name, device, told, held, gone } = folder;
    let work = Work { step: RwSignal::new_local(Progress::Idle), stopped: RwSignal::new(false), busy };
    let pick = move |_| {
        let id = id.clone();
        spawn_local(async move { look(id, work, care.get_untracked()).await });
    };
    let is = move |wanted: fn(&Progress) -> bool| work.step.with(wanted);
    let is_busy = move || !can_keep_folders() || is(|step| step.is_busy());
    let done = move || work.step.with(|step| step.share()).unwrap_or_default();
    view! {
        <li>
            <div>
                <span class="path">{name}</span>
                <span class="reason">{format!("{} on {device}, {}", contents(held, gone), local_time(told))}</span>
            </div>
            <button disabled=is_busy on:click=pick>"Restore missing files"</button>
            <p role="status">{move || work.step.with(sentence)}</p>
            <p class="reason names">{move || work.step.with(names)}</p>
            <progress hidden=move || is(|step| step.share().is_none()) prop:value=done aria-label="Restoring"></progress>
            <div class="row" hidden=move || is(|step| !step.has_choice())>
                <button class="primary" hidden=move || is(Progress::is_busy) on:click=move |_| work.go()>"Restore them"</button>
                <button on:click=move |_| work.end()>
                    {move || if is(Progress::is_busy) { "Stop" } else { "Cancel" }}
                </button>
            </div>
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
    fn go(self) {
        if let Progress::Looked(plan) = self.step.get_untracked() {
            self.stopped.set(false);
            self.busy.update_value(|busy| *busy += 1);
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
        self.busy.try_update_value(|busy| *busy -= 1);
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
