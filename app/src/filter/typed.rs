//! Operands that are typed: text, numbers, amounts, days.

use chrono::NaiveDate;
use domain::FieldDef;
use domain::field::FieldType;
use domain::query::builder::Key;
use domain::query::filter::Operator;
use leptos::prelude::*;

use super::state::FilterState;
use crate::i18n::{t, t_string};
use crate::ui::{Choice, Glyph, IconButton, InputKind, Select, TextInput};

/// The currencies that are offered beside the organisation's.
const CURRENCIES: [&str; 12] = [
    "EUR", "USD", "GBP", "PLN", "RUB", "INR", "CHF", "CZK", "SEK", "UAH", "JPY", "CNY",
];

/// One input, two, or one for each of several values.
pub(super) fn typed(state: FilterState, key: Key, field: &FieldDef, operator: Operator) -> AnyView {
    let i18n = state.i18n;
    let (_, most) = operator.operands();
    let field_type = field.field_type;
    let count = Memo::new(move |_| match most {
        1 | 2 => most,
        _ => state
            .builder
            .with(|builder| builder.row(key).map_or(1, |row| row.operands.len().max(1))),
    });
    let between = move |at: usize| {
        (at > 0).then(|| {
            let word = if operator == Operator::Between {
                t_string!(i18n, filter.and)
            } else {
                t_string!(i18n, filter.or)
            };
            view! { <span class="filter__word">{word}</span> }
        })
    };
    let add = move |_| {
        let at = count.get_untracked();
        state.change(|builder| builder.type_operand(key, at, String::new()));
    };
    view! {
        <For each=move || 0..count.get() key=|at| *at let:at>
            {between(at)}
            {one(state, key, at, field_type)}
        </For>
        {(most > 2)
            .then(|| {
                view! {
                    <IconButton
                        glyph=Glyph::Plus
                        label=t_string!(i18n, filter.add_value)
                        class="filter__more"
                        on:click=add
                    />
                }
            })}
    }
    .into_any()
}

fn one(state: FilterState, key: Key, at: usize, field_type: FieldType) -> AnyView {
    let i18n = state.i18n;
    let first = state.builder.with_untracked(|builder| {
        builder
            .row(key)
            .map_or_else(String::new, |row| row.operand(at).to_owned())
    });
    let on_input = Callback::new(move |text: String| {
        state.change(|builder| builder.type_operand(key, at, text));
    });
    let kind = match field_type {
        FieldType::Money => return money(state, first, on_input),
        FieldType::Date | FieldType::DateTime
            if first.is_empty() || first.trim().parse::<NaiveDate>().is_ok() =>
        {
            InputKind::Date
        }
        FieldType::Integer | FieldType::Decimal | FieldType::Percent => InputKind::Decimal,
        _ => InputKind::Text,
    };
    view! {
        <TextInput kind=kind initial=first on_input=on_input label=t_string!(i18n, filter.value) />
        {(field_type == FieldType::Percent).then(|| view! { <span class="filter__word">"%"</span> })}
    }
    .into_any()
}

/// An amount, in one currency or in any.
fn money(state: FilterState, first: String, on_input: Callback<String>) -> AnyView {
    let i18n = state.i18n;
    let (number, code) = match first.trim().rsplit_once(' ') {
        Some((number, code)) if code.chars().all(char::is_alphabetic) => {
            (number.to_owned(), code.to_uppercase())
        }
        _ => (first, String::new()),
    };
    let home = state
        .workspace
        .with_untracked(|workspace| workspace.currency.code().to_owned());
    let mut codes = vec![home];
    codes.extend(CURRENCIES.map(str::to_owned));
    codes.extend((!code.is_empty()).then(|| code.clone()));
    let mut options = vec![Choice::new("", t_string!(i18n, filter.any_currency))];
    let mut seen: Vec<&String> = Vec::new();
    for code in &codes {
        if !seen.contains(&code) {
            seen.push(code);
            options.push(Choice::new(code.clone(), code.clone()));
        }
    }
    let (amount, currency) = (RwSignal::new(number.clone()), RwSignal::new(code));
    let tell = move || {
        let (amount, currency) = (amount.get_untracked(), currency.get_untracked());
        let amount = amount.trim();
        on_input.run(if amount.is_empty() {
            String::new()
        } else {
            format!("{amount} {currency}").trim().to_owned()
        });
    };
    let on_amount = Callback::new(move |text: String| {
        amount.set(text);
        tell();
    });
    let on_code = Callback::new(move |code: String| {
        currency.set(code);
        tell();
    });
    view! {
        <TextInput kind=InputKind::Decimal initial=number on_input=on_amount label=t_string!(i18n, filter.value) />
        <Select
            options=options
            value=currency
            on_change=on_code
            label=t_string!(i18n, fields.currency)
            class="select--currency"
        />
    }
    .into_any()
}

/// A number of days, for periods.
pub(super) fn days_input(state: FilterState, first: String, on_input: Callback<String>) -> AnyView {
    let i18n = state.i18n;
    view! {
        <TextInput
            kind=InputKind::Number
            initial=first
            on_input=on_input
            label=t_string!(i18n, filter.period.number)
            class="filter__days"
        />
        <span class="filter__word">{t!(i18n, filter.period.days)}</span>
    }
    .into_any()
}
