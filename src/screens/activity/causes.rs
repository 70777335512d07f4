//! The problems by cause: what each means, what mends it, and one button for all of them.

use engine::{Cause, Chosen, Filter, Intent, Problem, Query};
use leptos::prelude::*;

use super::filters::{Filters, causes_with_counts};
use crate::address::{self, Listing};
use crate::shown::Model;
use crate::words::lists::{of_cause, retry_all_of};
use crate::words::reasons;
use kit::{Button, ButtonLink, Card, Inside, Row, Size};

#[component]
pub fn Causes(model: Model, filters: Filters) -> impl IntoView {
    let causes = model.view(move |view| match filters.filter {
        Filter::Problems => causes_with_counts(view, Filter::Problems),
        Filter::Skipped | Filter::Remaining | Filter::Hidden => Vec::new(),
    });
    let lines = move || {
        let causes = causes.get();
        let can_choose = causes.len() > 1;
        causes.into_iter().map(|(cause, count)| line(model, cause, count, can_choose)).collect_view()
    };
    view! {
        <Show when=move || causes.with(|causes| !causes.is_empty())>
            <div class="section"><Card inside=Inside::Rows>{lines}</Card></div>
        </Show>
    }
}

/// With a single cause, the list below is its list.
fn line(model: Model, cause: Cause, count: u64, can_choose: bool) -> impl IntoView {
    let about = match cause {
        Cause::Problem(problem) => reasons::problem(problem),
        Cause::Skipped(_) | Cause::NotReadYet | Cause::NotSentYet | Cause::Sending | Cause::Waiting => {
            String::new()
        }
    };
    let only = format!("{}?reason={}", Listing::Files(Filter::Problems).address(), address::cause(cause));
    let retry = move || {
        let query = Query { cause: Some(cause), ..Query::of(Filter::Problems) };
        model.dispatch(Intent::Retry(Chosen::All(query)));
    };
    // Trying again does not change a name.
    let can_retry = cause != Cause::Problem(Problem::HiddenName);
    view! {
        <Row name=of_cause(cause, count) about>
            {can_choose.then(|| view! { <ButtonLink size=Size::Small href=only>"Show"</ButtonLink> })}
            {can_retry.then(|| view! { <Button size=Size::Small press=retry>{retry_all_of(count)}</Button> })}
        </Row>
    }
}
