//! Parts of the page whose code is a chunk of its own, loaded when the part is first wanted. Their entry points are
//! marked `#[wasm_split]`; the build cuts the program there.

use std::future::Future;

use leptos::prelude::*;
use leptos::wasm_split::SplitLoaderError;

/// What an entry point gives: its view, or nothing where the chunk could not be loaded.
pub type Loaded = Result<AnyView, SplitLoaderError>;

/// Shows the part as soon as its code is there.
pub fn later(part: impl Future<Output = Loaded> + Send + 'static) -> impl IntoView {
    Suspend::new(async move {
        part.await.unwrap_or_else(|_| {
            view! { <p role="alert">"This part of Safelight could not be loaded. Check the connection and try again."</p> }
                .into_any()
        })
    })
}
