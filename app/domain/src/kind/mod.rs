//! The kinds of record there are, each described once.

mod company;
mod contact;
mod deal;
mod lead;
mod product;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::field::FieldDef;

/// A kind of record. Its table, its address and its fields follow from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Any trace that a possible client leaves.
    Lead,
    /// A person.
    Contact,
    /// A legal entity with its people.
    Company,
    /// A sale in the making.
    Deal,
    /// Something that is sold.
    Product,
}

impl Kind {
    /// Every kind, in the order in which menus show them.
    pub const ALL: [Self; 5] = [
        Self::Lead,
        Self::Deal,
        Self::Contact,
        Self::Company,
        Self::Product,
    ];

    /// The kind's word: the table's name, and `data-kind` on screen.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::Contact => "contact",
            Self::Company => "company",
            Self::Deal => "deal",
            Self::Product => "product",
        }
    }

    /// The first part of its addresses: `/deals/42`.
    #[must_use]
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Lead => "leads",
            Self::Contact => "contacts",
            Self::Company => "companies",
            Self::Deal => "deals",
            Self::Product => "products",
        }
    }

    /// The kind of an address' first part, or of a kind's word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.plural() == word || kind.as_str() == word)
    }

    /// Whether its records stand in the stages of a pipeline.
    #[must_use]
    pub const fn has_stages(self) -> bool {
        matches!(self, Self::Lead | Self::Deal)
    }

    /// The key (and column) of the field that names a record in links and headings.
    #[must_use]
    pub const fn title_field(self) -> &'static str {
        match self {
            Self::Lead | Self::Deal => "title",
            Self::Contact | Self::Company | Self::Product => "name",
        }
    }

    /// The built-in fields, in the order in which the form shows them.
    #[must_use]
    pub fn fields(self) -> &'static [FieldDef] {
        match self {
            Self::Lead => &lead::FIELDS,
            Self::Contact => &contact::FIELDS,
            Self::Company => &company::FIELDS,
            Self::Deal => &deal::FIELDS,
            Self::Product => &product::FIELDS,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_has_its_title_field_and_no_key_twice() {
        for kind in Kind::ALL {
            let keys: Vec<_> = kind
                .fields()
                .iter()
                .map(|field| field.key.as_ref())
                .collect();
            assert!(keys.contains(&kind.title_field()), "{kind}");
            assert_eq!(
                keys.len(),
                keys.iter().collect::<BTreeSet<_>>().len(),
                "{kind}"
            );
        }
    }

    #[test]
    fn addresses_lead_back_to_their_kind() {
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.plural()), Some(kind));
            assert_eq!(Kind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(Kind::parse("dragons"), None);
    }
}
