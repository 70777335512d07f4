//! The command line: the subcommands, and the function that runs each.

mod auth;
mod check;
mod index;
mod serve;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use bytesize::ByteSize;
use clap::builder::FalseyValueParser;
use clap::{Args, Parser, Subcommand};

use crate::auth::{KeyName, UserName};
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
    /// Users with separate vaults, besides the owner
    #[command(subcommand)]
    User(Users),
    /// API keys for other clients of the Immich API
    #[command(subcommand)]
    Key(Key),
    /// Paired browsers
    #[command(subcommand)]
    Session(Session),
    /// Verify that every photo is present and complete; exits with 1 if not
    Check {
        #[command(flatten)]
        folder: Folder,
        /// Compare every byte with what was stored, not only the sizes
        #[arg(long, env = "SAFELIGHT_READ_DATA", value_parser = FalseyValueParser::new())]
        read_data: bool,
        /// Add files that are missing from the index, and move damaged files to the folder `damaged`, so that
        /// browsers upload them again; not while the server runs
        #[arg(long)]
        repair: bool,
    },
    /// Write a consistent copy of the index to a new file; works while the server runs
    Backup {
        /// The file to create
        file: PathBuf,
        #[command(flatten)]
        folder: Folder,
    },
    /// Rebuild the index from the photos alone, if it is lost or damaged. Pairings, keys, users, albums and favorites
    /// cannot be rebuilt from the photos; the old index is kept beside the new one
    Reindex {
        #[command(flatten)]
        user: OfUser,
        #[command(flatten)]
        folder: Folder,
    },
}

#[derive(Subcommand)]
enum Key {
    /// Create a key and print it; it is shown only once
    New {
        /// A name to recognise it by
        name: KeyName,
        #[command(flatten)]
        user: OfUser,
        #[command(flatten)]
        folder: Folder,
    },
    /// List the keys
    List(Folder),
    /// Revoke a key
    Revoke {
        /// As shown by `key list`
        id: String,
        #[command(flatten)]
        folder: Folder,
    },
}

#[derive(Subcommand)]
enum Session {
    /// List the paired browsers
    List(Folder),
    /// Revoke a browser's access; it must be paired again
    Revoke {
        /// As shown by `session list`
        id: String,
        #[command(flatten)]
        folder: Folder,
    },
}

#[derive(Subcommand)]
enum Users {
    /// Add a user with a separate vault
    Add {
        /// Lowercase letters, digits, - and _
        name: UserName,
        /// The most that the vault may hold, such as 500GB
        #[arg(long, value_name = "SIZE")]
        quota: Option<ByteSize>,
        #[command(flatten)]
        folder: Folder,
    },
    /// List the users
    List(Folder),
    /// Change how much a vault may hold
    Quota {
        /// As shown by `user list`
        name: UserName,
        /// Such as 500GB; no limit if omitted
        size: Option<ByteSize>,
        #[command(flatten)]
        folder: Folder,
    },
    /// Remove a user and revoke their access; their photos stay on the disk
    Remove {
        /// As shown by `user list`
        name: UserName,
        #[command(flatten)]
        folder: Folder,
    },
}

#[derive(Args)]
struct OfUser {
    /// The user; the owner if omitted
    #[arg(id = "user", long, value_name = "NAME")]
    name: Option<UserName>,
}

#[derive(Args)]
struct Folder {
    /// The folder for the photos and the index
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
            Command::Pair { user, folder } => auth::pair(user.name.as_ref(), &folder),
            Command::User(Users::Add { name, quota, folder }) => auth::add_user(&name, quota, &folder),
            Command::User(Users::List(folder)) => auth::list_users(&folder),
            Command::User(Users::Quota { name, size, folder }) => auth::set_quota(&name, size, &folder),
            Command::User(Users::Remove { name, folder }) => auth::remove_user(&name, &folder),
            Command::Key(Key::New { name, user, folder }) => {
                auth::new_key(&name, user.name.as_ref(), &folder)
            }
            Command::Key(Key::List(folder)) => auth::list_keys(&folder),
            Command::Key(Key::Revoke { id, folder }) => auth::revoke_key(&id, &folder),
            Command::Session(Session::List(folder)) => auth::list_sessions(&folder),
            Command::Session(Session::Revoke { id, folder }) => auth::revoke_session(&id, &folder),
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
