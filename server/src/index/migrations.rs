//! The shape of the index, step by step. `Index::open` brings any older file up to date; a step that has
//! been released is never edited, and none may lose rows.

use rusqlite::{Connection, TransactionBehavior};

use super::IndexError;

/// Step N leads from version N to N + 1; SQLite's `user_version` says which ones a file has seen.
const STEPS: &[&str] = &["
    CREATE TABLE asset (
        id BLOB PRIMARY KEY,
        digest BLOB NOT NULL UNIQUE,
        path TEXT NOT NULL UNIQUE,
        sidecar TEXT,
        name TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('image', 'video')),
        size INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        modified_at INTEGER NOT NULL,
        added_at INTEGER NOT NULL,
        favorite INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE album (
        id BLOB PRIMARY KEY,
        name TEXT NOT NULL,
        description TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE album_asset (
        album BLOB NOT NULL REFERENCES album (id) ON DELETE CASCADE,
        asset BLOB NOT NULL REFERENCES asset (id) ON DELETE CASCADE,
        PRIMARY KEY (album, asset)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE pairing_code (
        hash BLOB PRIMARY KEY,
        expires_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE session (
        id TEXT PRIMARY KEY,
        hash BLOB NOT NULL UNIQUE,
        device_name TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        last_used_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE api_key (
        id TEXT PRIMARY KEY,
        hash BLOB NOT NULL UNIQUE,
        name TEXT NOT NULL,
        created_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE setting (
        name TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    INSERT INTO setting VALUES
        ('owner_id', lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2)
            || '-8' || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))),
        ('owner_since', unixepoch() * 1000);
", "
    CREATE TABLE upload (
        id BLOB PRIMARY KEY,
        digest BLOB NOT NULL,
        length INTEGER,
        received INTEGER NOT NULL,
        hash_state BLOB NOT NULL,
        name TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('image', 'video')),
        created_at INTEGER NOT NULL,
        modified_at INTEGER NOT NULL,
        favorite INTEGER NOT NULL,
        touched_at INTEGER NOT NULL,
        asset BLOB
    ) STRICT;
"];

pub(super) fn migrate(connection: &mut Connection) -> Result<(), IndexError> {
    let migration = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version: usize = migration.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let steps = STEPS.get(version..).ok_or(IndexError::Newer)?;
    for step in steps {
        migration.execute_batch(step)?;
    }
    migration.pragma_update(None, "user_version", STEPS.len())?;
    Ok(migration.commit()?)
}
