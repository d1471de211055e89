//! The route table.

use domain::Kind;
use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::components::{ParentRoute, Route, Router, Routes};
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
                        <Route path=path!("/deals") view=|| list(Kind::Deal) />
                        <Route path=path!("/deals/board") view=|| board(Kind::Deal) />
                        <Route path=path!("/deals/new") view=|| new_record(Kind::Deal) />
                        <Route path=path!("/deals/bin") view=|| bin(Kind::Deal) />
                        <Route path=path!("/deals/:id") view=|| record(Kind::Deal) />
                        <Route path=path!("/leads") view=|| list(Kind::Lead) />
                        <Route path=path!("/leads/board") view=|| board(Kind::Lead) />
                        <Route path=path!("/leads/new") view=|| new_record(Kind::Lead) />
                        <Route path=path!("/leads/bin") view=|| bin(Kind::Lead) />
                        <Route path=path!("/leads/:id") view=|| record(Kind::Lead) />
                        <Route path=path!("/contacts") view=|| list(Kind::Contact) />
                        <Route path=path!("/contacts/new") view=|| new_record(Kind::Contact) />
                        <Route path=path!("/contacts/bin") view=|| bin(Kind::Contact) />
                        <Route path=path!("/contacts/:id") view=|| record(Kind::Contact) />
                        <Route path=path!("/companies") view=|| list(Kind::Company) />
                        <Route path=path!("/companies/new") view=|| new_record(Kind::Company) />
                        <Route path=path!("/companies/bin") view=|| bin(Kind::Company) />
                        <Route path=path!("/companies/:id") view=|| record(Kind::Company) />
                        <Route path=path!("/products") view=|| list(Kind::Product) />
                        <Route path=path!("/products/new") view=|| new_record(Kind::Product) />
                        <Route path=path!("/products/bin") view=|| bin(Kind::Product) />
                        <Route path=path!("/products/:id") view=|| record(Kind::Product) />
                        <Route path=path!("/*any") view=NotFoundPage />
                    </ParentRoute>
                </Routes>
            </Router>
        </I18nContextProvider>
    }
}

// A route for each kind, rather than one that reads the kind from the address: on the server what
// stands in a closure is made twice, and so would read its data twice. The pages are one code all
// the same.

fn list(kind: Kind) -> AnyView {
    view! { <ListPage kind /> }.into_any()
}

fn board(kind: Kind) -> AnyView {
    view! { <BoardPage kind /> }.into_any()
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
