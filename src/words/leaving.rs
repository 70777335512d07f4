//! Words for large files that the browser itself uploads, even when Safelight is closed.

use engine::View;

use super::numbers::{files, plural};

/// What the browser is already uploading.
pub fn left(view: &View) -> Option<String> {
    let others = (view.fetching > 0).then(|| files(view.fetching));
    others.map(|files| {
        format!("The browser itself sends {files}, even after you close Safelight, and shows the progress.")
    })
}

/// The offer to leave more files to the browser.
pub fn offer(view: &View) -> Option<String> {
    let large = (view.large > 0).then(|| plural(view.large, "large file", "large files"));
    large.map(|large| format!("The browser itself can send {large}, even after you close Safelight."))
}

/// The result of a click.
pub fn outcome(begun: Result<usize, String>) -> Option<String> {
    match begun {
        Ok(0) => Some(
            "The browser took no files: it has no room, or the files changed. Safelight sends them itself."
                .into(),
        ),
        Ok(_) => None,
        Err(why) => Some(format!(
            "The browser did not take them: Safelight sends them itself. Reload the page to try again. ({why})"
        )),
    }
}

#[cfg(test)]
mod tests {
    use engine::Event;
    use engine::testing::World;

    use super::*;

    #[test]
    fn large_files_are_offered_and_then_shown_as_in_progress() {
        let film = "f".repeat(17 << 20);
        let mut world = World::with(&[("film.mp4", film.as_str())]);
        world.server.says(503);
        while world.view().large == 0 && world.step() {}
        assert_eq!(
            offer(&world.view()).as_deref(),
            Some("The browser itself can send 1 large file, even after you close Safelight.")
        );
        let fetching = world.engine.largest(1).into_iter().map(|large| large.file).collect();
        world.tell(Event::FetchingChanged(fetching));
        assert_eq!(offer(&world.view()), None);
        let closing =
            crate::words::closing::closing(&world.view(), crate::words::background::GoesOn::Nothing);
        assert_eq!(closing.as_deref(), Some("You can close Safelight: the browser itself sends the rest."));
        assert!(left(&world.view()).is_some_and(|said| said.starts_with("The browser itself sends 1 file,")));
        assert_eq!(outcome(Ok(1)), None);
        assert!(outcome(Ok(0)).is_some() && outcome(Err("no".into())).is_some());
    }
}
