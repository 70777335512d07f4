//! Parts of the page whose code is in a chunk of its own, loaded when the part is first opened. Their entry points
//! are marked `#[wasm_split]`, and the build splits the program there.

use std::future::Future;

use leptos::prelude::*;
use leptos::wasm_split::SplitLoaderError;

/// The result of an entry point: its view, or an error if the chunk could not be loaded.
pub type Loaded = Result<AnyView, SplitLoaderError>;

/// Shows the part as soon as its code is loaded.
pub fn later(part: impl Future<Output = Loaded> + Send + 'static) -> impl IntoView {
    Suspend::new(async move {
        part.await.unwrap_or_else(|_| {
            view! { <p role="alert">"This part of Safelight could not be loaded. Check the connection and try again."</p> }
                .into_any()
        })
    })
}
