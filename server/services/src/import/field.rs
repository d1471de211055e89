//! One field of a mapping, held against what the field can take.

use chrono::format::{Item, StrftimeItems};
use chrono::{Datelike, NaiveDate, NaiveDateTime};
use domain::field::FieldType;
use domain::money::{Currency, parse_decimal};
use domain::{Error, FieldDef};
use rust_decimal::Decimal;

use super::mapping::{DecimalMark, FieldMap, Missing, Other, mistake};
use super::plan::Cells;
use super::report::quoted;
use super::template::Template;

/// Where a field's value comes from, checked.
#[derive(Debug)]
pub(super) struct FieldPlan {
    /// The field.
    pub(super) def: FieldDef,
    /// What the mapping says of it.
    pub(super) map: FieldMap,
    pub(super) currency: Option<Currency>,
    multiply: Option<Decimal>,
    constant: Option<String>,
}

impl FieldPlan {
    pub(super) fn new(key: &str, def: &FieldDef, map: &FieldMap) -> Result<Self, Error> {
        let misfit = |part: &str, words: &str| Err(mistake(&format!("{key}.{part}"), words));
        let takes = def.field_type;
        let number = matches!(
            takes,
            FieldType::Money | FieldType::Decimal | FieldType::Percent | FieldType::Integer
        );
        if takes != FieldType::Money && (map.currency.is_some() || map.currency_column.is_some()) {
            return misfit("currency", "only fits an amount");
        }
        if takes == FieldType::Money && map.currency.is_none() && map.currency_column.is_none() {
            return misfit(
                "currency",
                "is needed, such as currency = \"EUR\", or currency_column",
            );
        }
        if !number && (map.multiply.is_some() || map.decimal.is_some()) {
            return misfit("multiply", "and decimal only fit a number");
        }
        if let Some(format) = &map.format {
            if !matches!(takes, FieldType::Date | FieldType::DateTime) {
                return misfit("format", "only fits a day or a moment");
            }
            if StrftimeItems::new(format).any(|item| item == Item::Error) {
                return misfit("format", "is no pattern such as %d.%m.%Y or %m/%d/%Y");
            }
        }
        let link = match takes {
            FieldType::Link(kind) | FieldType::Links(kind) => Some(kind),
            _ => None,
        };
        let found_by_name = link.is_some()
            || matches!(
                takes,
                FieldType::User | FieldType::Users | FieldType::LostReason
            );
        if map.missing != Missing::Refuse && !found_by_name && def.key != "manager" {
            return misfit(
                "missing",
                "only fits users, linked records and lost reasons",
            );
        }
        if map.missing == Missing::Create && matches!(takes, FieldType::User | FieldType::Users) {
            return misfit("missing", "cannot be create for users: import them first");
        }
        if let Some(by) = &map.match_by {
            let Some(kind) = link else {
                return misfit("match", "only fits linked records");
            };
            let fits = kind
                .fields()
                .iter()
                .any(|field| field.key == *by && field.field_type == FieldType::Text);
            if !fits {
                return misfit(
                    "match",
                    &format!("must be a text field of a {kind}, such as name or external_id"),
                );
            }
        }
        let currency = map.currency.as_deref().map(Currency::parse).transpose();
        let Ok(currency) = currency else {
            return misfit("currency", "must be a code such as EUR");
        };
        let multiply = map
            .multiply
            .as_ref()
            .map(|factor| plain(factor).and_then(|text| parse_decimal(&text).ok()));
        let multiply = match multiply {
            Some(None) => return misfit("multiply", "must be a number such as 1000"),
            Some(factor) => factor,
            None => None,
        };
        let constant = match map.value.as_ref().map(plain) {
            Some(None) => return misfit("value", "must be a text, a number, true or false"),
            Some(text) => text,
            None => None,
        };
        Ok(Self {
            def: def.clone(),
            map: map.clone(),
            currency,
            multiply,
            constant,
        })
    }

    /// What the row has for this field, translated; an error in words where that is not allowed.
    pub(super) fn text(&self, cells: &Cells<'_>) -> Result<Option<String>, String> {
        let map = &self.map;
        if map
            .when
            .as_ref()
            .is_some_and(|condition| !cells.fits(condition))
        {
            return Ok(None);
        }
        let fill = |template: &Template| template.fill(|name| cells.get(name));
        let own = match (&map.column, &map.template, &self.constant) {
            (Some(column), ..) => cells.get(column).map(str::to_owned),
            (_, Some(template), _) => fill(template),
            (_, _, Some(constant)) => Some(constant.clone()),
            _ => map
                .columns
                .iter()
                .find_map(|column| cells.get(column))
                .map(str::to_owned),
        };
        let own = own.filter(|text| {
            !map.empty
                .iter()
                .any(|empty| empty.eq_ignore_ascii_case(text))
        });
        let Some(text) = own else {
            return Ok(map.fallback.as_ref().and_then(fill));
        };
        if map.values.is_empty() {
            return Ok(Some(text));
        }
        match (map.values.get(&text), map.other) {
            (Some(meant), _) => Ok(Some(meant.clone()).filter(|meant| !meant.is_empty())),
            (None, Other::Keep) => Ok(Some(text)),
            (None, Other::Empty) => Ok(None),
            (None, Other::Refuse) => Err(format!(
                "{}: {} is not among the mapping's values",
                self.def.label,
                quoted(&text)
            )),
        }
    }

    pub(super) fn number(&self, text: &str) -> Result<Decimal, String> {
        let text = match self.map.decimal {
            None => text.to_owned(),
            Some(DecimalMark::Point) => text.replace(',', ""),
            Some(DecimalMark::Comma) => text.replace('.', "").replace(',', "."),
        };
        let number = parse_decimal(&text).map_err(|problem| problem.to_string())?;
        match self.multiply {
            None => Ok(number),
            Some(factor) => number
                .checked_mul(factor)
                .ok_or_else(|| "is too large".to_owned()),
        }
    }

    /// A day, and the time of day where there is one.
    pub(super) fn moment(&self, text: &str) -> Result<(NaiveDate, Option<NaiveDateTime>), String> {
        if let Some(format) = &self.map.format {
            if let Ok(at) = NaiveDateTime::parse_from_str(text, format) {
                return Ok((at.date(), Some(at)));
            }
            return NaiveDate::parse_from_str(text, format)
                .map(|day| (day, None))
                .map_err(|_| format!("{} is not written as {format}", quoted(text)));
        }
        if let Ok(day) = text.parse::<NaiveDate>() {
            return Ok((day, None));
        }
        for format in [
            "%Y-%m-%dT%H:%M:%S%.f",
            "%Y-%m-%d %H:%M:%S%.f",
            "%Y-%m-%d %H:%M",
        ] {
            if let Ok(at) = NaiveDateTime::parse_from_str(text.trim_end_matches('Z'), format) {
                return Ok((at.date(), Some(at)));
            }
        }
        let advice = match formats_of(text).as_slice() {
            [] => "give its format in the mapping".to_owned(),
            [one] => format!("say in the mapping how it is written: format = \"{one}\""),
            several => format!(
                "several days may be meant: say in the mapping how it is written, {}",
                several
                    .iter()
                    .map(|format| format!("format = \"{format}\""))
                    .collect::<Vec<_>>()
                    .join(" or ")
            ),
        };
        Err(format!(
            "{} is not a day such as 2026-11-30; {advice}",
            quoted(text)
        ))
    }
}

/// The formats of other countries that a text may be written in.
fn formats_of(text: &str) -> Vec<String> {
    let time = match text.matches(':').count() {
        0 => "",
        1 => " %H:%M",
        _ => " %H:%M:%S",
    };
    let mut formats = Vec::new();
    for mark in ['.', '/', '-'] {
        for (one, two, three) in [("%d", "%m", "%Y"), ("%m", "%d", "%Y"), ("%Y", "%m", "%d")] {
            let format = format!("{one}{mark}{two}{mark}{three}{time}");
            let fits = if time.is_empty() {
                NaiveDate::parse_from_str(text, &format).ok()
            } else {
                let at = NaiveDateTime::parse_from_str(text, &format);
                at.ok().map(|at| at.date())
            };
            // A short year is a year of antiquity to the pattern.
            if fits.is_some_and(|day| day.year() > 999) {
                formats.push(format);
            }
        }
    }
    formats
}

/// Every column that a field needs, with the part of the mapping that names it.
pub(super) fn columns_of(map: &FieldMap) -> Vec<(&'static str, &str)> {
    let mut columns: Vec<(&'static str, &str)> = Vec::new();
    columns.extend(map.column.as_deref().map(|column| ("column", column)));
    columns.extend(
        map.columns
            .iter()
            .map(|column| ("columns", column.as_str())),
    );
    columns.extend(
        map.currency_column
            .as_deref()
            .map(|column| ("currency_column", column)),
    );
    columns.extend(
        map.when
            .as_ref()
            .map(|condition| ("when.column", condition.column.as_str())),
    );
    for (part, template) in [("template", &map.template), ("fallback", &map.fallback)] {
        columns.extend(
            template
                .iter()
                .flat_map(Template::columns)
                .map(|column| (part, column)),
        );
    }
    columns
}

/// A constant as a cell would have it.
fn plain(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Float(number) => Some(number.to_string()),
        toml::Value::Boolean(yes) => Some(if *yes { "yes" } else { "no" }.to_owned()),
        toml::Value::Datetime(at) => Some(at.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(format: Option<&str>, text: &str) -> Result<String, String> {
        let def = FieldDef::column("closed_at", "Closed", FieldType::DateTime);
        let map = FieldMap {
            column: Some("Closed".to_owned()),
            format: format.map(str::to_owned),
            ..FieldMap::default()
        };
        let plan = FieldPlan::new("fields.closed_at", &def, &map).map_err(|e| e.to_string())?;
        let (day, at) = plan.moment(text)?;
        Ok(at.map_or_else(|| day.to_string(), |at| at.to_string()))
    }

    #[test]
    fn days_of_other_countries_are_read_as_the_mapping_says() {
        for (format, text, meant) in [
            ("%d.%m.%Y", "31.12.2025", "2025-12-31"),
            ("%m/%d/%Y", "12/31/2025", "2025-12-31"),
            ("%m/%d/%Y", "1/2/2025", "2025-01-02"),
            ("%d/%m/%Y", "1/2/2025", "2025-02-01"),
            ("%d.%m.%y", "31.12.25", "2025-12-31"),
            ("%d.%m.%Y %H:%M", "31.12.2025 9:05", "2025-12-31 09:05:00"),
        ] {
            assert_eq!(moment(Some(format), text).as_deref(), Ok(meant));
        }
        for (format, text) in [
            ("%d.%m.%Y", "12/31/2025"),
            ("%d/%m/%Y", "12/31/2025"),
            ("%d.%m.%Y", "2025-12-31"),
            ("%d.%m.%Y", "31.12.2025 14:00"),
        ] {
            let words = format!("“{text}” is not written as {format}");
            assert_eq!(moment(Some(format), text), Err(words));
        }
    }

    #[test]
    fn without_a_format_the_one_that_fits_is_told_and_never_guessed() {
        let told = |text: &str| moment(None, text).expect_err("refused");
        for (text, format) in [
            ("31.12.2025", "%d.%m.%Y"),
            ("12/31/2025", "%m/%d/%Y"),
            ("2025/12/31", "%Y/%m/%d"),
            ("31.12.2025 14:00", "%d.%m.%Y %H:%M"),
        ] {
            let words = format!(
                "“{text}” is not a day such as 2026-11-30; say in the mapping how it is written: \
                 format = \"{format}\""
            );
            assert_eq!(told(text), words);
        }
        assert_eq!(
            told("01/02/2025"),
            "“01/02/2025” is not a day such as 2026-11-30; several days may be meant: say in the \
             mapping how it is written, format = \"%d/%m/%Y\" or format = \"%m/%d/%Y\""
        );
        assert!(told("soon").ends_with("give its format in the mapping"));
        assert!(told(&"1".repeat(1_000_000)).len() < 300);
    }

    #[test]
    fn a_format_that_is_none_is_told() {
        assert_eq!(
            moment(Some("%d.%Q"), "31.12").unwrap_err(),
            "fields.closed_at.format: is no pattern such as %d.%m.%Y or %m/%d/%Y"
        );
    }
}
