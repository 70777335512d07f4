//! Albums: named sets of assets. They exist only as rows; no file is moved for them.

use jiff::Timestamp;
use protocol::AssetId;
use protocol::immich::AddToAlbumError;
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::Vault;
use super::assets::time;
use crate::index::IndexError;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlbumId(pub Uuid);

#[derive(Debug, Clone)]
pub struct Album {
    pub id: AlbumId,
    pub name: String,
    pub description: String,
    pub created: Timestamp,
    pub updated: Timestamp,
    pub asset_count: u64,
    /// The newest photo; it is shown as the album's picture.
    pub cover: Option<AssetId>,
}

const ALBUMS: &str =
    "SELECT album.*, (SELECT count(*) FROM album_asset WHERE album = album.id) AS asset_count,
    (SELECT asset.id FROM album_asset JOIN asset ON asset.id = album_asset.asset WHERE album = album.id
        ORDER BY asset.created_at DESC LIMIT 1) AS cover
    FROM album";

impl Vault {
    /// All albums, or all with this name: names are not unique.
    pub fn albums(&self, name: Option<&str>) -> Result<Vec<Album>, IndexError> {
        self.index.read(|index| {
            index
                .prepare(&format!("{ALBUMS} WHERE ?1 IS NULL OR name = ?1 ORDER BY name, created_at"))?
                .query_map([name], from_row)?
                .collect()
        })
    }

    pub fn album(&self, id: AlbumId) -> Result<Option<Album>, IndexError> {
        self.index.read(|index| get(index, id))
    }

    /// Creates an album. Unknown assets are left out.
    pub fn create_album(
        &self,
        name: String,
        description: String,
        assets: Vec<AssetId>,
    ) -> Result<Album, IndexError> {
        let (id, now) = (AlbumId(Uuid::new_v4()), Timestamp::now().as_millisecond());
        self.index.write(move |index| {
            index.execute(
                "INSERT INTO album VALUES (?1, ?2, ?3, ?4, ?4)",
                params![id.0.into_bytes(), name, description, now],
            )?;
            add(index, id, &assets)?;
            get(index, id)?.ok_or(rusqlite::Error::QueryReturnedNoRows)
        })
    }

    /// Returns for each asset, in the same order, whether it was added. `None` if there is no such album.
    pub fn add_to_album(
        &self,
        id: AlbumId,
        assets: Vec<AssetId>,
    ) -> Result<Option<Vec<Result<(), AddToAlbumError>>>, IndexError> {
        let now = Timestamp::now().as_millisecond();
        self.index.write(move |index| {
            let touched = index
                .execute("UPDATE album SET updated_at = ?2 WHERE id = ?1", params![id.0.into_bytes(), now])?;
            if touched == 0 { Ok(None) } else { add(index, id, &assets).map(Some) }
        })
    }
}

fn add(
    index: &Connection,
    album: AlbumId,
    assets: &[AssetId],
) -> rusqlite::Result<Vec<Result<(), AddToAlbumError>>> {
    let mut exists = index.prepare_cached("SELECT 1 FROM asset WHERE id = ?1")?;
    let mut insert = index.prepare_cached("INSERT OR IGNORE INTO album_asset VALUES (?1, ?2)")?;
    let mut one = |asset: &AssetId| {
        Ok(if !exists.exists([asset.0])? {
            Err(AddToAlbumError::NotFound)
        } else if insert.execute(params![album.0.into_bytes(), asset.0])? == 0 {
            Err(AddToAlbumError::Duplicate)
        } else {
            Ok(())
        })
    };
    assets.iter().map(&mut one).collect()
}

fn get(index: &Connection, id: AlbumId) -> rusqlite::Result<Option<Album>> {
    index.query_row(&format!("{ALBUMS} WHERE id = ?1"), [id.0.into_bytes()], from_row).optional()
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Album> {
    Ok(Album {
        id: AlbumId(Uuid::from_bytes(row.get("id")?)),
        name: row.get("name")?,
        description: row.get("description")?,
        created: time(row, "created_at")?,
        updated: time(row, "updated_at")?,
        asset_count: row.get("asset_count")?,
        cover: row.get::<_, Option<[u8; 16]>>("cover")?.map(AssetId),
    })
}
