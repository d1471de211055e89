//! The mapping file: what the columns of a CSV file mean. Written by people, so every mistake is
//! answered with the key it is in and what would be right.

use std::collections::BTreeMap;

use domain::pipeline::Meaning;
use domain::{Error, Kind, Problem};
use encoding_rs::Encoding;
use serde::Deserialize;

use super::template::Template;

/// What is imported: records of a kind, or people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// Records.
    Records(Kind),
    /// Users, with their departments.
    People,
}

/// A mapping file, read and checked as far as it can be without the CSV file.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapping {
    /// What the rows are.
    pub subject: Subject,
    /// What the operation is called in the log; the file's name when not given.
    pub label: Option<String>,
    /// What stands between cells; found out when not given.
    pub delimiter: Option<u8>,
    /// What its letters are written in; UTF-8, or what a mark at the beginning says, when not given.
    pub encoding: Option<&'static Encoding>,
    /// Texts that stand for an empty cell, in any letter case.
    pub empty: Vec<String>,
    /// What finds rows that are there already.
    pub key: Option<Key>,
    /// Where records with stages go.
    pub pipeline: Option<PipelineMap>,
    /// Rows that are left out without a word.
    pub skip: Vec<Condition>,
    /// Field by field, where its value comes from.
    pub fields: BTreeMap<String, FieldMap>,
    /// How managers are made that have no row of their own.
    pub manager: Option<ManagerMap>,
}

/// What finds rows that are there already.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// The field; it must be mapped.
    #[serde(default = "external_id")]
    pub field: String,
    /// What happens to such rows.
    #[serde(default)]
    pub on_existing: OnExisting,
}

fn external_id() -> String {
    "external_id".to_owned()
}

/// What happens to a row whose record is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnExisting {
    /// It is refused, with the reason.
    #[default]
    Refuse,
    /// The record gets the row's values.
    Update,
    /// It is left out without a word.
    Skip,
}

/// Where records with stages go.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PipelineMap {
    /// The pipeline's name.
    pub name: String,
    /// Its stages, in case there is no such pipeline yet. Without them it must exist.
    #[serde(default)]
    pub create: Vec<StageMap>,
}

/// A stage of a pipeline to be made.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageMap {
    /// Its name.
    pub name: String,
    /// What it stands for: `open`, `won`, `lost`.
    #[serde(default = "open")]
    pub meaning: Meaning,
    /// One of the named stage colours.
    pub color: Option<String>,
    /// How likely records in it are won, in percent.
    pub probability: Option<u8>,
    /// After so many days in it a record counts as stale.
    pub stale_days: Option<u16>,
}

const fn open() -> Meaning {
    Meaning::Open
}

/// A question to a row.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// The column that is looked at.
    pub column: String,
    /// True where the cell is one of these.
    pub is: Option<Vec<String>>,
    /// True where the cell is none of these.
    pub is_not: Option<Vec<String>>,
    /// True where the cell is empty, or is not.
    pub empty: Option<bool>,
}

/// What to do with a cell that `values` does not name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Other {
    /// It is taken as it stands.
    #[default]
    Keep,
    /// The row is refused.
    Refuse,
    /// The field stays empty.
    Empty,
}

/// What to do where a name is nobody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// The row is refused.
    #[default]
    Refuse,
    /// It is made, with nothing but its name.
    Create,
    /// The field stays empty.
    Empty,
}

/// The sign between whole and fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum DecimalMark {
    /// 1,200.50
    #[serde(rename = ".")]
    Point,
    /// 1.200,50
    #[serde(rename = ",")]
    Comma,
}

/// Where a field's value comes from.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FieldMap {
    /// The column.
    pub column: Option<String>,
    /// Several columns: the first one that is filled counts.
    pub columns: Vec<String>,
    /// A text with columns in braces; empty where one of them is.
    pub template: Option<Template>,
    /// The same for all rows.
    pub value: Option<toml::Value>,
    /// Used where all that is empty; may have columns in braces.
    pub fallback: Option<Template>,
    /// What a cell's text stands for.
    pub values: BTreeMap<String, String>,
    /// What to do with other cells.
    pub other: Other,
    /// Texts that stand for an empty cell, beside those of the whole file.
    pub empty: Vec<String>,
    /// How days and moments are written, such as `%d.%m.%Y`.
    pub format: Option<String>,
    /// How numbers are written; found out when not given.
    pub decimal: Option<DecimalMark>,
    /// What numbers are multiplied with: 1000000 where the file counts in millions.
    pub multiply: Option<toml::Value>,
    /// The currency of an amount.
    pub currency: Option<String>,
    /// The column with the currency of an amount.
    pub currency_column: Option<String>,
    /// By which field a linked record is found; its name when not given.
    #[serde(rename = "match")]
    pub match_by: Option<String>,
    /// What to do where the name is nobody's.
    pub missing: Missing,
    /// What stands between several names in one cell.
    pub split: Option<String>,
    /// Only for rows of which this is true.
    pub when: Option<Condition>,
}

/// How managers are made that have no row of their own.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManagerMap {
    /// Their address, from the row of one of their people.
    pub email: Template,
    /// Their role.
    pub role: String,
    /// Whether they head the department of their people.
    #[serde(default)]
    pub heads: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    kind: String,
    label: Option<String>,
    #[serde(default)]
    file: FileMap,
    key: Option<Key>,
    pipeline: Option<PipelineMap>,
    #[serde(default)]
    skip: Vec<Condition>,
    fields: toml::Table,
    manager: Option<ManagerMap>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct FileMap {
    delimiter: Option<String>,
    encoding: Option<String>,
    empty: Vec<String>,
}

/// A mistake in the mapping, under its key.
pub(super) fn mistake(key: &str, words: impl Into<String>) -> Error {
    Error::field(key, key, Problem::Other(words.into()))
}

impl Mapping {
    /// Reads a mapping file.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let written: Written = toml::from_str(text).map_err(|error| {
            let line = error
                .span()
                .map_or(1, |span| text[..span.start].matches('\n').count() + 1);
            mistake(&format!("line {line}"), error.message().replace('\n', ", "))
        })?;
        let subject = match (written.kind.as_str(), Kind::parse(&written.kind)) {
            ("user" | "users", _) => Subject::People,
            (_, Some(kind)) => Subject::Records(kind),
            _ => {
                let words = "must be one of lead, contact, company, deal, product, user";
                return Err(mistake("kind", words));
            }
        };
        let mut fields = BTreeMap::new();
        for (key, value) in written.fields {
            fields.insert(key.clone(), field_map(&format!("fields.{key}"), value)?);
        }
        let mapping = Self {
            subject,
            label: written.label,
            delimiter: written
                .file
                .delimiter
                .as_deref()
                .map(delimiter)
                .transpose()?,
            encoding: written.file.encoding.as_deref().map(encoding).transpose()?,
            empty: written.file.empty,
            key: written.key,
            pipeline: written.pipeline,
            skip: written.skip,
            fields,
            manager: written.manager,
        };
        mapping.check()?;
        Ok(mapping)
    }

    fn check(&self) -> Result<(), Error> {
        if let Some(key) = &self.key
            && !self.fields.contains_key(&key.field)
        {
            let words = format!("is “{}”, which has no place under [fields]", key.field);
            return Err(mistake("key.field", words));
        }
        let has_stages = matches!(self.subject, Subject::Records(kind) if kind.has_stages());
        if self.pipeline.is_some() && !has_stages {
            return Err(mistake(
                "pipeline",
                "only leads and deals stand in pipelines",
            ));
        }
        if self.manager.is_some() && self.subject != Subject::People {
            return Err(mistake("manager", "only fits an import of users"));
        }
        for (index, condition) in self.skip.iter().enumerate() {
            check_condition(&format!("skip[{index}]"), condition)?;
        }
        Ok(())
    }
}

fn field_map(key: &str, value: toml::Value) -> Result<FieldMap, Error> {
    let map = match value {
        toml::Value::String(column) => FieldMap {
            column: Some(column),
            ..FieldMap::default()
        },
        value @ toml::Value::Table(_) => value
            .try_into::<FieldMap>()
            .map_err(|error| mistake(key, error.message().replace('\n', ", ")))?,
        _ => {
            return Err(mistake(
                key,
                "must be the name of a column, or a table such as { column = \"Name\" }",
            ));
        }
    };
    let sources = [
        map.column.is_some(),
        !map.columns.is_empty(),
        map.template.is_some(),
        map.value.is_some(),
    ];
    if sources.into_iter().filter(|given| *given).count() != 1 {
        return Err(mistake(
            key,
            "needs exactly one of column, columns, template, value",
        ));
    }
    if map.currency.is_some() && map.currency_column.is_some() {
        return Err(mistake(key, "takes currency or currency_column, not both"));
    }
    if let Some(condition) = &map.when {
        check_condition(&format!("{key}.when"), condition)?;
    }
    Ok(map)
}

fn check_condition(key: &str, condition: &Condition) -> Result<(), Error> {
    let given = [
        condition.is.is_some(),
        condition.is_not.is_some(),
        condition.empty.is_some(),
    ];
    if given.into_iter().filter(|given| *given).count() == 1 {
        Ok(())
    } else {
        Err(mistake(key, "needs exactly one of is, is_not, empty"))
    }
}

fn delimiter(text: &str) -> Result<u8, Error> {
    match text.as_bytes() {
        [byte] if byte.is_ascii() && *byte != b'"' => Ok(*byte),
        _ => Err(mistake(
            "file.delimiter",
            "must be one sign such as \",\", \";\" or \"\\t\"",
        )),
    }
}

fn encoding(name: &str) -> Result<&'static Encoding, Error> {
    super::encoding::named(name).ok_or_else(|| {
        let words = "must be an encoding such as \"utf-8\", \"utf-16le\", \"windows-1250\", \
                     \"windows-1251\", \"windows-1252\" or \"iso-8859-2\"";
        mistake("file.encoding", words)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> String {
        Mapping::parse(text).expect_err("a mistake").to_string()
    }

    #[test]
    fn a_column_may_be_given_in_short() {
        let mapping = Mapping::parse("kind = \"company\"\n[fields]\nname = \"account\"").unwrap();
        assert_eq!(mapping.subject, Subject::Records(Kind::Company));
        assert_eq!(mapping.fields["name"].column.as_deref(), Some("account"));
    }

    #[test]
    fn a_mistake_names_its_key_and_what_would_be_right() {
        assert_eq!(
            wrong("kind = \"dragon\"\n[fields]"),
            "kind: must be one of lead, contact, company, deal, product, user"
        );
        let text = "kind = \"deal\"\n[fields]\namount = { column = \"x\", curency = \"USD\" }";
        let words = wrong(text);
        assert!(
            words.starts_with("fields.amount: unknown field `curency`"),
            "{words}"
        );
        assert!(words.contains("`currency`"), "{words}");
        assert_eq!(
            wrong("kind = \"deal\"\n[fields]\ntitle = { fallback = \"x\" }"),
            "fields.title: needs exactly one of column, columns, template, value"
        );
        let words = wrong("kind = \"deal\"\n[file]\nencoding = \"klingon\"\n[fields]");
        assert!(
            words.starts_with("file.encoding: must be an encoding such as \"utf-8\""),
            "{words}"
        );
        let words = wrong("kind = \"deal\"\ncolour = 1\n[fields]");
        assert!(
            words.starts_with("line 2: unknown field `colour`"),
            "{words}"
        );
        assert_eq!(
            wrong("kind = \"deal\"\n[key]\n[fields]\ntitle = \"a\""),
            "key.field: is “external_id”, which has no place under [fields]"
        );
        assert!(
            wrong("kind = \"deal\"\n[fields]\ntitle = { template = \"{a\" }").contains("brace")
        );
    }
}
