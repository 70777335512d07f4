//! The lists of files: which files a person wants to see, in which order, and which of them they chose.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::engine::{Engine, Role};
use crate::folder::FolderId;
use crate::kind::Kind;
use crate::row::{FileId, FileState, Problem, Row, SkipReason, Stamp};
use crate::tally::{Heap, heap_of, is_hidden_and_lacking};
use crate::time::Moment;
use crate::view::{Filter, Reason, RowView, RowsPage};

/// What a list shows. An empty part limits nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Query {
    pub filter: Filter,
    pub folder: Option<FolderId>,
    pub cause: Option<Cause>,
    pub kind: Option<Kind>,
    /// Last modified from the first moment on, and before the second.
    pub between: Option<(Moment, Moment)>,
    /// Stands somewhere in the path, in any case.
    pub words: String,
    pub order: ListOrder,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum ListOrder {
    #[default]
    NewestFirst,
    OldestFirst,
    ByName,
    LargestFirst,
}

/// Letter by letter: that is enough to compare names.
fn lower(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

impl ListOrder {
    fn compare(self, one: &Row, other: &Row) -> Ordering {
        match self {
            ListOrder::NewestFirst => other.stamp.modified.cmp(&one.stamp.modified),
            ListOrder::OldestFirst => one.stamp.modified.cmp(&other.stamp.modified),
            ListOrder::LargestFirst => other.stamp.size.cmp(&one.stamp.size),
            ListOrder::ByName => one.path.cmp(&other.path),
        }
    }
}

/// Why a file is on a list, without what differs from file to file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Cause {
    NotReadYet,
    NotSentYet,
    Sending,
    Waiting,
    Skipped(SkipReason),
    Problem(Problem),
}

/// How current a list must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Recency {
    /// As the files are now.
    Now,
    /// As the same list was when it was last made: enough to scroll through it.
    AsBefore,
}

/// The files that an intent is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Chosen {
    Files(Vec<FileId>),
    /// Every file of a list.
    All(Query),
}

impl Query {
    /// All files of one kind, newest first.
    pub fn of(filter: Filter) -> Query {
        let (folder, cause, kind, between) = (None, None, None, None);
        Query { filter, folder, cause, kind, between, words: String::new(), order: ListOrder::default() }
    }

    /// `words` are those of the query, in lower case.
    fn wants(&self, row: &Row, words: &str) -> bool {
        let is_listed = match self.filter {
            Filter::Hidden => is_hidden_and_lacking(row),
            Filter::Problems => heap_of(&row.state) == Some(Heap::Problems),
            Filter::Skipped => heap_of(&row.state) == Some(Heap::Skipped),
            Filter::Remaining => heap_of(&row.state) == Some(Heap::Remaining),
        };
        is_listed
            && self.folder.is_none_or(|folder| row.folder == folder)
            && self.cause.is_none_or(|cause| Reason::of(&row.state).map(Reason::cause) == Some(cause))
            && self.kind.is_none_or(|kind| Kind::of(row) == kind)
            && self.between.is_none_or(|(from, until)| (from..until).contains(&row.stamp.modified))
            && (words.is_empty() || lower(&row.path).contains(words))
    }
}

impl Reason {
    /// `None` for a file that is on no list.
    pub(crate) fn of(state: &FileState) -> Option<Reason> {
        match state {
            FileState::Found => Some(Reason::NotReadYet),
            FileState::Hashed { .. } | FileState::Ready { .. } | FileState::Sent { .. } => {
                Some(Reason::NotSentYet)
            }
            FileState::Uploading { .. } => Some(Reason::Sending),
            FileState::Waiting { failure, until, .. } => {
                Some(Reason::WaitsAfter { failure: *failure, until: *until })
            }
            FileState::Skipped(reason) => Some(Reason::Skipped(*reason)),
            FileState::Problem { .. } | FileState::InTrash { .. } => state.problem().map(Reason::Problem),
            FileState::Protected { .. } | FileState::Gone { .. } => None,
        }
    }

    pub fn cause(self) -> Cause {
        match self {
            Reason::Skipped(reason) => Cause::Skipped(reason),
            Reason::Problem(problem) => Cause::Problem(problem),
            Reason::NotReadYet => Cause::NotReadYet,
            Reason::NotSentYet => Cause::NotSentYet,
            Reason::Sending => Cause::Sending,
            Reason::WaitsAfter { .. } => Cause::Waiting,
        }
    }
}

/// The list that was made last, so that scrolling through a hundred thousand files does not sort them again.
#[derive(Default)]
pub struct Lists(Option<Listed>);

struct Listed {
    query: Query,
    files: Vec<FileId>,
    bytes: u64,
}

impl Lists {
    /// A part of a list. If a file of that part is on no list any more, the list is made again.
    pub fn page<R: Role>(
        &mut self,
        engine: &Engine<R>,
        query: Query,
        recency: Recency,
        from: usize,
        count: usize,
    ) -> RowsPage {
        let made = self.0.take().filter(|made| recency == Recency::AsBefore && made.query == query);
        let was_made = made.is_some();
        let mut made = made.unwrap_or_else(|| engine.listed(query));
        let mut page = engine.page_of(&made, from, count);
        let all = count.min(made.files.len().saturating_sub(from));
        if was_made && page.rows.len() < all {
            made = engine.listed(made.query);
            page = engine.page_of(&made, from, count);
        }
        self.0 = Some(made);
        page
    }
}

impl<R: Role> Engine<R> {
    /// A part of the list as it is now.
    pub fn rows(&self, query: Query, from: usize, count: usize) -> RowsPage {
        self.page_of(&self.listed(query), from, count)
    }

    fn listed(&self, query: Query) -> Listed {
        let words = lower(query.words.trim());
        let catalog = &self.shared.catalog;
        let mut files = catalog.select(|_, row| query.wants(row, &words));
        // Equal files keep the order in which they were found.
        files.sort_unstable_by(|one, other| {
            let rows = catalog.get(*one).zip(catalog.get(*other));
            let by_order = rows.map_or(Ordering::Equal, |(one, other)| query.order.compare(one, other));
            by_order.then(one.cmp(other))
        });
        let bytes = files.iter().map(|id| catalog.size_of(*id)).sum();
        Listed { query, files, bytes }
    }

    fn page_of(&self, Listed { query, files, bytes }: &Listed, from: usize, count: usize) -> RowsPage {
        let part = files.iter().skip(from).take(count);
        RowsPage {
            query: query.clone(),
            from: from as u64,
            total: files.len() as u64,
            bytes: *bytes,
            rows: part.filter_map(|id| self.row_view(*id)).collect(),
        }
    }

    fn row_view(&self, id: FileId) -> Option<RowView> {
        let row = self.shared.catalog.get(id)?;
        let folder = self.folders.get(row.folder).map(|folder| folder.name.clone()).unwrap_or_default();
        let was_looked_at = row.stamp != Stamp::default();
        let stamp = was_looked_at.then_some(row.stamp);
        let reason = Reason::of(&row.state)?;
        Some(RowView { id, folder, path: row.path.to_string(), stamp, reason })
    }

    /// The files that the person chose, as far as they still exist.
    pub(crate) fn chosen(&self, chosen: Chosen) -> Vec<FileId> {
        match chosen {
            Chosen::Files(files) => files,
            Chosen::All(query) => self.listed(query).files,
        }
    }
}
