//! My day: what to do now.

use leptos::prelude::*;

/// My day: what to do now.
#[component]
pub fn MyDayPage() -> impl IntoView {
    view! { <section class="page"></section> }
}
