//! The marks: one legend for numbers, meters and months. Each has its own shape, so no color is needed to tell them
//! apart.

use leptos::prelude::*;

/// How a file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Protected,
    Moving,
    Remaining,
    Skipped,
    Problems,
}

impl Standing {
    pub fn name(self) -> &'static str {
        match self {
            Standing::Protected => "protected",
            Standing::Moving => "moving",
            Standing::Remaining => "remaining",
            Standing::Skipped => "skipped",
            Standing::Problems => "problems",
        }
    }

    /// The word beside a number.
    pub fn named(self, number: u64) -> &'static str {
        if self == Standing::Problems && number == 1 { "problem" } else { self.name() }
    }
}

#[component]
pub fn Mark(standing: Standing) -> impl IntoView {
    view! { <i class=format!("mark {}", standing.name()) aria-hidden="true"></i> }
}
