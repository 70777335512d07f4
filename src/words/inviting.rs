//! Explains once, when the first files are safe, what a closed tab cannot do and how to fix that.

use engine::{Headline, Lasting, View};

use super::background::{Waking, read_closed};
use super::health::System;

/// Where the page is running.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Installation {
    /// This is the window of an installed app.
    pub is_app: bool,
    /// The browser offers to install the app.
    pub can_install: bool,
    pub system: System,
}

/// `None` if it is too early, unnecessary or useless.
pub fn invitation(view: &View, waking: Option<Waking>, place: Installation) -> Option<String> {
    let safe = view.tally.protected > 0 && matches!(view.headline, Headline::Done | Headline::BackingUp);
    let lasts = view.folders.iter().any(|folder| folder.lasting == Lasting::Lasting);
    let woken = matches!(waking, Some(Waking::ForWhatIsLeft | Waking::NowAndThen));
    let wanted = view.settings.background && woken && !place.is_app && read_closed(view) != Some(true);
    (safe && lasts && wanted).then(|| sentence(place))
}

fn sentence(place: Installation) -> String {
    let (why, how) = match place.system {
        System::Android => (
            "Browsers on Android do not let a closed app read folders. While it is closed, Safelight sends copies \
             of the newest waiting files, and continues with the rest when you open it. Once installed, it also \
             accepts what you share from any app.",
            "Choose “Add to home screen” in the browser's menu.",
        ),
        System::Apple | System::Firefox | System::Other => (
            "To notice and back up new photos while it is closed, Safelight must be installed: browsers let only \
             installed apps read folders then. Until it is, Safelight sends copies of waiting files.",
            "Choose “Install Safelight” in the browser's menu (in Chrome under “Cast, save and share”, in Edge under \
             “Apps”), or open it from its icon if it is already installed.",
        ),
    };
    if place.can_install { why.to_owned() } else { format!("{why} {how}") }
}

#[cfg(test)]
mod tests {
    use engine::Intent;
    use engine::Readable;
    use engine::testing::World;

    use super::*;

    const TAB: Installation = Installation { is_app: false, can_install: true, system: System::Other };
    const WAKING: Option<Waking> = Some(Waking::ForWhatIsLeft);

    fn said(world: &World, place: Installation) -> Option<String> {
        invitation(&world.view(), WAKING, place)
    }

    #[test]
    fn the_invitation_appears_once_something_is_safe_and_where_it_helps() {
        let mut world = World::with(&[("a.jpg", "one")]);
        assert_eq!(said(&world, TAB), None, "first things first");
        world.settle();
        assert!(said(&world, TAB).is_some_and(|said| said.starts_with("To notice")));
        assert_eq!(said(&world, Installation { is_app: true, ..TAB }), None);
        assert_eq!(invitation(&world.view(), Some(Waking::Never), TAB), None);
        assert_eq!(invitation(&world.view(), None, TAB), None);
        let by_hand = said(&world, Installation { can_install: false, ..TAB }).unwrap_or_default();
        assert!(by_hand.contains("browser's menu"), "{by_hand}");
        let phone = said(&world, Installation { system: System::Android, ..TAB }).unwrap_or_default();
        assert!(phone.contains("copies") && !phone.contains("home screen"), "{phone}");

        let mut seen = world.view();
        seen.folders.iter_mut().for_each(|folder| folder.closed_access = Some(Readable::Yes));
        assert_eq!(invitation(&seen, WAKING, TAB), None, "it has what it needs");
        world.ask(Intent::SetBackground(false));
        assert_eq!(said(&world, TAB), None);
    }
}
