//! How Safelight looks on this device.

use browser::window::{Theme, choose_theme, chosen_theme};
use leptos::prelude::*;

use kit::{Card, Choice, Inside};

const THEMES: [(Theme, &str, &str); 3] = [
    (Theme::System, "system", "As the system"),
    (Theme::Light, "light", "Light"),
    (Theme::Dark, "dark", "Dark"),
];

#[component]
pub fn Appearance() -> impl IntoView {
    let value = RwSignal::new(value_of(chosen_theme()).to_owned());
    let choose = move |chosen: String| {
        let theme = THEMES.iter().find(|(_, value, _)| *value == chosen);
        theme.iter().for_each(|(theme, ..)| choose_theme(*theme));
        value.set(chosen);
    };
    view! {
        <Card inside=Inside::Rows>
            <Choice
                id="theme"
                name="Theme"
                hint="On this device only."
                options=THEMES.map(|(_, value, name)| (value, name.to_owned())).to_vec()
                value
                choose
            />
        </Card>
    }
}

fn value_of(theme: Theme) -> &'static str {
    match theme {
        Theme::System => "system",
        Theme::Light => "light",
        Theme::Dark => "dark",
    }
}
