//! What the board shows: pipeline, text, owner, period. All of it stands in the address.

use std::time::Duration;

use domain::Kind;
use domain::query::Filter;
use domain::query::filter::{ME, MY_DEPARTMENT};
use domain::rights::{Action, Scope};
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::reactive::send_wrapper_ext::SendOption;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use super::query::{self, NARROWING, OWNER, PERIOD, PIPELINE, TEXT};
use crate::filter::FilterBar;
use crate::filter::address::{FILTER, as_part, conditions};
use crate::i18n::{t, t_string, use_i18n};
use crate::layout::use_workspace;
use crate::ui::{Button, ButtonVariant, Choice, Glyph, InputKind, Select, TextInput};

/// The board follows what is typed after so long a rest.
const REST: Duration = Duration::from_millis(250);

/// The periods that are offered; an address may name others.
const PERIODS: [&str; 6] = [
    "today",
    "this_week",
    "this_month",
    "last_30_days",
    "this_quarter",
    "this_year",
];

/// The filters over a board.
#[component]
pub fn BoardTools(
    /// Whose board it is.
    kind: Kind,
) -> impl IntoView {
    let i18n = use_i18n();
    let workspace = use_workspace();
    let params = use_query_map();
    let part = move |key: &'static str| {
        Signal::derive(move || params.with(|params| params.get(key).unwrap_or_default()))
    };
    // Only browsers navigate; on the server the page may end on another thread than it began.
    let go = StoredValue::new(SendOption::new_local(
        cfg!(feature = "hydrate").then(use_navigate),
    ));
    let change = move |changes: &[(&'static str, &str)], replace: bool| {
        let address = params.with_untracked(|params| query::with(kind, params, changes));
        let options = NavigateOptions {
            replace,
            scroll: false,
            ..NavigateOptions::default()
        };
        go.with_value(|go| {
            if let Some(go) = go.as_ref() {
                go(&address, options);
            }
        });
    };
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let on_text = move |text: String| {
        if let Some(waiting) = waiting.try_update_value(Option::take).flatten() {
            waiting.clear();
        }
        let apply = move || {
            if params.try_with_untracked(|_| ()).is_some() {
                change(&[(TEXT, text.trim())], true);
            }
        };
        waiting.set_value(set_timeout_with_handle(apply, REST).ok());
    };
    let pipelines = Signal::derive(move || {
        workspace.with(|workspace| {
            workspace
                .pipelines_of(kind)
                .map(|pipeline| Choice::new(pipeline.id.to_string(), pipeline.name.clone()))
                .collect::<Vec<_>>()
        })
    });
    // Without one in the address the first is shown.
    let pipeline = Signal::derive(move || {
        let id = part(PIPELINE).get().parse().ok();
        workspace.with(|workspace| {
            workspace
                .pipeline(kind, id)
                .map(|it| it.id.to_string())
                .unwrap_or_default()
        })
    });
    let owners = Signal::derive(move || {
        workspace.with(|workspace| {
            let mut owners = vec![
                Choice::new("", t_string!(i18n, board.owner_any)),
                Choice::new(ME, t_string!(i18n, board.owner_me)),
            ];
            if workspace.actor.department.is_some() {
                owners.push(Choice::new(
                    MY_DEPARTMENT,
                    t_string!(i18n, board.owner_department),
                ));
            }
            owners.extend(
                workspace
                    .people
                    .iter()
                    .filter(|person| person.active && person.id != workspace.me.id)
                    .map(|person| Choice::new(person.id.to_string(), person.name.clone())),
            );
            owners
        })
    });
    // Who sees only own records has nobody to choose from.
    let sees_others = move || workspace.with(|it| it.actor.scope(kind, Action::Read) > Scope::Own);
    let periods = Signal::derive(move || {
        let mut periods = vec![Choice::new("", t_string!(i18n, board.period_any))];
        periods.extend(PERIODS.map(|period| {
            let label = match period {
                "today" => t_string!(i18n, board.period_today),
                "this_week" => t_string!(i18n, board.period_week),
                "this_month" => t_string!(i18n, board.period_month),
                "last_30_days" => t_string!(i18n, board.period_30_days),
                "this_quarter" => t_string!(i18n, board.period_quarter),
                _ => t_string!(i18n, board.period_year),
            };
            Choice::new(period, label)
        }));
        let named = part(PERIOD).get();
        if !named.is_empty() && !PERIODS.contains(&named.as_str()) {
            periods.push(Choice::new(named.clone(), named));
        }
        periods
    });
    let filter = Memo::new(move |_| params.with(conditions));
    let on_filter = Callback::new(move |filter: Filter| {
        change(&[(FILTER, &as_part(&filter))], false);
    });
    let narrowed =
        move || params.with(|params| NARROWING.iter().any(|key| params.get_str(key).is_some()));
    view! {
        <div class="page__tools">
            <Show when=move || pipelines.with(|all| all.len() > 1)>
                <Select
                    options=pipelines
                    value=pipeline
                    on_change=move |id: String| change(&[(PIPELINE, &id)], false)
                    label=move || t_string!(i18n, board.pipeline)
                />
            </Show>
            <TextInput
                kind=InputKind::Search
                value=part(TEXT)
                on_input=on_text
                label=move || t_string!(i18n, board.search)
                placeholder=move || t_string!(i18n, board.search)
                autocomplete="off"
            />
            <Show when=sees_others>
                <Select
                    options=owners
                    value=part(OWNER)
                    on_change=move |owner: String| change(&[(OWNER, &owner)], false)
                    label=move || t_string!(i18n, board.owner)
                    class="select--quiet"
                />
            </Show>
            <Select
                options=periods
                value=part(PERIOD)
                on_change=move |period: String| change(&[(PERIOD, &period)], false)
                label=move || t_string!(i18n, board.period)
                class="select--quiet"
            />
            <FilterBar kind filter on_change=on_filter />
            <Show when=narrowed>
                <Button
                    variant=ButtonVariant::Quiet
                    icon=Glyph::Close
                    on:click=move |_| change(&NARROWING.map(|key| (key, "")), false)
                >
                    {t!(i18n, board.reset)}
                </Button>
            </Show>
        </div>
    }
}
