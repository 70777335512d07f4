//! The command line: the subcommands, and the function that runs each.

mod check;
mod door;
mod index;
mod serve;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use bytesize::ByteSize;
use clap::builder::FalseyValueParser;
use clap::{Args, Parser, Subcommand};

use crate::door::{KeyName, UserName};
use crate::error::causes;
use crate::page::EmbeddedFiles;

type Outcome = Result<ExitCode, Box<dyn Error>>;

/// Keeps your photos on your own machine.
#[derive(Parser)]
#[command(name = "safelight", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Host the page and receive photos
    Serve(serve::Serve),
    /// Print a new one-time link that pairs a browser; works while the server runs
    Pair {
        #[command(flatten)]
        user: OfUser,
        #[command(flatten)]
        folder: Folder,
    },
    /// People with a vault of their own, beside the owner's
    #[command(subcommand)]
    User(Users),
    /// API keys, for other clients of the Immich API
    #[command(subcommand)]
    Key(Key),
    /// Paired browsers
    #[command(subcommand)]
    Session(Session),
    /// Verify that every photo is there, whole; exits with 1 if one is not
    Check {
        #[command(flatten)]
        folder: Folder,
        /// Read every byte and compare it with what was stored, not only the sizes
        #[arg(long, env = "SAFELIGHT_READ_DATA", value_parser = FalseyValueParser::new())]
        read_data: bool,
        /// Enter files that the index does not know, and put damaged ones aside in `damaged`, so that their
        /// bytes are taken in again; not while the server runs
        #[arg(long)]
        repair: bool,
    },
    /// Write a consistent copy of the index to a new file; works while the server runs
    Backup {
        /// The file to make
        file: PathBuf,
        #[command(flatten)]
        folder: Folder,
    },
    /// Make the index anew from the photos alone, if it is lost or damaged. Pairings, keys, users, albums and favorites
    /// are not in the photos; the old index is kept beside the new one
    Reindex {
        #[command(flatten)]
        user: OfUser,
        #[command(flatten)]
        folder: Folder,
    },
}

#[derive(Subcommand)]
enum Key {
    /// Make a key and print it, this once
    New {
        /// How you will recognise it
        name: KeyName,
        #[command(flatten)]
        user: OfUser,
        #[command(flatten)]
        folder: Folder,
    },
    /// List the keys
    List(Folder),
    /// Refuse a key from now on
    Revoke {
        /// As `key list` shows it
        id: String,
        #[command(flatten)]
        folder: Folder,
    },
}

#[derive(Subcommand)]
enum Session {
    /// List the paired browsers
    List(Folder),
    /// Send a browser away; it has to be paired again
    Revoke {
        /// As `session list` shows it
        id: String,
        #[command(flatten)]
        folder: Folder,
    },
}

#[derive(Subcommand)]
enum Users {
    /// Make a vault for somebody
    Add {
        /// Lower case letters, digits, - and _
        name: UserName,
        /// The most that it may hold, like 500GB
        #[arg(long, value_name = "SIZE")]
        quota: Option<ByteSize>,
        #[command(flatten)]
        folder: Folder,
    },
    /// List who has a vault
    List(Folder),
    /// Change how much a vault may hold
    Quota {
        /// As `user list` shows it
        name: UserName,
        /// Like 500GB; left out, there is no limit
        size: Option<ByteSize>,
        #[command(flatten)]
        folder: Folder,
    },
    /// Refuse somebody from now on; the photos stay on the disk
    Remove {
        /// As `user list` shows it
        name: UserName,
        #[command(flatten)]
        folder: Folder,
    },
}

#[derive(Args)]
struct OfUser {
    /// Whose; the owner's if left out
    #[arg(id = "user", long, value_name = "NAME")]
    name: Option<UserName>,
}

#[derive(Args)]
struct Folder {
    /// Where photos and index are kept
    #[arg(long, value_name = "DIR", default_value = "./safelight-data", env = "SAFELIGHT_DATA")]
    data: PathBuf,
}

/// Runs the program with the page that it hosts.
pub fn main(page: EmbeddedFiles) -> ExitCode {
    match Cli::parse().run(page) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("safelight: {}", causes(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}

impl Cli {
    fn run(self, page: EmbeddedFiles) -> Outcome {
        match self.command {
            Command::Serve(serve) => serve.run(page),
            Command::Pair { user, folder } => door::pair(user.name.as_ref(), &folder),
            Command::User(Users::Add { name, quota, folder }) => door::add_user(&name, quota, &folder),
            Command::User(Users::List(folder)) => door::list_users(&folder),
            Command::User(Users::Quota { name, size, folder }) => door::set_quota(&name, size, &folder),
            Command::User(Users::Remove { name, folder }) => door::remove_user(&name, &folder),
            Command::Key(Key::New { name, user, folder }) => {
                door::new_key(&name, user.name.as_ref(), &folder)
            }
            Command::Key(Key::List(folder)) => door::list_keys(&folder),
            Command::Key(Key::Revoke { id, folder }) => door::revoke_key(&id, &folder),
            Command::Session(Session::List(folder)) => door::list_sessions(&folder),
            Command::Session(Session::Revoke { id, folder }) => door::revoke_session(&id, &folder),
            Command::Check { folder, read_data, repair } => check::check(&folder, read_data, repair),
            Command::Backup { file, folder } => index::backup(&folder, &file),
            Command::Reindex { user, folder } => index::reindex(user.name.as_ref(), &folder),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        super::Cli::command().debug_assert();
    }
}
