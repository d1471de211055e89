//! Companies: legal entities with their people.

use std::borrow::Cow;
use std::sync::LazyLock;

use crate::contact_point::PointType;
use crate::field::{FieldDef, FieldType, Group, Storage, common_fields, from_leads};
use crate::kind::Kind;

pub(super) static FIELDS: LazyLock<Vec<FieldDef>> = LazyLock::new(|| {
    let mut fields = vec![
        FieldDef::column("name", "Name", FieldType::Text).required(),
        FieldDef::column("industry", "Industry", FieldType::Text),
        FieldDef::column("parent_id", "Part of", FieldType::Link(Kind::Company)),
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
        FieldDef::column("website", "Web site", FieldType::Url),
        FieldDef::column("address", "Address", FieldType::LongText),
        FieldDef::column("country", "Country", FieldType::Text),
        FieldDef::stored(
            "contacts",
            "Contacts",
            FieldType::Links(Kind::Contact),
            Storage::LinksBack {
                from: Kind::Contact,
                field: Cow::Borrowed("companies"),
            },
        )
        .internal()
        .in_group(Group::People),
        FieldDef::column("employees", "Employees", FieldType::Integer).in_group(Group::Details),
        FieldDef::stored(
            "revenue",
            "Revenue",
            FieldType::Money,
            Storage::MoneyColumns {
                amount: Cow::Borrowed("revenue"),
                currency: Cow::Borrowed("revenue_currency"),
            },
        )
        .in_group(Group::Details),
        FieldDef::column("founded", "Founded in", FieldType::Integer).in_group(Group::Details),
        FieldDef::column("description", "Description", FieldType::LongText)
            .in_group(Group::Details),
        FieldDef::column("external_id", "External id", FieldType::Text).in_group(Group::Details),
    ];
    fields.push(from_leads());
    fields.extend(common_fields());
    fields
});
