//! The first run: who one is, what one sells. Works without JavaScript.

pub mod api;
mod currencies;
#[cfg(feature = "ssr")]
mod first_run;
mod form;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::i18n::{t, t_string, use_i18n};
use crate::layout::Failed;
use crate::resource::blocking_resource;
use crate::ui::{Gate, PageTitle};

use api::load_offer;
use form::SetUpForm;

/// The page behind the link that is printed at the first start.
#[component]
pub fn SetUpPage() -> impl IntoView {
    let token = use_query_map()
        .with_untracked(|query| query.get("token"))
        .unwrap_or_default();
    let asked = token.clone();
    let offer = blocking_resource(move || asked.clone(), load_offer);
    view! {
        <Suspense>
            {move || {
                let token = token.clone();
                Suspend::new(async move {
                    match offer.await {
                        Ok(Some(offer)) => view! { <SetUpForm token offer /> }.into_any(),
                        Ok(None) => view! { <Closed /> }.into_any(),
                        Err(error) => {
                            view! {
                                <main id="main">
                                    <Failed error />
                                </main>
                            }
                                .into_any()
                        }
                    }
                })
            }}
        </Suspense>
    }
}

/// What everybody sees before set-up who has not got the link.
#[component]
fn Closed() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <PageTitle text=move || t_string!(i18n, set_up.title) />
        <Gate title=move || t_string!(i18n, set_up.closed_title)>
            <p>{t!(i18n, set_up.closed)}</p>
        </Gate>
    }
}
