//! Photos and videos: rules may differ between the two.

use protocol::media::{MediaKind, likely_kind};
use serde::{Deserialize, Serialize};

use crate::row::Row;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    Photo,
    Video,
}

impl Kind {
    pub(crate) const ALL: [Kind; 2] = [Kind::Photo, Kind::Video];

    pub(crate) fn of(row: &Row) -> Kind {
        Kind::of_path(&row.path)
    }

    pub(crate) fn of_path(path: &str) -> Kind {
        match likely_kind(path) {
            MediaKind::Video => Kind::Video,
            MediaKind::Image => Kind::Photo,
        }
    }
}

/// One value for photos and one for videos.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct PerKind<T> {
    photos: T,
    videos: T,
}

impl<T> PerKind<T> {
    pub(crate) fn of(value: impl Fn(Kind) -> T) -> PerKind<T> {
        PerKind { photos: value(Kind::Photo), videos: value(Kind::Video) }
    }

    pub(crate) fn get(&self, kind: Kind) -> &T {
        match kind {
            Kind::Photo => &self.photos,
            Kind::Video => &self.videos,
        }
    }

    pub(crate) fn get_mut(&mut self, kind: Kind) -> &mut T {
        match kind {
            Kind::Photo => &mut self.photos,
            Kind::Video => &mut self.videos,
        }
    }
}
