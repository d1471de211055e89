//! The period of a condition on days: by name, by a number of days, from one day to another, or a
//! calendar month or year.

use domain::period::Period;
use domain::query::builder::Key;
use leptos::prelude::*;

use super::state::FilterState;
use super::typed::days_input;
use super::words::named_period;
use crate::i18n::{t, t_string};
use crate::ui::{Choice, InputKind, Select, TextInput};

const LAST: &str = "last";
const NEXT: &str = "next";
const OLDER: &str = "older";
const SPAN: &str = "span";
const CALENDAR: &str = "calendar";

/// What stands in the inputs.
#[derive(Debug, Clone, Copy)]
struct Inputs {
    /// A period's word, or one of the ways above.
    way: RwSignal<String>,
    /// Days, as typed.
    number: RwSignal<String>,
    /// From.
    from: RwSignal<String>,
    /// To.
    to: RwSignal<String>,
    /// A month or a year, as typed.
    calendar: RwSignal<String>,
}

impl Inputs {
    fn of(text: &str) -> Self {
        let inputs = Self {
            way: RwSignal::new(String::new()),
            number: RwSignal::new("30".to_owned()),
            from: RwSignal::new(String::new()),
            to: RwSignal::new(String::new()),
            calendar: RwSignal::new(String::new()),
        };
        let days = |way: &str, days: u16| {
            inputs.way.set(way.to_owned());
            inputs.number.set(days.to_string());
        };
        match Period::parse(text) {
            Some(Period::LastDays(n)) => days(LAST, n),
            Some(Period::NextDays(n)) => days(NEXT, n),
            Some(Period::OlderThanDays(n)) => days(OLDER, n),
            Some(Period::Days(from, to)) => {
                inputs.way.set(SPAN.to_owned());
                inputs.from.set(from.to_string());
                inputs.to.set(to.to_string());
            }
            Some(period) if period.word().is_some() => inputs.way.set(text.to_owned()),
            None if text.is_empty() => {}
            _ => {
                inputs.way.set(CALENDAR.to_owned());
                inputs.calendar.set(text.to_owned());
            }
        }
        inputs
    }

    /// The period as text; empty while something is missing.
    fn text(self) -> String {
        let number = self.number.get_untracked();
        let number = number.trim();
        let days = |text: String| {
            if number.is_empty() {
                String::new()
            } else {
                text
            }
        };
        match self.way.get_untracked().as_str() {
            LAST => days(format!("last_{number}_days")),
            NEXT => days(format!("next_{number}_days")),
            OLDER => days(format!("older_than_{number}_days")),
            SPAN => {
                let (from, to) = (self.from.get_untracked(), self.to.get_untracked());
                if from.is_empty() || to.is_empty() {
                    String::new()
                } else {
                    format!("{from}..{to}")
                }
            }
            CALENDAR => self.calendar.get_untracked(),
            named => named.to_owned(),
        }
    }
}

/// The inputs of a period.
pub(super) fn period_input(state: FilterState, key: Key) -> AnyView {
    let i18n = state.i18n;
    let first = state.builder.with_untracked(|builder| {
        builder
            .row(key)
            .map_or_else(String::new, |row| row.period.clone())
    });
    let inputs = Inputs::of(&first);
    let tell = move || {
        let text = inputs.text();
        state.change_row(key, |row| row.period = text);
    };
    let into = move |signal: RwSignal<String>| {
        Callback::new(move |text: String| {
            signal.set(text);
            tell();
        })
    };
    let mut options = vec![Choice::new("", t_string!(i18n, filter.choose_period))];
    options.extend(
        Period::NAMED
            .into_iter()
            .filter_map(|period| Some(Choice::new(period.word()?, named_period(i18n, period)?))),
    );
    options.extend([
        Choice::new(LAST, t_string!(i18n, filter.period.last)),
        Choice::new(NEXT, t_string!(i18n, filter.period.next)),
        Choice::new(OLDER, t_string!(i18n, filter.period.older)),
        Choice::new(SPAN, t_string!(i18n, filter.period.from_to)),
        Choice::new(CALENDAR, t_string!(i18n, filter.period.calendar)),
    ]);
    let day = move |signal: RwSignal<String>, label: &'static str| {
        view! {
            <TextInput
                kind=InputKind::Date
                initial=signal.get_untracked()
                on_input=into(signal)
                label=label
            />
        }
    };
    let more = move || match inputs.way.get().as_str() {
        LAST | NEXT | OLDER => Some(days_input(
            state,
            inputs.number.get_untracked(),
            into(inputs.number),
        )),
        SPAN => Some(
            view! {
                {day(inputs.from, t_string!(i18n, filter.period.from))}
                <span class="filter__word">{t!(i18n, filter.period.to_word)}</span>
                {day(inputs.to, t_string!(i18n, filter.period.to))}
            }
            .into_any(),
        ),
        CALENDAR => Some(
            view! {
                <TextInput
                    initial=inputs.calendar.get_untracked()
                    on_input=into(inputs.calendar)
                    label=t_string!(i18n, filter.period.calendar)
                    placeholder="2026-11"
                />
            }
            .into_any(),
        ),
        _ => None,
    };
    view! {
        <Select
            options=options
            value=inputs.way
            on_change=into(inputs.way)
            label=t_string!(i18n, filter.period.label)
        />
        {more}
    }
    .into_any()
}
