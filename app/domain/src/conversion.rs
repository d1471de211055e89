//! A lead becomes what it was the trace of: a contact, a company, a deal, or any of them.

use serde::{Deserialize, Serialize};

use crate::contact_point::PointType;
use crate::field::{FieldType, Storage};
use crate::record::Values;
use crate::value::Linked;
use crate::{FieldDef, Kind, OperationId, Record, RecordId, Value};

/// What a lead can become, in the order in which it is asked.
pub const KINDS: [Kind; 3] = [Kind::Contact, Kind::Company, Kind::Deal];

/// The field, on each of [`KINDS`], that leads back to the lead. On the lead, the field of the
/// kind's plural name leads there.
pub const FROM_LEADS: &str = "leads";

/// What the conversion's dialog begins with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Preparation {
    /// The lead as it is now.
    pub lead: Record,
    /// What it has become already, as far as the asker may see it.
    pub became: Vec<(Kind, Linked)>,
    /// What it can become, as far as the asker may make it.
    pub parts: Vec<Part>,
}

/// One thing that a lead can become.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Its kind.
    pub kind: Kind,
    /// Whether the asker may make one; else only what there is can be linked to.
    pub may_add: bool,
    /// What a new one would have in it, from the lead.
    pub values: Values,
    /// What exists already and seems to be the same, the likeliest first.
    pub twins: Vec<Twin>,
}

/// A record that seems to be who the lead is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Twin {
    /// The record.
    pub record: Linked,
    /// What is the same, the strongest first; never empty.
    pub same: Vec<Same>,
}

/// What two records have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Same {
    /// A phone number, however it is written.
    Phone,
    /// An e-mail address.
    Email,
    /// The name.
    Name,
}

impl Twin {
    /// Whether it is likely enough to be chosen unless the user says otherwise: people share names,
    /// companies hardly do.
    #[must_use]
    pub fn is_likely(&self, kind: Kind) -> bool {
        kind == Kind::Company || self.same.iter().any(|same| *same != Same::Name)
    }
}

/// What a user wants of a lead.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Conversion {
    /// The lead.
    pub lead: RecordId,
    /// The version of it that the user saw.
    pub version: i64,
    /// The person.
    pub contact: Option<Wanted>,
    /// The company.
    pub company: Option<Wanted>,
    /// The deal, always a new one.
    pub deal: Option<Values>,
    /// What the lead itself still needs to come into its stage.
    pub lead_values: Values,
}

/// One wanted thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// Linked to what exists.
    Link(RecordId),
    /// Made, with these values.
    New(Values),
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Converted {
    /// What the lead has become now, made or linked.
    pub records: Vec<(Kind, RecordId)>,
    /// The operation, which can be undone as one.
    pub operation: Option<OperationId>,
}

/// The name of a part in the fields of an error: `contact.first_name`, `lead.amount`.
#[must_use]
pub fn part_field(kind: Kind, field: &str) -> String {
    format!("{kind}.{field}")
}

/// What a new record of a kind takes over from a lead: who it is about, how they are reached, and
/// for a deal everything that both have. Custom fields go over where label and type are the same.
/// Phones and addresses are the person's; without a person, the company's.
#[must_use]
pub fn prefill(kind: Kind, fields: &[FieldDef], lead: &Record, lead_fields: &[FieldDef]) -> Values {
    let mut values = Values::new();
    let text = |key: &str| lead.value(key).as_text().unwrap_or("").trim().to_owned();
    let (person, company) = (text("person_name"), text("company_name"));
    for field in fields.iter().filter(|field| field.editable()) {
        let value = match (kind, field.key.as_ref()) {
            (Kind::Contact, "first_name") => named(first_and_last(&person).0),
            (Kind::Contact, "last_name") => named(first_and_last(&person).1),
            (Kind::Company, "name") => named(&company),
            (Kind::Company, "phones" | "emails") if !person.is_empty() => Value::Empty,
            (_, "pipeline_id" | "stage_id" | "lost_reason_id" | "external_id")
            | (Kind::Contact | Kind::Company, "description") => Value::Empty,
            _ => lead_fields
                .iter()
                .filter(|of_lead| of_lead.editable())
                .find(|of_lead| is_same(of_lead, field))
                .map_or(Value::Empty, |of_lead| {
                    taken_over(of_lead, field, lead.value(&of_lead.key))
                }),
        };
        if !value.is_empty() {
            values.insert(field.key.to_string(), value);
        }
    }
    values
}

fn named(text: &str) -> Value {
    if text.is_empty() {
        Value::Empty
    } else {
        Value::Text(text.to_owned())
    }
}

/// A name's last word is the last name; a single word is a first name.
fn first_and_last(name: &str) -> (&str, &str) {
    match name.rsplit_once(char::is_whitespace) {
        Some((first, last)) => (first.trim_end(), last),
        None => (name, ""),
    }
}

/// Whether two fields hold the same thing: built-in ones of the same key, custom ones of the same
/// label.
fn is_same(of_lead: &FieldDef, field: &FieldDef) -> bool {
    let is_custom = |field: &FieldDef| matches!(field.storage, Storage::Custom(_));
    let fits = match (is_custom(of_lead), is_custom(field)) {
        (false, false) => of_lead.key == field.key,
        (true, true) => of_lead.label.trim().to_lowercase() == field.label.trim().to_lowercase(),
        _ => false,
    };
    fits && of_lead.field_type == field.field_type
}

/// A value of one field in another: choices are the same when they are called the same.
fn taken_over(of_lead: &FieldDef, field: &FieldDef, value: &Value) -> Value {
    let choice = |key: &String| {
        let label = of_lead.option_label(key).to_lowercase();
        let option = field
            .options
            .iter()
            .find(|option| !option.retired && option.label.to_lowercase() == label);
        option.map(|option| option.key.to_string())
    };
    match (value, field.field_type) {
        (Value::Text(key), FieldType::Choice) => choice(key).map_or(Value::Empty, Value::Text),
        (Value::Texts(keys), FieldType::Choices) => {
            Value::Texts(keys.iter().filter_map(choice).collect())
        }
        _ => value.clone(),
    }
}

/// The points of a lead, by which twins are found.
pub fn points(lead: &Record) -> impl Iterator<Item = &crate::contact_point::ContactPoint> {
    ["phones", "emails"].into_iter().flat_map(|key| {
        let points: &[_] = match lead.value(key) {
            Value::Points(points) => points,
            _ => &[],
        };
        points
    })
}

/// What is the same when two records share a point.
#[must_use]
pub const fn same_point(point_type: PointType) -> Same {
    match point_type {
        PointType::Phone => Same::Phone,
        PointType::Email => Same::Email,
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::contact_point::ContactPoint;

    fn lead(values: &[(&str, Value)]) -> Record {
        Record {
            kind: Kind::Lead,
            id: 1,
            version: 1,
            deleted: false,
            values: values
                .iter()
                .map(|(key, value)| ((*key).to_owned(), value.clone()))
                .collect(),
        }
    }

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    fn into(kind: Kind, lead: &Record) -> Values {
        prefill(kind, kind.fields(), lead, Kind::Lead.fields())
    }

    #[test]
    fn a_person_takes_name_and_points_and_the_company_its_name() {
        let phones = Value::Points(vec![ContactPoint::new(PointType::Phone, "601 234 567")]);
        let lead = lead(&[
            ("title", text("Chairs")),
            ("person_name", text("Anna Maria Kowalska")),
            ("company_name", text("Acme")),
            ("phones", phones.clone()),
            ("description", text("Wants chairs")),
            ("source", text("web")),
            ("owner_id", Value::Id(7)),
        ]);
        let contact = into(Kind::Contact, &lead);
        assert_eq!(contact["first_name"], text("Anna Maria"));
        assert_eq!(contact["last_name"], text("Kowalska"));
        assert_eq!(contact["phones"], phones);
        assert_eq!(contact["owner_id"], Value::Id(7));
        assert!(!contact.contains_key("description"));
        let company = into(Kind::Company, &lead);
        assert_eq!(company["name"], text("Acme"));
        assert!(!company.contains_key("phones"));
        let deal = into(Kind::Deal, &lead);
        assert_eq!(deal["title"], text("Chairs"));
        assert_eq!(deal["source"], text("web"));
        assert_eq!(deal["description"], text("Wants chairs"));
        assert!(!deal.contains_key("stage_id"));
    }

    #[test]
    fn without_a_person_the_points_are_the_company_s() {
        let emails = Value::Points(vec![ContactPoint::new(PointType::Email, "office@acme.com")]);
        let lead = lead(&[("company_name", text("Acme")), ("emails", emails.clone())]);
        assert_eq!(into(Kind::Company, &lead)["emails"], emails);
    }

    #[test]
    fn custom_fields_go_over_by_label_and_type_and_choices_by_their_label() {
        let custom = |key: &'static str, label: &'static str, id, options: &[_]| {
            FieldDef::stored(key, label, FieldType::Choice, Storage::Custom(id))
                .with_options(options)
        };
        let of_lead = [custom("c1", "Size", 1, &[("a", "Small"), ("b", "Large")])];
        let of_deal = [
            custom("c9", "size ", 9, &[("x", "large")]),
            FieldDef {
                field_type: FieldType::Text,
                key: Cow::Borrowed("c10"),
                ..custom("c10", "Size", 10, &[])
            },
        ];
        let large = lead(&[("c1", text("b"))]);
        let taken = prefill(Kind::Deal, &of_deal, &large, &of_lead);
        assert_eq!(taken, Values::from([("c9".to_owned(), text("x"))]));
        let small = lead(&[("c1", text("a"))]);
        assert!(prefill(Kind::Deal, &of_deal, &small, &of_lead).is_empty());
    }

    #[test]
    fn a_single_word_is_a_first_name() {
        assert_eq!(first_and_last("Madonna"), ("Madonna", ""));
        assert_eq!(first_and_last("Jan  Nowak"), ("Jan", "Nowak"));
        assert_eq!(first_and_last(""), ("", ""));
    }

    #[test]
    fn the_way_there_and_back_is_described() {
        for kind in KINDS {
            let there = crate::field::find(kind.fields(), FROM_LEADS).expect("the way to the lead");
            assert_eq!(there.field_type, FieldType::Links(Kind::Lead));
            let back =
                crate::field::find(Kind::Lead.fields(), kind.plural()).expect("the way back");
            assert_eq!(
                back.storage,
                Storage::LinksBack {
                    from: kind,
                    field: Cow::Borrowed(FROM_LEADS)
                }
            );
        }
    }
}
