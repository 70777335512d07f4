//! The schema of the index, as migration steps. `Index::open` migrates older files. A released step is never
//! edited, and no step may lose rows.

use rusqlite::{Connection, TransactionBehavior};

use super::IndexError;

/// Step N migrates from version N to N + 1. SQLite's `user_version` is the version of a file.
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
", "
    CREATE TABLE user (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        quota INTEGER,
        created_at INTEGER NOT NULL
    ) STRICT;
    INSERT INTO user
        SELECT id.value, 'owner', NULL, CAST(since.value AS INTEGER) FROM setting AS id, setting AS since
        WHERE id.name = 'owner_id' AND since.name = 'owner_since';
    ALTER TABLE pairing_code RENAME TO old_pairing_code;
    CREATE TABLE pairing_code (
        hash BLOB PRIMARY KEY,
        user TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
        expires_at INTEGER NOT NULL
    ) STRICT;
    INSERT INTO pairing_code SELECT hash, user.id, expires_at FROM old_pairing_code, user;
    DROP TABLE old_pairing_code;
    ALTER TABLE session RENAME TO old_session;
    CREATE TABLE session (
        id TEXT PRIMARY KEY,
        user TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
        hash BLOB NOT NULL UNIQUE,
        device_name TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        last_used_at INTEGER NOT NULL
    ) STRICT;
    INSERT INTO session
        SELECT old.id, user.id, hash, device_name, old.created_at, last_used_at FROM old_session AS old, user;
    DROP TABLE old_session;
    ALTER TABLE api_key RENAME TO old_api_key;
    CREATE TABLE api_key (
        id TEXT PRIMARY KEY,
        user TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
        hash BLOB NOT NULL UNIQUE,
        name TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        last_used_at INTEGER
    ) STRICT;
    INSERT INTO api_key SELECT old.id, user.id, hash, old.name, old.created_at, NULL FROM old_api_key AS old, user;
    DROP TABLE old_api_key;
    DELETE FROM setting WHERE name IN ('owner_id', 'owner_since');
", "
    CREATE INDEX asset_by_time ON asset (created_at);
", "
    CREATE TABLE push_subscription (
        session TEXT PRIMARY KEY REFERENCES session (id) ON DELETE CASCADE,
        endpoint TEXT NOT NULL UNIQUE,
        public_key BLOB NOT NULL,
        auth BLOB NOT NULL,
        daily_at INTEGER,
        pushed_at INTEGER,
        outcome TEXT,
        not_before INTEGER NOT NULL,
        failures INTEGER NOT NULL
    ) STRICT;
", "
    ALTER TABLE push_subscription ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE push_subscription ADD COLUMN daily_since INTEGER NOT NULL DEFAULT 0;
", "
    ALTER TABLE upload DROP COLUMN kind;
", "
    ALTER TABLE asset ADD COLUMN local_at INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE asset ADD COLUMN date_from TEXT NOT NULL DEFAULT 'client';
    ALTER TABLE asset ADD COLUMN date_doubtful INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE asset ADD COLUMN date_rules INTEGER NOT NULL DEFAULT 0;
    UPDATE asset SET local_at = created_at;
    DROP INDEX asset_by_time;
    CREATE INDEX asset_by_local_time ON asset (local_at);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_and_keys_from_before_users_belong_to_the_owner() {
        let mut index = Connection::open_in_memory().unwrap();
        index.pragma_update(None, "foreign_keys", true).unwrap();
        STEPS[..2].iter().for_each(|step| index.execute_batch(step).unwrap());
        index.pragma_update(None, "user_version", 2).unwrap();
        let owner: String = setting(&index, "owner_id");
        index
            .execute_batch(
                "INSERT INTO session VALUES ('s', x'01', 'A laptop', 1, 2);
                INSERT INTO api_key VALUES ('k', x'02', 'A script', 3);
                INSERT INTO pairing_code VALUES (x'03', 4);",
            )
            .unwrap();
        migrate(&mut index).unwrap();
        for table in ["session", "api_key", "pairing_code"] {
            let sql = format!(
                "SELECT user.id FROM {table} JOIN user ON user.id = {table}.user WHERE user.name = 'owner'"
            );
            assert_eq!(index.query_row(&sql, [], |row| row.get::<_, String>(0)).unwrap(), owner, "{table}");
        }
        let session = index.query_row("SELECT device_name, last_used_at FROM session", [], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))
        });
        assert_eq!(session.unwrap(), ("A laptop".to_owned(), 2));
        index.execute("DELETE FROM user", []).unwrap();
        let left = index.query_row("SELECT count(*) FROM session", [], |row| row.get::<_, i64>(0));
        assert_eq!(left.unwrap(), 0, "who is gone has no session");
    }

    fn setting(index: &Connection, name: &str) -> String {
        index.query_row("SELECT value FROM setting WHERE name = ?1", [name], |row| row.get(0)).unwrap()
    }
}
