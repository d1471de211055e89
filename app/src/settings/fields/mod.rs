//! Custom fields of a kind: `/settings/fields`.

use leptos::prelude::*;

/// Custom fields of a kind: `/settings/fields`.
#[component]
pub fn FieldsPage() -> impl IntoView {
    view! { <section class="page"></section> }
}
