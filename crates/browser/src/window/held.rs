//! Files that were sent to Safelight in a browser tab. Any website can do that, so they are held until the person
//! agrees. In the window of the installed app only the system shares files.

use super::is_app;
use crate::inbox::{self, Parcel};

/// Lets in what has just arrived, if the system shared it. Otherwise it stays held.
pub async fn receive(parcel: &str) {
    if is_app() {
        let arrived = inbox::held().await.into_iter().filter(|held| held.id == parcel);
        for held in arrived {
            let_in(&held).await;
        }
    }
}

/// The names of all files that are held.
pub async fn held_files() -> Vec<String> {
    inbox::held().await.into_iter().flat_map(|parcel| parcel.files).collect()
}

/// The person agrees that the held files are backed up.
pub async fn accept_held() {
    for parcel in inbox::held().await {
        let_in(&parcel).await;
    }
}

/// The person does not want them.
pub async fn discard_held() {
    for parcel in inbox::held().await {
        inbox::discard_held(&parcel).await;
    }
}

async fn let_in(parcel: &Parcel) {
    if let Err(fault) = inbox::let_in(parcel).await {
        // It stays held, and the person is asked again.
        web_sys::console::warn_1(&fault.to_string().into());
    }
}
