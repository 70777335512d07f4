//! The order of effects: one pure function. The host in the browser follows it, and so does
//! [`crate::testing::World`], which crashes between any two effects. So the simulator proves what ships.
//!
//! The promise (I3): the server, another device, the person and the pages learn about a turn only after everything
//! that the turn changed is durable. Only reading begins earlier.

use std::collections::VecDeque;

use crate::command::{AfterStored, Begin, Changes, Commands, Tell};
use crate::event::JobId;

/// One step of a host. A store is one transaction. A host that fails to store stops.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    Begin(Begin),
    Store(Changes),
    AfterStored(AfterStored),
    Tell(Tell),
}

/// The consequences of one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    pub commands: Commands,
    /// The number of the page's message that brought the event.
    pub message: Option<u32>,
}

/// The effects of these turns, in order. Turns that are passed together share one transaction.
pub fn effects(turns: Vec<Turn>) -> VecDeque<Effect> {
    let mut merged = Commands::default();
    let mut confirmed = Vec::new();
    for Turn { commands: Commands { begin, store, after_stored }, message } in turns {
        merged.begin.extend(begin);
        merged.store.append(store);
        merged.after_stored.extend(after_stored);
        confirmed.extend(message);
    }
    drop_abandoned(&mut merged);
    drop_replaced_alarms(&mut merged.begin);
    let Commands { begin, store, after_stored } = merged;
    let stored = (!store.is_empty()).then_some(Effect::Store(store));
    let begun = begin.into_iter().map(Effect::Begin);
    let after = after_stored.into_iter().map(Effect::AfterStored);
    let told = confirmed.into_iter().map(Tell::Confirm).chain([Tell::View]).map(Effect::Tell);
    begun.chain(stored).chain(after).chain(told).collect()
}

/// Drops jobs that one turn starts and a later one abandons.
fn drop_abandoned(merged: &mut Commands) {
    let abandons = |command: &AfterStored| match command {
        AfterStored::Abandon(job) => Some(*job),
        AfterStored::Ask { .. }
        | AfterStored::Upload(_)
        | AfterStored::UploadBundle(_)
        | AfterStored::LimitRate(_)
        | AfterStored::RemoveCopies(_)
        | AfterStored::OfPage(_) => None,
    };
    let abandoned: Vec<JobId> = merged.after_stored.iter().filter_map(abandons).collect();
    let stays = |job: JobId| !abandoned.contains(&job);
    merged.begin.retain(|begin| !matches!(begin, Begin::Hash(read) if !stays(read.job)));
    merged.after_stored.retain_mut(|command| match command {
        AfterStored::Upload(upload) => stays(upload.read.job),
        AfterStored::UploadBundle(uploads) => {
            uploads.retain(|upload| stays(upload.read.job));
            !uploads.is_empty()
        }
        AfterStored::Ask { .. }
        | AfterStored::Abandon(_)
        | AfterStored::LimitRate(_)
        | AfterStored::RemoveCopies(_)
        | AfterStored::OfPage(_) => true,
    });
}

fn drop_replaced_alarms(begin: &mut Vec<Begin>) {
    let is_alarm = |begin: &Begin| matches!(begin, Begin::WakeAt(_));
    let last = begin.iter().rposition(is_alarm);
    let mut at = 0;
    begin.retain(|begin| {
        at += 1;
        !is_alarm(begin) || Some(at - 1) == last
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{Read, Upload};
    use crate::folder::FolderId;
    use crate::row::{FileId, SavedRow, Stamp};
    use crate::settings::Settings;
    use crate::time::Moment;
    use protocol::Digest;

    #[test]
    fn reading_begins_first_then_all_is_stored_at_once_then_others_hear_of_it() {
        let begin = |job| Begin::CheckServer { job: JobId(job) };
        let ask = |job| AfterStored::Ask { job: JobId(job), digests: Vec::new() };
        let turn = |job| Turn {
            commands: Commands { begin: vec![begin(job)], store: row(job), after_stored: vec![ask(job)] },
            message: (job == 2).then_some(7),
        };
        let both = Changes { rows: [row(1).rows, row(2).rows].concat(), ..Changes::default() };
        let expected = [
            Effect::Begin(begin(1)),
            Effect::Begin(begin(2)),
            Effect::Store(both),
            Effect::AfterStored(ask(1)),
            Effect::AfterStored(ask(2)),
            Effect::Tell(Tell::Confirm(7)),
            Effect::Tell(Tell::View),
        ];
        assert_eq!(effects(vec![turn(1), turn(2)]), expected);
    }

    #[test]
    fn a_turn_that_changed_nothing_stores_nothing() {
        assert_eq!(effects(vec![turn_of(Commands::default())]), [Effect::Tell(Tell::View)]);
    }

    #[test]
    fn of_several_settings_and_alarms_the_last_counts() {
        let paused = |paused| Some(Settings { paused, ..Settings::default() });
        let turn = |at, is_paused| {
            turn_of(Commands {
                begin: vec![Begin::WakeAt(Moment(at))],
                store: Changes { settings: paused(is_paused), ..Changes::default() },
                after_stored: Vec::new(),
            })
        };
        let nothing = turn_of(Commands::default());
        let last = Changes { settings: paused(true), ..Changes::default() };
        let expected =
            [Effect::Begin(Begin::WakeAt(Moment(2))), Effect::Store(last), Effect::Tell(Tell::View)];
        assert_eq!(effects(vec![turn(1, false), turn(2, true), nothing]), expected);
    }

    #[test]
    fn what_a_later_turn_abandons_is_never_begun() {
        let read = |job| Read {
            job: JobId(job),
            folder: FolderId(1),
            path: "a.jpg".into(),
            stamp: Stamp::default(),
            copy: None,
            hidden: false,
        };
        let first = turn_of(Commands {
            begin: vec![Begin::Hash(read(1)), Begin::Hash(read(2))],
            after_stored: vec![AfterStored::Upload(Upload { read: read(3), digest: Digest([3; 20]) })],
            ..Commands::default()
        });
        let abandon = |job| AfterStored::Abandon(JobId(job));
        let second = turn_of(Commands { after_stored: vec![abandon(1), abandon(3)], ..Commands::default() });
        let expected = [
            Effect::Begin(Begin::Hash(read(2))),
            Effect::AfterStored(abandon(1)),
            Effect::AfterStored(abandon(3)),
            Effect::Tell(Tell::View),
        ];
        assert_eq!(effects(vec![first, second]), expected);
    }

    fn turn_of(commands: Commands) -> Turn {
        Turn { commands, message: None }
    }

    fn row(id: u32) -> Changes {
        Changes { rows: vec![SavedRow { id: FileId(id), row: None }], ..Changes::default() }
    }
}
