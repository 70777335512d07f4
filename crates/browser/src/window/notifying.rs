//! Tells a person who does not look at the page.

use crate::Fault;
use crate::bindings::object;
use crate::window::background::registration;

/// Takes the place of what was told before, by whomever. Where nothing is allowed, nothing is shown.
pub async fn notify_unless_seen(body: &str) {
    let hidden =
        web_sys::window().and_then(|window| window.document()).is_some_and(|document| document.hidden());
    let show = async {
        let options = object(&[
            ("body", &body.into()),
            ("tag", &"safelight-backup".into()),
            ("icon", &"/icons/icon-192.png".into()),
            ("badge", &"/icons/badge-96.png".into()),
        ]);
        Ok::<_, Fault>(registration().await?.show_notification("Safelight", &options).await?)
    };
    if hidden {
        // Refused where the person allows none: the page says the same.
        _ = show.await;
    }
}
