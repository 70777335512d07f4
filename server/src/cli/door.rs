//! `safelight pair`, `key` and `session`: they write to the index, where a running server sees it at once.

use std::process::ExitCode;

use jiff::Timestamp;
use server::door::{CODE_VALID_MINUTES, Door, KeyName};
use server::index::Index;

use super::{Folder, Outcome};

pub(super) fn pair(folder: &Folder) -> Outcome {
    let door = open(folder)?;
    let code = door.new_code(Timestamp::now())?;
    println!("Open {}", door.link(&code)?);
    println!("The code {} works once, for {CODE_VALID_MINUTES} minutes.", code.reveal());
    Ok(ExitCode::SUCCESS)
}

pub(super) fn new_key(name: &KeyName, folder: &Folder) -> Outcome {
    let (key, secret) = open(folder)?.new_key(name, Timestamp::now())?;
    println!("{}", secret.reveal());
    eprintln!("Key {} was made. It is shown only now.", key.id);
    Ok(ExitCode::SUCCESS)
}

pub(super) fn list_keys(folder: &Folder) -> Outcome {
    for key in open(folder)?.keys()? {
        println!("{}  made {:.0}  {}", key.id, key.created, key.name);
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn revoke_key(id: &str, folder: &Folder) -> Outcome {
    said(open(folder)?.revoke_key(id)?, "key", id)
}

pub(super) fn list_sessions(folder: &Folder) -> Outcome {
    for session in open(folder)?.sessions()? {
        let (created, last_used) = (session.created, session.last_used);
        println!("{}  paired {created:.0}  last used {last_used:.0}  {}", session.id, session.device_name);
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn revoke_session(id: &str, folder: &Folder) -> Outcome {
    said(open(folder)?.revoke_session(id)?, "session", id)
}

fn open(folder: &Folder) -> Result<Door, server::index::IndexError> {
    Index::open_existing(&folder.data).map(Door::new)
}

fn said(revoked: bool, what: &str, id: &str) -> Outcome {
    if revoked {
        println!("The {what} {id} is refused from now on.");
        Ok(ExitCode::SUCCESS)
    } else {
        Err(format!("there is no {what} {id}; `safelight {what} list` shows them").into())
    }
}
