//! A report that a person can send to support: facts about this browser and this backup. Names are included only on
//! request.

use std::fmt::Write;

use engine::{Incident, Moment, View};

/// The facts that only the browser knows.
pub struct Surroundings {
    pub version: &'static str,
    pub browser: String,
    /// The browser's features, by name.
    pub abilities: Vec<(&'static str, bool)>,
    pub now: Moment,
}

/// Whether the names of files and folders are included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    Told,
    LeftOut,
}

/// `iso` formats a moment in ISO 8601.
pub fn report(
    surroundings: &Surroundings,
    view: &View,
    incidents: &[Incident],
    names: Names,
    iso: impl Fn(Moment) -> String,
) -> String {
    let mut text =
        format!("Safelight {}, {}\n{}\n", surroundings.version, iso(surroundings.now), surroundings.browser);
    let can =
        |able: bool| surroundings.abilities.iter().filter(move |(_, is)| *is == able).map(|(name, _)| *name);
    line(&mut text, "Can", &can(true).collect::<Vec<_>>().join(", "));
    line(&mut text, "Cannot", &can(false).collect::<Vec<_>>().join(", "));
    line(&mut text, "State", &format!("{:?}, halt {:?}", view.headline, view.halt));
    line(&mut text, "Settings", &settings(view));
    line(&mut text, "All files", &format!("{:?}", view.tally));
    for (number, folder) in view.folders.iter().enumerate() {
        let name = if names == Names::Told { folder.name.as_str() } else { "" };
        let facts = format!(
            "{name} {:?}, {:?}, {:?}, {:?}",
            folder.access, folder.lasting, folder.listed, folder.rules
        );
        line(&mut text, &format!("Folder {}", number + 1), facts.trim());
    }
    line(&mut text, "Last run", &format!("{:?}", view.run));
    line(&mut text, "Lately", if incidents.is_empty() { "nothing went wrong" } else { "" });
    for Incident { at, trouble, path } in incidents {
        let path = path.as_deref().filter(|_| names == Names::Told).unwrap_or_default();
        line(&mut text, &format!("  {}", iso(*at)), format!("{trouble:?} {path}").trim());
    }
    text
}

/// Leaves out the account, which would reveal whose server it is.
fn settings(view: &View) -> String {
    let settings = &view.settings;
    format!(
        "foreground {}, paused {}, rate limit {:?}",
        settings.foreground, settings.paused, settings.rate_limit
    )
}

fn line(text: &mut String, name: &str, value: &str) {
    // Writing to a string cannot fail.
    _ = writeln!(text, "{name}: {value}");
}

#[cfg(test)]
mod tests {
    use engine::testing::World;
    use engine::{Event, Failure, Trouble};

    use super::*;

    #[test]
    fn a_report_contains_no_names_unless_requested() {
        let mut world = World::with(&[("secret holiday.jpg", "one")]);
        world.settle();
        world.tell(Event::Woke);
        let incident = Incident {
            at: Moment(5),
            trouble: Trouble::Failure(Failure::Stalled),
            path: Some("secret holiday.jpg".into()),
        };
        let surroundings = Surroundings {
            version: "1.2.3",
            browser: "A browser".into(),
            abilities: vec![("folders", true), ("background", false)],
            now: Moment(7),
        };
        let told = |names| {
            report(&surroundings, &world.view(), std::slice::from_ref(&incident), names, |at| {
                at.0.to_string()
            })
        };
        let redacted = told(Names::LeftOut);
        assert!(redacted.starts_with("Safelight 1.2.3, 7\nA browser\nCan: folders\nCannot: background\n"));
        assert!(redacted.contains("  5: Failure(Stalled)"));
        for name in ["secret", "Pictures", "first"] {
            assert!(!redacted.contains(name), "{name} in {redacted}");
        }
        assert!(told(Names::Told).contains("secret holiday.jpg"));
    }
}
