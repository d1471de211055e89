//! Pipelines, stages and lost reasons: `/settings/pipelines?kind=lead&pipeline=3`.

pub mod api;
mod attempt;
mod dialogs;
mod names;
mod order;
mod parts;
mod reasons;
mod row;
mod stage_form;
mod stages;
mod state;

use domain::pipeline_settings::{PipelineSettings, STAGED};
use domain::{Kind, PipelineId};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::kind_tabs::KindTabs;
use super::{AdministratorsOnly, SettingsNav};
use crate::i18n::{t_string, use_i18n};
use crate::layout::{Failed, use_workspace};
use crate::resource::resource;
use crate::ui::{PageTitle, Skeleton, SkeletonKind};

use api::load_pipelines;
use dialogs::Dialogs;
use order::Pipelines;
use reasons::Reasons;
use stages::Stages;
use state::State;

/// Pipelines, stages and lost reasons, the pipelines of one kind at a time.
#[component]
pub fn PipelinesPage() -> impl IntoView {
    view! {
        <AdministratorsOnly>
            <Page />
        </AdministratorsOnly>
    }
}

#[component]
fn Page() -> impl IntoView {
    let i18n = use_i18n();
    let workspace = use_workspace();
    let query = use_query_map();
    // Without a word, or with one that is no kind with stages: deals.
    let kind = Memo::new(move |_| {
        let word = query.with(|query| query.get("kind"));
        word.and_then(|word| Kind::parse(&word))
            .filter(|kind| kind.has_stages())
            .unwrap_or(Kind::Deal)
    });
    let settings = resource(|| (), |()| load_pipelines());
    let kinds = move || {
        let leads = workspace.with(|workspace| workspace.leads) || kind.get() == Kind::Lead;
        let shown = STAGED.into_iter();
        shown.filter(|of| *of != Kind::Lead || leads).collect()
    };
    view! {
        <PageTitle text=move || t_string!(i18n, settings.pipelines) />
        <section class="page page--scroll settings">
            <SettingsNav />
            <div class="page__body page__body--pad settings__body">
                <KindTabs page="/settings/pipelines" kinds kind />
                <Suspense fallback=|| view! { <Skeleton kind=SkeletonKind::Row count=6 /> }>
                    {move || Suspend::new(async move {
                        match settings.await {
                            Ok(Ok(settings)) => view! { <Settings kind settings /> }.into_any(),
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
fn Settings(kind: Memo<Kind>, settings: PipelineSettings) -> impl IntoView {
    let state = State::of(settings);
    let query = use_query_map();
    // The pipeline of the address, or the kind's first.
    let chosen = Memo::new(move |_| {
        let id = query.with(|query| query.get("pipeline")?.parse::<PipelineId>().ok());
        let all = state.pipelines(kind.get());
        let asked = all.iter().find(|it| Some(it.id) == id);
        asked.or(all.first()).map(|it| it.id)
    });
    view! {
        // Made anew for another one: nothing of the one before is left in its handlers.
        <For each=move || [kind.get()] key=|kind| *kind let:kind>
            <Pipelines state kind chosen />
        </For>
        <For each=move || chosen.get() key=|id| *id let:id>
            <Stages state id />
        </For>
        <Reasons state />
        <Dialogs state />
        <p class="visually-hidden" role="status">{move || state.said.get()}</p>
    }
}
