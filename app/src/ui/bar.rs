//! A share as a thin bar. The number stands beside it, so the bar itself is decoration.

use leptos::prelude::*;

/// A bar that is filled to a share of its width.
#[component]
pub fn Bar(
    /// From 0 to 1.
    #[prop(into)]
    share: Signal<f64>,
    /// A stage colour's name; without it the accent.
    #[prop(optional, into)]
    color: Option<Oco<'static, str>>,
) -> impl IntoView {
    let width = move || format!("{:.1}%", share.get().clamp(0.0, 1.0) * 100.0);
    view! {
        <svg class="bar" data-color=color aria-hidden="true">
            <rect class="bar__rest" width="100%" height="6"></rect>
            <rect class="bar__share" width=width height="6"></rect>
        </svg>
    }
}
