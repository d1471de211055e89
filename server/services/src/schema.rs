//! The fields of a kind as the database knows them: built-in ones from `domain`, custom ones from
//! rows, and for each the expression that reads it.

use std::borrow::Cow;

use domain::field::{FieldType, Storage, find};
use domain::{FieldDef, Kind};

use crate::Ctx;
use crate::failure::Result;

/// All fields of a kind.
#[derive(Debug, Clone)]
pub struct Schema {
    /// Whose.
    pub kind: Kind,
    /// Built-in ones first.
    pub fields: Cow<'static, [FieldDef]>,
}

impl Schema {
    /// The built-in fields alone.
    #[must_use]
    pub fn built_in(kind: Kind) -> Self {
        Self {
            kind,
            fields: Cow::Borrowed(kind.fields()),
        }
    }

    /// A field.
    #[must_use]
    pub fn field(&self, key: &str) -> Option<&FieldDef> {
        find(&self.fields, key)
    }
}

/// The schema of a kind as it is now.
///
/// Custom fields arrive with their own issue; until then the built-in fields are all there are.
#[expect(clippy::unused_async, reason = "custom fields are rows")]
pub async fn load(_ctx: &Ctx, kind: Kind) -> Result<Schema> {
    Ok(Schema::built_in(kind))
}

/// The SQL type of a column that holds a field of this type: for casts, and for the test that
/// compares descriptions with the database.
#[must_use]
pub const fn column_type(field_type: FieldType) -> &'static str {
    match field_type {
        FieldType::Integer
        | FieldType::User
        | FieldType::Link(_)
        | FieldType::Stage
        | FieldType::Pipeline
        | FieldType::LostReason => "bigint",
        FieldType::Decimal | FieldType::Percent | FieldType::Money => "numeric",
        FieldType::YesNo => "boolean",
        FieldType::Date => "date",
        FieldType::DateTime => "timestamp with time zone",
        FieldType::Choices | FieldType::Users | FieldType::Links(_) | FieldType::Points(_) => {
            "jsonb"
        }
        FieldType::Text | FieldType::LongText | FieldType::Choice | FieldType::Url => "text",
    }
}

/// The columns of the kind's table that hold a field, if it is held there.
#[must_use]
pub fn columns(field: &FieldDef) -> Vec<&str> {
    match &field.storage {
        Storage::Column(column) => vec![column],
        Storage::MoneyColumns { amount, currency } => vec![amount, currency],
        _ => Vec::new(),
    }
}

/// Whether the field's column is never null, so that an order by it needs no care for empty values
/// and can follow an index. A test compares this with the database.
#[must_use]
pub fn always_filled(kind: Kind, field: &FieldDef) -> bool {
    matches!(field.storage, Storage::Column(_))
        && (field.required
            || field.key == kind.title_field()
            || matches!(
                field.key.as_ref(),
                "created_at" | "updated_at" | "stage_since" | "everyone"
            ))
}
