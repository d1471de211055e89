//! The input of a field, by its type.

use chrono::{NaiveDateTime, TimeDelta};
use domain::field::{FieldType, Storage};
use domain::money::Currency;
use domain::{FieldDef, Problem, Value};
use leptos::prelude::*;

use super::link_picker::LinkPicker;
use super::points_input::PointsInput;
use crate::i18n::{t_string, use_i18n};
use crate::layout::use_workspace;
use crate::ui::{Checkbox, Choice, InputKind, Select, StageDot, TextArea, TextInput};

/// What is typed, at every change: the value, or what is wrong with it. What was typed stays on
/// the screen either way.
pub type OnValue = Callback<Result<Value, Problem>>;

/// The input of a field. Its label comes from the [`crate::ui::Field`] around it.
#[component]
pub fn FieldInput(
    /// The field.
    field: FieldDef,
    /// What stands in it first.
    initial: Value,
    /// Called at every change.
    on_value: OnValue,
    /// Whether it takes the focus.
    #[prop(optional)]
    autofocus: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let workspace = use_workspace().get_untracked();
    let choose = {
        let field = field.clone();
        Callback::new(move |text: String| on_value.run(field.parse(&text)))
    };
    let select = move |mut options: Vec<Choice>, chosen: String| {
        options.insert(0, Choice::new("", "—"));
        let chosen = RwSignal::new(chosen);
        let on_change = Callback::new(move |text: String| {
            chosen.set(text.clone());
            choose.run(text);
        });
        view! { <Select options=options value=chosen on_change=on_change /> }.into_any()
    };
    let id_text = |value: &Value| value.as_id().map_or_else(String::new, |id| id.to_string());
    match field.field_type {
        FieldType::Text => text_input(InputKind::Text, plain(&initial), choose, autofocus),
        FieldType::Url => text_input(InputKind::Url, plain(&initial), choose, autofocus),
        FieldType::Integer | FieldType::Decimal | FieldType::Percent => {
            text_input(InputKind::Decimal, plain(&initial), choose, autofocus)
        }
        FieldType::Date => text_input(InputKind::Date, plain(&initial), choose, autofocus),
        FieldType::LongText => view! {
            <TextArea initial=plain(&initial) on_input=choose rows=4 autofocus=autofocus />
        }
        .into_any(),
        FieldType::DateTime => {
            let offset = TimeDelta::seconds(i64::from(workspace.utc_offset));
            let shown = initial
                .as_date_time()
                .map(|at| (at.naive_utc() + offset).format("%Y-%m-%dT%H:%M").to_string())
                .unwrap_or_default();
            let on_input = Callback::new(move |text: String| {
                let read = NaiveDateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M");
                on_value.run(match (text.is_empty(), read) {
                    (true, _) => Ok(Value::Empty),
                    (false, Ok(at)) => Ok(Value::DateTime((at - offset).and_utc())),
                    (false, Err(_)) => field.parse(&text),
                });
            });
            text_input(InputKind::DateTime, shown, on_input, autofocus)
        }
        FieldType::Money => {
            let currency = initial.as_money().map_or(workspace.currency, |money| money.currency);
            money_input(&field, &initial, currency, workspace.currency, on_value, autofocus)
        }
        FieldType::YesNo => yes_no(&field, &initial, on_value),
        FieldType::Choice => {
            let chosen = plain(&initial);
            let options = field
                .options
                .iter()
                .filter(|option| !option.retired || option.key == chosen)
                .map(|o| Choice::new(o.key.to_string(), crate::labels::option(i18n, &field, &o.key)))
                .collect();
            select(options, chosen)
        }
        FieldType::User => {
            let chosen = initial.as_id();
            let options = workspace
                .people
                .iter()
                .filter(|person| person.active || Some(person.id) == chosen)
                .map(|person| Choice::new(person.id.to_string(), person.name.clone()))
                .collect();
            select(options, id_text(&initial))
        }
        FieldType::LostReason => {
            let options = workspace
                .lost_reasons
                .iter()
                .map(|reason| Choice::new(reason.id.to_string(), reason.name.clone()))
                .collect();
            select(options, id_text(&initial))
        }
        FieldType::Stage => {
            let options = workspace
                .pipelines
                .iter()
                .flat_map(|pipeline| &pipeline.stages)
                .map(|stage| Choice::new(stage.id.to_string(), stage.name.clone()))
                .collect();
            select(options, id_text(&initial))
        }
        FieldType::Pipeline => {
            let options = workspace
                .pipelines
                .iter()
                .map(|pipeline| Choice::new(pipeline.id.to_string(), pipeline.name.clone()))
                .collect();
            select(options, id_text(&initial))
        }
        FieldType::Choices => {
            let chosen = match initial {
                Value::Texts(keys) => keys,
                _ => Vec::new(),
            };
            let options = field
                .options
                .iter()
                .filter(|o| !o.retired || chosen.iter().any(|key| *key == o.key))
                .map(|o| Tick {
                    key: o.key.to_string(),
                    label: crate::labels::option(i18n, &field, &o.key),
                    color: o.color.as_ref().map(ToString::to_string),
                })
                .collect();
            let on_change = Callback::new(move |keys: Vec<String>| {
                on_value.run(Ok(if keys.is_empty() { Value::Empty } else { Value::Texts(keys) }));
            });
            several(options, chosen, on_change)
        }
        FieldType::Users => {
            let chosen = match initial {
                Value::Ids(ids) => ids.iter().map(i64::to_string).collect(),
                _ => Vec::new(),
            };
            let options = workspace
                .people
                .iter()
                .filter(|person| person.active || chosen.contains(&person.id.to_string()))
                .map(|person| Tick {
                    key: person.id.to_string(),
                    label: person.name.clone(),
                    color: None,
                })
                .collect();
            let on_change = Callback::new(move |ids: Vec<String>| {
                let ids: Vec<i64> = ids.iter().filter_map(|id| id.parse().ok()).collect();
                on_value.run(Ok(if ids.is_empty() { Value::Empty } else { Value::Ids(ids) }));
            });
            several(options, chosen, on_change)
        }
        FieldType::Link(kind) | FieldType::Links(kind) => {
            let several = matches!(field.field_type, FieldType::Links(_));
            view! { <LinkPicker kind=kind several=several initial=initial on_value=on_value autofocus=autofocus /> }
                .into_any()
        }
        FieldType::Points(point_type) => view! {
            <PointsInput point_type=point_type initial=initial on_value=on_value autofocus=autofocus />
        }
        .into_any(),
    }
}

/// A value as its input shows it: numbers without groups, days as the browser wants them.
fn plain(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Decimal(number) => number.normalize().to_string(),
        Value::Date(day) => day.to_string(),
        _ => String::new(),
    }
}

fn text_input(
    kind: InputKind,
    initial: String,
    on_input: Callback<String>,
    autofocus: bool,
) -> AnyView {
    view! { <TextInput kind=kind initial=initial on_input=on_input autofocus=autofocus /> }
        .into_any()
}

/// An amount and its currency, which count as one value.
fn money_input(
    field: &FieldDef,
    initial: &Value,
    currency: Currency,
    home: Currency,
    on_value: OnValue,
    autofocus: bool,
) -> AnyView {
    let i18n = use_i18n();
    let field = field.clone();
    let shown = initial
        .as_money()
        .map_or_else(String::new, |m| m.amount.normalize().to_string());
    let amount = RwSignal::new(shown.clone());
    let code = RwSignal::new(currency.code().to_owned());
    let tell = move || {
        let number = amount.get_untracked();
        on_value.run(if number.trim().is_empty() {
            Ok(Value::Empty)
        } else {
            field.parse(&format!("{} {}", number.trim(), code.get_untracked()))
        });
    };
    let on_amount = {
        let tell = tell.clone();
        Callback::new(move |text: String| {
            amount.set(text);
            tell();
        })
    };
    let on_code = Callback::new(move |text: String| {
        code.set(text);
        tell();
    });
    let mut codes = vec![home.code().to_owned(), currency.code().to_owned()];
    codes.extend(
        [
            "EUR", "USD", "GBP", "PLN", "RUB", "INR", "CHF", "CZK", "SEK", "UAH", "JPY", "CNY",
        ]
        .map(str::to_owned),
    );
    let mut seen = Vec::new();
    codes.retain(|code| {
        !seen.contains(code) && {
            seen.push(code.clone());
            true
        }
    });
    let options: Vec<Choice> = codes
        .into_iter()
        .map(|code| Choice::new(code.clone(), code))
        .collect();
    view! {
        <div class="row">
            <TextInput kind=InputKind::Decimal initial=shown on_input=on_amount autofocus=autofocus />
            <Select options=options value=code on_change=on_code label=t_string!(i18n, fields.currency) class="select--currency" />
        </div>
    }
    .into_any()
}

/// Yes, no, and nothing where the field may be without a value. A column of a built-in kind is
/// never empty; it says nothing only while nobody has said anything.
fn yes_no(field: &FieldDef, initial: &Value, on_value: OnValue) -> AnyView {
    let i18n = use_i18n();
    let may_be_empty = matches!(field.storage, Storage::Custom(_)) && !field.required;
    let mut options = Vec::new();
    if may_be_empty || initial.is_empty() {
        options.push(Choice::new("", "—"));
    }
    options.push(Choice::new("yes", t_string!(i18n, fields.yes)));
    options.push(Choice::new("no", t_string!(i18n, fields.no)));
    let chosen = RwSignal::new(
        match initial {
            Value::YesNo(true) => "yes",
            Value::YesNo(false) => "no",
            _ => "",
        }
        .to_owned(),
    );
    let on_change = Callback::new(move |word: String| {
        on_value.run(Ok(match word.as_str() {
            "yes" => Value::YesNo(true),
            "no" => Value::YesNo(false),
            _ => Value::Empty,
        }));
        chosen.set(word);
    });
    view! { <Select options=options value=chosen on_change=on_change /> }.into_any()
}

/// One of several boxes to tick.
struct Tick {
    key: String,
    label: String,
    color: Option<String>,
}

/// Any of several choices, in the order in which they are offered.
fn several(options: Vec<Tick>, chosen: Vec<String>, on_change: Callback<Vec<String>>) -> AnyView {
    let chosen = RwSignal::new(chosen);
    let order: StoredValue<Vec<String>> =
        StoredValue::new(options.iter().map(|option| option.key.clone()).collect());
    let boxes = options
        .into_iter()
        .map(|Tick { key, label, color }| {
            let is_in = {
                let key = key.clone();
                Signal::derive(move || chosen.with(|chosen| chosen.contains(&key)))
            };
            let toggle = Callback::new(move |yes: bool| {
                chosen.update(|chosen| {
                    let is_chosen = |other: &String| {
                        if *other == key {
                            yes
                        } else {
                            chosen.contains(other)
                        }
                    };
                    *chosen = order.with_value(|order| {
                        order
                            .iter()
                            .filter(|other| is_chosen(other))
                            .cloned()
                            .collect()
                    });
                });
                on_change.run(chosen.get_untracked());
            });
            let dot = color.map(|color| view! { <StageDot color=color /> });
            view! {
                <div class="choices__row">
                    <Checkbox label=label checked=is_in on_change=toggle />
                    {dot}
                </div>
            }
        })
        .collect_view();
    view! { <div class="choices">{boxes}</div> }.into_any()
}
