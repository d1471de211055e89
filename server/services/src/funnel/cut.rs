//! How a period lies over the stretches of UTC days that kept numbers know: whole ones, and at
//! either end what they lack or have too much.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, TimeDelta, Utc};

/// From a moment up to before another.
pub(super) type Span = (DateTime<Utc>, DateTime<Utc>);

/// By what stretches numbers are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grain {
    /// Days.
    Day,
    /// Months.
    Month,
    /// The first ten days of a month, the next ten, and what is left of it.
    TenDays,
}

impl Grain {
    /// The first day of the stretch of a moment.
    fn of(self, moment: DateTime<Utc>) -> NaiveDate {
        let day = moment.date_naive();
        let first = match (self, day.day()) {
            (Self::Day, day) => day,
            (Self::Month, _) | (Self::TenDays, ..=10) => 1,
            (Self::TenDays, ..=20) => 11,
            (Self::TenDays, _) => 21,
        };
        day.with_day(first).unwrap_or(day)
    }

    /// The first day of the stretch after the one that begins with this day.
    fn after(self, first: NaiveDate) -> NaiveDate {
        match (self, first.day()) {
            (Self::Day, _) => first + Days::new(1),
            (Self::TenDays, ..=20) => first + Days::new(10),
            _ => first.with_day(1).unwrap_or(first) + Months::new(1),
        }
    }
}

/// A stretch of time whose records are counted row by row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    /// None is all time.
    pub span: Option<Span>,
    /// Whether its records are taken off, since they were counted with their month.
    pub taken_off: bool,
    /// Whether only those are meant that the asker sees for no other reason than observing them.
    pub only_observed: bool,
}

impl Piece {
    /// What is put to the rest.
    pub(super) const fn more(span: Option<Span>) -> Self {
        Self {
            span,
            taken_off: false,
            only_observed: false,
        }
    }

    /// Observed records that no owner's numbers have.
    pub(super) const fn observed(span: Option<Span>) -> Self {
        Self {
            only_observed: true,
            ..Self::more(span)
        }
    }

    /// What is taken off it.
    const fn less(from: DateTime<Utc>, to: DateTime<Utc>) -> Self {
        Self {
            taken_off: true,
            ..Self::more(Some((from, to)))
        }
    }
}

/// Whole stretches, and pieces at their ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cut {
    /// From the first day of one up to before the first of another; none where the period is too
    /// short to be worth one.
    pub whole: Option<(NaiveDate, NaiveDate)>,
    /// What is counted row by row, none of it empty.
    pub pieces: Vec<Piece>,
}

/// Cuts a period so that as little time as possible is counted row by row: a stretch that is nearly
/// whole is taken whole, and the rest of it taken off. What is yet to come counts as no time, since
/// next to nothing was created then.
pub(super) fn cut(period: Span, grain: Grain, now: DateTime<Utc>) -> Cut {
    let (from, to) = period;
    let cost = |(from, to): Span| (to.min(now) - from.min(now)).max(TimeDelta::zero());
    let (begun, until) = (grain.of(from), grain.of(to));
    let next = grain.after(begun);
    let (first, before) = if cost((start(begun), from)) <= cost((from, start(next))) {
        (begun, Piece::less(start(begun), from))
    } else {
        (next, Piece::more(Some((from, start(next)))))
    };
    let next = grain.after(until);
    let (end, after) = if cost((start(until), to)) <= cost((to, start(next))) {
        (until, Piece::more(Some((start(until), to))))
    } else {
        (next, Piece::less(to, start(next)))
    };
    let ends: Vec<Piece> = [before, after]
        .into_iter()
        .filter(|piece| piece.span.is_some_and(|(from, to)| from < to))
        .collect();
    let price: TimeDelta = ends.iter().filter_map(|piece| piece.span).map(cost).sum();
    if first < end && price < cost(period) {
        Cut {
            whole: Some((first, end)),
            pieces: ends,
        }
    } else {
        Cut {
            whole: None,
            pieces: vec![Piece::more(Some(period))],
        }
    }
}

/// The first moment of a day of UTC.
pub(super) fn start(day: NaiveDate) -> DateTime<Utc> {
    day.and_hms_opt(0, 0, 0).unwrap_or_default().and_utc()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn cut_of(from: &str, to: &str) -> Cut {
        cut_by(Grain::Month, from, to)
    }

    fn cut_by(grain: Grain, from: &str, to: &str) -> Cut {
        cut((at(from), at(to)), grain, at("2026-11-22T12:00:00Z"))
    }

    fn told(cut: &Cut) -> String {
        let mut words = Vec::new();
        if let Some((first, end)) = cut.whole {
            words.push(format!("{first}..{end}"));
        }
        for piece in &cut.pieces {
            let (from, to) = piece.span.unwrap();
            let sign = if piece.taken_off { '-' } else { '+' };
            words.push(format!(
                "{sign}{}..{}",
                from.format("%m-%dT%H"),
                to.format("%m-%dT%H")
            ));
        }
        words.join(" ")
    }

    #[test]
    fn a_month_that_is_nearly_whole_is_taken_whole() {
        // A year that ends today: what is left of this month is yet to come.
        let year = cut_of("2025-11-22T23:00:00Z", "2026-11-22T23:00:00Z");
        assert_eq!(
            told(&year),
            "2025-12-01..2026-12-01 +11-22T23..12-01T00 -11-22T23..12-01T00"
        );
        // A month of Warsaw.
        let month = cut_of("2026-08-31T22:00:00Z", "2026-09-30T22:00:00Z");
        assert_eq!(
            told(&month),
            "2026-09-01..2026-10-01 +08-31T22..09-01T00 -09-30T22..10-01T00"
        );
        // Whole months as they are.
        let whole = cut_of("2026-03-01T00:00:00Z", "2026-05-01T00:00:00Z");
        assert_eq!(told(&whole), "2026-03-01..2026-05-01");
    }

    #[test]
    fn so_are_ten_days() {
        let year = cut_by(
            Grain::TenDays,
            "2025-11-22T23:00:00Z",
            "2026-11-22T23:00:00Z",
        );
        assert_eq!(
            told(&year),
            "2025-11-21..2026-12-01 -11-21T00..11-22T23 -11-22T23..12-01T00"
        );
        let week = cut_by(
            Grain::TenDays,
            "2026-02-08T00:00:00Z",
            "2026-02-20T00:00:00Z",
        );
        assert_eq!(
            told(&week),
            "2026-02-11..2026-02-21 +02-08T00..02-11T00 -02-20T00..02-21T00"
        );
    }

    #[test]
    fn so_are_days() {
        // The night that is yet to come costs nothing, and today is not counted row by row.
        let year = cut_by(Grain::Day, "2025-11-22T23:00:00Z", "2026-11-22T23:00:00Z");
        assert_eq!(
            told(&year),
            "2025-11-23..2026-11-23 +11-22T23..11-23T00 -11-22T23..11-23T00"
        );
        // Of New York.
        let today = cut_by(Grain::Day, "2026-11-22T05:00:00Z", "2026-11-23T05:00:00Z");
        assert_eq!(
            told(&today),
            "2026-11-22..2026-11-23 -11-22T00..11-22T05 +11-23T00..11-23T05"
        );
    }

    #[test]
    fn what_is_no_month_is_counted() {
        let week = cut_of("2026-11-15T23:00:00Z", "2026-11-22T23:00:00Z");
        assert_eq!(told(&week), "+11-15T23..11-22T23");
        // Half of one month and half of the next: as many days in as out.
        let midst = cut_of("2026-09-16T00:00:00Z", "2026-10-16T00:00:00Z");
        assert_eq!(midst.whole, None);
        let future = cut_of("2026-12-31T00:00:00Z", "2027-12-31T00:00:00Z");
        assert_eq!(future.whole, None);
    }

    proptest! {
        #[test]
        fn each_moment_of_the_period_counts_once_and_no_other(
            from in 0i64..60_000, length in 1i64..30_000, moment in 0i64..100_000,
            grain in prop::sample::select(vec![Grain::Day, Grain::Month, Grain::TenDays]),
        ) {
            let hour = |hours: i64| at("2024-01-01T00:30:00Z") + TimeDelta::hours(hours);
            let period = (hour(from), hour(from + length));
            let cut = cut(period, grain, at("2026-11-22T12:00:00Z"));
            let moment = hour(moment);
            let within = |(from, to): Span| i32::from(from <= moment && moment < to);
            let mut times = cut
                .whole
                .map_or(0, |(first, end)| within((start(first), start(end))));
            for piece in &cut.pieces {
                let span = piece.span.unwrap();
                prop_assert!(span.0 < span.1);
                times += if piece.taken_off { -1 } else { 1 } * within(span);
            }
            prop_assert_eq!(times, within(period));
        }
    }
}
