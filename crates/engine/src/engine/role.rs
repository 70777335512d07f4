//! The two compositions of the engine: one for an open page, one for a shift without a page. A program contains only the
//! composition that it uses, with the parts that this one has.

use super::Engine;
use super::copies::Copies;
use super::inventory::Inventories;
use super::shift::Shift;
use crate::intent::Intent;
use crate::run::RunEnd;
use crate::time::Moment;

/// What only one of the compositions has.
pub trait Role: Sized {
    const IS_PAGE: bool;

    fn page(&self) -> Option<&Page>;
    fn page_mut(&mut self) -> Option<&mut Page>;
    fn shift(&self) -> Option<&Shift>;
    fn shift_mut(&mut self) -> Option<&mut Shift>;

    /// Does what the person asks for.
    fn obey(engine: &mut Engine<Self>, now: Moment, intent: Intent);

    /// Why nothing more is begun, if the shift is over.
    fn over(&self) -> Option<RunEnd> {
        self.shift().and_then(|shift| shift.over)
    }

    /// When the shift ends, unless it is over.
    fn ends_at(&self) -> Option<Moment> {
        self.shift().filter(|shift| shift.over.is_none()).map(|shift| shift.until)
    }
}

/// A page is open.
#[derive(Debug, Default)]
pub struct Page {
    pub(super) copies: Copies,
    pub(super) inventories: Inventories,
}

impl Page {
    /// The browser had no room for more copies.
    pub(crate) fn is_full(&self) -> bool {
        self.copies.is_full()
    }
}

impl Role for Page {
    const IS_PAGE: bool = true;

    fn page(&self) -> Option<&Page> {
        Some(self)
    }

    fn page_mut(&mut self) -> Option<&mut Page> {
        Some(self)
    }

    fn shift(&self) -> Option<&Shift> {
        None
    }

    fn shift_mut(&mut self) -> Option<&mut Shift> {
        None
    }

    fn obey(engine: &mut Engine<Page>, now: Moment, intent: Intent) {
        engine.obey(now, intent);
    }
}

impl Role for Shift {
    const IS_PAGE: bool = false;

    fn page(&self) -> Option<&Page> {
        None
    }

    fn page_mut(&mut self) -> Option<&mut Page> {
        None
    }

    fn shift(&self) -> Option<&Shift> {
        Some(self)
    }

    fn shift_mut(&mut self) -> Option<&mut Shift> {
        Some(self)
    }

    /// Nobody can ask while no page is open.
    fn obey(_: &mut Engine<Shift>, _: Moment, _: Intent) {}
}
