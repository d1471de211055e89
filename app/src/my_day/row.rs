//! One record that waits: what it is, why it waits, and what can be done about it here.

use domain::my_day::{Item, Topic};
use domain::{Draft, Kind, Record, Value};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::state::{DayState, Line};
use super::step::StepForm;
use crate::dates;
use crate::i18n::{t, t_string, use_i18n};
use crate::layout::{record_path, use_workspace};
use crate::ui::{Button, ButtonSize, Glyph, Icon, StageDot};

/// The line of a record.
pub(super) fn row(state: DayState, line: Line) -> AnyView {
    let (topic, kind, id) = line;
    let item = Memo::new(move |_| state.item(line));
    let shown = move || {
        item.get()
            .map(|item| view! { <Shown state=state topic=topic item=item /> })
    };
    let action = move || {
        let item = item.get()?;
        let open = state.editing.get() == Some(line);
        (item.may_change && !open).then(|| action(state, line, item))
    };
    let form = move || {
        (state.editing.get() == Some(line)).then(|| {
            let item = item.get_untracked()?;
            Some(view! { <StepForm state=state item=item /> })
        })
    };
    view! {
        <li class="day__row" data-kind=kind.as_str() data-id=id>
            {shown}
            <div class="day__action">{action}</div>
            {form}
        </li>
    }
    .into_any()
}

/// What the line says.
#[component]
fn Shown(state: DayState, topic: Topic, item: Item) -> impl IntoView {
    let i18n = use_i18n();
    let workspace = use_workspace();
    let Item { record, .. } = item;
    let (now, today) = state.day.with_untracked(|day| (day.now, day.today));
    let title = record.title();
    let amount = record.value("amount").as_money().map(|money| {
        view! { <span class="day__amount num">{money.full()}</span> }
    });
    let glyph = match record.kind {
        Kind::Lead => Glyph::Lead,
        _ => Glyph::Deal,
    };
    let client = client(&record).map(|client| {
        view! { <span class="cut" dir="auto">{client}</span> }
    });
    let stage = workspace.with_untracked(|workspace| {
        let stage = workspace.stage(record.value("stage_id").as_id()?)?;
        Some((stage.name.clone(), stage.color.clone()))
    });
    let stage = stage.map(|(name, color)| {
        view! {
            <span class="dotted">
                <StageDot color=color /> <span class="cut" dir="auto">{name}</span>
            </span>
        }
    });
    let waits = match topic {
        Topic::Stale | Topic::StaleOfAll => {
            record.value("stage_since").as_date_time().map(|since| {
                let days = (now - since).num_days().max(0);
                let text = t_string!(i18n, my_day.days_in_stage, days = days);
                view! { <span class="late num">{text}</span> }.into_any()
            })
        }
        Topic::Closing => match record.value("expected_close") {
            Value::Date(day) => Some(dated(i18n, *day, today)),
            _ => None,
        },
        _ => None,
    };
    let owner = matches!(topic, Topic::StaleOfAll | Topic::Closing | Topic::Closed)
        .then(|| record.owner())
        .flatten()
        .map(|owner| {
            let name = workspace.with_untracked(|workspace| workspace.name_of(owner).to_owned());
            view! { <span class="cut" dir="auto">{name}</span> }
        });
    let nobody = (topic == Topic::NewLeads && record.owner().is_none())
        .then(|| view! { <span>{t!(i18n, my_day.nobodys)}</span> });
    let step = record.value("next_step").as_text().map(str::to_owned);
    let on = match record.value("next_step_on") {
        Value::Date(day) => Some(dated(i18n, *day, today)),
        _ => None,
    };
    let step = (step.is_some() || on.is_some()).then(|| {
        view! {
            <p class="day__step">
                <Icon glyph=Glyph::ArrowRight />
                {on}
                <span dir="auto">{step}</span>
            </p>
        }
    });
    view! {
        <div class="day__what">
            <p class="day__title">
                <Icon glyph=glyph label=crate::labels::kind_one(i18n, record.kind) />
                <a class="cut" href=record_path(record.kind, record.id) dir="auto">{title}</a>
                {amount}
            </p>
            <p class="day__about muted">{waits} {client} {stage} {owner} {nobody}</p>
            {step}
        </div>
    }
}

/// A day, in red when it is past.
fn dated(i18n: dates::I18n, day: chrono::NaiveDate, today: chrono::NaiveDate) -> AnyView {
    let text = dates::near_day(i18n, day, today);
    view! { <span class="num" class:late=day < today>{text}</span> }.into_any()
}

/// Company or person, whichever it has first.
fn client(record: &Record) -> Option<String> {
    let linked = |key: &str| match record.value(key) {
        Value::Links(links) => links.first().and_then(|link| link.title.clone()),
        _ => None,
    };
    let named = |key: &str| record.value(key).as_text().map(str::to_owned);
    linked("company_id")
        .or_else(|| linked("contacts"))
        .or_else(|| named("company_name"))
        .or_else(|| named("person_name"))
}

/// What can be done about it here: take a lead that is nobody's, else say what is to be done next.
fn action(state: DayState, line: Line, item: Item) -> AnyView {
    let i18n = use_i18n();
    let title = item.record.title();
    if line.0 == Topic::NewLeads && item.record.owner().is_none() {
        let label = t_string!(i18n, my_day.take_of, title = title);
        let me = use_workspace().with_untracked(|workspace| workspace.me.id);
        let busy = RwSignal::new(false);
        let take = move |_| {
            let item = item.clone();
            busy.set(true);
            spawn_local(async move {
                let done = t_string!(i18n, my_day.taken, title = item.record.title());
                let draft = Draft::of([("owner_id", Value::Id(me))]);
                match state.change(&item, draft, done).await {
                    Ok(()) => state.reload(),
                    Err(error) => state.failed(&error),
                }
                busy.try_set(false);
            });
        };
        return view! {
            <Button size=ButtonSize::Small busy=busy on:click=take attr:aria-label=label>
                {t!(i18n, my_day.take)}
            </Button>
        }
        .into_any();
    }
    let label = t_string!(i18n, my_day.step_of, title = title);
    let edit = move |_| state.editing.set(Some(line));
    view! {
        <Button size=ButtonSize::Small on:click=edit attr:aria-label=label>
            {t!(i18n, my_day.step)}
        </Button>
    }
    .into_any()
}
