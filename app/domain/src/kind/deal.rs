//! Deals: sales in the making.

use std::sync::LazyLock;

use crate::field::{FieldDef, FieldType, Group, Storage, common_fields, from_leads, stage_fields};
use crate::kind::Kind;

pub(super) static FIELDS: LazyLock<Vec<FieldDef>> = LazyLock::new(|| {
    let mut fields = vec![FieldDef::column("title", "Title", FieldType::Text).required()];
    fields.extend(stage_fields());
    fields.extend([
        FieldDef::column("company_id", "Company", FieldType::Link(Kind::Company))
            .in_group(Group::People)
            .on_card(),
        FieldDef::stored(
            "contacts",
            "Contacts",
            FieldType::Links(Kind::Contact),
            Storage::Links,
        )
        .in_group(Group::People)
        .with_help("The first one is the primary contact."),
        FieldDef::stored(
            "products",
            "Products",
            FieldType::Links(Kind::Product),
            Storage::Links,
        )
        .in_group(Group::Details),
        FieldDef::column("source", "Source", FieldType::Choice)
            .with_options(&super::lead::SOURCES)
            .in_group(Group::Details),
        FieldDef::column("description", "Description", FieldType::LongText)
            .in_group(Group::Details),
        FieldDef::column("external_id", "External id", FieldType::Text)
            .in_group(Group::Details)
            .with_help("Its id in the system it came from."),
    ]);
    fields.push(from_leads());
    fields.extend(common_fields());
    fields
});
