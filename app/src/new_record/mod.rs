//! A new record: `/deals/new`.

use domain::Kind;
use leptos::prelude::*;

/// A new record: `/deals/new`.
#[component]
pub fn NewRecordPage(
    /// Of which kind.
    kind: Kind,
) -> impl IntoView {
    let _ = kind;
    view! { <section class="page"></section> }
}
