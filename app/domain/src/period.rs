//! Periods of the reader's calendar: cut in the reader's time zone, whose "today" the caller gives.

use std::fmt;

use chrono::{Datelike, Days, Months, NaiveDate};

/// A stretch of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// Today.
    Today,
    /// Yesterday.
    Yesterday,
    /// Tomorrow.
    Tomorrow,
    /// Monday to Sunday.
    ThisWeek,
    /// The Monday to Sunday before.
    LastWeek,
    /// The Monday to Sunday after.
    NextWeek,
    /// This calendar month.
    ThisMonth,
    /// The one before.
    LastMonth,
    /// The one after.
    NextMonth,
    /// This quarter.
    ThisQuarter,
    /// The one before.
    LastQuarter,
    /// The one after.
    NextQuarter,
    /// This calendar year.
    ThisYear,
    /// The one before.
    LastYear,
    /// The one after.
    NextYear,
    /// Every day before today: what is overdue.
    Past,
    /// Every day after today.
    Future,
    /// So many days up to and with today.
    LastDays(u16),
    /// So many days from today on.
    NextDays(u16),
    /// More than so many days ago.
    OlderThanDays(u16),
    /// A calendar month.
    Month(i32, u32),
    /// A calendar year.
    Year(i32),
    /// From day to day, both included.
    Days(NaiveDate, NaiveDate),
}

/// Days in a period that is told by a number at most: ten years.
pub const MOST_DAYS: u16 = 3660;

impl Period {
    /// Those that need no number, in the order in which they are offered.
    pub const NAMED: [Self; 17] = [
        Self::Today,
        Self::Yesterday,
        Self::Tomorrow,
        Self::ThisWeek,
        Self::LastWeek,
        Self::NextWeek,
        Self::ThisMonth,
        Self::LastMonth,
        Self::NextMonth,
        Self::ThisQuarter,
        Self::LastQuarter,
        Self::NextQuarter,
        Self::ThisYear,
        Self::LastYear,
        Self::NextYear,
        Self::Past,
        Self::Future,
    ];

    /// Reads `today`, `this_month`, `last_30_days`, `older_than_30_days`, `2026`, `2026-11`,
    /// `2026-11-01..2026-11-30`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::NAMED
            .into_iter()
            .find(|period| period.word() == Some(text))
            .or_else(|| Self::parse_numbers(text))
    }

    /// The word of a period that needs no number.
    #[must_use]
    pub const fn word(self) -> Option<&'static str> {
        Some(match self {
            Self::Today => "today",
            Self::Yesterday => "yesterday",
            Self::Tomorrow => "tomorrow",
            Self::ThisWeek => "this_week",
            Self::LastWeek => "last_week",
            Self::NextWeek => "next_week",
            Self::ThisMonth => "this_month",
            Self::LastMonth => "last_month",
            Self::NextMonth => "next_month",
            Self::ThisQuarter => "this_quarter",
            Self::LastQuarter => "last_quarter",
            Self::NextQuarter => "next_quarter",
            Self::ThisYear => "this_year",
            Self::LastYear => "last_year",
            Self::NextYear => "next_year",
            Self::Past => "past",
            Self::Future => "future",
            _ => return None,
        })
    }

    fn parse_numbers(text: &str) -> Option<Self> {
        let days = |prefix: &str| {
            let days: u16 = text
                .strip_prefix(prefix)?
                .strip_suffix("_days")?
                .parse()
                .ok()?;
            (1..=MOST_DAYS).contains(&days).then_some(days)
        };
        if let Some(days) = days("last_") {
            return Some(Self::LastDays(days));
        }
        if let Some(days) = days("next_") {
            return Some(Self::NextDays(days));
        }
        if let Some(days) = days("older_than_") {
            return Some(Self::OlderThanDays(days));
        }
        if let Some((from, to)) = text.split_once("..") {
            let (from, to): (NaiveDate, NaiveDate) = (from.parse().ok()?, to.parse().ok()?);
            let stored = |day: NaiveDate| (FIRST_YEAR..=LAST_YEAR).contains(&day.year());
            return (from <= to && stored(from) && stored(to)).then_some(Self::Days(from, to));
        }
        let year = |text: &str| {
            text.parse()
                .ok()
                .filter(|year| (FIRST_YEAR..=LAST_YEAR).contains(year))
        };
        match text.split_once('-') {
            None if text.len() == 4 => year(text).map(Self::Year),
            Some((y, m)) if y.len() == 4 && m.len() == 2 => {
                let month = m.parse().ok().filter(|month| (1..=12).contains(month))?;
                Some(Self::Month(year(y)?, month))
            }
            _ => None,
        }
    }

    /// Its first day, and the first day after it.
    #[must_use]
    pub fn days(self, today: NaiveDate) -> (NaiveDate, NaiveDate) {
        let monday = today - Days::new(u64::from(today.weekday().num_days_from_monday()));
        let month = first_of_month(today.year(), today.month());
        let quarter = first_of_month(today.year(), (today.month0() / 3) * 3 + 1);
        let year = first_of_month(today.year(), 1);
        match self {
            Self::Today => (today, today + Days::new(1)),
            Self::Yesterday => (today - Days::new(1), today),
            Self::Tomorrow => (today + Days::new(1), today + Days::new(2)),
            Self::ThisWeek => (monday, monday + Days::new(7)),
            Self::LastWeek => (monday - Days::new(7), monday),
            Self::NextWeek => (monday + Days::new(7), monday + Days::new(14)),
            Self::ThisMonth => (month, month + Months::new(1)),
            Self::LastMonth => (month - Months::new(1), month),
            Self::NextMonth => (month + Months::new(1), month + Months::new(2)),
            Self::ThisQuarter => (quarter, quarter + Months::new(3)),
            Self::LastQuarter => (quarter - Months::new(3), quarter),
            Self::NextQuarter => (quarter + Months::new(3), quarter + Months::new(6)),
            Self::ThisYear => (year, year + Months::new(12)),
            Self::LastYear => (year - Months::new(12), year),
            Self::NextYear => (year + Months::new(12), year + Months::new(24)),
            Self::Past => (first_of_month(FIRST_YEAR, 1), today),
            Self::Future => (today + Days::new(1), first_of_month(LAST_YEAR + 1, 1)),
            Self::LastDays(days) => (today - Days::new(u64::from(days) - 1), today + Days::new(1)),
            Self::NextDays(days) => (today, today + Days::new(u64::from(days))),
            Self::OlderThanDays(days) => (
                first_of_month(FIRST_YEAR, 1),
                today - Days::new(u64::from(days)),
            ),
            Self::Month(year, month) => {
                let first = first_of_month(year, month);
                (first, first + Months::new(1))
            }
            Self::Year(year) => {
                let first = first_of_month(year, 1);
                (first, first + Months::new(12))
            }
            Self::Days(from, to) => (from, to + Days::new(1)),
        }
    }
}

/// The first and the last year of which days are stored.
const FIRST_YEAR: i32 = 1900;
const LAST_YEAR: i32 = 2200;

fn first_of_month(year: i32, month: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, 1).unwrap_or_default()
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(word) = self.word() {
            return f.write_str(word);
        }
        match self {
            Self::LastDays(days) => write!(f, "last_{days}_days"),
            Self::NextDays(days) => write!(f, "next_{days}_days"),
            Self::OlderThanDays(days) => write!(f, "older_than_{days}_days"),
            Self::Month(year, month) => write!(f, "{year:04}-{month:02}"),
            Self::Year(year) => write!(f, "{year:04}"),
            Self::Days(from, to) => write!(f, "{from}..{to}"),
            // Said by its word.
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn periods_are_cut_from_today() {
        let today = day("2026-11-22");
        let cut = |text: &str| {
            let (from, to) = Period::parse(text).unwrap().days(today);
            format!("{from} {to}")
        };
        assert_eq!(cut("this_week"), "2026-11-16 2026-11-23");
        assert_eq!(cut("last_month"), "2026-10-01 2026-11-01");
        assert_eq!(cut("this_quarter"), "2026-10-01 2027-01-01");
        assert_eq!(cut("last_7_days"), "2026-11-16 2026-11-23");
        assert_eq!(cut("2026-02"), "2026-02-01 2026-03-01");
        assert_eq!(cut("tomorrow"), "2026-11-23 2026-11-24");
        assert_eq!(cut("next_quarter"), "2027-01-01 2027-04-01");
        assert_eq!(cut("past"), "1900-01-01 2026-11-22");
        assert_eq!(cut("future"), "2026-11-23 2201-01-01");
        assert_eq!(cut("older_than_30_days"), "1900-01-01 2026-10-23");
        assert_eq!(cut("2026-02-27..2026-02-28"), "2026-02-27 2026-03-01");
        for bad in [
            "soon",
            "2026-13",
            "last_0_days",
            "2026-02-28..2026-02-27",
            "2026-01-01..+262142-12-31",
            "0001-01-01..2026-01-01",
            "20266",
        ] {
            assert!(Period::parse(bad).is_none(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_period_begins_before_it_ends_and_survives_its_text(
            days in 1u16..3660, year in 1950i32..2100, month in 1u32..13, offset in 0u64..40_000,
        ) {
            let today = day("1960-01-01") + Days::new(offset);
            for period in Period::NAMED.into_iter().chain([
                Period::LastDays(days), Period::NextDays(days), Period::OlderThanDays(days),
                Period::Month(year, month), Period::Year(year),
            ]) {
                let (from, to) = period.days(today);
                prop_assert!(from < to);
                prop_assert_eq!(Period::parse(&period.to_string()), Some(period));
            }
        }
    }
}
