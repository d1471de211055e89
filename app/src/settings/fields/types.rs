//! The types that a field can have, in groups, each with what it is called and what it is for.

use domain::contact_point::PointType;
use domain::field::FieldType;
use domain::{FieldDef, Kind};

use crate::i18n::t_string;
use crate::labels::{self, I18n};

/// The types that users choose among, in groups. Of links it is the kind that is chosen next.
pub(super) const GROUPS: [(Family, &[FieldType]); 5] = [
    (
        Family::Words,
        &[
            FieldType::Text,
            FieldType::LongText,
            FieldType::Points(PointType::Phone),
            FieldType::Points(PointType::Email),
            FieldType::Url,
        ],
    ),
    (
        Family::Numbers,
        &[
            FieldType::Decimal,
            FieldType::Integer,
            FieldType::Money,
            FieldType::Percent,
        ],
    ),
    (
        Family::Choices,
        &[FieldType::YesNo, FieldType::Choice, FieldType::Choices],
    ),
    (Family::Time, &[FieldType::Date, FieldType::DateTime]),
    (
        Family::Links,
        &[
            FieldType::User,
            FieldType::Link(Kind::Company),
            FieldType::Links(Kind::Company),
        ],
    ),
];

/// What types have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    Words,
    Numbers,
    Choices,
    Time,
    Links,
}

/// The heading over a family's types.
pub(super) fn family(i18n: I18n, family: Family) -> &'static str {
    match family {
        Family::Words => t_string!(i18n, settings.family.words),
        Family::Numbers => t_string!(i18n, settings.family.numbers),
        Family::Choices => t_string!(i18n, settings.family.choices),
        Family::Time => t_string!(i18n, settings.family.time),
        Family::Links => t_string!(i18n, settings.family.links),
    }
}

/// What a type is called.
pub(super) fn type_name(i18n: I18n, field_type: FieldType) -> &'static str {
    match field_type {
        FieldType::Text => t_string!(i18n, settings.types.text),
        FieldType::LongText => t_string!(i18n, settings.types.long_text),
        FieldType::Integer => t_string!(i18n, settings.types.integer),
        FieldType::Decimal => t_string!(i18n, settings.types.decimal),
        FieldType::Money => t_string!(i18n, settings.types.money),
        FieldType::Percent => t_string!(i18n, settings.types.percent),
        FieldType::YesNo => t_string!(i18n, settings.types.yes_no),
        FieldType::Date => t_string!(i18n, settings.types.date),
        FieldType::DateTime => t_string!(i18n, settings.types.date_time),
        FieldType::Choice => t_string!(i18n, settings.types.choice),
        FieldType::Choices => t_string!(i18n, settings.types.choices),
        FieldType::User => t_string!(i18n, settings.types.user),
        FieldType::Users => t_string!(i18n, settings.types.users),
        FieldType::Link(_) => t_string!(i18n, settings.types.link),
        FieldType::Links(_) => t_string!(i18n, settings.types.links),
        FieldType::Points(PointType::Phone) => t_string!(i18n, settings.types.phone),
        FieldType::Points(PointType::Email) => t_string!(i18n, settings.types.email),
        FieldType::Url => t_string!(i18n, settings.types.url),
        FieldType::Stage => t_string!(i18n, settings.types.stage),
        FieldType::Pipeline => t_string!(i18n, settings.types.pipeline),
        FieldType::LostReason => t_string!(i18n, settings.types.lost_reason),
    }
}

/// What a type is for, in one line; empty for those that nobody makes.
pub(super) fn type_help(i18n: I18n, field_type: FieldType) -> &'static str {
    match field_type {
        FieldType::Text => t_string!(i18n, settings.types.text_help),
        FieldType::LongText => t_string!(i18n, settings.types.long_text_help),
        FieldType::Integer => t_string!(i18n, settings.types.integer_help),
        FieldType::Decimal => t_string!(i18n, settings.types.decimal_help),
        FieldType::Money => t_string!(i18n, settings.types.money_help),
        FieldType::Percent => t_string!(i18n, settings.types.percent_help),
        FieldType::YesNo => t_string!(i18n, settings.types.yes_no_help),
        FieldType::Date => t_string!(i18n, settings.types.date_help),
        FieldType::DateTime => t_string!(i18n, settings.types.date_time_help),
        FieldType::Choice => t_string!(i18n, settings.types.choice_help),
        FieldType::Choices => t_string!(i18n, settings.types.choices_help),
        FieldType::User => t_string!(i18n, settings.types.user_help),
        FieldType::Link(_) => t_string!(i18n, settings.types.link_help),
        FieldType::Links(_) => t_string!(i18n, settings.types.links_help),
        FieldType::Points(PointType::Phone) => t_string!(i18n, settings.types.phone_help),
        FieldType::Points(PointType::Email) => t_string!(i18n, settings.types.email_help),
        FieldType::Url => t_string!(i18n, settings.types.url_help),
        // Built-in fields alone have these.
        FieldType::Users | FieldType::Stage | FieldType::Pipeline | FieldType::LostReason => "",
    }
}

/// A field's type, and of which kind where it links: “Link: Companies”.
pub(super) fn type_of(i18n: I18n, field: &FieldDef) -> String {
    let name = type_name(i18n, field.field_type);
    match field.field_type {
        FieldType::Link(kind) | FieldType::Links(kind) => {
            format!("{name}: {}", labels::kind_many(i18n, kind))
        }
        _ => name.to_owned(),
    }
}

/// The kind that a type links to.
pub(super) const fn linked_kind(field_type: FieldType) -> Option<Kind> {
    match field_type {
        FieldType::Link(kind) | FieldType::Links(kind) => Some(kind),
        _ => None,
    }
}

/// The same type, linking to another kind.
pub(super) const fn linking_to(field_type: FieldType, kind: Kind) -> FieldType {
    match field_type {
        FieldType::Link(_) => FieldType::Link(kind),
        FieldType::Links(_) => FieldType::Links(kind),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use domain::field_settings::FieldDraft;

    use super::*;

    #[test]
    fn every_type_that_can_be_made_is_offered_once() {
        let offered: Vec<FieldType> = GROUPS
            .iter()
            .flat_map(|(_, types)| types.iter())
            .flat_map(|of| match linked_kind(*of) {
                Some(_) => Kind::ALL.map(|kind| linking_to(*of, kind)).to_vec(),
                None => vec![*of],
            })
            .collect();
        let can_be_made = FieldDraft::types();
        assert_eq!(offered.len(), can_be_made.len());
        for field_type in can_be_made {
            assert!(offered.contains(&field_type), "{field_type:?}");
        }
    }
}
