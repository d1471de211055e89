//! Lists: what their addresses say, which columns they show, and what of them is in the document.

mod address;
mod columns;
mod window;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use address::{Address, Fault, mend, query_string, write};
pub use columns::{Shown, WIDEST, can_sort, can_sum, shown, to_read, width_of};
pub use window::{Piece, Sight, in_sight, pieces};

use crate::board::Total;
use crate::query::Page;
use crate::{EventId, Record};

/// Rows that are fetched at once.
pub const LIST_PAGE: u32 = 100;

/// The first page of a list, and what goes with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Listed {
    /// The records.
    pub page: Page,
    /// When it was read: days are told relative to it.
    pub now: DateTime<Utc>,
    /// The newest event that it contains.
    pub seen: EventId,
}

/// A record that a list shows already, read again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The record.
    pub record: Record,
    /// Whether the list's filter and text still let it through.
    pub fits: bool,
}

/// What a column comes to over everything that a list has, not only what is loaded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// The field's key.
    pub field: String,
    /// Sum and number of filled records, currency by currency; plain numbers under none.
    pub totals: Vec<Total>,
}
