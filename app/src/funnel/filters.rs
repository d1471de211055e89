//! What narrows the funnel: pipeline, period, whose records, and conditions on any field of deals.
//! All of it stands in the address.

use domain::Kind;
use domain::query::Filter;
use domain::query::filter::ME;
use domain::rights::{Action, Reach};
use domain::workspace::Workspace;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use super::query::{self, CUSTOM, DEPARTMENT, OWNER, PERIOD, PIPELINE};
use crate::dates::I18n;
use crate::filter::FilterBar;
use crate::filter::address::{FILTER, as_part, conditions};
use crate::i18n::{t, t_string, use_i18n};
use crate::layout::use_workspace;
use crate::ui::{Choice, InputKind, Select, TextInput};

/// Begins the value of a department among people.
const DEPARTMENT_PREFIX: &str = "d";

/// The filters of the funnel.
#[component]
pub(super) fn Filters() -> impl IntoView {
    let i18n = use_i18n();
    let params = use_query_map();
    let workspace = use_workspace();
    let navigate = use_navigate();
    let go = Callback::new(move |changes: Vec<(&'static str, String)>| {
        let changes: Vec<_> = changes
            .iter()
            .map(|(key, value)| (*key, value.as_str()))
            .collect();
        let address = params.with_untracked(|params| query::with(params, &changes));
        let options = NavigateOptions {
            scroll: false,
            ..NavigateOptions::default()
        };
        navigate(&address, options);
    });

    let pipelines = Memo::new(move |_| {
        workspace.with(|workspace| {
            let deals = workspace.pipelines_of(Kind::Deal);
            deals
                .map(|pipeline| Choice::new(pipeline.id.to_string(), &pipeline.name))
                .collect::<Vec<_>>()
        })
    });
    let pipeline = Memo::new(move |_| {
        let asked = params.with(|params| params.get_str(PIPELINE).and_then(|id| id.parse().ok()));
        workspace.with(|workspace| {
            workspace
                .pipeline(Kind::Deal, asked)
                .map_or_else(String::new, |it| it.id.to_string())
        })
    });
    let people = Memo::new(move |_| workspace.with(|workspace| people(i18n, workspace)));
    let person = Memo::new(move |_| params.with(whose));
    let filter = Memo::new(move |_| params.with(conditions));
    let on_filter = Callback::new(move |filter: Filter| {
        go.run(vec![(FILTER, as_part(&filter))]);
    });
    view! {
        <div class="toolbar funnel__filters" role="search" aria-label=move || t_string!(i18n, funnel.filters)>
            <Show when=move || { pipelines.with(|pipelines| pipelines.len() > 1) }>
                <Select
                    label=move || t_string!(i18n, funnel.pipeline)
                    options=pipelines
                    value=pipeline
                    on_change=move |id| go.run(vec![(PIPELINE, id)])
                />
            </Show>
            <Periods go />
            <Show when=move || { people.with(|people| people.len() > 1) }>
                <Select
                    label=move || t_string!(i18n, funnel.whose)
                    options=people
                    value=person
                    on_change=move |whose: String| go.run(chosen(&whose))
                />
            </Show>
            <FilterBar kind=Kind::Deal filter on_change=on_filter />
        </div>
    }
}

/// The periods, and the days of one's own.
#[component]
fn Periods(
    /// Goes to the address with these parts changed.
    go: Callback<Vec<(&'static str, String)>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let params = use_query_map();
    let days = Memo::new(move |_| params.with(query::days));
    let period = Memo::new(move |_| {
        let named = params.with(|params| params.get(PERIOD).unwrap_or_default());
        if days.with(Option::is_some) {
            CUSTOM.to_owned()
        } else {
            named
        }
    });
    let choices = Memo::new(move |_| {
        let mut choices = periods(i18n);
        // One that an address brought along: 2025, 2025-03.
        period.with(|period| {
            if !choices.contains(&Choice::new(period, period_name(i18n, period))) {
                choices.push(Choice::new(period, period));
            }
        });
        choices
    });
    let from = RwSignal::new(String::new());
    let to = RwSignal::new(String::new());
    Effect::new(move |_| {
        if let Some((first, last)) = days.get() {
            from.set(first);
            to.set(last);
        }
    });
    let set_days = move || {
        let (first, last) = (from.get_untracked(), to.get_untracked());
        if !first.is_empty() && !last.is_empty() {
            // The other way round is meant the right way round.
            let (first, last) = if first <= last {
                (first, last)
            } else {
                (last, first)
            };
            go.run(vec![(PERIOD, format!("{first}..{last}"))]);
        }
    };
    view! {
        <Select
            label=move || t_string!(i18n, funnel.period)
            options=choices
            value=period
            on_change=move |period| go.run(vec![(PERIOD, period)])
        />
        <Show when=move || period.get() == CUSTOM>
            <TextInput
                kind=InputKind::Date
                label=move || t_string!(i18n, funnel.from)
                value=from
                on_change=move |day| {
                    from.set(day);
                    set_days();
                }
            />
            <span class="muted">{t!(i18n, funnel.until)}</span>
            <TextInput
                kind=InputKind::Date
                label=move || t_string!(i18n, funnel.to)
                value=to
                on_change=move |day| {
                    to.set(day);
                    set_days();
                }
            />
        </Show>
    }
}

fn periods(i18n: I18n) -> Vec<Choice> {
    [
        "",
        "this_month",
        "last_month",
        "this_quarter",
        "last_quarter",
        "this_year",
        "last_year",
        "last_30_days",
        "last_90_days",
        "last_365_days",
        CUSTOM,
    ]
    .into_iter()
    .map(|period| Choice::new(period, period_name(i18n, period)))
    .collect()
}

fn period_name(i18n: I18n, period: &str) -> String {
    match period {
        "" => t_string!(i18n, funnel.all_time),
        "this_month" => t_string!(i18n, funnel.this_month),
        "last_month" => t_string!(i18n, funnel.last_month),
        "this_quarter" => t_string!(i18n, funnel.this_quarter),
        "last_quarter" => t_string!(i18n, funnel.last_quarter),
        "this_year" => t_string!(i18n, funnel.this_year),
        "last_year" => t_string!(i18n, funnel.last_year),
        "last_30_days" => t_string!(i18n, funnel.last_30_days),
        "last_90_days" => t_string!(i18n, funnel.last_90_days),
        "last_365_days" => t_string!(i18n, funnel.last_365_days),
        CUSTOM => t_string!(i18n, funnel.custom),
        other => return other.to_owned(),
    }
    .to_owned()
}

/// Whose records one can ask for: departments first, then people, as far as one sees theirs.
fn people(i18n: I18n, workspace: &Workspace) -> Vec<Choice> {
    let me = workspace.actor.user_id;
    let reach = workspace.actor.reach(Kind::Deal, Action::Read);
    let sees = |user| match &reach {
        Reach::Nobody => false,
        Reach::Owners(owners) => owners.contains(&user),
        Reach::Everybody => true,
    };
    let mut choices = vec![Choice::new("", t_string!(i18n, funnel.everyone))];
    let others: Vec<_> = workspace
        .people
        .iter()
        .filter(|person| person.active && Some(person.id) != me && sees(person.id))
        .collect();
    if others.is_empty() {
        return choices;
    }
    if me.is_some_and(|me| workspace.people.iter().any(|person| person.id == me)) {
        choices.push(Choice::new(ME, t_string!(i18n, funnel.me)));
    }
    let departments = workspace
        .departments
        .iter()
        .filter(|department| match &reach {
            Reach::Everybody => true,
            _ => workspace.actor.team.contains_key(&department.id),
        });
    choices.extend(departments.map(|department| {
        let value = format!("{DEPARTMENT_PREFIX}{}", department.id);
        Choice::new(
            value,
            t_string!(i18n, funnel.department, name = department.name.as_str()),
        )
    }));
    choices.extend(
        others
            .into_iter()
            .map(|it| Choice::new(it.id.to_string(), &it.name)),
    );
    choices
}

/// The chosen value of the people's list, as the address has it.
fn whose(params: &leptos_router::params::ParamsMap) -> String {
    match (params.get(OWNER), params.get(DEPARTMENT)) {
        (Some(owner), _) => owner,
        (None, Some(department)) => format!("{DEPARTMENT_PREFIX}{department}"),
        (None, None) => String::new(),
    }
}

/// What a chosen value changes in the address.
fn chosen(whose: &str) -> Vec<(&'static str, String)> {
    match whose.strip_prefix(DEPARTMENT_PREFIX) {
        Some(department) => {
            vec![(OWNER, String::new()), (DEPARTMENT, department.to_owned())]
        }
        None => vec![(OWNER, whose.to_owned()), (DEPARTMENT, String::new())],
    }
}
