//! How a wake-up without a page ended. The service worker uses it to decide what to tell the browser and the person.

use crate::engine::ShiftReport;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Woken {
    /// The engine ran; this is its report.
    Over(ShiftReport),
    /// The storage failed, or a newer Safelight upgrades it.
    Failed,
    /// Another wake-up holds the engine's lock.
    Busy,
    /// A page is open and has an engine of its own.
    PageOpen,
}

impl Woken {
    /// Whether another wake-up would find nothing to do.
    pub fn is_done(&self) -> bool {
        match self {
            Woken::Over(report) => !report.work,
            Woken::Failed | Woken::Busy | Woken::PageOpen => false,
        }
    }
}
