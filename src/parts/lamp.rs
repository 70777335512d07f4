//! The lamp shows the state at a glance: steady, breathing, dim, or with a mark beside it, so that no state is shown
//! by colour alone. The words beside it say the same, so screen readers skip it.

use leptos::prelude::*;

#[component]
pub fn Lamp(state: Signal<&'static str>) -> impl IntoView {
    view! {
        <div class="lamp" data-state=move || state.get() aria-hidden="true">
          <div class="halo"></div>
          <svg viewBox="0 0 96 96">
            <path class="cord" d="M48 0v26" />
            <path class="bulb" d="M30 52a18 18 0 0 0 36 0z" />
            <path class="hood" d="M18 52a30 26 0 0 1 60 0z" />
            <path class="mark pause" d="M80 66v18M88 66v18" />
            <path class="mark call" d="M84 62v14M84 84v1" />
            <path class="mark tick" d="M75 78l6 6 11-13" />
            <path class="mark cut" d="M76 68l14 14M90 68l-14 14" />
          </svg>
        </div>
    }
}
