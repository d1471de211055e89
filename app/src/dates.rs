//! Days and times as people read them, in the user's time zone.
//!
//! The server says how far the user's clock is from UTC ([`domain::workspace::Workspace`]), so
//! that a page is the same on the server and in the browser.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Utc};
use leptos_i18n::I18nContext;

use crate::i18n::{I18nKeys, Locale, t_string};

/// The texts' context, as pages have it.
pub type I18n = I18nContext<Locale, I18nKeys>;

/// A moment on the user's clock; `utc_offset` in seconds east of Greenwich.
#[must_use]
pub fn local(at: DateTime<Utc>, utc_offset: i32) -> NaiveDateTime {
    at.naive_utc() + TimeDelta::seconds(i64::from(utc_offset))
}

/// `22 Nov`, and the year where it is not that of `today`.
#[must_use]
pub fn day(i18n: I18n, day: NaiveDate, today: NaiveDate) -> String {
    let month = month(i18n, day.month0());
    if day.year() == today.year() {
        format!("{} {month}", day.day())
    } else {
        format!("{} {month} {}", day.day(), day.year())
    }
}

/// Today, tomorrow, yesterday, else [`day`].
#[must_use]
pub fn near_day(i18n: I18n, date: NaiveDate, today: NaiveDate) -> String {
    if date == today {
        t_string!(i18n, dates.today).to_owned()
    } else if Some(date) == today.checked_add_days(Days::new(1)) {
        t_string!(i18n, dates.tomorrow).to_owned()
    } else if Some(date) == today.checked_sub_days(Days::new(1)) {
        t_string!(i18n, dates.yesterday).to_owned()
    } else {
        day(i18n, date, today)
    }
}

/// `14:05`
#[must_use]
pub fn time(at: NaiveDateTime) -> String {
    format!("{:02}:{:02}", at.hour(), at.minute())
}

fn month(i18n: I18n, month0: u32) -> String {
    match month0 {
        0 => t_string!(i18n, dates.jan),
        1 => t_string!(i18n, dates.feb),
        2 => t_string!(i18n, dates.mar),
        3 => t_string!(i18n, dates.apr),
        4 => t_string!(i18n, dates.may),
        5 => t_string!(i18n, dates.jun),
        6 => t_string!(i18n, dates.jul),
        7 => t_string!(i18n, dates.aug),
        8 => t_string!(i18n, dates.sep),
        9 => t_string!(i18n, dates.oct),
        10 => t_string!(i18n, dates.nov),
        _ => t_string!(i18n, dates.dec),
    }
    .to_owned()
}
