//! What an index of a custom field is over: the expression that conditions and orders compare, word
//! for word.

use domain::field::FieldType;
use domain::{FieldDef, Kind};

use super::place::Place;

/// What an index serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Served {
    /// Over what it is.
    pub(crate) expression: String,
    /// Whether it is in order, for comparison and sorting; else it tells which lists have a value.
    pub(crate) ordered: bool,
}

/// What serves the questions about a custom field of a kind; none where they are answered
/// elsewhere (phones, addresses) or by reading (a part of a long text).
pub(crate) fn served(kind: Kind, field: &FieldDef) -> Option<Served> {
    let id = field.custom_id()?;
    let place = Place {
        kind,
        alias: kind.as_str(),
    };
    match field.field_type {
        FieldType::LongText | FieldType::Points(_) => None,
        FieldType::Choices | FieldType::Users | FieldType::Link(_) | FieldType::Links(_) => {
            Some(Served {
                expression: place.custom(id),
                ordered: false,
            })
        }
        _ => Some(Served {
            expression: place.compared(field)?,
            ordered: true,
        }),
    }
}
