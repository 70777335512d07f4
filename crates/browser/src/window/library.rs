//! What the server holds, month by month, for whoever wants to look at it.

use engine::{Body, Moment, Reply, RequestEnd};
use gloo::events::EventListener;
use js_sys::{Array, Date};
use protocol::safelight::Capabilities;
use protocol::safelight::path::CAPABILITIES;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit};

use crate::http;
use crate::json::{FromJson, property, text};

/// How far around what is seen things are made ready.
const AROUND: &str = "1200px";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Month {
    /// Its first day, like 2024-05-01.
    pub start: String,
    pub count: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Photo {
    pub id: String,
    pub name: String,
    pub is_image: bool,
    pub taken: Moment,
    pub bytes: u64,
}

/// Who shows the photos.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gallery {
    /// This app.
    Ours,
    /// Immich itself, at this address if it knows its own.
    Immich(Option<String>),
}

/// None if there is no answer.
pub async fn gallery() -> Option<Gallery> {
    let RequestEnd::Replied(Reply { body, .. }) = http::get::<Capabilities>(CAPABILITIES).await else {
        return None;
    };
    if matches!(body, Body::Understood(_)) {
        return Some(Gallery::Ours);
    }
    let Domain(domain) = understood(http::get::<Domain>("/api/server/config").await)?;
    Some(Gallery::Immich(Some(domain).filter(|domain| domain.starts_with("http"))))
}

/// Where Immich says that its own page is.
struct Domain(String);

impl FromJson for Domain {
    fn from_json(json: &JsValue) -> Option<Self> {
        text(json, "externalDomain").map(Domain)
    }
}

/// Newest first; none if there is no answer.
pub async fn months() -> Option<Vec<Month>> {
    understood(http::get::<Vec<Month>>("/api/timeline/buckets").await)
}

/// Newest first; none if there is no answer.
pub async fn photos_of(month: &str) -> Option<Vec<Photo>> {
    let path = format!("/api/timeline/bucket?timeBucket={month}");
    understood(http::get::<Vec<Photo>>(&path).await)
}

pub(super) fn understood<T>(end: RequestEnd<T>) -> Option<T> {
    match end {
        RequestEnd::Replied(reply) => match reply.body {
            Body::Understood(body) => Some(body),
            Body::Refused(_) | Body::Foreign => None,
        },
        RequestEnd::NoReply | RequestEnd::Stalled => None,
    }
}

impl FromJson for Vec<Month> {
    fn from_json(json: &JsValue) -> Option<Self> {
        let month = |json: JsValue| {
            let count = property(&json, "count").as_f64()?;
            Some(Month { start: text(&json, "timeBucket")?, count: count as usize })
        };
        json.dyn_ref::<Array>()?.iter().map(month).collect()
    }
}

/// One list for each fact, as Immich has it.
impl FromJson for Vec<Photo> {
    fn from_json(json: &JsValue) -> Option<Self> {
        let list = |name| property(json, name).dyn_into::<Array>().ok();
        let (ids, names, images) = (list("id")?, list("originalFileName")?, list("isImage")?);
        let (taken, sizes) = (list("fileCreatedAt")?, list("fileSizeInByte")?);
        let photo = |at: u32| {
            Some(Photo {
                id: ids.get(at).as_string()?,
                name: names.get(at).as_string()?,
                is_image: images.get(at).as_bool()?,
                taken: Moment(Date::new(&taken.get(at)).get_time() as u64),
                bytes: sizes.get(at).as_f64()? as u64,
            })
        };
        (0..ids.length()).map(photo).collect()
    }
}

/// Tells whether something is near what is seen, until it is dropped.
pub struct NearSight {
    observer: IntersectionObserver,
    _tell: Closure<dyn Fn(Array)>,
}

impl NearSight {
    /// None where the browser cannot tell; then everything is to be shown.
    pub fn watch(element: &Element, tell: impl Fn(bool) + 'static) -> Option<NearSight> {
        let heard = Closure::<dyn Fn(Array)>::new(move |entries: Array| {
            if let Some(last) = entries.iter().last() {
                tell(last.unchecked_ref::<IntersectionObserverEntry>().is_intersecting());
            }
        });
        let options = IntersectionObserverInit::new();
        options.set_root_margin(AROUND);
        let observer =
            IntersectionObserver::new_with_options(heard.as_ref().unchecked_ref(), &options).ok()?;
        observer.observe(element);
        Some(NearSight { observer, _tell: heard })
    }
}

impl Drop for NearSight {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// Calls back whenever the window's size changes, until it is dropped.
pub fn when_resized(tell: impl Fn() + 'static) -> Option<EventListener> {
    let window = web_sys::window()?;
    Some(EventListener::new(&window, "resize", move |_| tell()))
}
