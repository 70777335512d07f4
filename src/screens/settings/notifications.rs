//! Whether Safelight may speak up while it is closed.

use browser::window::may_notify;
use engine::Intent;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::shown::Model;
use kit::{Card, Inside, Switch};

#[component]
pub fn Notifications(model: Model) -> impl IntoView {
    let wanted = model.is(|view| view.settings.notices);
    // Without the browser's permission no notification is shown, whatever the setting says.
    let allowed = model.may_notify;
    spawn_local(async move { allowed.set(may_notify(false).await) });
    let on = Memo::new(move |_| wanted.get() && allowed.get());
    let refused = RwSignal::new(false);
    let turn = move |on| {
        model.dispatch(Intent::SetNotices(on));
        spawn_local(async move {
            let may = may_notify(on).await;
            allowed.set(may);
            refused.set(on && !may);
        });
    };
    view! {
        <Card inside=Inside::Rows>
            <Switch
                id="notices"
                name="Notifications"
                hint="Only a few: the first complete backup, when Safelight needs you, and a week without a backup."
                on
                turn
            />
        </Card>
        <p class="hint under" role="alert" hidden=move || !refused.get()>
            "The browser blocks notifications here: see the site’s settings, to the left of the address."
        </p>
    }
}
