//! Fields that users make: what the editor of a field sends, and what the page of a kind's fields
//! shows.

use std::borrow::Cow;
use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::contact_point::PointType;
use crate::field::{ChoiceOption, FieldType, Storage};
use crate::{Error, FieldDef, FieldError, Kind, Problem, StageId, Value};

/// Characters that fit a field's label, a section's name and a choice.
pub const LABEL_LENGTH: usize = 80;
/// Characters that fit a field's help.
pub const HELP_LENGTH: usize = 300;
/// Choices of one field at most, retired ones among them.
pub const MOST_OPTIONS: usize = 500;
/// Fields that users may make of one kind, without those in the bin.
pub const MOST_FIELDS: usize = 500;

/// Colours that a choice may have: the named stage colours of the style sheet.
pub const OPTION_COLORS: [&str; 10] = [
    "gray", "blue", "cyan", "teal", "green", "amber", "orange", "red", "pink", "violet",
];

/// A field as its maker wants it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldDraft {
    /// Its name on screen.
    pub label: String,
    /// What it holds, one of [`FieldDraft::types`]. An existing field keeps its type, but for a
    /// text that becomes a long one.
    pub field_type: FieldType,
    /// One sentence under the input.
    #[serde(default)]
    pub help: String,
    /// The heading under which it stands; empty for none.
    #[serde(default)]
    pub section: String,
    /// Whether cards on the board show it when it is filled.
    #[serde(default)]
    pub on_card: bool,
    /// Whether no record may be without it. Records that miss it are asked with the next change of
    /// the field or of the stage.
    #[serde(default)]
    pub required: bool,
    /// Stages from which on a record may not be without it: see [`FieldDef::required_from`].
    #[serde(default)]
    pub required_from: Vec<StageId>,
    /// Whether no two records may have the same: see [`may_be_unique`].
    #[serde(default)]
    pub unique: bool,
    /// The choices in order. A new one has an empty key and gets one that stays whatever the choice
    /// is called later. One that is left out goes, or is retired where records hold it.
    #[serde(default)]
    pub options: Vec<ChoiceOption>,
    /// What a new record has in it when its maker says nothing.
    #[serde(default)]
    pub default: Value,
}

impl FieldDraft {
    /// A draft of a field of a type, with nothing else said.
    #[must_use]
    pub fn new(label: &str, field_type: FieldType) -> Self {
        Self {
            label: label.to_owned(),
            field_type,
            help: String::new(),
            section: String::new(),
            on_card: false,
            required: false,
            required_from: Vec::new(),
            unique: false,
            options: Vec::new(),
            default: Value::Empty,
        }
    }

    /// The draft that would leave a field as it is, to be changed from.
    #[must_use]
    pub fn of(field: &FieldDef) -> Self {
        Self {
            label: field.label.to_string(),
            field_type: field.field_type,
            help: field.help.to_string(),
            section: field.section.to_string(),
            on_card: field.on_card,
            required: field.required,
            required_from: field.required_from.clone(),
            unique: field.unique,
            options: field.options.clone(),
            default: field.default.clone(),
        }
    }

    /// The types that a field may be made of, in the order in which the editor offers them.
    #[must_use]
    pub fn types() -> Vec<FieldType> {
        let mut types = vec![
            FieldType::Text,
            FieldType::LongText,
            FieldType::Integer,
            FieldType::Decimal,
            FieldType::Money,
            FieldType::Percent,
            FieldType::YesNo,
            FieldType::Date,
            FieldType::DateTime,
            FieldType::Choice,
            FieldType::Choices,
            FieldType::User,
        ];
        types.extend(Kind::ALL.map(FieldType::Link));
        types.extend(Kind::ALL.map(FieldType::Links));
        types.extend([
            FieldType::Points(PointType::Phone),
            FieldType::Points(PointType::Email),
            FieldType::Url,
        ]);
        types
    }

    /// Brings the draft into the form in which it is stored, or says what is wrong, by the names of
    /// the inputs: `label`, `field_type`, `help`, `section`, `unique`, `options`, `default`. A
    /// choice is named by its place: `options.2`. `before` is the field where it exists already.
    ///
    /// What only the database knows (other labels, stages, duplicates) is asked there.
    ///
    /// # Errors
    /// [`Error::Invalid`] with everything that is wrong.
    pub fn checked(mut self, before: Option<&FieldDef>) -> Result<Self, Error> {
        let mut errors = Vec::new();
        self.label = line("label", "Label", &self.label, LABEL_LENGTH, &mut errors);
        if self.label.is_empty() && errors.is_empty() {
            errors.push(FieldError::new("label", "Label", Problem::Required));
        }
        self.help = line("help", "Help", &self.help, HELP_LENGTH, &mut errors);
        self.section = line(
            "section",
            "Section",
            &self.section,
            LABEL_LENGTH,
            &mut errors,
        );
        if let Some(problem) = self.wrong_type(before) {
            errors.push(FieldError::new("field_type", "Type", problem));
        }
        if self.unique && !may_be_unique(self.field_type) {
            let problem = Problem::Other("does not fit this type".to_owned());
            errors.push(FieldError::new("unique", "No two the same", problem));
        }
        self.required_from.sort_unstable();
        self.required_from.dedup();
        if has_options(self.field_type) {
            self.options = checked_options(self.options, before, &mut errors);
        } else {
            self.options.clear();
        }
        let described = FieldDef {
            options: self.options.clone(),
            ..FieldDef::stored("", "", self.field_type, Storage::Custom(0))
        };
        match described.check(self.default).and_then(|value| {
            described
                .check_chosen(&Value::Empty, &value)
                .map(|()| value)
        }) {
            Ok(_) if self.unique => self.default = Value::Empty,
            Ok(value) => self.default = value,
            Err(problem) => {
                self.default = Value::Empty;
                errors.push(FieldError::new("default", "Default", problem));
            }
        }
        if errors.is_empty() {
            Ok(self)
        } else {
            Err(Error::Invalid(errors))
        }
    }

    fn wrong_type(&self, before: Option<&FieldDef>) -> Option<Problem> {
        let known = |field_type| Self::types().contains(&field_type);
        match before.map(|field| field.field_type) {
            None if known(self.field_type) => None,
            None => Some(Problem::Other("cannot be made".to_owned())),
            Some(was) if was == self.field_type => None,
            Some(FieldType::Text) if self.field_type == FieldType::LongText => None,
            Some(_) => Some(Problem::Other(
                "cannot be changed: values of another type are there. Make a new field instead"
                    .to_owned(),
            )),
        }
    }
}

/// Whether fields of the type have choices.
#[must_use]
pub const fn has_options(field_type: FieldType) -> bool {
    matches!(field_type, FieldType::Choice | FieldType::Choices)
}

/// Whether "no two records may have the same" makes sense for a type: numbers of contracts,
/// addresses, phones; never amounts, days or choices.
#[must_use]
pub const fn may_be_unique(field_type: FieldType) -> bool {
    matches!(
        field_type,
        FieldType::Text
            | FieldType::Integer
            | FieldType::Decimal
            | FieldType::Url
            | FieldType::Points(_)
    )
}

/// One line without blanks around it.
fn line(key: &str, label: &str, text: &str, most: usize, errors: &mut Vec<FieldError>) -> String {
    let text: String = text
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .filter(|c| !c.is_control())
        .collect();
    let length = text.chars().count();
    if length > most {
        errors.push(FieldError::new(
            key,
            label,
            Problem::TooLong { length, most },
        ));
    }
    text
}

/// Choices with their keys: what is new gets one that no choice of the field has.
fn checked_options(
    options: Vec<ChoiceOption>,
    before: Option<&FieldDef>,
    errors: &mut Vec<FieldError>,
) -> Vec<ChoiceOption> {
    let known: &[ChoiceOption] = before.map_or(&[], |field| &field.options);
    let mut keys: BTreeSet<String> = known.iter().map(|option| option.key.to_string()).collect();
    let mut next = 1_u64;
    let mut fresh = move || loop {
        let key = format!("o{next}");
        next += 1;
        if keys.insert(key.clone()) {
            return key;
        }
    };
    let mut labels: BTreeSet<String> = BTreeSet::new();
    let mut used: BTreeSet<String> = BTreeSet::new();
    let mut checked: Vec<ChoiceOption> = Vec::with_capacity(options.len());
    for (place, option) in options.into_iter().enumerate() {
        let key = format!("options.{place}");
        let found = errors.len();
        let label = line(&key, "Choice", &option.label, LABEL_LENGTH, errors);
        if label.is_empty() {
            errors.push(FieldError::new(&key, "Choice", Problem::Required));
        } else if errors.len() == found && !labels.insert(label.to_lowercase()) {
            errors.push(FieldError::new(&key, "Choice", Problem::Taken));
        }
        let there = known.iter().any(|known| known.key == option.key);
        let key = if there && used.insert(option.key.to_string()) {
            option.key
        } else {
            Cow::Owned(fresh())
        };
        checked.push(ChoiceOption {
            key,
            label: Cow::Owned(label),
            color: option
                .color
                .filter(|color| OPTION_COLORS.contains(&color.as_ref())),
            retired: option.retired,
        });
    }
    if checked.iter().all(|option| option.retired) {
        errors.push(FieldError::new("options", "Choices", Problem::Required));
    }
    let length = checked.len();
    if length > MOST_OPTIONS {
        let problem = Problem::Other(format!(
            "are too many: {length}, at most {MOST_OPTIONS}. A list this long is better a link to records"
        ));
        errors.push(FieldError::new("options", "Choices", problem));
    }
    checked
}

/// What the page of a kind's fields shows.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct FieldSettings {
    /// The fields that users made, in order.
    pub fields: Vec<FieldDef>,
    /// Those in the bin, the last one first.
    pub deleted: Vec<DeletedField>,
}

/// A field in the bin. Its values lie there with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeletedField {
    /// The field.
    pub field: FieldDef,
    /// Since when.
    pub deleted_at: DateTime<Utc>,
    /// How many records have a value in it.
    pub records: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn option(key: &'static str, label: &'static str) -> ChoiceOption {
        ChoiceOption {
            key: Cow::Borrowed(key),
            label: Cow::Borrowed(label),
            color: None,
            retired: false,
        }
    }

    fn choices(options: Vec<ChoiceOption>) -> FieldDraft {
        FieldDraft {
            options,
            ..FieldDraft::new("Size", FieldType::Choice)
        }
    }

    fn stored(draft: &FieldDraft) -> FieldDef {
        FieldDef {
            options: draft.options.clone(),
            ..FieldDef::stored("c1", "Size", draft.field_type, Storage::Custom(1))
        }
    }

    fn wrong(draft: FieldDraft) -> Vec<String> {
        let error = draft.checked(None).expect_err("a mistake");
        error
            .field_errors()
            .iter()
            .map(|e| e.field.clone())
            .collect()
    }

    #[test]
    fn a_choice_keeps_its_key_whatever_it_is_called() {
        let first = choices(vec![option("", "Small"), option("", "Large")]);
        let first = first.checked(None).unwrap();
        let keys: Vec<_> = first.options.iter().map(|o| o.key.to_string()).collect();
        assert_eq!(keys, ["o1", "o2"]);
        let mut renamed = first.clone();
        renamed.options[0].label = Cow::Borrowed("Tiny");
        renamed.options.insert(0, option("", "Small"));
        let renamed = renamed.checked(Some(&stored(&first))).unwrap();
        let pairs: Vec<_> = renamed
            .options
            .iter()
            .map(|o| (o.key.to_string(), o.label.to_string()))
            .collect();
        assert_eq!(pairs[0], ("o3".into(), "Small".into()));
        assert_eq!(pairs[1], ("o1".into(), "Tiny".into()));
    }

    #[test]
    fn a_mistake_names_its_input() {
        assert_eq!(wrong(FieldDraft::new("  ", FieldType::Text)), ["label"]);
        assert_eq!(
            wrong(FieldDraft::new(&"x".repeat(81), FieldType::Text)),
            ["label"]
        );
        assert_eq!(
            wrong(FieldDraft::new("A", FieldType::Stage)),
            ["field_type"]
        );
        assert_eq!(wrong(choices(Vec::new())), ["options"]);
        assert_eq!(
            wrong(choices(vec![
                option("", "A"),
                option("", " a "),
                option("", "")
            ])),
            ["options.1", "options.2"]
        );
        let many = (0..=MOST_OPTIONS).map(|n| ChoiceOption {
            label: Cow::Owned(n.to_string()),
            ..option("", "")
        });
        assert_eq!(wrong(choices(many.collect())), ["options"]);
        assert_eq!(
            wrong(FieldDraft {
                unique: true,
                ..FieldDraft::new("A", FieldType::Money)
            }),
            ["unique"]
        );
        assert_eq!(
            wrong(FieldDraft {
                default: Value::Text("x".into()),
                ..FieldDraft::new("A", FieldType::Integer)
            }),
            ["default"]
        );
    }

    #[test]
    fn a_type_stays_but_for_a_text_that_grows() {
        let text = stored(&FieldDraft::new("A", FieldType::Text));
        let longer = FieldDraft::new("A", FieldType::LongText);
        assert!(longer.clone().checked(Some(&text)).is_ok());
        let back = stored(&longer);
        assert!(
            FieldDraft::new("A", FieldType::Text)
                .checked(Some(&back))
                .is_err()
        );
        assert!(
            FieldDraft::new("A", FieldType::Integer)
                .checked(Some(&text))
                .is_err()
        );
    }

    #[test]
    fn every_type_that_is_offered_can_be_made() {
        for field_type in FieldDraft::types() {
            let mut draft = FieldDraft::new("A", field_type);
            if has_options(field_type) {
                draft.options = vec![option("", "One")];
            }
            assert!(draft.checked(None).is_ok(), "{field_type:?}");
        }
    }

    #[test]
    fn a_retired_choice_stays_where_it_is() {
        let mut draft = choices(vec![option("", "A"), option("", "B")])
            .checked(None)
            .unwrap();
        draft.options[0].retired = true;
        let field = stored(&draft);
        let (a, b) = (Value::Text("o1".into()), Value::Text("o2".into()));
        assert!(field.check_chosen(&a, &a).is_ok());
        assert!(field.check_chosen(&b, &a).is_err());
        assert!(field.check_chosen(&a, &b).is_ok());
        assert!(
            FieldDraft {
                default: a,
                ..draft
            }
            .checked(Some(&field))
            .is_err()
        );
    }
}
