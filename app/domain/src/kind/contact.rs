//! Contacts: people. A first name is enough.

use std::borrow::Cow;
use std::sync::LazyLock;

use crate::contact_point::PointType;
use crate::field::{FieldDef, FieldType, Group, Storage, common_fields, from_leads};
use crate::kind::Kind;

pub(super) static FIELDS: LazyLock<Vec<FieldDef>> = LazyLock::new(|| {
    let mut fields = vec![
        FieldDef::column("name", "Name", FieldType::Text)
            .internal()
            .in_group(Group::System),
        FieldDef::column("first_name", "First name", FieldType::Text),
        FieldDef::column("last_name", "Last name", FieldType::Text),
        FieldDef::column("job_title", "Job title", FieldType::Text),
        FieldDef::stored(
            "phones",
            "Phones",
            FieldType::Points(PointType::Phone),
            Storage::Points,
        ),
        FieldDef::stored(
            "emails",
            "E-mails",
            FieldType::Points(PointType::Email),
            Storage::Points,
        ),
        FieldDef::stored(
            "companies",
            "Companies",
            FieldType::Links(Kind::Company),
            Storage::Links,
        )
        .in_group(Group::People),
        FieldDef::stored(
            "deals",
            "Deals",
            FieldType::Links(Kind::Deal),
            Storage::LinksBack {
                from: Kind::Deal,
                field: Cow::Borrowed("contacts"),
            },
        )
        .internal()
        .in_group(Group::People),
        FieldDef::column("description", "Description", FieldType::LongText)
            .in_group(Group::Details),
        FieldDef::column("external_id", "External id", FieldType::Text).in_group(Group::Details),
    ];
    fields.push(from_leads());
    fields.extend(common_fields());
    fields
});
