//! Changing many records at once.

use serde::{Deserialize, Serialize};

use crate::RecordId;
use crate::query::Query;

/// Which records are meant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Selection {
    /// These.
    These(Vec<RecordId>),
    /// All that a query finds, without those that were taken out by hand.
    All {
        /// Its filter and text count; order, columns and cursor do not.
        query: Query,
        /// Taken out.
        without: Vec<RecordId>,
    },
}

impl Default for Selection {
    fn default() -> Self {
        Self::These(Vec::new())
    }
}

impl Selection {
    /// Whether nothing is selected.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::These(ids) if ids.is_empty())
    }

    /// Whether a record is in it, when the query of [`Selection::All`] finds it.
    #[must_use]
    pub fn has(&self, id: RecordId) -> bool {
        match self {
            Self::These(ids) => ids.contains(&id),
            Self::All { without, .. } => !without.contains(&id),
        }
    }
}
