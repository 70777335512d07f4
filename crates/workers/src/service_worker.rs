//! The service worker's program. `sw.js` loads it for the first event that the cache cannot answer, and passes it that
//! event and all later ones. `wake_ups` decides what to do; this file connects it to the browser.

#[cfg(target_arch = "wasm32")]
mod wasm {
    use std::fmt;
    use std::rc::Rc;

    use browser::Fault;
    use browser::background::wake;
    use browser::service_worker::{
        self as scope, Call, FromServiceWorker, Place, SyncTag, ToServiceWorker, Unreadable, write,
    };
    use engine::{Wake, Woken};
    use futures::channel::oneshot;
    use js_sys::Promise;
    use wasm_bindgen::prelude::*;
    use wasm_bindgen_futures::{future_to_promise, spawn_local};
    use web_sys::{ExtendableEvent, File, MessagePort, Request};
    use workers::sharing::{Shared, names};
    use workers::wake_ups::{Chance, NotDone, Page, Scope, WakeUps};

    /// A reloaded page is back by then.
    const HOLD_MS: u32 = 10_000;

    thread_local! {
        static WAKE_UPS: Rc<WakeUps<Browser>> = Rc::new(WakeUps::new(Browser));
    }

    /// Handles an event. The promise is resolved when the event is fully handled, and rejected if the browser should
    /// try again. For a request it resolves to the response. `version` is this version's name in `sw.js`.
    #[wasm_bindgen]
    pub fn handle(event: ExtendableEvent, version: String) -> Promise {
        let wake_ups = WAKE_UPS.with(Rc::clone);
        future_to_promise(async move {
            match Call::of(&event) {
                Ok(call) => {
                    let answered = answer(&wake_ups, call, version).await;
                    answered.map_err(|why| JsError::new(&why.to_string()).into())
                }
                // Another try would not help.
                Err(unknown) => {
                    scope::warn(&unknown);
                    Ok(JsValue::UNDEFINED)
                }
            }
        })
    }

    async fn answer(
        wake_ups: &WakeUps<Browser>,
        call: Call,
        version: String,
    ) -> Result<JsValue, NotDone<Fault>> {
        match call {
            Call::Share(request) => return Ok(share(&request).await?),
            Call::Sync { tag: SyncTag::Backup, is_last_chance } => {
                wake_ups.sync(if is_last_chance { Chance::Last } else { Chance::OneOfSeveral }).await?;
            }
            Call::Sync { tag: SyncTag::Offline, .. } => wake_ups.network_back().await?,
            Call::PeriodicSync => wake_ups.periodic_sync().await?,
            Call::FetchEnded { id } => wake_ups.fetch_ended(&id).await?,
            Call::Push { reason } => wake_ups.push(reason).await?,
            Call::PushAddressChanged => scope::renew_pushes().await,
            Call::NotificationClicked(notification) => {
                notification.close();
                scope::open_app().await?;
            }
            Call::Message { message, port } => hear(wake_ups, message, port, version).await?,
            Call::UnreadableMessage { why, port } => reject(&why, port)?,
        }
        Ok(JsValue::UNDEFINED)
    }

    async fn hear(
        wake_ups: &WakeUps<Browser>,
        message: ToServiceWorker,
        port: Option<MessagePort>,
        version: String,
    ) -> Result<(), NotDone<Fault>> {
        match message {
            // `sw.js` handles it.
            ToServiceWorker::UseNewVersion => Ok(()),
            ToServiceWorker::Left => wake_ups.page_left().await,
            ToServiceWorker::TestBackup => wake_ups.test().await,
            ToServiceWorker::TellVersion => Ok(reply(port, &FromServiceWorker::Version(version))?),
            ToServiceWorker::HoldHandles { handles } => {
                Browser.pause(HOLD_MS).await;
                drop(handles);
                Ok(())
            }
            ToServiceWorker::Notify(notice) => wake_ups.notify_unless_seen(notice).await,
        }
    }

    /// A page of another version may use another protocol.
    fn reject(why: &Unreadable, port: Option<MessagePort>) -> Result<(), Fault> {
        Browser.warn(why);
        reply(port, &FromServiceWorker::NotUnderstood)
    }

    fn reply(port: Option<MessagePort>, message: &FromServiceWorker) -> Result<(), Fault> {
        match port {
            Some(port) => Ok(port.post_message(&write(message)?)?),
            None => Ok(()),
        }
    }

    /// Files shared by another app are saved at once, whether or not the server can be reached. The page that opens
    /// then takes them over, or asks about them.
    async fn share(request: &Request) -> Result<JsValue, Fault> {
        let page = keep(request).await.unwrap_or_else(|fault| {
            Browser.warn(&fault);
            "/#share-failed".into()
        });
        scope::share_answer(&page)
    }

    /// Returns the page that tells of it. Any website can send files here, and nothing in the request tells it from the
    /// system.
    async fn keep(request: &Request) -> Result<String, Fault> {
        let files = scope::shared_files(request).await?;
        if files.is_empty() {
            return Ok("/#share-empty".into());
        }
        let place = if scope::comes_from_us(request) { Place::Inbox } else { Place::Held };
        let shared = |file: &File| Shared { name: file.name(), kind: file.type_() };
        let names = names(&files.iter().map(shared).collect::<Vec<_>>());
        let id = scope::keep_shared(place, &names.into_iter().zip(files).collect::<Vec<_>>()).await?;
        Ok(format!("/#shared={id}"))
    }

    struct Browser;

    impl Scope for Browser {
        type Fault = Fault;

        async fn pages(&self) -> Result<Vec<Page>, Fault> {
            let pages = scope::pages().await?;
            let page = |visible| if visible { Page::Visible } else { Page::Hidden };
            Ok(pages.iter().map(|client| page(scope::is_visible(client))).collect())
        }

        async fn pause(&self, ms: u32) {
            scope::pause(ms).await;
        }

        async fn back_up(&self, by: Wake, ended_fetch: Option<&str>) -> Result<Woken, Fault> {
            let ended_fetch = ended_fetch.map(str::to_owned);
            let (tell, told) = oneshot::channel();
            // A late run keeps its lock until it ends.
            spawn_local(async move {
                // Nobody is waiting for a late run.
                _ = tell.send(wake(by, ended_fetch.as_deref()).await);
            });
            told.await.unwrap_or(Ok(Woken::Failed))
        }

        async fn notify(&self, sentence: &str) -> Result<(), Fault> {
            scope::notify(sentence).await
        }

        async fn withdraw_notification(&self) -> Result<(), Fault> {
            scope::withdraw_notification().await
        }

        async fn ask_for_sync(&self) -> Result<(), Fault> {
            scope::ask_for_sync(SyncTag::Backup).await
        }

        async fn tell_pages_that_a_fetch_ended(&self) -> Result<(), Fault> {
            scope::tell_pages(&FromServiceWorker::FetchEnded).await
        }

        fn warn(&self, what: &dyn fmt::Display) {
            scope::warn(what);
        }
    }
}

/// A fifth of the size of the default allocator.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

#[cfg(target_arch = "wasm32")]
fn main() {
    browser::report_panics();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {}
