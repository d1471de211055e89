//! Lists of records: `/deals`.

use domain::Kind;
use leptos::prelude::*;

/// Lists of records: `/deals`.
#[component]
pub fn ListPage(
    /// Of which kind.
    kind: Kind,
) -> impl IntoView {
    let _ = kind;
    view! { <section class="page"></section> }
}
