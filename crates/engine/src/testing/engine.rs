//! The engine of a [`super::World`]: one of the two compositions that ship.

use crate::command::Commands;
use crate::engine::{Engine, Large, Shared, Shift, ShiftReport};
use crate::event::Event;
use crate::folder::FolderId;
use crate::gate::Gate;
use crate::incident::Incident;
use crate::kind::Kind;
use crate::list::{Lists, Query, Recency};
use crate::run::Run;
use crate::time::Moment;
use crate::view::{Filter, RowsPage, View};

/// The engine of an open page, or of a shift without one.
pub enum AnyEngine {
    Page(Engine),
    Shift(Engine<Shift>),
}

/// Calls the same method of either composition.
macro_rules! either {
    ($any:expr, $engine:ident => $call:expr) => {
        match $any {
            AnyEngine::Page($engine) => $call,
            AnyEngine::Shift($engine) => $call,
        }
    };
}

impl AnyEngine {
    pub fn handle(&mut self, now: Moment, event: Event) -> Commands {
        either!(self, engine => engine.handle(now, event))
    }

    pub fn view(&self, now: Moment) -> View {
        either!(self, engine => engine.view(now))
    }

    pub fn rows(&self, filter: Filter, from: usize, count: usize) -> RowsPage {
        either!(self, engine => engine.rows(Query::of(filter), from, count))
    }

    pub fn list(&self, query: Query, from: usize, count: usize) -> RowsPage {
        either!(self, engine => engine.rows(query, from, count))
    }

    pub fn list_again(
        &self,
        lists: &mut Lists,
        query: Query,
        recency: Recency,
        from: usize,
        count: usize,
    ) -> RowsPage {
        either!(self, engine => lists.page(engine, query, recency, from, count))
    }

    pub fn incidents(&self) -> Vec<Incident> {
        either!(self, engine => engine.incidents())
    }

    pub fn largest(&self, most: usize) -> Vec<Large> {
        either!(self, engine => engine.largest(most))
    }

    pub fn inventory(&self, folder: FolderId) -> Option<(&str, String)> {
        either!(self, engine => engine.inventory(folder))
    }

    pub fn passes_over_rows(&self) -> u64 {
        either!(self, engine => engine.passes_over_rows())
    }

    pub fn is_over(&self) -> bool {
        either!(self, engine => engine.is_over())
    }

    /// What a shift reports when it is over.
    ///
    /// # Panics
    /// If a page is open.
    pub fn report(&self) -> ShiftReport {
        match self {
            AnyEngine::Shift(engine) => engine.report(),
            AnyEngine::Page(_) => panic!("only a shift has a report"),
        }
    }

    /// When the shift's time is up.
    pub(crate) fn shift_ends_at(&self) -> Option<Moment> {
        either!(self, engine => engine.shift_ends_at())
    }

    pub(crate) fn shared(&self) -> &Shared {
        either!(self, engine => &engine.shared)
    }

    /// The run under way, or the last one.
    pub(crate) fn run(&self) -> Option<&Run> {
        either!(self, engine => engine.history.current())
    }

    /// The gate that is closed for everything, including reading.
    pub(super) fn closed_for_all(&self, now: Moment) -> Option<Gate> {
        either!(self, engine => engine.gates.closed_for_all(&engine.shared, now))
    }

    pub(super) fn closed_for(&self, now: Moment, kind: Kind) -> Option<Gate> {
        either!(self, engine => engine.gates.closed_for(kind, &engine.shared, engine.conditions(now)))
    }
}

impl Default for AnyEngine {
    fn default() -> AnyEngine {
        AnyEngine::Page(Engine::new())
    }
}
