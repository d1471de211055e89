//! Questions for numbers instead of records: how many there are and what they come to, all
//! together or by the values of a field.

use serde::{Deserialize, Serialize};

use crate::Value;
use crate::board::Total;

/// Groups at most; with more, those with most records are told.
pub const GROUPS: u64 = 500;

/// What is counted, and by what.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AggregateQuery {
    /// The field whose values make the groups, or one of a linked record: `owner_id`, `stage_id`,
    /// `company_id.industry`. None is one group of all.
    #[serde(default)]
    pub group_by: Option<String>,
    /// The number or the amount that is summed, amounts by currency. None only counts.
    #[serde(default)]
    pub sum: Option<String>,
}

/// Count and sum of the records that have a value in common.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// The value; empty for the records without one, and where nothing makes groups.
    pub key: Value,
    /// Count and sum, currency by currency. Records without an amount, and plain numbers, count
    /// under no currency.
    pub totals: Vec<Total>,
}
