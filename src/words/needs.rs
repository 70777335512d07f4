//! What only the person can do, in the order in which it matters.

use engine::{Access, Barrier, FolderId, FolderView, Halt, Headline, Lasting, Loaded, View};

use super::hidden;
use super::numbers::{files, plural};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// The settings cannot be read.
    Settings,
    /// Something in front of the server wants the person to sign in.
    SignIn,
    Permission {
        folder: FolderId,
        name: String,
    },
    /// The rules of a folder cannot be read.
    Rules {
        folder: FolderId,
        name: String,
    },
    Unreachable {
        folder: FolderId,
        name: String,
    },
    /// Files that were handed over once were not all sent.
    Once {
        folder: FolderId,
        name: String,
    },
    /// Files that the browser hides.
    Hidden {
        folder: FolderId,
        name: String,
        files: u64,
    },
    Problems {
        files: u64,
    },
}

/// All of them, the gravest first.
pub fn needs(view: &View) -> Vec<Need> {
    let settings = view.settings_unreadable.then_some(Need::Settings);
    let sign_in = (view.halt == Some(Halt::SignInInFront)).then_some(Need::SignIn);
    let barred = view.folders.iter().filter_map(barred);
    let rules = view.folders.iter().filter(|folder| folder.rules == Loaded::Unreadable);
    let rules = rules.map(|folder| Need::Rules { folder: folder.id, name: folder.name.clone() });
    let hiding = view.folders.iter().filter(|folder| folder.tally.hidden > 0);
    let hidden = hiding.map(|folder| Need::Hidden {
        folder: folder.id,
        name: folder.name.clone(),
        files: folder.tally.hidden,
    });
    // Hidden names are among the problems, and are told of on their own.
    let others = view.tally.problems.saturating_sub(view.tally.hidden);
    let problems = (others > 0).then_some(Need::Problems { files: others });
    let ours = settings.into_iter().chain(sign_in);
    ours.chain(barred).chain(rules).chain(problems).chain(hidden).collect()
}

/// The one that the headline is about, if it is about one.
pub fn first(view: &View) -> Option<Need> {
    let asks = view.headline == Headline::NeedsYou;
    needs(view).into_iter().next().filter(|_| asks)
}

/// Those that the headline does not tell of.
pub fn others(view: &View) -> Vec<Need> {
    let told = usize::from(first(view).is_some());
    needs(view).into_iter().skip(told).collect()
}

fn barred(folder: &FolderView) -> Option<Need> {
    let (folder, name, access, lasting) = (folder.id, folder.name.clone(), folder.access, folder.lasting);
    match (access, lasting) {
        (Access::Granted, _) => None,
        (Access::Barred(Barrier::NeedsPermission), _) => Some(Need::Permission { folder, name }),
        (Access::Barred(Barrier::Unreachable), Lasting::Once) => Some(Need::Once { folder, name }),
        (Access::Barred(Barrier::Unreachable), Lasting::Lasting | Lasting::Inbox) => {
            Some(Need::Unreachable { folder, name })
        }
    }
}

impl Need {
    pub fn title(&self) -> String {
        match self {
            Need::Settings => "Your settings can’t be read".into(),
            Need::SignIn => "Sign in to reach your server".into(),
            Need::Permission { name, .. } => format!("“{name}” needs your permission"),
            Need::Rules { name, .. } => format!("The rules of “{name}” can’t be read"),
            Need::Unreachable { name, .. } => format!("“{name}” can’t be found"),
            Need::Once { name, .. } => format!("“{name}” was not fully sent"),
            Need::Hidden { name, files, .. } => {
                format!(
                    "{} in “{name}” {} hidden",
                    self::files(*files),
                    if *files == 1 { "is" } else { "are" }
                )
            }
            Need::Problems { files } => plural(*files, "file needs you", "files need you"),
        }
    }

    pub fn about(&self) -> String {
        match self {
            Need::Settings => "Nothing is uploaded until you check them.".into(),
            Need::SignIn => "The backup continues by itself afterwards.".into(),
            Need::Permission { .. } => {
                "The browser asks again from time to time. Until you allow it, nothing in this folder is read.".into()
            }
            Need::Rules { .. } => "Nothing in this folder is uploaded until you check them.".into(),
            Need::Unreachable { .. } => {
                "Is its drive plugged in? Its files are not treated as deleted.".into()
            }
            Need::Once { .. } => {
                "Choose the files again to send the rest, or remove what is left from the list.".into()
            }
            Need::Hidden { files, .. } => hidden::found(*files),
            Need::Problems { files } => {
                let them = if *files == 1 { "It is" } else { "They are" };
                format!("{them} not protected. Each one is listed with its cause and what to do about it.")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use engine::testing::World;
    use engine::{Event, FolderEvent};

    use super::*;

    #[test]
    fn a_calm_backup_needs_nothing() {
        let mut world = World::with(&[("a.jpg", "one")]);
        world.settle();
        assert_eq!(needs(&world.view()), []);
    }

    #[test]
    fn what_keeps_a_whole_folder_back_comes_before_single_files() {
        let mut world = World::with(&[("a.jpg", "one"), ("b.jpg", "three")]);
        world.disk().set_readable("a.jpg", false);
        world.settle();
        assert_eq!(needs(&world.view()), [Need::Problems { files: 1 }]);
        assert_eq!(first(&world.view()), Some(Need::Problems { files: 1 }));
        assert_eq!(others(&world.view()), []);
        let folder = world.view().folders[0].id;
        let denied = Access::Barred(Barrier::NeedsPermission);
        world.tell(Event::Folder(folder, FolderEvent::AccessChanged(denied)));
        let titles: Vec<String> = needs(&world.view()).iter().map(Need::title).collect();
        assert_eq!(titles, ["“Pictures” needs your permission", "1 file needs you"]);
    }
}
