//! The photos on the server, month by month.

use gloo::events::EventListener;
use js_sys::{Array, Date};
use protocol::immich::TimeBucketAsset;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit};

pub use crate::server::Gallery;
use crate::server::SERVER;

/// How far outside the visible area things are loaded in advance.
const AROUND: &str = "1200px";
const HOUR_MS: f64 = 3_600_000.0;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Month {
    /// Its first day, like 2024-05-01.
    pub start: String,
    pub count: usize,
}

/// Milliseconds since 1970, and before it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PhotoTime(pub(super) f64);

#[derive(Debug, Clone, PartialEq)]
pub struct Photo {
    pub id: String,
    /// The first day of its month, like 2024-05-01.
    pub month: String,
    pub name: String,
    pub is_image: bool,
    /// When it was taken. Shown here, it reads as the clock of the place read, if that is known.
    pub taken: PhotoTime,
    /// The clock of the camera was probably never set.
    pub is_date_doubtful: bool,
    pub bytes: u64,
}

/// None if there is no answer.
pub async fn gallery() -> Option<Gallery> {
    SERVER.gallery().await
}

/// Newest first; none if there is no answer.
pub async fn months() -> Option<Vec<Month>> {
    let months = SERVER.months().await?.into_iter();
    Some(months.map(|month| Month { start: month.time_bucket, count: month.count as usize }).collect())
}

/// Newest first; none if there is no answer.
pub async fn photos_of(month: &str) -> Option<Vec<Photo>> {
    Some(SERVER.assets_of(month).await?.into_iter().map(|asset| Photo::of(month, asset)).collect())
}

/// The first day of the month in which a photo is shown; none if there is no answer, or no such photo.
pub async fn month_with(id: &str) -> Option<String> {
    let local = SERVER.local_time_of(id).await?;
    local.get(.."2024-05".len()).map(|month| format!("{month}-01"))
}

impl Photo {
    fn of(month: &str, asset: TimeBucketAsset) -> Photo {
        let (taken_ms, ahead) = (Date::parse(&asset.file_created_at), asset.local_offset_hours);
        Photo {
            id: asset.id.to_string(),
            month: month.to_owned(),
            name: asset.original_file_name,
            is_image: asset.is_image,
            is_date_doubtful: asset.is_date_doubtful,
            taken: PhotoTime(if asset.is_local_known { shown_there(taken_ms, ahead) } else { taken_ms }),
            bytes: asset.file_size_in_byte,
        }
    }
}

/// The time at which a clock here reads what a clock there read, in milliseconds since 1970.
fn shown_there(taken_ms: f64, ahead_hours: f64) -> f64 {
    let there = Date::new(&(taken_ms + ahead_hours * HOUR_MS).into()).to_iso_string();
    // Without its last letter, a time is read as one of this place.
    let here = there.as_string().map(|text| Date::parse(text.trim_end_matches('Z')));
    here.filter(|ms| ms.is_finite()).unwrap_or(taken_ms)
}

/// Reports whether an element is near the visible area, until this is dropped.
pub struct NearSight {
    observer: IntersectionObserver,
    _tell: Closure<dyn Fn(Array)>,
}

impl NearSight {
    /// None if the browser cannot tell; then everything should be shown.
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
