//! The route table.

use domain::Kind;
use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::hooks::use_params_map;
use leptos_router::{SsrMode, path};

use crate::account::AccountPage;
use crate::board::BoardPage;
use crate::funnel::FunnelPage;
use crate::i18n::I18nContextProvider;
use crate::invitation::InvitationPage;
use crate::layout::Frame;
use crate::list::ListPage;
use crate::my_day::MyDayPage;
use crate::new_record::NewRecordPage;
use crate::not_found::NotFoundPage;
use crate::record::RecordPage;
use crate::recycle_bin::BinPage;
use crate::set_up::SetUpPage;
use crate::settings::fields::FieldsPage;
use crate::settings::people::PeoplePage;
use crate::settings::pipelines::PipelinesPage;
use crate::sign_in::SignInPage;

/// The application: all pages under their addresses.
///
/// Pages are rendered whole before anything is sent (`SsrMode::Async`), so that each has its right
/// status, and a page that may not be seen redirects.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <I18nContextProvider>
            <Router>
                <Routes fallback=NotFoundPage>
                    <Route path=path!("/sign-in") view=SignInPage ssr=SsrMode::Async />
                    <Route path=path!("/set-up") view=SetUpPage ssr=SsrMode::Async />
                    <Route path=path!("/invitation/:token") view=InvitationPage ssr=SsrMode::Async />
                    <ParentRoute path=path!("") view=Frame ssr=SsrMode::Async>
                        <Route path=path!("/") view=MyDayPage />
                        <Route path=path!("/funnel") view=FunnelPage />
                        <Route path=path!("/account") view=AccountPage />
                        <Route path=path!("/settings/fields") view=FieldsPage />
                        <Route path=path!("/settings/pipelines") view=PipelinesPage />
                        <Route path=path!("/settings/people") view=PeoplePage />
                        <Route path=path!("/:kind") view=|| of_kind(list) />
                        <Route path=path!("/:kind/board") view=|| of_kind(board) />
                        <Route path=path!("/:kind/new") view=|| of_kind(new_record) />
                        <Route path=path!("/:kind/bin") view=|| of_kind(bin) />
                        <Route path=path!("/:kind/:id") view=|| of_kind(record) />
                        <Route path=path!("/:kind/:id/*any") view=NotFoundPage />
                    </ParentRoute>
                </Routes>
            </Router>
        </I18nContextProvider>
    }
}

/// The page of the kind that the address begins with, made anew when another kind comes. One route
/// for all kinds: each route is code in the browser.
fn of_kind(page: fn(Kind) -> AnyView) -> impl IntoView {
    let params = use_params_map();
    let kind = Memo::new(move |_| {
        params.with(|params| {
            let word = params.get("kind")?;
            Kind::parse(&word).filter(|kind| kind.plural() == word)
        })
    });
    move || match kind.get() {
        Some(kind) => page(kind),
        None => view! { <NotFoundPage /> }.into_any(),
    }
}

fn list(kind: Kind) -> AnyView {
    view! { <ListPage kind /> }.into_any()
}

fn board(kind: Kind) -> AnyView {
    if kind.has_stages() {
        view! { <BoardPage kind /> }.into_any()
    } else {
        view! { <NotFoundPage /> }.into_any()
    }
}

fn new_record(kind: Kind) -> AnyView {
    view! { <NewRecordPage kind /> }.into_any()
}

fn bin(kind: Kind) -> AnyView {
    view! { <BinPage kind /> }.into_any()
}

fn record(kind: Kind) -> AnyView {
    view! { <RecordPage kind /> }.into_any()
}
