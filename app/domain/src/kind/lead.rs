//! Leads: any trace that a possible client leaves.

use std::borrow::Cow;
use std::sync::LazyLock;

use crate::contact_point::PointType;
use crate::field::{FieldDef, FieldType, Group, Storage, common_fields, stage_fields};
use crate::kind::Kind;

/// Where a lead or a deal came from.
pub(super) const SOURCES: [(&str, &str); 8] = [
    ("web", "Web site"),
    ("call", "Call"),
    ("email", "E-mail"),
    ("referral", "Referral"),
    ("partner", "Partner"),
    ("event", "Event"),
    ("advertising", "Advertising"),
    ("other", "Other"),
];

pub(super) static FIELDS: LazyLock<Vec<FieldDef>> = LazyLock::new(|| {
    let mut fields = vec![FieldDef::column("title", "Title", FieldType::Text).required()];
    fields.extend(stage_fields());
    fields.extend([
        FieldDef::column("person_name", "Person", FieldType::Text)
            .in_group(Group::People)
            .on_card(),
        FieldDef::column("company_name", "Company", FieldType::Text)
            .in_group(Group::People)
            .on_card(),
        FieldDef::stored(
            "phones",
            "Phones",
            FieldType::Points(PointType::Phone),
            Storage::Points,
        )
        .in_group(Group::People),
        FieldDef::stored(
            "emails",
            "E-mails",
            FieldType::Points(PointType::Email),
            Storage::Points,
        )
        .in_group(Group::People),
        became("contacts", "Contacts", Kind::Contact),
        became("companies", "Companies", Kind::Company),
        became("deals", "Deals", Kind::Deal),
        FieldDef::column("source", "Source", FieldType::Choice)
            .with_options(&SOURCES)
            .in_group(Group::Details),
        FieldDef::column("description", "Description", FieldType::LongText)
            .in_group(Group::Details),
        FieldDef::column("external_id", "External id", FieldType::Text).in_group(Group::Details),
    ]);
    fields.extend(common_fields());
    fields
});

/// What the lead has become: the way back of the other kind's link to its leads.
fn became(key: &'static str, label: &'static str, kind: Kind) -> FieldDef {
    let storage = Storage::LinksBack {
        from: kind,
        field: Cow::Borrowed("leads"),
    };
    FieldDef::stored(key, label, FieldType::Links(kind), storage)
        .internal()
        .in_group(Group::People)
}
