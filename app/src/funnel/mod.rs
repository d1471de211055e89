//! The funnel: how far leads and deals came, live, and large enough for a wall.

pub mod api;
mod currency;
mod figures;
mod filters;
mod numbers;
mod query;
mod refresh;
mod shown;
mod wall;

use domain::funnel::Funnel;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::i18n::{t, t_string, use_i18n};
use crate::layout::{Failed, use_workspace};
use crate::resource::resource;
use crate::ui::{Empty, Glyph, LinkButton, PageTitle, Skeleton, SkeletonKind};
use api::load_funnel;
use currency::CurrencySwitch;
use figures::Figures;
use filters::Filters;
use numbers::{LostReasons, Numbers};
use refresh::keep_fresh;
use wall::WallSwitch;

/// The funnel.
#[component]
pub fn FunnelPage() -> impl IntoView {
    let i18n = use_i18n();
    let params = use_query_map();
    let workspace = use_workspace();
    let question = Memo::new(move |_| {
        let me = workspace.with(|workspace| workspace.actor.user_id);
        params.with(|params| query::read(params, me))
    });
    let is_wall = Memo::new(move |_| params.with(query::is_wall));
    let funnel = resource(move || question.get(), load_funnel);
    let retry = Callback::new(move |()| funnel.refetch());
    view! {
        <PageTitle text=move || t_string!(i18n, funnel.title) />
        <section class="page page--scroll funnel" class=("funnel--wall", move || is_wall.get())>
            <header class="page__head">
                <h1 class="page__title">{t!(i18n, funnel.title)}</h1>
                <Filters />
                <div class="page__actions">
                    <WallSwitch is_wall />
                </div>
            </header>
            <Transition fallback=|| {
                view! { <Skeleton kind=SkeletonKind::Row count=8 /> }
            }>
                {move || Suspend::new(async move {
                    match funnel.await.flatten() {
                        Ok(read) => {
                            let question = question.get_untracked();
                            let shown = keep_fresh(read, question);
                            view! { <Shown funnel=shown /> }.into_any()
                        }
                        Err(error) => view! { <Failed error on_retry=retry /> }.into_any(),
                    }
                })}
            </Transition>
        </section>
    }
}

/// The numbers, wherever they come from.
#[component]
fn Shown(
    /// The funnel, as fresh as it can be.
    funnel: ReadSignal<Funnel>,
) -> impl IntoView {
    let i18n = use_i18n();
    let has_any = Memo::new(move |_| {
        funnel.with(|funnel| funnel.parts.iter().any(|part| !part.all.is_empty()))
    });
    let chart = Memo::new(move |_| funnel.with(|funnel| funnel.chart.clone()));
    let parts = Memo::new(move |_| {
        funnel.with(|funnel| {
            funnel
                .parts
                .iter()
                .map(|part| part.pipeline_id)
                .collect::<Vec<_>>()
        })
    });
    let params = use_query_map();
    let currency = Memo::new(move |_| {
        funnel.with(|funnel| currency::shown(funnel, params.with(query::currency)))
    });
    view! {
        <Show
            when=move || has_any.get()
            fallback=move || {
                view! {
                    <Nothing />
                }
            }
        >
            <Figures funnel currency />
            <div class="funnel__grid">
                <figure class="funnel__chart">
                    <figcaption class="section__title">{t!(i18n, funnel.chart)}</figcaption>
                    // The server draws it; user text in it is escaped there.
                    <div
                        class="chart"
                        role="img"
                        aria-label=move || t_string!(i18n, funnel.chart_label)
                        inner_html=move || chart.get()
                    ></div>
                </figure>
                <div class="funnel__numbers">
                    <CurrencySwitch funnel currency />
                    <For each=move || parts.get() key=|pipeline| *pipeline let:pipeline>
                        <Numbers funnel pipeline currency />
                    </For>
                </div>
                <For each=move || parts.get() key=|pipeline| *pipeline let:pipeline>
                    <LostReasons funnel pipeline currency />
                </For>
            </div>
        </Show>
    }
}

/// There is nothing to show: of what was asked for, or at all.
#[component]
fn Nothing() -> impl IntoView {
    let i18n = use_i18n();
    let params = use_query_map();
    let is_narrow = Memo::new(move |_| params.with(query::is_narrow));
    let title = move || {
        if is_narrow.get() {
            t_string!(i18n, funnel.none_found)
        } else {
            t_string!(i18n, funnel.empty)
        }
    };
    view! {
        <Empty title glyph=Glyph::Funnel>
            {move || {
                if is_narrow.get() {
                    let all = params.with(query::without_narrowing);
                    view! { <LinkButton href=all>{t!(i18n, funnel.show_all)}</LinkButton> }
                        .into_any()
                } else {
                    view! {
                        <LinkButton href="/deals/board">{t!(i18n, funnel.to_board)}</LinkButton>
                    }
                        .into_any()
                }
            }}
        </Empty>
    }
}
