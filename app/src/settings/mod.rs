//! Settings: fields, pipelines, people. They are the administrator's: whoever else types the
//! address is told so in words and by the page's status, and every server function behind them
//! refuses by itself.

mod color;
pub mod fields;
mod kind_tabs;
pub mod people;
pub mod pipelines;
pub mod reorder;

use domain::Error;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::i18n::{t, t_string, use_i18n};
use crate::layout::{Failed, use_workspace};
use crate::ui::PageTitle;

/// The head of every settings page: its heading, and the way to the others. For others than
/// administrators it is empty.
#[component]
pub fn SettingsNav() -> impl IntoView {
    let i18n = use_i18n();
    let workspace = use_workspace();
    let path = use_location().pathname;
    let administers = Memo::new(move |_| workspace.with(|w| w.actor.is_administrator()));
    let tab = move |to: &'static str, label: AnyView| {
        let current = move || path.with(|path| path == to).then_some("page");
        view! {
            <a class="tabs__tab" href=to aria-current=current>
                {label}
            </a>
        }
    };
    move || {
        administers.get().then(|| {
            view! {
                <div class="settings__nav">
                    <h1 class="page__title">{t!(i18n, settings.title)}</h1>
                    <nav class="tabs" aria-label=move || t_string!(i18n, settings.title)>
                        {tab("/settings/fields", t!(i18n, settings.fields).into_any())}
                        {tab("/settings/pipelines", t!(i18n, settings.pipelines).into_any())}
                        {tab("/settings/people", t!(i18n, settings.people).into_any())}
                    </nav>
                </div>
            }
        })
    }
}

/// Shows a settings page to administrators. Others get 403 and the reason; the page inside is not
/// made for them, so that nothing is asked of the server that it would refuse.
#[component]
pub fn AdministratorsOnly(
    /// The page.
    children: ChildrenFn,
) -> impl IntoView {
    let i18n = use_i18n();
    let workspace = use_workspace();
    let administers = Memo::new(move |_| workspace.with(|w| w.actor.is_administrator()));
    move || {
        if administers.get() {
            return children().into_any();
        }
        #[cfg(feature = "ssr")]
        crate::request::set_status(http::StatusCode::FORBIDDEN);
        let error = Error::Forbidden(t_string!(i18n, settings.forbidden).to_owned());
        view! {
            <PageTitle text=move || t_string!(i18n, settings.title) />
            <section class="page page--scroll">
                <h1 class="visually-hidden">{t!(i18n, settings.title)}</h1>
                <div class="page__body">
                    <Failed error />
                </div>
            </section>
        }
        .into_any()
    }
}
