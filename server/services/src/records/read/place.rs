//! Where a field's value is found in SQL: the expression that reads it, or the rows that hold it.

use domain::field::{FieldType, Storage};
use domain::{FieldDef, Kind};

use super::sql::{name, word};

/// How texts of custom fields are compared and ordered: by the rules of Unicode, so that Łódź
/// stands before Madrid. One order for both, so that one index serves both.
pub(super) const BY_ALPHABET: &str = "COLLATE \"und-x-icu\"";

/// A record of a kind under an alias of the statement.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    /// The kind.
    pub kind: Kind,
    /// The alias.
    pub alias: &'a str,
}

impl Place<'_> {
    /// One column of the record.
    pub(super) fn column(self, column: &str) -> String {
        format!("{}.{}", self.alias, name(column))
    }

    /// A custom value as JSON.
    pub(super) fn custom(self, id: i64) -> String {
        format!("({}.custom -> '{id}')", self.alias)
    }

    /// The expression of a value that is one number, text, day …: the column, or the custom value
    /// cast. Custom days and moments stay text: they are stored so that their order as text is
    /// their order in time, and a cast to a date could not be indexed.
    pub(super) fn scalar(self, field: &FieldDef) -> Option<String> {
        match &field.storage {
            Storage::Column(column) => Some(self.column(column)),
            Storage::MoneyColumns { amount, .. } => Some(self.column(amount)),
            Storage::Custom(id) => {
                let text = format!("({}.custom ->> '{id}')", self.alias);
                match field.field_type {
                    FieldType::Text | FieldType::LongText | FieldType::Choice | FieldType::Url => {
                        Some(text)
                    }
                    FieldType::Date | FieldType::DateTime => {
                        Some(format!("({text} COLLATE \"C\")"))
                    }
                    FieldType::Integer
                    | FieldType::User
                    | FieldType::Stage
                    | FieldType::Pipeline
                    | FieldType::LostReason => Some(format!("({text}::bigint)")),
                    FieldType::Decimal | FieldType::Percent => Some(format!("({text}::numeric)")),
                    FieldType::Money => Some(format!(
                        "(({}.custom -> '{id}' ->> 'amount')::numeric)",
                        self.alias
                    )),
                    FieldType::YesNo => Some(format!("({text}::boolean)")),
                    // Kept as a list, like several.
                    FieldType::Link(_) => {
                        Some(format!("(({}.custom -> '{id}' ->> 0)::bigint)", self.alias))
                    }
                    FieldType::Choices
                    | FieldType::Users
                    | FieldType::Links(_)
                    | FieldType::Points(_) => None,
                }
            }
            Storage::Links | Storage::LinksBack { .. } | Storage::Points | Storage::Observers => {
                None
            }
        }
    }

    /// The expression by which a value is asked for as a whole, and which an index is over: that of
    /// [`Place::scalar`], texts in their order.
    pub(super) fn compared(self, field: &FieldDef) -> Option<String> {
        let scalar = self.scalar(field)?;
        let ordered = field.custom_id().is_some()
            && matches!(field.field_type, FieldType::Text | FieldType::Url);
        Some(if ordered {
            format!("({scalar} {BY_ALPHABET})")
        } else {
            scalar
        })
    }

    /// The expression of an amount's currency.
    pub(super) fn currency(self, field: &FieldDef) -> Option<String> {
        match &field.storage {
            Storage::MoneyColumns { currency, .. } => Some(self.column(currency)),
            Storage::Custom(id) => {
                Some(format!("({}.custom -> '{id}' ->> 'currency')", self.alias))
            }
            _ => None,
        }
    }

    /// The rows that a field kept beside the record has, as `FROM` and `WHERE` to which further
    /// conditions can be added, and the column that holds the linked record or user.
    pub(super) fn rows(self, field: &FieldDef) -> Option<(String, &'static str)> {
        let kind = word(self.kind.as_str());
        let alias = self.alias;
        match (&field.storage, field.field_type) {
            (Storage::Links, _) => Some((
                format!(
                    "record_link k WHERE k.from_kind = {kind} AND k.from_id = {alias}.id \
                     AND k.field = {}",
                    word(&field.key)
                ),
                "k.to_id",
            )),
            (Storage::LinksBack { from, field }, _) => Some((
                format!(
                    "record_link k WHERE k.to_kind = {kind} AND k.to_id = {alias}.id \
                     AND k.from_kind = {} AND k.field = {}",
                    word(from.as_str()),
                    word(field)
                ),
                "k.from_id",
            )),
            (Storage::Observers, _) => Some((
                format!("record_observer k WHERE k.kind = {kind} AND k.record_id = {alias}.id"),
                "k.user_id",
            )),
            (Storage::Points, FieldType::Points(point_type)) => Some((
                format!(
                    "contact_point k WHERE k.kind = {kind} AND k.record_id = {alias}.id \
                     AND k.point_type = {} AND k.field = ''",
                    word(point_type.as_str())
                ),
                "k.id",
            )),
            (Storage::Custom(_), FieldType::Points(_)) => Some((
                format!(
                    "contact_point k WHERE k.kind = {kind} AND k.record_id = {alias}.id \
                     AND k.field = {}",
                    word(&field.key)
                ),
                "k.id",
            )),
            (Storage::Custom(id), FieldType::Link(_) | FieldType::Links(_) | FieldType::Users) => {
                Some((
                    format!(
                        "jsonb_array_elements_text(CASE WHEN jsonb_typeof({alias}.custom -> '{id}') = \
                     'array' THEN {alias}.custom -> '{id}' END) WITH ORDINALITY k(id, place) WHERE \
                     true"
                    ),
                    "k.id::bigint",
                ))
            }
            _ => None,
        }
    }
}
