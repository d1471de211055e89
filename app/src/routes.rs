//! The route table.

use domain::Kind;
use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::{Lazy, SsrMode, path};

use crate::board::BoardPage;
use crate::i18n::I18nContextProvider;
use crate::layout::Frame;
use crate::not_found::NotFoundPage;
use crate::pages::{
    Account, Companies, Company, CompanyBin, Contact, ContactBin, Contacts, Deal, DealBin, Deals,
    Fields, Funnel, Invitation, Lead, LeadBin, Leads, MyDay, NewCompany, NewContact, NewDeal,
    NewLead, NewProduct, People, Pipelines, Product, ProductBin, Products, SetUp,
};
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
                    <Route path=path!("/set-up") view={Lazy::<SetUp>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/invitation/:token") view={Lazy::<Invitation>::new()} ssr=SsrMode::Async />
                    <ParentRoute path=path!("") view=Frame ssr=SsrMode::Async>
                        <Route path=path!("/") view={Lazy::<MyDay>::new()} />
                        <Route path=path!("/funnel") view={Lazy::<Funnel>::new()} />
                        <Route path=path!("/account") view={Lazy::<Account>::new()} />
                        <Route path=path!("/settings/fields") view={Lazy::<Fields>::new()} />
                        <Route path=path!("/settings/pipelines") view={Lazy::<Pipelines>::new()} />
                        <Route path=path!("/settings/people") view={Lazy::<People>::new()} />
                        <Route path=path!("/deals") view={Lazy::<Deals>::new()} />
                        <Route path=path!("/deals/board") view=|| board(Kind::Deal) />
                        <Route path=path!("/deals/new") view={Lazy::<NewDeal>::new()} />
                        <Route path=path!("/deals/bin") view={Lazy::<DealBin>::new()} />
                        <Route path=path!("/deals/:id") view={Lazy::<Deal>::new()} />
                        <Route path=path!("/leads") view={Lazy::<Leads>::new()} />
                        <Route path=path!("/leads/board") view=|| board(Kind::Lead) />
                        <Route path=path!("/leads/new") view={Lazy::<NewLead>::new()} />
                        <Route path=path!("/leads/bin") view={Lazy::<LeadBin>::new()} />
                        <Route path=path!("/leads/:id") view={Lazy::<Lead>::new()} />
                        <Route path=path!("/contacts") view={Lazy::<Contacts>::new()} />
                        <Route path=path!("/contacts/new") view={Lazy::<NewContact>::new()} />
                        <Route path=path!("/contacts/bin") view={Lazy::<ContactBin>::new()} />
                        <Route path=path!("/contacts/:id") view={Lazy::<Contact>::new()} />
                        <Route path=path!("/companies") view={Lazy::<Companies>::new()} />
                        <Route path=path!("/companies/new") view={Lazy::<NewCompany>::new()} />
                        <Route path=path!("/companies/bin") view={Lazy::<CompanyBin>::new()} />
                        <Route path=path!("/companies/:id") view={Lazy::<Company>::new()} />
                        <Route path=path!("/products") view={Lazy::<Products>::new()} />
                        <Route path=path!("/products/new") view={Lazy::<NewProduct>::new()} />
                        <Route path=path!("/products/bin") view={Lazy::<ProductBin>::new()} />
                        <Route path=path!("/products/:id") view={Lazy::<Product>::new()} />
                        <Route path=path!("/*any") view=NotFoundPage />
                    </ParentRoute>
                </Routes>
            </Router>
        </I18nContextProvider>
    }
}

fn board(kind: Kind) -> AnyView {
    view! { <BoardPage kind /> }.into_any()
}
