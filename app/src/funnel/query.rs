//! What the funnel shows, as its address says it:
//! `?pipeline=2&period=this_year&department=3&filter=source:is:web&wall=1`. What makes no sense is
//! passed over.

use domain::UserId;
use domain::funnel::FunnelQuery;
use domain::list::query_string;
use domain::money::Currency;
use domain::period::Period;
use domain::query::filter::ME;
use leptos_router::params::ParamsMap;

use crate::filter::address::{FILTER, conditions};

/// The pipeline's id.
pub(super) const PIPELINE: &str = "pipeline";
/// When records were made, as [`Period`] reads it; [`CUSTOM`] while its days are still asked for.
pub(super) const PERIOD: &str = "period";
/// A user's id, or `me`.
pub(super) const OWNER: &str = "owner";
/// A department's id.
pub(super) const DEPARTMENT: &str = "department";
/// The currency in which sums are shown; the one of most records where it says nothing.
pub(super) const CURRENCY: &str = "currency";
/// Whether it covers the screen.
pub(super) const WALL: &str = "wall";
/// The word of a period whose days are still asked for: all time until then.
pub(super) const CUSTOM: &str = "custom";

/// The question that an address asks; `me` is who asks.
pub(super) fn read(params: &ParamsMap, me: Option<UserId>) -> FunnelQuery {
    let number = |key: &str| params.get_str(key).and_then(|id| id.parse().ok());
    let period = params
        .get_str(PERIOD)
        .filter(|text| Period::parse(text).is_some());
    let owner = match params.get_str(OWNER) {
        Some(ME) => me,
        _ => number(OWNER),
    };
    FunnelQuery {
        pipeline: number(PIPELINE),
        period: period.map(str::to_owned),
        owner,
        department: number(DEPARTMENT).filter(|_| owner.is_none()),
        filter: conditions(params),
    }
}

/// The currency that an address asks for.
pub(super) fn currency(params: &ParamsMap) -> Option<Currency> {
    Currency::parse(params.get_str(CURRENCY)?).ok()
}

/// Whether the address asks for the wall.
pub(super) fn is_wall(params: &ParamsMap) -> bool {
    params.get_str(WALL) == Some("1")
}

/// Whether the address leaves records out, but for those of other pipelines.
pub(super) fn is_narrow(params: &ParamsMap) -> bool {
    let query = read(params, None);
    query.period.is_some()
        || query.department.is_some()
        || params.get_str(OWNER).is_some()
        || !query.filter.is_everything()
}

/// The address that leaves none out.
pub(super) fn without_narrowing(params: &ParamsMap) -> String {
    with(
        params,
        &[(PERIOD, ""), (OWNER, ""), (DEPARTMENT, ""), (FILTER, "")],
    )
}

/// The days of the address' period, where it is one from day to day: from, to.
pub(super) fn days(params: &ParamsMap) -> Option<(String, String)> {
    match Period::parse(params.get_str(PERIOD)?)? {
        Period::Days(from, to) => Some((from.to_string(), to.to_string())),
        _ => None,
    }
}

/// The address with some of its parts changed; empty takes one out.
pub(super) fn with(params: &ParamsMap, changes: &[(&'static str, &str)]) -> String {
    let mut params = params.clone();
    for (key, value) in changes {
        if value.is_empty() {
            params.remove(key);
        } else {
            params.replace(*key, (*value).to_owned());
        }
    }
    let parts: Vec<_> = params
        .latest_values()
        .map(|(key, value)| (key.as_ref(), value.to_owned()))
        .collect();
    let query = query_string(&parts);
    // An empty reference would keep the old query.
    if query.is_empty() {
        "?".to_owned()
    } else {
        query
    }
}

#[cfg(test)]
mod tests {
    use domain::query::{Filter, Operator};

    use super::*;

    fn params(parts: &[(&'static str, &str)]) -> ParamsMap {
        parts
            .iter()
            .map(|(key, value)| (*key, (*value).to_owned()))
            .collect()
    }

    #[test]
    fn an_address_is_a_question() {
        let asked = params(&[(PIPELINE, "2"), (PERIOD, "this_year"), (DEPARTMENT, "3")]);
        let query = read(&asked, Some(7));
        assert_eq!(query.pipeline, Some(2));
        assert_eq!(query.period.as_deref(), Some("this_year"));
        assert_eq!((query.owner, query.department), (None, Some(3)));
        assert_eq!(read(&params(&[(OWNER, "me")]), Some(7)).owner, Some(7));
    }

    #[test]
    fn what_makes_no_sense_is_passed_over() {
        let asked = params(&[
            (PIPELINE, "x"),
            (PERIOD, "custom"),
            (OWNER, "all"),
            (WALL, "yes"),
            (FILTER, "and("),
        ]);
        assert_eq!(read(&asked, Some(7)), FunnelQuery::default());
        assert!(!is_wall(&asked));
        assert_eq!(days(&asked), None);
    }

    #[test]
    fn conditions_narrow_and_can_be_taken_out() {
        let asked = params(&[(FILTER, "source:is:web"), (PIPELINE, "2")]);
        assert_eq!(
            read(&asked, None).filter,
            Filter::is("source", Operator::Is, &["web"])
        );
        assert!(is_narrow(&asked));
        assert_eq!(without_narrowing(&asked), "?pipeline=2");
    }

    #[test]
    fn what_narrows_can_be_taken_out() {
        let asked = params(&[(PIPELINE, "2"), (PERIOD, "this_year"), (OWNER, "me")]);
        assert!(is_narrow(&asked));
        assert_eq!(without_narrowing(&asked), "?pipeline=2");
        assert!(!is_narrow(&params(&[(PIPELINE, "2"), (WALL, "1")])));
    }

    #[test]
    fn days_are_read_back() {
        let asked = params(&[(PERIOD, "2026-01-02..2026-02-03")]);
        assert_eq!(
            days(&asked),
            Some(("2026-01-02".to_owned(), "2026-02-03".to_owned()))
        );
    }
}
