//! Custom fields of a kind: `/settings/fields?kind=deal`.

pub mod api;
mod bin;
mod built_in;
mod draft;
mod form;
mod list;
mod options;
mod state;
mod types;

use domain::Kind;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::kind_tabs::KindTabs;
use super::{AdministratorsOnly, SettingsNav};
use crate::i18n::{t_string, use_i18n};
use crate::layout::{Failed, use_workspace};
use crate::resource::resource;
use crate::ui::{PageTitle, Skeleton, SkeletonKind};

use api::load_fields;
use list::FieldList;

/// The custom fields of a kind, one kind at a time.
#[component]
pub fn FieldsPage() -> impl IntoView {
    view! {
        <AdministratorsOnly>
            <Fields />
        </AdministratorsOnly>
    }
}

#[component]
fn Fields() -> impl IntoView {
    let i18n = use_i18n();
    let workspace = use_workspace();
    let query = use_query_map();
    // Without a word, or with one that is no kind: deals, which have most fields of their own.
    let kind = Memo::new(move |_| {
        let word = query.with(|query| query.get("kind"));
        word.and_then(|word| Kind::parse(&word))
            .unwrap_or(Kind::Deal)
    });
    let settings = resource(
        move || kind.get(),
        |kind| async move { (kind, load_fields(kind).await) },
    );
    let kinds = move || {
        const ORDER: [Kind; 5] = [
            Kind::Deal,
            Kind::Lead,
            Kind::Contact,
            Kind::Company,
            Kind::Product,
        ];
        let leads = workspace.with(|workspace| workspace.leads);
        let shown = ORDER.into_iter();
        shown.filter(|of| *of != Kind::Lead || leads).collect()
    };
    view! {
        <PageTitle text=move || t_string!(i18n, settings.fields) />
        <section class="page page--scroll settings">
            <SettingsNav />
            <div class="page__body page__body--pad settings__body">
                <KindTabs page="/settings/fields" kinds kind />
                <Transition fallback=|| view! { <Skeleton kind=SkeletonKind::Row count=6 /> }>
                    {move || Suspend::new(async move {
                        match settings.await {
                            (kind, Ok(Ok(settings))) => view! { <FieldList kind settings /> }.into_any(),
                            (_, Ok(Err(error)) | Err(error)) => {
                                let retry = move |()| settings.refetch();
                                view! { <Failed error on_retry=retry /> }.into_any()
                            }
                        }
                    })}
                </Transition>
            </div>
        </section>
    }
}
