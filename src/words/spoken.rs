//! What is said aloud of a backup: its start, its quarters, its end, and problems. Nothing else, because a voice that
//! counts every file is switched off.

use engine::{Headline, View};

use super::headline::headline;
use super::numbers::{count, files, plural};

/// What decides whether there is something to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    headline: Headline,
    /// How many quarters of this run's files are sent.
    quarters: u64,
    problems: u64,
}

impl Progress {
    pub fn of(view: &View) -> Progress {
        let (sent, all) = of_run(view);
        Progress {
            headline: view.headline,
            quarters: (4 * sent).checked_div(all).unwrap_or(0),
            problems: view.tally.problems,
        }
    }
}

/// How many files this run has sent, and how many it is to send in all.
fn of_run(view: &View) -> (u64, u64) {
    let sent = view.run.as_ref().filter(|run| run.ended.is_none()).map_or(0, |run| run.done.sent);
    (sent, sent + view.tally.remaining)
}

/// The words for a change; `None` for a change that is not worth a word.
pub fn spoken(before: Progress, view: &View) -> Option<String> {
    let now = Progress::of(view);
    // A look that finds nothing new changes the state twice.
    let is_look = matches!(before.headline, Headline::Scanning) && now.headline == Headline::Done;
    let changed = now.headline != before.headline && now.headline != Headline::Scanning && !is_look;
    if now.problems > before.problems {
        return Some(format!("{}.", plural(now.problems, "file needs you", "files need you")));
    }
    if changed && now.headline == Headline::BackingUp {
        return Some(format!("Backing up {}.", files(view.tally.remaining)));
    }
    if changed {
        return Some(format!("{}.", headline(view).title));
    }
    let (sent, all) = of_run(view);
    let is_further = now.headline == Headline::BackingUp && now.quarters > before.quarters;
    is_further.then(|| format!("{} of {} sent.", count(sent), files(all)))
}

#[cfg(test)]
mod tests {
    use engine::testing::World;

    use super::*;

    /// Everything that is said until nothing happens any more.
    fn heard(world: &mut World) -> Vec<String> {
        let mut heard = Vec::new();
        let mut before = Progress::of(&world.view());
        while world.step() {
            let view = world.view();
            heard.extend(spoken(before, &view));
            before = Progress::of(&view);
        }
        heard
    }

    #[test]
    fn a_first_backup_is_told_in_a_few_words() {
        let names: Vec<String> = (0..40).map(|number| format!("{number}.jpg")).collect();
        let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), name.as_str())).collect();
        let mut world = World::with(&files);
        let heard = heard(&mut world);
        assert!(heard.len() <= 6, "{heard:?}");
        assert_eq!(heard.last().map(String::as_str), Some("Everything is protected."));
        assert!(heard.iter().any(|said| said.starts_with("Backing up ")), "{heard:?}");
    }

    #[test]
    fn a_look_that_finds_nothing_is_silent() {
        let mut world = World::with(&[("a.jpg", "one")]);
        world.settle();
        world.ask(engine::Intent::Look);
        assert_eq!(heard(&mut world), Vec::<String>::new());
    }

    #[test]
    fn a_problem_is_told_when_it_comes() {
        let mut world = World::with(&[("a.jpg", "one"), ("b.jpg", "two")]);
        world.disk().set_readable("a.jpg", false);
        assert!(heard(&mut world).contains(&"1 file needs you.".to_owned()));
    }
}
