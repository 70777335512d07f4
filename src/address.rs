//! The addresses of the screens. Links, shortcuts and notifications use these.

use engine::{Cause, Failure, Filter, FolderId, Problem, SkipReason};

/// The screens of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    Home,
    Folders,
    Photos,
    Activity,
    Settings,
}

impl Section {
    pub const ALL: [Section; 5] =
        [Section::Home, Section::Folders, Section::Photos, Section::Activity, Section::Settings];

    /// The section of an address; `None` for an address that no screen has.
    pub fn of(path: &str) -> Option<Section> {
        let first = path.trim_matches('/').split('/').next().unwrap_or_default();
        Section::ALL.into_iter().find(|section| section.address().trim_matches('/') == first)
    }

    pub fn address(self) -> &'static str {
        match self {
            Section::Home => "/",
            Section::Folders => "/folders",
            Section::Photos => "/photos",
            Section::Activity => "/activity",
            Section::Settings => "/settings",
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Section::Home => "Home",
            Section::Folders => "Folders",
            Section::Photos => "Photos",
            Section::Activity => "Activity",
            Section::Settings => "Settings",
        }
    }

    /// After `g`, this key leads there.
    pub fn key(self) -> &'static str {
        match self {
            Section::Home => "h",
            Section::Folders => "f",
            Section::Photos => "p",
            Section::Activity => "a",
            Section::Settings => "s",
        }
    }
}

/// The lists and reports of Activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listing {
    Files(Filter),
    History,
}

impl Listing {
    /// In the order of the tabs.
    pub const ALL: [Listing; 5] = [
        Listing::Files(Filter::Remaining),
        Listing::Files(Filter::Problems),
        Listing::Files(Filter::Skipped),
        Listing::Files(Filter::Hidden),
        Listing::History,
    ];

    pub fn called(last: &str) -> Option<Listing> {
        Listing::ALL.into_iter().find(|listing| listing.last() == last)
    }

    /// The last part of its address.
    pub fn last(self) -> &'static str {
        match self {
            Listing::Files(Filter::Remaining) => "waiting",
            Listing::Files(Filter::Problems) => "problems",
            Listing::Files(Filter::Skipped) => "skipped",
            Listing::Files(Filter::Hidden) => "hidden",
            Listing::History => "history",
        }
    }

    pub fn address(self) -> String {
        format!("{}/{}", Section::Activity.address(), self.last())
    }

    pub fn name(self) -> &'static str {
        match self {
            Listing::Files(Filter::Remaining) => "Waiting",
            Listing::Files(Filter::Problems) => "Problems",
            Listing::Files(Filter::Skipped) => "Skipped",
            Listing::Files(Filter::Hidden) => "Hidden names",
            Listing::History => "History",
        }
    }
}

/// The pages of Settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    Backup,
    Sending,
    Notifications,
    Appearance,
    Devices,
    Health,
    About,
}

impl Page {
    /// In the order of the list.
    pub const ALL: [Page; 7] = [
        Page::Backup,
        Page::Sending,
        Page::Notifications,
        Page::Appearance,
        Page::Devices,
        Page::Health,
        Page::About,
    ];

    /// `Backup` is the page of Settings itself.
    pub fn called(last: &str) -> Option<Page> {
        Page::ALL.into_iter().find(|page| page.last() == last)
    }

    pub fn last(self) -> &'static str {
        match self {
            Page::Backup => "",
            Page::Sending => "sending",
            Page::Notifications => "notifications",
            Page::Appearance => "appearance",
            Page::Devices => "devices",
            Page::Health => "health",
            Page::About => "about",
        }
    }

    pub fn address(self) -> String {
        format!("{}/{}", Section::Settings.address(), self.last()).trim_end_matches('/').to_owned()
    }

    pub fn name(self) -> &'static str {
        match self {
            Page::Backup => "Backup",
            Page::Sending => "When to send",
            Page::Notifications => "Notifications",
            Page::Appearance => "Appearance",
            Page::Devices => "Devices",
            Page::Health => "Background health",
            Page::About => "About",
        }
    }
}

/// A cause in an address.
pub fn cause(cause: Cause) -> String {
    let failed = |failure| match failure {
        Failure::ServerError(status) => format!("gave-up-{status}"),
        Failure::NotUnderstood => "gave-up-not-understood".into(),
        Failure::Stalled => "gave-up-stalled".into(),
        Failure::DigestMismatch => "gave-up-digest".into(),
        Failure::CutOff => "gave-up-cut-off".into(),
        Failure::Changing => "gave-up-changing".into(),
        Failure::ReaderStopped => "gave-up-reader".into(),
        Failure::QuotaFull => "gave-up-quota".into(),
        Failure::DiskFull => "gave-up-disk".into(),
    };
    match cause {
        Cause::NotReadYet => "not-read".into(),
        Cause::NotSentYet => "not-sent".into(),
        Cause::Sending => "sending".into(),
        Cause::Waiting => "waiting".into(),
        Cause::Skipped(SkipReason::Hidden) => "hidden".into(),
        Cause::Skipped(SkipReason::SystemFiles) => "system".into(),
        Cause::Skipped(SkipReason::NotMedia) => "not-media".into(),
        Cause::Skipped(SkipReason::Sidecar) => "sidecar".into(),
        Cause::Skipped(SkipReason::Empty) => "empty".into(),
        Cause::Skipped(SkipReason::UnsupportedByServer) => "skipped-unsupported".into(),
        Cause::Skipped(SkipReason::LaterVersion) => "later-version".into(),
        Cause::Skipped(SkipReason::Chosen) => "left-out".into(),
        Cause::Problem(Problem::Unreadable) => "unreadable".into(),
        Cause::Problem(Problem::Nameless) => "nameless".into(),
        Cause::Problem(Problem::UnreadableFolder) => "unreadable-folder".into(),
        Cause::Problem(Problem::TooLargeForServer) => "too-large".into(),
        Cause::Problem(Problem::Refused(status)) => format!("refused-{status}"),
        Cause::Problem(Problem::GaveUp(failure)) => failed(failure),
        Cause::Problem(Problem::InServerTrash) => "in-trash".into(),
        Cause::Problem(Problem::OnlyInCloud) => "in-cloud".into(),
        Cause::Problem(Problem::HiddenName) => "hidden-name".into(),
        Cause::Problem(Problem::UnsupportedByServer) => "unsupported".into(),
    }
}

pub fn folder(FolderId(id): FolderId) -> String {
    format!("{}/{id}", Section::Folders.address())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_leads_back_to_its_screen() {
        for section in Section::ALL {
            assert_eq!(Section::of(section.address()), Some(section));
        }
        assert_eq!(Section::of("/folders/3"), Some(Section::Folders));
        assert_eq!(Section::of("/nowhere"), None);
        for listing in Listing::ALL {
            assert_eq!(Listing::called(listing.last()), Some(listing));
            assert_eq!(Section::of(&listing.address()), Some(Section::Activity));
        }
        for page in Page::ALL {
            assert_eq!(Page::called(page.last()), Some(page));
            assert_eq!(Section::of(&page.address()), Some(Section::Settings));
        }
        assert_eq!(Page::Backup.address(), "/settings");
    }
}
