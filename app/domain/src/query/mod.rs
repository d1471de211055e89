//! Questions to the one read path: which records, in which order, from where on.

pub mod aggregate;
pub mod builder;
mod catalogue;
pub mod filter;
mod filter_text;

use serde::{Deserialize, Serialize};

pub use aggregate::{AggregateQuery, Group};
pub use catalogue::Catalogue;
pub use filter::{Condition, FieldPath, Filter, Operator};

use crate::Record;

/// Rows on a page when nothing else is asked for.
pub const PAGE: u32 = 50;
/// Rows on a page at most.
pub const LARGEST_PAGE: u32 = 500;
/// Counting stops here unless the exact number is asked for: "10,000+".
pub const COUNT_CAP: u64 = 10_000;

/// A question for a list of records of one kind.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Query {
    /// Which ones.
    #[serde(default)]
    pub filter: Filter,
    /// A part of the title, in any case.
    #[serde(default)]
    pub text: Option<String>,
    /// In which order; the id breaks ties. Empty is newest first.
    #[serde(default)]
    pub sort: Vec<Sort>,
    /// Which fields; empty is all.
    #[serde(default)]
    pub columns: Vec<String>,
    /// From where on; none is from the start.
    #[serde(default)]
    pub cursor: Option<Cursor>,
    /// How many, at most [`LARGEST_PAGE`]; none is [`PAGE`].
    #[serde(default)]
    pub limit: Option<u32>,
    /// The recycle bin instead of what is in use.
    #[serde(default)]
    pub deleted: bool,
}

/// One key of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sort {
    /// The field's key.
    pub field: String,
    /// From high to low. Empty values stand last either way.
    #[serde(default)]
    pub descending: bool,
}

/// Where a page ended: the values of the sort keys of its last row, as text, and its id at the
/// end. Opaque to everybody but the read path that made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor(pub Vec<Option<String>>);

/// One page of records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// The records.
    pub records: Vec<Record>,
    /// Where the next page begins; none at the end.
    pub next: Option<Cursor>,
}

/// How many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// As far as was counted.
    pub value: u64,
    /// Whether there are more than that.
    pub capped: bool,
}
