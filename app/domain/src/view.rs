//! Saved views: a list's filter, order and columns under a name.

use serde::{Deserialize, Serialize};

use crate::query::{Filter, Query, Sort};
use crate::{Kind, UserId, ViewId};

/// Characters that fit a view's name.
pub const NAME_LENGTH: usize = 60;
/// Views that one person may have of a kind.
pub const MOST_VIEWS: usize = 100;

/// What a list shows: all that a view keeps, and all that stands in a list's address.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ViewSpec {
    /// Which records.
    #[serde(default)]
    pub filter: Filter,
    /// A part of the title, in any case.
    #[serde(default)]
    pub text: Option<String>,
    /// In which order; empty is newest first.
    #[serde(default)]
    pub sort: Vec<Sort>,
    /// Which columns, in order; empty is the kind's usual ones.
    #[serde(default)]
    pub columns: Vec<ViewColumn>,
}

impl ViewSpec {
    /// The question that the list asks the read path. Columns are the caller's to add, since what
    /// is usual depends on the fields that there are.
    #[must_use]
    pub fn query(&self) -> Query {
        Query {
            filter: self.filter.clone(),
            text: self.text.clone(),
            sort: self.sort.clone(),
            ..Query::default()
        }
    }
}

/// A column of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ViewColumn {
    /// The field's key.
    pub field: String,
    /// Its width in CSS pixels, where somebody has set one.
    #[serde(default)]
    pub width: Option<u16>,
}

/// A view that somebody saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// Its id.
    pub id: ViewId,
    /// Of which kind's list.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// Who made it.
    pub owner: UserId,
    /// Whether everyone has it among their tabs.
    pub shared: bool,
    /// Whether the reader may rename, change and delete it: its owner, and administrators where it
    /// is shared.
    pub may_change: bool,
    /// What it shows.
    pub spec: ViewSpec,
}

/// What somebody wants of a view: all of it that can be changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ViewDraft {
    /// Its name, at most [`NAME_LENGTH`] characters.
    pub name: String,
    /// Whether everyone has it among their tabs.
    pub shared: bool,
    /// What it shows.
    pub spec: ViewSpec,
}
