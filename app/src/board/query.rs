//! What a board shows, as its address says it: `?pipeline=2&owner=me&period=this_month&q=chairs`.
//! Everything in it can be shared; what makes no sense is passed over.

use domain::board::BoardQuery;
use domain::list::query_string;
use domain::period::Period;
use domain::query::filter::{FieldPath, ME, MY_DEPARTMENT};
use domain::query::{Filter, Operator};
use domain::{Kind, PipelineId, UserId};
use leptos_router::params::ParamsMap;

use crate::filter::address::{FILTER, conditions};

/// The pipeline's id.
pub const PIPELINE: &str = "pipeline";
/// A user's id, `me` or `my_department`.
pub const OWNER: &str = "owner";
/// When the record was made, as [`Period`] reads it.
pub const PERIOD: &str = "period";
/// A part of the title.
pub const TEXT: &str = "q";
/// The record that is open over the board.
pub const OPEN: &str = "open";

/// What narrows a board, as opposed to choosing it.
pub const NARROWING: [&str; 4] = [OWNER, PERIOD, TEXT, FILTER];

/// The question that an address asks.
#[must_use]
pub fn read(kind: Kind, params: &ParamsMap) -> BoardQuery {
    let mut filter = conditions(params);
    let owner = params
        .get_str(OWNER)
        .filter(|owner| matches!(*owner, ME | MY_DEPARTMENT) || owner.parse::<UserId>().is_ok());
    if let Some(owner) = owner {
        filter = filter.and(Filter::is("owner_id", Operator::Is, &[owner]));
    }
    let period = params
        .get_str(PERIOD)
        .filter(|text| Period::parse(text).is_some());
    if let Some(period) = period {
        filter = filter.and(Filter::is("created_at", Operator::During, &[period]));
    }
    BoardQuery {
        kind,
        pipeline: params.get_str(PIPELINE).and_then(|id| id.parse().ok()),
        filter,
        text: params
            .get_str(TEXT)
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .map(str::to_owned),
    }
}

/// The address of the list of what the board shows, in one pipeline of several.
#[must_use]
pub fn list(kind: Kind, params: &ParamsMap, pipeline: Option<PipelineId>) -> String {
    let query = read(kind, params);
    let mut filter = Filter::everything();
    if let Some(id) = pipeline {
        filter = filter.and(Filter::is("pipeline_id", Operator::Is, &[&id.to_string()]));
    }
    if !query.filter.is_everything() {
        filter = filter.and(query.filter);
    }
    let mut parts = Vec::new();
    if !filter.is_everything() {
        parts.push((FILTER, filter.to_string()));
    }
    if let Some(text) = query.text {
        parts.push((TEXT, text));
    }
    format!("/{}{}", kind.plural(), query_string(&parts))
}

/// The address of the board of what a list shows: the way back of [`list`]. A condition on one
/// pipeline becomes the board's pipeline.
#[must_use]
pub fn board(kind: Kind, filter: &Filter, text: Option<&str>) -> String {
    let mut conditions = match filter {
        Filter::And(parts) => parts.clone(),
        one => vec![one.clone()],
    };
    let of_pipeline = |part: &Filter| match part {
        Filter::Is(condition) if condition.operator == Operator::Is => {
            match condition.operands.as_slice() {
                [id] if condition.path == FieldPath::parse("pipeline_id") => Some(id.clone()),
                _ => None,
            }
        }
        _ => None,
    };
    let pipeline = conditions
        .iter()
        .position(|part| of_pipeline(part).is_some());
    let pipeline = pipeline.and_then(|at| of_pipeline(&conditions.remove(at)));
    let rest = conditions
        .into_iter()
        .fold(Filter::everything(), Filter::and);
    let mut parts = Vec::new();
    if let Some(id) = pipeline {
        parts.push((PIPELINE, id));
    }
    if !rest.is_everything() {
        parts.push((FILTER, rest.to_string()));
    }
    if let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) {
        parts.push((TEXT, text.to_owned()));
    }
    format!("/{}/board{}", kind.plural(), query_string(&parts))
}

/// The board's address with some parts of its query changed; empty takes one out.
#[must_use]
pub fn with(kind: Kind, params: &ParamsMap, changes: &[(&'static str, &str)]) -> String {
    let mut params = params.clone();
    for (key, value) in changes {
        params.remove(key);
        if !value.is_empty() {
            params.insert(*key, (*value).to_owned());
        }
    }
    format!("/{}/board{}", kind.plural(), params.to_query_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(parts: &[(&'static str, &str)]) -> ParamsMap {
        parts
            .iter()
            .map(|(key, value)| (*key, (*value).to_owned()))
            .collect()
    }

    #[test]
    fn an_address_without_query_shows_everything() {
        let query = read(Kind::Deal, &ParamsMap::new());
        assert!(query.is_plain());
        assert_eq!(query.pipeline, None);
    }

    #[test]
    fn every_part_of_an_address_narrows_the_board() {
        let query = read(
            Kind::Lead,
            &params(&[
                ("pipeline", "2"),
                ("owner", "me"),
                ("period", "this_month"),
                ("q", " a,b "),
            ]),
        );
        assert_eq!(query.pipeline, Some(2));
        assert_eq!(query.text.as_deref(), Some("a,b"));
        assert_eq!(
            query.filter.to_string(),
            "and(owner_id:is:me,created_at:in:this_month)"
        );
    }

    #[test]
    fn what_makes_no_sense_is_passed_over() {
        let query = read(
            Kind::Deal,
            &params(&[
                ("pipeline", "x"),
                ("owner", "you"),
                ("period", "soon"),
                ("q", "  "),
            ]),
        );
        assert!(query.is_plain());
        assert_eq!(query.pipeline, None);
    }

    #[test]
    fn a_filter_stands_in_the_address_and_goes_along_to_the_list() {
        let here = params(&[
            ("filter", "source:is:web"),
            ("owner", "me"),
            ("q", "chairs"),
        ]);
        let query = read(Kind::Deal, &here);
        assert!(!query.is_plain());
        let list_of = list(Kind::Deal, &here, Some(2));
        assert!(list_of.starts_with("/deals?filter=and("), "{list_of}");
        for part in ["pipeline_id", "source", "owner_id", "q=chairs"] {
            assert!(list_of.contains(part), "{part}: {list_of}");
        }
        assert_eq!(list(Kind::Lead, &ParamsMap::new(), None), "/leads");
        let unreadable = read(Kind::Deal, &params(&[("filter", "and(")]));
        assert!(unreadable.is_plain());
    }

    #[test]
    fn from_the_list_one_comes_back_to_the_same_board() {
        let here = params(&[("filter", "source:is:web"), ("q", "50% off")]);
        let shown = read(Kind::Deal, &here);
        let filter = Filter::is("pipeline_id", Operator::Is, &["2"]).and(shown.filter);
        assert_eq!(
            board(Kind::Deal, &filter, shown.text.as_deref()),
            "/deals/board?pipeline=2&filter=source:is:web&q=50%2525%20off"
        );
        let either = Filter::is("pipeline_id", Operator::Is, &["2", "3"]);
        assert_eq!(
            board(Kind::Lead, &either, None),
            "/leads/board?filter=pipeline_id:is:2:3"
        );
        assert_eq!(
            board(Kind::Deal, &Filter::everything(), Some(" ")),
            "/deals/board"
        );
    }

    #[test]
    fn an_address_is_changed_in_one_part() {
        let here = params(&[("pipeline", "2"), ("q", "a b")]);
        assert_eq!(
            with(Kind::Deal, &here, &[(OPEN, "7")]),
            "/deals/board?pipeline=2&q=a%20b&open=7"
        );
        assert_eq!(
            with(Kind::Lead, &here, &[(PIPELINE, ""), (TEXT, "")]),
            "/leads/board"
        );
    }
}
