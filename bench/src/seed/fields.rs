//! Forty custom fields of deals, made through the settings as an administrator would, and for each
//! the expression that draws its value.

use anyhow::{Context as _, Result};
use domain::field::{ChoiceOption, FieldType};
use domain::field_settings::FieldDraft;
use domain::{FieldDef, Kind};
use services::{Ctx, fields};

/// A choice that the measured filter asks for.
pub const REGION: &str = "Region";
/// A number that the measured filter asks for.
pub const SEATS: &str = "Seats";
/// A day that the measured list is sorted by.
pub const RENEWAL: &str = "Renewal date";

/// Labels, types, and how many deals in a hundred have a value.
const FIELDS: [(&str, FieldType, u8); 40] = [
    (REGION, FieldType::Choice, 90),
    ("Segment", FieldType::Choice, 85),
    ("Delivery", FieldType::Choice, 60),
    ("Payment terms", FieldType::Choice, 60),
    ("Competitor", FieldType::Choice, 30),
    ("Contract type", FieldType::Choice, 55),
    ("Priority", FieldType::Choice, 80),
    ("Language", FieldType::Choice, 70),
    ("Channel", FieldType::Choice, 45),
    ("Risk", FieldType::Choice, 25),
    (SEATS, FieldType::Integer, 80),
    ("Sites", FieldType::Integer, 50),
    ("Employees there", FieldType::Integer, 40),
    ("Months", FieldType::Integer, 55),
    ("Visits", FieldType::Integer, 30),
    ("Machines", FieldType::Integer, 20),
    ("Weight", FieldType::Decimal, 25),
    ("Floor space", FieldType::Decimal, 30),
    ("Score", FieldType::Decimal, 65),
    ("Hours", FieldType::Decimal, 35),
    ("Discount", FieldType::Percent, 50),
    ("Margin", FieldType::Percent, 60),
    ("Budget", FieldType::Money, 45),
    ("Costs", FieldType::Money, 40),
    ("Deposit", FieldType::Money, 15),
    ("Yearly value", FieldType::Money, 50),
    (RENEWAL, FieldType::Date, 75),
    ("Kick-off", FieldType::Date, 45),
    ("Offer valid until", FieldType::Date, 55),
    ("Delivery date", FieldType::Date, 40),
    ("Last demonstration", FieldType::DateTime, 20),
    ("Framework contract", FieldType::YesNo, 70),
    ("Reference allowed", FieldType::YesNo, 40),
    ("Tender", FieldType::YesNo, 35),
    ("Order number", FieldType::Text, 40),
    ("Cost centre", FieldType::Text, 35),
    ("Delivery place", FieldType::Text, 45),
    ("Project name", FieldType::Text, 30),
    ("Engineer", FieldType::User, 35),
    ("Products of interest", FieldType::Choices, 40),
];

/// The choices of every choice.
const OPTIONS: [&str; 8] = [
    "North", "South", "East", "West", "Centre", "Overseas", "Online", "Other",
];

/// A field with its expression.
#[derive(Debug)]
pub(super) struct Seeded {
    id: i64,
    /// Its value of a deal `p.n` as JSON, or null.
    value: String,
}

/// Makes the fields, before there are deals.
pub(super) async fn make(ctx: &Ctx) -> Result<Vec<Seeded>> {
    let mut seeded = Vec::with_capacity(FIELDS.len());
    for (place, (label, field_type, filled)) in (100..).zip(FIELDS) {
        let mut draft = FieldDraft::new(label, field_type);
        if matches!(field_type, FieldType::Choice | FieldType::Choices) {
            draft.options = OPTIONS.iter().map(|label| option(label)).collect();
        }
        let made = fields::create(ctx, Kind::Deal, draft).await?;
        let drawn = drawn(&made, place).context("a type of field that is not seeded")?;
        seeded.push(Seeded {
            id: made.custom_id().context("a custom field without an id")?,
            value: format!(
                "case when bench.draw(p.n, {}, 100) < {filled} then to_jsonb({drawn}) end",
                place + 1_000
            ),
        });
    }
    Ok(seeded)
}

/// All values of a deal `p.n`, as `custom` holds them.
pub(super) fn values(fields: &[Seeded]) -> String {
    let pairs: Vec<String> = fields
        .iter()
        .map(|field| format!("'{}', {}", field.id, field.value))
        .collect();
    format!(
        "jsonb_strip_nulls(jsonb_build_object({}))",
        pairs.join(", ")
    )
}

fn option(label: &'static str) -> ChoiceOption {
    ChoiceOption {
        key: "".into(),
        label: label.into(),
        color: None,
        retired: false,
    }
}

/// A value as `domain::Value::to_json` writes it. Squares make small numbers frequent.
fn drawn(field: &FieldDef, salt: i64) -> Option<String> {
    let draw = |among: u32| format!("bench.draw(p.n, {salt}, {among})");
    let square = format!("({} * {} / 1000)", draw(1_000), draw(1_000));
    let keys = || {
        let keys: Vec<String> = field
            .options
            .iter()
            .map(|o| format!("'{}'", o.key))
            .collect();
        format!("(array[{}])", keys.join(", "))
    };
    Some(match field.field_type {
        FieldType::Choice => format!("{}[1 + {}]", keys(), draw(8)),
        FieldType::Choices => format!("{keys}[1 + {at}:2 + {at}]", keys = keys(), at = draw(7)),
        FieldType::Integer => square,
        FieldType::Decimal => format!("trim_scale({} / 10.0)::text", draw(10_000)),
        FieldType::Percent => format!("{}::text", draw(101)),
        FieldType::Money => {
            format!("jsonb_build_object('amount', ({square} * 50 + 100)::text, 'currency', 'EUR')")
        }
        FieldType::YesNo => format!("{} = 0", draw(2)),
        FieldType::Date => format!(
            "((p.created_at at time zone 'UTC')::date + {})::text",
            draw(720)
        ),
        FieldType::DateTime => format!(
            "to_char((p.created_at at time zone 'UTC') + interval '1 hour' * {}, \
             'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')",
            draw(2_000)
        ),
        FieldType::User => format!("1 + {}", draw(200)),
        FieldType::Text => format!("'{} ' || {}", field.label, draw(50_000)),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn there_are_forty_with_a_name_each_and_those_that_are_measured_among_them() {
        let labels: BTreeSet<&str> = FIELDS.iter().map(|(label, ..)| *label).collect();
        assert_eq!(labels.len(), FIELDS.len());
        assert!(
            [REGION, SEATS, RENEWAL]
                .iter()
                .all(|label| labels.contains(label))
        );
    }

    #[test]
    fn every_type_has_a_value() {
        for (label, field_type, filled) in FIELDS {
            let field = FieldDef::column("c1", label, field_type);
            assert!(drawn(&field, 1).is_some() && filled <= 100, "{label}");
        }
    }
}
