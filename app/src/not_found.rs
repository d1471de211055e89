//! What stands in place of what does not exist or may not be seen.

use leptos::prelude::*;

use crate::i18n::{t, t_string, use_i18n};
use crate::ui::{Empty, LinkButton, PageTitle};

/// The page of addresses that do not exist.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    view! { <NotFound /> }
}

/// Says that there is nothing here; the page's status becomes 404. Whether it does not exist or may
/// not be seen is not said.
#[component]
pub fn NotFound() -> impl IntoView {
    let i18n = use_i18n();
    #[cfg(feature = "ssr")]
    crate::request::set_status(http::StatusCode::NOT_FOUND);
    view! {
        <PageTitle text=move || t_string!(i18n, not_found.title) />
        <section class="page page--scroll">
            <h1 class="visually-hidden">{t!(i18n, not_found.title)}</h1>
            <div class="page__body">
                <Empty title=move || t_string!(i18n, not_found.title)>
                    <p>{t!(i18n, not_found.text)}</p>
                    <LinkButton href="/">{t!(i18n, not_found.home)}</LinkButton>
                </Empty>
            </div>
        </section>
    }
}
