//! What this is, and what to do when something is wrong.

use leptos::prelude::*;

use super::report::Report;
use crate::shown::Model;
use kit::{Card, Inside, Row};

#[component]
pub fn About(model: Model) -> impl IntoView {
    view! {
        <h2 class="group-head">{format!("Safelight {}", env!("CARGO_PKG_VERSION"))}</h2>
        <Card inside=Inside::Rows>
            <Row name="Licence".to_owned() about="MIT or Apache-2.0, whichever you prefer.".to_owned()>""</Row>
            <Row name="Keys".to_owned() about="Press ? on any screen to see them.".to_owned()>""</Row>
        </Card>
        <h2 class="group-head">"Something wrong?"</h2>
        <Report model />
    }
}
