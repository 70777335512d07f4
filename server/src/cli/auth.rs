//! `safelight pair`, `key`, `session` and `user`. They write to the index, and a running server sees the change at
//! once.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::auth::{Auth, CODE_VALID_MINUTES, KeyName, Session, User, UserError, UserName};
use crate::index::{Index, IndexError};
use bytesize::ByteSize;
use jiff::Timestamp;

use super::{Folder, Outcome};

pub(super) fn pair(user: Option<&UserName>, folder: &Folder) -> Outcome {
    let auth = open(folder)?;
    let code = auth.new_code(&of(&auth, user)?, Timestamp::now())?;
    println!("Open {}", auth.link(&code)?);
    println!("The code {} works once, for {CODE_VALID_MINUTES} minutes.", code.reveal());
    Ok(ExitCode::SUCCESS)
}

pub(super) fn new_key(name: &KeyName, user: Option<&UserName>, folder: &Folder) -> Outcome {
    let auth = open(folder)?;
    let (key, secret) = auth.new_key(&of(&auth, user)?, name, Timestamp::now())?;
    println!("{}", secret.reveal());
    eprintln!("Created key {}. It is shown only once.", key.id);
    Ok(ExitCode::SUCCESS)
}

pub(super) fn list_keys(folder: &Folder) -> Outcome {
    for (key, user) in open(folder)?.keys()? {
        let last_used = key.last_used.map_or("never used".to_owned(), |at| format!("last used {at:.0}"));
        println!("{}  created {:.0}  {last_used}  {}  {}", key.id, key.created, user.name, key.name);
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn revoke_key(id: &str, folder: &Folder) -> Outcome {
    said(open(folder)?.revoke_key(id)?, "key", id)
}

pub(super) fn list_sessions(folder: &Folder) -> Outcome {
    for (session, user) in open(folder)?.sessions()? {
        let Session { id, device_name, created, last_used } = session;
        println!("{id}  paired {created:.0}  last used {last_used:.0}  {}  {device_name}", user.name);
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn revoke_session(id: &str, folder: &Folder) -> Outcome {
    said(open(folder)?.revoke_session(id)?, "session", id)
}

pub(super) fn add_user(name: &UserName, quota: Option<ByteSize>, folder: &Folder) -> Outcome {
    let user = open(folder)?.add_user(name, quota.map(|size| size.as_u64()), Timestamp::now())?;
    println!("{name} has a separate vault in {}", user.folder(&folder.data).display());
    println!("`safelight pair --user {name}` prints the link that pairs their browser.");
    Ok(ExitCode::SUCCESS)
}

pub(super) fn list_users(folder: &Folder) -> Outcome {
    let auth = open(folder)?;
    for user in auth.users()? {
        let devices = auth.sessions_of(&user)?.len();
        let quota = user.quota.map_or("no limit".to_owned(), |bytes| format!("at most {}", ByteSize(bytes)));
        println!("{}  since {:.0}  {devices} paired  {quota}", user.name, user.since);
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn set_quota(name: &UserName, quota: Option<ByteSize>, folder: &Folder) -> Outcome {
    open(folder)?.set_quota(name, quota.map(|size| size.as_u64()))?;
    println!("{name} may store {}.", quota.map_or("any amount".to_owned(), |size| format!("up to {size}")));
    Ok(ExitCode::SUCCESS)
}

pub(super) fn remove_user(name: &UserName, folder: &Folder) -> Outcome {
    let gone = open(folder)?.remove_user(name)?;
    println!("{name} is removed. All their browsers and keys are revoked.");
    println!(
        "The photos stay in {}; delete that folder if you no longer need them.",
        gone.folder(&folder.data).display()
    );
    Ok(ExitCode::SUCCESS)
}

/// The data folders of all users who have an index, the owner's first.
pub(super) fn vaults(folder: &Folder) -> Result<Vec<PathBuf>, IndexError> {
    let users = open(folder)?.users()?;
    let folders = users.iter().map(|user| user.folder(&folder.data));
    Ok(folders.filter(|folder| Index::is_in(folder)).collect())
}

fn of(auth: &Auth, user: Option<&UserName>) -> Result<User, UserError> {
    user.map_or_else(|| Ok(auth.owner()?), |name| auth.user(name))
}

fn open(folder: &Folder) -> Result<Auth, IndexError> {
    Index::open_existing(&folder.data).map(Auth::new)
}

fn said(revoked: bool, what: &str, id: &str) -> Outcome {
    if revoked {
        println!("The {what} {id} is revoked.");
        Ok(ExitCode::SUCCESS)
    } else {
        Err(format!("there is no {what} {id}; run `safelight {what} list` to see them").into())
    }
}
