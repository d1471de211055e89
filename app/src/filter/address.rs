//! Conditions as they stand in the address of a board and of the funnel.

use domain::query::Filter;
use leptos_router::params::ParamsMap;

/// The part of the address, as [`Filter`] is written.
pub const FILTER: &str = "filter";

/// The conditions of an address; none where they cannot be read.
#[must_use]
pub fn conditions(params: &ParamsMap) -> Filter {
    let text = params.get_str(FILTER).unwrap_or_default().to_owned();
    Filter::try_from(text).unwrap_or_default()
}

/// What stands in the address; empty where everything is let through.
#[must_use]
pub fn as_part(filter: &Filter) -> String {
    if filter.is_everything() {
        String::new()
    } else {
        filter.to_string()
    }
}
