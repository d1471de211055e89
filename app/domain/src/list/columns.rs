//! The columns of a list: which are usual, how wide they are, what can be sorted and summed.

use std::ops::RangeInclusive;

use crate::field::{FieldType, Storage};
use crate::view::ViewColumn;
use crate::{FieldDef, Kind};

/// Widths that a column may have, in CSS pixels.
pub const WIDEST: RangeInclusive<u16> = 56..=800;

/// A column as a list shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// Its field.
    pub field: FieldDef,
    /// Its width in CSS pixels.
    pub width: u16,
}

/// The columns that a list shows: those that were chosen, or the kind's usual ones. The title
/// comes first in any case, since it names the row and opens the record.
#[must_use]
pub fn shown(kind: Kind, chosen: &[ViewColumn], fields: &[FieldDef]) -> Vec<Shown> {
    let usual: Vec<ViewColumn>;
    let chosen = if chosen.is_empty() {
        usual = usual_columns(kind, fields);
        &usual[..]
    } else {
        chosen
    };
    let title = kind.title_field();
    let is_title = |column: &&ViewColumn| column.field == title;
    let first = ViewColumn {
        field: title.to_owned(),
        width: None,
    };
    let first = chosen.iter().find(is_title).unwrap_or(&first);
    std::iter::once(first)
        .chain(chosen.iter().filter(|column| !is_title(column)))
        .filter_map(|column| {
            let field = fields.iter().find(|field| field.key == column.field)?;
            Some(Shown {
                field: field.clone(),
                width: column.width.unwrap_or_else(|| width_of(kind, field)),
            })
        })
        .collect()
}

/// The columns of a list about which nobody has said anything: a part of the kind's description,
/// and the fields of its users that are shown on cards.
fn usual_columns(kind: Kind, fields: &[FieldDef]) -> Vec<ViewColumn> {
    let column = |key: &str| ViewColumn {
        field: key.to_owned(),
        width: None,
    };
    let on_card = fields
        .iter()
        .filter(|field| matches!(field.storage, Storage::Custom(_)) && field.on_card);
    usual(kind)
        .iter()
        .map(|key| column(key))
        .chain(on_card.map(|field| column(&field.key)))
        .collect()
}

const fn usual(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Deal => &[
            "title",
            "stage_id",
            "amount",
            "company_id",
            "owner_id",
            "expected_close",
            "next_step",
            "next_step_on",
        ],
        Kind::Lead => &[
            "title",
            "stage_id",
            "person_name",
            "company_name",
            "phones",
            "owner_id",
            "source",
            "created_at",
        ],
        Kind::Contact => &[
            "name",
            "job_title",
            "companies",
            "phones",
            "emails",
            "owner_id",
        ],
        Kind::Company => &[
            "name",
            "industry",
            "country",
            "phones",
            "emails",
            "employees",
            "owner_id",
        ],
        Kind::Product => &["name", "sku", "series", "price", "unit", "active"],
    }
}

/// What a list asks for of each record: what it shows, and what tells who may change it.
#[must_use]
pub fn to_read(kind: Kind, shown: &[Shown], fields: &[FieldDef]) -> Vec<String> {
    let mut keys: Vec<String> = shown.iter().map(|it| it.field.key.to_string()).collect();
    for key in [kind.title_field(), "owner_id", "observers", "pipeline_id"] {
        if fields.iter().any(|field| field.key == key) && !keys.iter().any(|other| other == key) {
            keys.push(key.to_owned());
        }
    }
    keys.sort_unstable();
    keys
}

/// The width of a column that nobody has set one for, in CSS pixels.
#[must_use]
pub fn width_of(kind: Kind, field: &FieldDef) -> u16 {
    if field.key == kind.title_field() {
        return 280;
    }
    match field.field_type {
        FieldType::YesNo => 88,
        FieldType::Integer | FieldType::Decimal | FieldType::Percent => 104,
        FieldType::Date => 120,
        FieldType::Money => 128,
        FieldType::Choice
        | FieldType::Stage
        | FieldType::Pipeline
        | FieldType::LostReason
        | FieldType::DateTime => 144,
        FieldType::User | FieldType::Points(_) => 168,
        FieldType::Text
        | FieldType::Url
        | FieldType::Choices
        | FieldType::Users
        | FieldType::Link(_)
        | FieldType::Links(_) => 192,
        FieldType::LongText => 240,
    }
}

/// Whether records can be sorted by a field.
#[must_use]
pub const fn can_sort(field: &FieldDef) -> bool {
    match field.field_type {
        FieldType::LongText
        | FieldType::Choices
        | FieldType::Users
        | FieldType::Links(_)
        | FieldType::Points(_) => false,
        FieldType::Link(_) => matches!(field.storage, Storage::Column(_)),
        _ => true,
    }
}

/// Whether a field's values have a sum and an average.
#[must_use]
pub fn can_sum(field: &FieldDef) -> bool {
    matches!(
        field.field_type,
        FieldType::Integer | FieldType::Decimal | FieldType::Money | FieldType::Percent
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_columns_are_fields_and_begin_with_the_title() {
        for kind in Kind::ALL {
            let all = shown(kind, &[], kind.fields());
            assert_eq!(all.len(), usual(kind).len(), "{kind}");
            assert_eq!(all[0].field.key, kind.title_field());
            assert!(to_read(kind, &all, kind.fields()).contains(&"owner_id".to_owned()));
        }
    }

    #[test]
    fn the_title_is_never_missing() {
        let chosen = [("amount", Some(99)), ("title", Some(300)), ("gone", None)];
        let chosen = chosen.map(|(field, width)| ViewColumn {
            field: field.to_owned(),
            width,
        });
        let all = shown(Kind::Deal, &chosen, Kind::Deal.fields());
        let told: Vec<_> = all
            .iter()
            .map(|it| (it.field.key.as_ref(), it.width))
            .collect();
        assert_eq!(told, [("title", 300), ("amount", 99)]);
        let all = shown(Kind::Deal, &chosen[..1], Kind::Deal.fields());
        assert_eq!(all[0].field.key, "title");
    }

    #[test]
    fn a_field_that_users_put_on_cards_is_a_usual_column() {
        let mut fields = Kind::Deal.fields().to_vec();
        let custom = FieldDef::stored("c7", "Budget", FieldType::Money, Storage::Custom(7));
        fields.push(custom.clone());
        assert!(
            shown(Kind::Deal, &[], &fields)
                .iter()
                .all(|it| it.field.key != "c7")
        );
        fields.pop();
        fields.push(custom.on_card());
        assert!(
            shown(Kind::Deal, &[], &fields)
                .iter()
                .any(|it| it.field.key == "c7")
        );
    }
}
