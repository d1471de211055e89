//! My day, `/`: what to do now, in a few short lists.

pub mod api;
mod changes;
mod greeting;
mod row;
mod section;
mod state;
mod step;

use domain::Kind;
use domain::my_day::{MyDay, Topic};
use domain::rights::{Action, Scope};
use leptos::prelude::*;

use crate::i18n::{t, t_string, use_i18n};
use crate::layout::{Failed, use_workspace};
use crate::resource::resource;
use crate::ui::{ButtonVariant, Empty, Glyph, LinkButton, PageTitle, Skeleton, SkeletonKind};

use api::load_my_day;
use changes::Changes;
use greeting::Greeting;
use section::SectionView;
use state::DayState;

/// The sections of the first column, which is where one begins; the others stand beside it.
const FIRST: [Topic; 3] = [Topic::Due, Topic::NoStep, Topic::StaleOfAll];
const SECOND: [Topic; 4] = [Topic::NewLeads, Topic::Stale, Topic::Closing, Topic::Closed];

/// What waits for whoever is signed in.
#[component]
pub fn MyDayPage() -> impl IntoView {
    let i18n = use_i18n();
    let day = resource(|| (), |()| load_my_day());
    view! {
        <PageTitle text=move || t_string!(i18n, my_day.title) />
        <section class="page page--scroll">
            <Transition fallback=|| view! { <Skeleton kind=SkeletonKind::Row count=8 /> }>
                {move || Suspend::new(async move {
                    match day.await {
                        Ok(day) => view! { <Day day /> }.into_any(),
                        Err(error) => {
                            view! { <Failed error on_retry=move |()| day.refetch() /> }.into_any()
                        }
                    }
                })}
            </Transition>
        </section>
    }
}

#[component]
fn Day(day: MyDay) -> impl IntoView {
    let state = DayState::of(day);
    let has = move |topics: &'static [Topic]| {
        Memo::new(move |_| {
            state.day.with(|day| {
                topics
                    .iter()
                    .copied()
                    .filter(|topic| day.section(*topic).is_some())
                    .collect::<Vec<_>>()
            })
        })
    };
    let (first, second) = (has(&FIRST), has(&SECOND));
    let is_empty = Memo::new(move |_| state.day.with(MyDay::is_empty));
    let has_changes = Memo::new(move |_| state.day.with(|day| !day.changes.is_empty()));
    let sections = move |topics: Memo<Vec<Topic>>| {
        view! {
            <For each=move || topics.get() key=|topic| *topic let:topic>
                <SectionView state=state topic=topic />
            </For>
        }
    };
    let lists = move || {
        if is_empty.get() {
            return view! { <Nothing /> }.into_any();
        }
        view! {
            <div class="day">
                <div class="day__column">{sections(first)}</div>
                <div class="day__column">
                    {sections(second)}
                    {move || has_changes.get().then(|| view! { <Changes state=state /> })}
                </div>
            </div>
        }
        .into_any()
    };
    view! {
        <Greeting state=state />
        <div class="page__body page__body--pad">{lists}</div>
    }
}

/// Nothing to do: says so, and where to go next.
#[component]
fn Nothing() -> impl IntoView {
    let i18n = use_i18n();
    let adds = use_workspace()
        .with_untracked(|workspace| workspace.actor.scope(Kind::Deal, Action::Add) > Scope::None);
    view! {
        <Empty title=move || t_string!(i18n, my_day.nothing) glyph=Glyph::Check>
            <p>{t!(i18n, my_day.nothing_text)}</p>
            <div class="row day__ways">
                <LinkButton href="/deals/board" icon=Glyph::Board>{t!(i18n, my_day.to_board)}</LinkButton>
                {if adds {
                    view! {
                        <LinkButton href="/deals/new" icon=Glyph::Plus variant=ButtonVariant::Primary>
                            {t!(i18n, my_day.new_deal)}
                        </LinkButton>
                    }
                    .into_any()
                } else {
                    view! {
                        <LinkButton href="/funnel" icon=Glyph::Funnel>{t!(i18n, my_day.to_funnel)}</LinkButton>
                    }
                    .into_any()
                }}
            </div>
        </Empty>
    }
}
