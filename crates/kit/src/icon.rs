//! The icons: lines in the color of the words beside them. None stands without words, except where every platform
//! knows it.

use leptos::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    Activity,
    Again,
    Close,
    Cursor,
    Down,
    Download,
    Folder,
    Left,
    Moon,
    Photos,
    Right,
    Search,
    Server,
    Settings,
    Tick,
    Window,
}

impl Icon {
    #[cfg(debug_assertions)]
    pub const ALL: [Icon; 16] = [
        Icon::Activity,
        Icon::Again,
        Icon::Close,
        Icon::Cursor,
        Icon::Down,
        Icon::Download,
        Icon::Folder,
        Icon::Left,
        Icon::Moon,
        Icon::Photos,
        Icon::Right,
        Icon::Search,
        Icon::Server,
        Icon::Settings,
        Icon::Tick,
        Icon::Window,
    ];

    /// The path data, on a field of 20 by 20.
    fn lines(self) -> &'static str {
        match self {
            Icon::Activity => "M2.75 10.25h3.1L8.2 4.75l3.8 10.5 2.15-5h3.1",
            Icon::Again => "M15.6 10.4a5.6 5.6 0 1 1-1.75-4.5L15.5 7.4M15.6 4v3.5h-3.5",
            Icon::Close => "M5.5 5.5l9 9M14.5 5.5l-9 9",
            Icon::Cursor => "M5.75 4.25l9.5 6.4-4.2.75-2 4.1z",
            Icon::Down => "M5.5 8l4.5 4.5L14.5 8",
            Icon::Download => "M10 3.75v8.75M6.4 9.2l3.6 3.6 3.6-3.6M4 16.25h12",
            Icon::Folder => {
                "M2.75 6.2v8.55c0 .83.67 1.5 1.5 1.5h11.5c.83 0 1.5-.67 1.5-1.5v-7c0-.83-.67-1.5-1.5-1.5H10L8.25 \
                 4.2c-.26-.3-.6-.45-1-.45h-3c-.83 0-1.5.67-1.5 1.5z"
            }
            Icon::Left => "M12 5.5L7.5 10l4.5 4.5",
            Icon::Moon => "M15.9 11.7A6.3 6.3 0 0 1 8.3 4.1a6.3 6.3 0 1 0 7.6 7.6z",
            Icon::Photos => {
                "M4.75 4.25h10.5a2 2 0 0 1 2 2v7.5a2 2 0 0 1-2 2H4.75a2 2 0 0 1-2-2v-7.5a2 2 0 0 1 2-2zM3 \
                 14l4.1-3.7 3 2.6 3.1-3.4 3.9 3.6M7 7.9a.9.9 0 1 0 .01 0"
            }
            Icon::Right => "M8 5.5l4.5 4.5L8 14.5",
            Icon::Search => "M9 4a5 5 0 1 0 .01 0M12.7 12.7l3.6 3.6",
            Icon::Server => {
                "M4.75 3.75h10.5c.83 0 1.5.67 1.5 1.5v2.5c0 .83-.67 1.5-1.5 1.5H4.75c-.83 0-1.5-.67-1.5-1.5v-2.5c0-\
                 .83.67-1.5 1.5-1.5zM4.75 10.75h10.5c.83 0 1.5.67 1.5 1.5v2.5c0 .83-.67 1.5-1.5 1.5H4.75c-.83 \
                 0-1.5-.67-1.5-1.5v-2.5c0-.83.67-1.5 1.5-1.5zM6.5 6.5h.01M6.5 13.5h.01"
            }
            Icon::Settings => {
                "M3 6.5h7.2M14.3 6.5H17M12.25 4.45a2.05 2.05 0 1 0 .01 0M3 13.5h2.7M9.8 13.5H17M7.75 11.45a2.05 2.05 \
                 0 1 0 .01 0"
            }
            Icon::Tick => "M4.5 10.6l3.6 3.6 7.4-8.2",
            Icon::Window => {
                "M4.75 4.25h10.5a2 2 0 0 1 2 2v7.5a2 2 0 0 1-2 2H4.75a2 2 0 0 1-2-2v-7.5a2 2 0 0 1 2-2zM3 7.5h14"
            }
        }
    }
}

/// `small` is for fields and chips.
#[component]
pub fn Glyph(icon: Icon, #[prop(optional)] small: bool) -> impl IntoView {
    let class = if small { "icon s" } else { "icon" };
    view! { <svg class=class viewBox="0 0 20 20" aria-hidden="true"><path d=icon.lines() /></svg> }
}
