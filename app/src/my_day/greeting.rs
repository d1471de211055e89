//! The greeting: whom, and which day it is there.

use chrono::{Datelike, NaiveDate, Timelike, Weekday};
use leptos::prelude::*;

use super::state::DayState;
use crate::dates::{self, I18n};
use crate::i18n::{t_string, use_i18n};
use crate::layout::use_workspace;

/// Greets, by the clock of whoever is greeted: the server's time and the user's zone.
#[component]
pub(super) fn Greeting(state: DayState) -> impl IntoView {
    let i18n = use_i18n();
    let workspace = use_workspace();
    let hour = Memo::new(move |_| {
        let offset = workspace.with(|workspace| workspace.utc_offset);
        dates::local(state.day.with(|day| day.now), offset).hour()
    });
    let name = move || workspace.with(|workspace| workspace.me.name.clone());
    let greeting = move || match hour.get() {
        4..12 => t_string!(i18n, my_day.morning, name = name()),
        12..18 => t_string!(i18n, my_day.afternoon, name = name()),
        _ => t_string!(i18n, my_day.evening, name = name()),
    };
    let today = Memo::new(move |_| state.day.with(|day| day.today));
    view! {
        <header class="page__head day__head">
            <h1 class="page__title" dir="auto">{greeting}</h1>
            <p class="muted">{move || long_day(i18n, today.get())}</p>
        </header>
    }
}

/// `Sunday, 22 Nov`
fn long_day(i18n: I18n, day: NaiveDate) -> String {
    let weekday = match day.weekday() {
        Weekday::Mon => t_string!(i18n, my_day.weekday.monday),
        Weekday::Tue => t_string!(i18n, my_day.weekday.tuesday),
        Weekday::Wed => t_string!(i18n, my_day.weekday.wednesday),
        Weekday::Thu => t_string!(i18n, my_day.weekday.thursday),
        Weekday::Fri => t_string!(i18n, my_day.weekday.friday),
        Weekday::Sat => t_string!(i18n, my_day.weekday.saturday),
        Weekday::Sun => t_string!(i18n, my_day.weekday.sunday),
    };
    format!("{weekday}, {}", dates::day(i18n, day, day))
}
