//! The route table.

use domain::Kind;
use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::components::{ParentRoute, Redirect, Route, Router, Routes};
use leptos_router::{SsrMode, path};

use crate::account::AccountPage;
use crate::board::BoardPage;
use crate::funnel::FunnelPage;
use crate::i18n::I18nContextProvider;
use crate::layout::Frame;
use crate::not_found::NotFoundPage;
use crate::record::RecordPage;
use crate::set_up::SetUpPage;
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
                    <ParentRoute path=path!("") view=Frame ssr=SsrMode::Async>
                        <Route path=path!("/") view=|| view! { <Redirect path="/deals/board" /> } />
                        <Route path=path!("/deals/board") view=|| view! { <BoardPage kind=Kind::Deal /> } />
                        <Route path=path!("/leads/board") view=|| view! { <BoardPage kind=Kind::Lead /> } />
                        <Route path=path!("/deals/:id") view=|| view! { <RecordPage kind=Kind::Deal /> } />
                        <Route path=path!("/leads/:id") view=|| view! { <RecordPage kind=Kind::Lead /> } />
                        <Route path=path!("/contacts/:id") view=|| view! { <RecordPage kind=Kind::Contact /> } />
                        <Route path=path!("/companies/:id") view=|| view! { <RecordPage kind=Kind::Company /> } />
                        <Route path=path!("/products/:id") view=|| view! { <RecordPage kind=Kind::Product /> } />
                        <Route path=path!("/funnel") view=FunnelPage />
                        <Route path=path!("/account") view=AccountPage />
                        <Route path=path!("/*any") view=NotFoundPage />
                    </ParentRoute>
                </Routes>
            </Router>
        </I18nContextProvider>
    }
}
