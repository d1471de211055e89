//! Users and departments: `/settings/people`, and `?view=departments` for the tree.

pub mod api;
mod attempt;
mod departments;
mod leave_dialog;
mod link_dialog;
mod member_dialog;
mod members;
mod pick;
mod state;

use domain::people::PeopleSettings;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{AdministratorsOnly, SettingsNav};
use crate::i18n::{t, t_string, use_i18n};
use crate::layout::Failed;
use crate::resource::resource;
use crate::ui::{PageTitle, Skeleton, SkeletonKind};

use api::load_people;
use departments::Departments;
use members::Members;
use state::PeopleState;

/// Users and departments.
#[component]
pub fn PeoplePage() -> impl IntoView {
    view! {
        <AdministratorsOnly>
            <People />
        </AdministratorsOnly>
    }
}

#[component]
fn People() -> impl IntoView {
    let i18n = use_i18n();
    let settings = resource(|| (), |()| load_people());
    view! {
        <PageTitle text=move || t_string!(i18n, settings.people) />
        <section class="page page--scroll settings">
            <SettingsNav />
            <div class="page__body page__body--pad">
                <Suspense fallback=|| view! { <Skeleton kind=SkeletonKind::Row count=6 /> }>
                    {move || Suspend::new(async move {
                        match settings.await {
                            Ok(Ok(settings)) => view! { <Loaded settings /> }.into_any(),
                            Ok(Err(error)) | Err(error) => {
                                let retry = move |()| settings.refetch();
                                view! { <Failed error on_retry=retry /> }.into_any()
                            }
                        }
                    })}
                </Suspense>
            </div>
        </section>
    }
}

#[component]
fn Loaded(settings: PeopleSettings) -> impl IntoView {
    let i18n = use_i18n();
    let state = PeopleState::of(settings);
    let query = use_query_map();
    let departments =
        Memo::new(move |_| query.with(|query| query.get("view").as_deref() == Some("departments")));
    let current = move |here: bool| move || (departments.get() == here).then_some("true");
    view! {
        <div class="people__views">
            <nav class="segments" aria-label=move || t_string!(i18n, people.views)>
                <a class="segments__item" href="/settings/people" aria-current=current(false)>
                    <span>{t!(i18n, people.users)}</span>
                </a>
                <a
                    class="segments__item"
                    href="/settings/people?view=departments"
                    aria-current=current(true)
                >
                    <span>{t!(i18n, people.departments)}</span>
                </a>
            </nav>
        </div>
        {move || {
            if departments.get() {
                view! { <Departments state /> }.into_any()
            } else {
                view! { <Members state /> }.into_any()
            }
        }}
    }
}
