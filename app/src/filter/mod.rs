//! Filters on screen: building them, and telling them in words.
//!
//! [`FilterBar`] stands above a list: a button that opens the builder, and what is asked for as
//! chips. The pure part, rows that become a filter and back, is [`domain::query::builder`].

pub(crate) mod address;
pub mod api;
mod bar;
mod group;
mod operands;
mod period;
mod picker;
mod row;
mod state;
mod typed;
mod words;

pub use bar::FilterBar;
pub use words::filter_words;
