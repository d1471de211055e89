//! One short list: why these records wait, the first of them, and the way to all.

use domain::my_day::{SHOWN, Topic, Whole};
use domain::query::{COUNT_CAP, Count};
use leptos::prelude::*;
use leptos_router::params::ParamsMap;

use super::row::row;
use super::state::DayState;
use crate::dates::I18n;
use crate::i18n::{t_string, use_i18n};
use crate::labels;

/// The section of a topic.
#[component]
pub(super) fn SectionView(state: DayState, topic: Topic) -> impl IntoView {
    let i18n = use_i18n();
    let lines = Memo::new(move |_| {
        state.day.with(|day| {
            let items = day.section(topic).map_or(&[][..], |section| &section.items);
            items
                .iter()
                .map(|item| (topic, item.record.kind, item.record.id))
                .collect::<Vec<_>>()
        })
    });
    let all = Memo::new(move |_| {
        state
            .day
            .with(|day| day.section(topic).map(|section| section.all.clone()))
            .unwrap_or_default()
    });
    let id = format!("day-{topic:?}").to_lowercase();
    let heading = id.clone();
    let count = move || {
        let counts: Vec<Count> = all.with(|all| all.iter().map(|whole| whole.count).collect());
        counted(Count {
            value: counts.iter().map(|count| count.value).sum(),
            capped: counts.iter().any(|count| count.capped),
        })
    };
    let ways = move || {
        let all = all.get();
        let more = all.iter().map(|whole| whole.count.value).sum::<u64>() > SHOWN as u64;
        more.then(|| {
            let several = all.len() > 1;
            all.iter()
                .map(|whole| {
                    let kind = labels::kind_many(i18n, whole.kind).to_lowercase();
                    let text = if several {
                        t_string!(
                            i18n,
                            my_day.show_all_of,
                            count = counted(whole.count),
                            kind = kind
                        )
                    } else {
                        t_string!(i18n, my_day.show_all, count = counted(whole.count))
                    };
                    view! { <a class="link" href=list_path(whole)>{text}</a> }
                })
                .collect_view()
        })
    };
    view! {
        <section class="day__section" aria-labelledby=id>
            <header class="day__sectionhead">
                <h2 class="section__title" id=heading>{title(i18n, topic)}</h2>
                <span class="muted num">{count}</span>
            </header>
            <ul class="day__list">
                <For each=move || lines.get() key=|line| *line let:line>
                    {row(state, line)}
                </For>
            </ul>
            <p class="day__all">{ways}</p>
        </section>
    }
}

fn title(i18n: I18n, topic: Topic) -> &'static str {
    match topic {
        Topic::Due => t_string!(i18n, my_day.due),
        Topic::NoStep => t_string!(i18n, my_day.no_step),
        Topic::NewLeads => t_string!(i18n, my_day.new_leads),
        Topic::Stale => t_string!(i18n, my_day.stale),
        Topic::StaleOfAll => t_string!(i18n, my_day.stale_of_all),
        Topic::Closing => t_string!(i18n, my_day.closing),
        Topic::Closed => t_string!(i18n, my_day.closed),
    }
}

fn counted(count: Count) -> String {
    let more = if count.capped { "+" } else { "" };
    let value = if count.capped {
        count.value.max(COUNT_CAP)
    } else {
        count.value
    };
    format!(
        "{}{more}",
        domain::money::group_thousands(&value.to_string())
    )
}

/// The address of the list with all of them.
fn list_path(whole: &Whole) -> String {
    let mut params = ParamsMap::new();
    params.insert("filter", String::from(whole.spec.filter.clone()));
    let sort: Vec<String> = whole
        .spec
        .sort
        .iter()
        .map(|sort| {
            let sign = if sort.descending { "-" } else { "" };
            format!("{sign}{}", sort.field)
        })
        .collect();
    params.insert("sort", sort.join(","));
    format!("/{}{}", whole.kind.plural(), params.to_query_string())
}
