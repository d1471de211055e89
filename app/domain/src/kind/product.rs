//! Products: what is sold.

use std::borrow::Cow;
use std::sync::LazyLock;

use crate::field::{FieldDef, FieldType, Group, Storage, common_fields};

pub(super) static FIELDS: LazyLock<Vec<FieldDef>> = LazyLock::new(|| {
    let mut fields = vec![
        FieldDef::column("name", "Name", FieldType::Text).required(),
        FieldDef::column("sku", "Article number", FieldType::Text),
        FieldDef::column("series", "Series", FieldType::Text),
        FieldDef::stored(
            "price",
            "Price",
            FieldType::Money,
            Storage::MoneyColumns {
                amount: Cow::Borrowed("price"),
                currency: Cow::Borrowed("price_currency"),
            },
        ),
        FieldDef::column("unit", "Unit", FieldType::Text),
        FieldDef::column("active", "On sale", FieldType::YesNo),
        FieldDef::column("description", "Description", FieldType::LongText)
            .in_group(Group::Details),
        FieldDef::column("external_id", "External id", FieldType::Text).in_group(Group::Details),
    ];
    fields.extend(common_fields());
    fields
});
