//! What built-in things are called in the user's language: kinds, fields, groups, choices, roles,
//! problems, errors. What users have named themselves is shown as they named it.
//!
//! The language is read untracked: another one loads the page anew, and so these can be called
//! anywhere, in handlers too.

use domain::field::Group;
use domain::rights::Role;
use domain::{Error, FieldDef, FieldError, Kind, Problem};

pub use crate::dates::I18n;
use crate::i18n::{Locale, td_string};
use crate::ui::Glyph;

/// A record of a kind: “Deal”.
#[must_use]
pub fn kind_one(i18n: I18n, kind: Kind) -> String {
    let locale = i18n.get_locale_untracked();
    match kind {
        Kind::Lead => td_string!(locale, labels.kind.lead),
        Kind::Contact => td_string!(locale, labels.kind.contact),
        Kind::Company => td_string!(locale, labels.kind.company),
        Kind::Deal => td_string!(locale, labels.kind.deal),
        Kind::Product => td_string!(locale, labels.kind.product),
    }
    .to_owned()
}

/// Records of a kind: “Deals”.
#[must_use]
pub fn kind_many(i18n: I18n, kind: Kind) -> String {
    let locale = i18n.get_locale_untracked();
    match kind {
        Kind::Lead => td_string!(locale, labels.kinds.lead),
        Kind::Contact => td_string!(locale, labels.kinds.contact),
        Kind::Company => td_string!(locale, labels.kinds.company),
        Kind::Deal => td_string!(locale, labels.kinds.deal),
        Kind::Product => td_string!(locale, labels.kinds.product),
    }
    .to_owned()
}

/// The picture of a kind.
#[must_use]
pub const fn glyph(kind: Kind) -> Glyph {
    match kind {
        Kind::Lead => Glyph::Lead,
        Kind::Contact => Glyph::Contact,
        Kind::Company => Glyph::Company,
        Kind::Deal => Glyph::Deal,
        Kind::Product => Glyph::Product,
    }
}

/// A field's name.
#[must_use]
pub fn field(i18n: I18n, field: &FieldDef) -> String {
    built_in_field(i18n.get_locale_untracked(), &field.key)
        .map_or_else(|| field.label.to_string(), str::to_owned)
}

/// The name of the field with this key, of which only the English name came along.
#[must_use]
pub fn field_named(i18n: I18n, key: &str, label: &str) -> String {
    built_in_field(i18n.get_locale_untracked(), key)
        .unwrap_or(label)
        .to_owned()
}

/// Fields of the same key have the same name, whatever their kind.
fn built_in_field(locale: Locale, key: &str) -> Option<&'static str> {
    Some(match key {
        "active" => td_string!(locale, labels.field.active),
        "address" => td_string!(locale, labels.field.address),
        "amount" => td_string!(locale, labels.field.amount),
        "closed_at" => td_string!(locale, labels.field.closed_at),
        "companies" => td_string!(locale, labels.field.companies),
        "company_id" | "company_name" => td_string!(locale, labels.field.company),
        "contacts" => td_string!(locale, labels.field.contacts),
        "country" => td_string!(locale, labels.field.country),
        "created_at" => td_string!(locale, labels.field.created_at),
        "created_by" => td_string!(locale, labels.field.created_by),
        "deals" => td_string!(locale, labels.field.deals),
        "description" => td_string!(locale, labels.field.description),
        "emails" => td_string!(locale, labels.field.emails),
        "employees" => td_string!(locale, labels.field.employees),
        "everyone" => td_string!(locale, labels.field.everyone),
        "expected_close" => td_string!(locale, labels.field.expected_close),
        "external_id" => td_string!(locale, labels.field.external_id),
        "first_name" => td_string!(locale, labels.field.first_name),
        "founded" => td_string!(locale, labels.field.founded),
        "industry" => td_string!(locale, labels.field.industry),
        "job_title" => td_string!(locale, labels.field.job_title),
        "last_name" => td_string!(locale, labels.field.last_name),
        "leads" => td_string!(locale, labels.field.leads),
        "lost_reason_id" => td_string!(locale, labels.field.lost_reason),
        "name" => td_string!(locale, labels.field.name),
        "next_step" => td_string!(locale, labels.field.next_step),
        "next_step_on" => td_string!(locale, labels.field.next_step_on),
        "observers" => td_string!(locale, labels.field.observers),
        "owner_id" => td_string!(locale, labels.field.owner),
        "parent_id" => td_string!(locale, labels.field.parent),
        "person_name" => td_string!(locale, labels.field.person),
        "phones" => td_string!(locale, labels.field.phones),
        "pipeline_id" => td_string!(locale, labels.field.pipeline),
        "price" => td_string!(locale, labels.field.price),
        "products" => td_string!(locale, labels.field.products),
        "revenue" => td_string!(locale, labels.field.revenue),
        "series" => td_string!(locale, labels.field.series),
        "sku" => td_string!(locale, labels.field.sku),
        "source" => td_string!(locale, labels.field.source),
        "stage_id" => td_string!(locale, labels.field.stage),
        "stage_since" => td_string!(locale, labels.field.stage_since),
        "title" => td_string!(locale, labels.field.title),
        "unit" => td_string!(locale, labels.field.unit),
        "updated_at" => td_string!(locale, labels.field.updated_at),
        "updated_by" => td_string!(locale, labels.field.updated_by),
        "website" => td_string!(locale, labels.field.website),
        _ => return None,
    })
}

/// The sentence of help under a field, empty where there is none.
#[must_use]
pub fn field_help(i18n: I18n, field: &FieldDef) -> String {
    built_in_help(i18n.get_locale_untracked(), field)
        .map_or_else(|| field.help.to_string(), str::to_owned)
}

fn built_in_help(locale: Locale, field: &FieldDef) -> Option<&'static str> {
    if field.help.is_empty() {
        return None;
    }
    Some(match field.key.as_ref() {
        "contacts" => td_string!(locale, labels.help.contacts),
        "everyone" => td_string!(locale, labels.help.everyone),
        "external_id" => td_string!(locale, labels.help.external_id),
        "observers" => td_string!(locale, labels.help.observers),
        _ => return None,
    })
}

/// The heading of a part of the form.
#[must_use]
pub fn group(i18n: I18n, group: Group) -> String {
    let locale = i18n.get_locale_untracked();
    match group {
        Group::Main => td_string!(locale, labels.group.main),
        Group::People => td_string!(locale, labels.group.people),
        Group::Details => td_string!(locale, labels.group.details),
        Group::System => td_string!(locale, labels.group.system),
    }
    .to_owned()
}

/// A choice of a field.
#[must_use]
pub fn option(i18n: I18n, field: &FieldDef, key: &str) -> String {
    built_in_option(i18n.get_locale_untracked(), &field.key, key)
        .unwrap_or_else(|| field.option_label(key))
        .to_owned()
}

fn built_in_option(locale: Locale, field: &str, key: &str) -> Option<&'static str> {
    Some(match (field, key) {
        ("source", "web") => td_string!(locale, labels.source.web),
        ("source", "call") => td_string!(locale, labels.source.call),
        ("source", "email") => td_string!(locale, labels.source.email),
        ("source", "referral") => td_string!(locale, labels.source.referral),
        ("source", "partner") => td_string!(locale, labels.source.partner),
        ("source", "event") => td_string!(locale, labels.source.event),
        ("source", "advertising") => td_string!(locale, labels.source.advertising),
        ("source", "other") => td_string!(locale, labels.source.other),
        _ => return None,
    })
}

/// A role.
#[must_use]
pub fn role(i18n: I18n, role: Role) -> String {
    let locale = i18n.get_locale_untracked();
    match role {
        Role::Administrator => td_string!(locale, labels.role.administrator),
        Role::HeadOfSales => td_string!(locale, labels.role.head_of_sales),
        Role::Salesperson => td_string!(locale, labels.role.salesperson),
        Role::Director => td_string!(locale, labels.role.director),
    }
    .to_owned()
}

/// What is wrong with a value, as a sentence to stand beside its field.
#[must_use]
pub fn problem(i18n: I18n, problem: &Problem) -> String {
    problem_in(i18n.get_locale_untracked(), problem)
}

/// What an error says about one field of a form, as [`problem`] says it.
#[must_use]
pub fn field_problem(i18n: I18n, error: &Error, field: &str) -> Option<String> {
    let wrong = error
        .field_errors()
        .iter()
        .find(|wrong| wrong.field == field)?;
    Some(problem(i18n, &wrong.problem))
}

fn problem_in(locale: Locale, problem: &Problem) -> String {
    match problem {
        Problem::Required => td_string!(locale, problem.required).to_owned(),
        Problem::RequiredAtStage { stage } => {
            td_string!(locale, problem.required_at_stage, stage = stage)
        }
        Problem::TooLong { length, most } => {
            td_string!(locale, problem.too_long, length = length, most = most)
        }
        Problem::TooShort { least } => td_string!(locale, problem.too_short, least = least),
        Problem::Malformed { given, expected } => {
            td_string!(
                locale,
                problem.malformed,
                given = given,
                expected = expected
            )
        }
        Problem::OutOfRange { least, most } => {
            td_string!(locale, problem.out_of_range, least = least, most = most)
        }
        Problem::UnknownChoice { given } => {
            td_string!(locale, problem.unknown_choice, given = given)
        }
        Problem::NoSuchRecord => td_string!(locale, problem.no_such_record).to_owned(),
        Problem::NoSuchField => td_string!(locale, problem.no_such_field).to_owned(),
        Problem::OperatorDoesNotFit { operator } => {
            td_string!(locale, problem.operator_does_not_fit, operator = operator)
        }
        Problem::ReadOnly => td_string!(locale, problem.read_only).to_owned(),
        Problem::Taken => td_string!(locale, problem.taken).to_owned(),
        Problem::TakenBy { given, title } => {
            td_string!(locale, problem.taken_by, given = given, title = title)
        }
        Problem::StageNotAllowed { from, to } => {
            td_string!(locale, problem.stage_not_allowed, from = from, to = to)
        }
        Problem::Other(text) => td_string!(locale, problem.other, text = text),
    }
}

/// An error as a sentence that stands for itself.
#[must_use]
pub fn error(i18n: I18n, error: &Error) -> String {
    error_in(i18n.get_locale_untracked(), error)
}

fn error_in(locale: Locale, error: &Error) -> String {
    match error {
        Error::Unauthenticated => td_string!(locale, error.unauthenticated).to_owned(),
        Error::Forbidden(text) => text.clone(),
        Error::NotFound => td_string!(locale, error.not_found).to_owned(),
        Error::Invalid(wrong) => {
            let told: Vec<_> = wrong
                .iter()
                .map(|one| field_error_in(locale, one))
                .collect();
            told.join(" ")
        }
        Error::Conflict(conflicts) => {
            let name =
                |key: &str, label: &str| built_in_field(locale, key).unwrap_or(label).to_owned();
            let fields: Vec<_> = conflicts
                .iter()
                .map(|conflict| name(&conflict.field, &conflict.label))
                .collect();
            td_string!(locale, error.conflict, fields = fields.join(", "))
        }
        Error::RateLimited { retry_after } => {
            td_string!(locale, error.rate_limited, seconds = retry_after)
        }
        Error::Unavailable => td_string!(locale, error.unavailable).to_owned(),
        Error::TookTooLong => td_string!(locale, error.took_too_long).to_owned(),
        Error::NoRoom => td_string!(locale, error.no_room).to_owned(),
        Error::NotUnderstood => td_string!(locale, error.not_understood).to_owned(),
        Error::Transport(_) => td_string!(locale, error.transport).to_owned(),
        Error::Internal { request_id } => {
            td_string!(locale, error.internal, request_id = request_id)
        }
    }
}

fn field_error_in(locale: Locale, error: &FieldError) -> String {
    let name = built_in_field(locale, &error.field).unwrap_or(&error.label);
    let problem = problem_in(locale, &error.problem);
    td_string!(locale, error.field, name = name, problem = problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_thing_has_a_text_and_in_english_it_says_the_same() {
        for field in Kind::ALL.iter().flat_map(|kind| kind.fields()) {
            assert_eq!(
                built_in_field(Locale::en, &field.key),
                Some(field.label.as_ref()),
                "{}",
                field.key
            );
            if !field.help.is_empty() {
                assert_eq!(
                    built_in_help(Locale::en, field),
                    Some(field.help.as_ref()),
                    "{}",
                    field.key
                );
            }
            for option in &field.options {
                assert_eq!(
                    built_in_option(Locale::en, &field.key, &option.key),
                    Some(option.label.as_ref()),
                    "{}",
                    option.key
                );
            }
        }
    }

    #[test]
    fn an_error_names_the_field_and_what_would_be_right() {
        let error = Error::field("amount", "Amount", Problem::Required);
        assert_eq!(error_in(Locale::en, &error), "Amount: Fill this in.");
        let custom = Error::field("c7", "Budget", Problem::Taken);
        assert_eq!(
            error_in(Locale::en, &custom),
            "Budget: Somebody else has this already."
        );
    }
}
