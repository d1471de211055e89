//! The funnel.

use leptos::prelude::*;

/// The funnel.
#[component]
pub fn FunnelPage() -> impl IntoView {
    view! { <section class="page page--scroll"></section> }
}
