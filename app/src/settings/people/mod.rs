//! Users and departments: `/settings/people`.

use leptos::prelude::*;

/// Users and departments: `/settings/people`.
#[component]
pub fn PeoplePage() -> impl IntoView {
    view! { <section class="page"></section> }
}
