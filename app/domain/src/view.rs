//! Saved views: a list's filter, order and columns under a name.

use serde::{Deserialize, Serialize};

use crate::field::find;
use crate::query::{Catalogue, Filter, Query, Sort};
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

    /// The same without what names fields that are gone or says of a field what makes no sense: what
    /// a list shows where a view, or an address, is older than the fields.
    #[must_use]
    pub fn known(&self, kind: Kind, catalogue: &Catalogue) -> Self {
        let fields = catalogue.fields(kind);
        let is_there = |key: &str| find(fields, key).is_some();
        Self {
            filter: self.filter.known(fields, |kind| catalogue.fields(kind)),
            text: self.text.clone(),
            sort: (self.sort.iter())
                .filter(|sort| is_there(&sort.field))
                .cloned()
                .collect(),
            columns: (self.columns.iter())
                .filter(|column| is_there(&column.field))
                .cloned()
                .collect(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spec_is_shown_without_what_is_gone() {
        let spec = ViewSpec {
            filter: "and(c9:is:1,owner_id:is:me)".parse().unwrap(),
            text: Some("roof".into()),
            sort: vec![
                Sort {
                    field: "c9".into(),
                    descending: true,
                },
                Sort {
                    field: "amount".into(),
                    descending: true,
                },
            ],
            columns: ["title", "c9"]
                .map(|field| ViewColumn {
                    field: field.into(),
                    width: None,
                })
                .to_vec(),
        };
        let known = spec.known(Kind::Deal, &Catalogue::built_in());
        assert_eq!(known.filter.to_string(), "and(owner_id:is:me)");
        assert_eq!(known.text.as_deref(), Some("roof"));
        assert_eq!(known.sort.len(), 1);
        assert_eq!(known.columns.len(), 1);
    }
}
