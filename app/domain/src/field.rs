//! Fields: a field is described once, and list, board, card, form, filter, import and permission
//! follow from the description.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::contact_point::PointType;
use crate::{Kind, Problem, StageId, Value};

/// The description of one field of one kind, built in or made by a user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldDef {
    /// Its name in queries, mapping files and the log. A custom field's is `c` and its id.
    pub key: Cow<'static, str>,
    /// Its name on screen, in English; pages translate those of built-in fields.
    pub label: Cow<'static, str>,
    /// What it holds.
    pub field_type: FieldType,
    /// Where it is kept.
    pub storage: Storage,
    /// The part of the form in which it stands.
    pub group: Group,
    /// The heading under which its makers put a custom field, within its group; empty for none.
    #[serde(default)]
    pub section: Cow<'static, str>,
    /// Whether a record may not be without it.
    pub required: bool,
    /// Stages from which on a record may not be without it: each stands for itself and for those
    /// behind it in its pipeline that are not lost.
    #[serde(default)]
    pub required_from: Vec<StageId>,
    /// Whether no two records may have the same.
    pub unique: bool,
    /// Who sets it.
    pub set_by: SetBy,
    /// Whether the card on the board shows it when it is filled.
    pub on_card: bool,
    /// The choices, for [`FieldType::Choice`] and [`FieldType::Choices`].
    pub options: Vec<ChoiceOption>,
    /// One sentence under the input.
    pub help: Cow<'static, str>,
    /// What a new record has in it when its maker says nothing.
    #[serde(default)]
    pub default: Value,
}

impl FieldDef {
    /// A field kept in the column of its own name.
    #[must_use]
    pub const fn column(key: &'static str, label: &'static str, field_type: FieldType) -> Self {
        Self::stored(key, label, field_type, Storage::Column(Cow::Borrowed(key)))
    }

    /// A field kept elsewhere.
    #[must_use]
    pub const fn stored(
        key: &'static str,
        label: &'static str,
        field_type: FieldType,
        storage: Storage,
    ) -> Self {
        Self {
            key: Cow::Borrowed(key),
            label: Cow::Borrowed(label),
            field_type,
            storage,
            group: Group::Main,
            section: Cow::Borrowed(""),
            required: false,
            required_from: Vec::new(),
            unique: false,
            set_by: SetBy::User,
            on_card: false,
            options: Vec::new(),
            help: Cow::Borrowed(""),
            default: Value::Empty,
        }
    }

    /// A record may not be without it.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Shown on the card.
    #[must_use]
    pub fn on_card(mut self) -> Self {
        self.on_card = true;
        self
    }

    /// In another part of the form.
    #[must_use]
    pub fn in_group(mut self, group: Group) -> Self {
        self.group = group;
        self
    }

    /// Set by Dealwright; imports may bring it along.
    #[must_use]
    pub fn automatic(mut self) -> Self {
        self.set_by = SetBy::Import;
        self.group = Group::System;
        self
    }

    /// Set by Dealwright alone.
    #[must_use]
    pub fn internal(mut self) -> Self {
        self.set_by = SetBy::Dealwright;
        self.group = Group::System;
        self
    }

    /// With choices, each a key and a label.
    #[must_use]
    pub fn with_options(mut self, options: &[(&'static str, &'static str)]) -> Self {
        self.options = options
            .iter()
            .map(|&(key, label)| ChoiceOption {
                key: Cow::Borrowed(key),
                label: Cow::Borrowed(label),
                color: None,
                retired: false,
            })
            .collect();
        self
    }

    /// With a sentence of help.
    #[must_use]
    pub fn with_help(mut self, help: &'static str) -> Self {
        self.help = Cow::Borrowed(help);
        self
    }

    /// Reads what a person or a file wrote into this field's value, choices by key or label.
    pub fn parse(&self, text: &str) -> Result<Value, Problem> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Value::Empty);
        }
        let choice = |text: &str| {
            self.options
                .iter()
                .find(|option| option.key == text)
                .or_else(|| {
                    self.options
                        .iter()
                        .find(|o| o.label.eq_ignore_ascii_case(text))
                })
                .map(|option| option.key.to_string())
                .ok_or_else(|| Problem::UnknownChoice {
                    given: text.chars().take(40).collect(),
                })
        };
        match self.field_type {
            FieldType::Choice => choice(text).map(Value::Text),
            FieldType::Choices => text
                .split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .map(choice)
                .collect::<Result<Vec<_>, _>>()
                .map(Value::Texts),
            _ => self.field_type.parse(text),
        }
    }

    /// Checks a value's type, size and choices, and brings it into the form in which it is stored.
    /// Whether it may be empty is asked by [`FieldDef::missing_in`].
    pub fn check(&self, value: Value) -> Result<Value, Problem> {
        let value = self.field_type.check(value)?;
        let unknown = |text: &String| !self.options.iter().any(|option| option.key == *text);
        match (&value, self.field_type) {
            (Value::Text(text), FieldType::Choice) if unknown(text) => {
                Err(Problem::UnknownChoice {
                    given: text.clone(),
                })
            }
            (Value::Texts(texts), FieldType::Choices) => match texts.iter().find(|t| unknown(t)) {
                Some(given) => Err(Problem::UnknownChoice {
                    given: given.clone(),
                }),
                None => Ok(value),
            },
            _ => Ok(value),
        }
    }

    /// Whether what is newly chosen may be: a choice that is retired stays where it is, and is
    /// refused where it was not.
    ///
    /// # Errors
    /// [`Problem::UnknownChoice`] with the label of the first retired one.
    pub fn check_chosen(&self, old: &Value, new: &Value) -> Result<(), Problem> {
        let keys = |value: &Value| match (value, self.field_type) {
            (Value::Text(key), FieldType::Choice) => vec![key.clone()],
            (Value::Texts(keys), FieldType::Choices) => keys.clone(),
            _ => Vec::new(),
        };
        let had = keys(old);
        let retired = |key: &String| {
            self.options
                .iter()
                .find(|option| option.retired && option.key == *key)
        };
        keys(new)
            .iter()
            .filter(|key| !had.contains(key))
            .find_map(retired)
            .map_or(Ok(()), |option| {
                Err(Problem::UnknownChoice {
                    given: option.label.to_string(),
                })
            })
    }

    /// The id of a field that users made.
    #[must_use]
    pub const fn custom_id(&self) -> Option<i64> {
        match &self.storage {
            Storage::Custom(id) => Some(*id),
            _ => None,
        }
    }

    /// Whether the field needs a value and this is none.
    #[must_use]
    pub fn missing_in(&self, value: &Value) -> bool {
        self.required && value.is_empty()
    }

    /// Whether people may set it by hand.
    #[must_use]
    pub fn editable(&self) -> bool {
        self.set_by == SetBy::User
    }

    /// The label of a choice, or its key when the choice is gone.
    #[must_use]
    pub fn option_label<'a>(&'a self, key: &'a str) -> &'a str {
        self.options
            .iter()
            .find(|option| option.key == key)
            .map_or(key, |option| &option.label)
    }
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// One line, at most [`TEXT_LENGTH`] characters.
    Text,
    /// Many lines, at most [`LONG_TEXT_LENGTH`] characters.
    LongText,
    /// A whole number of 64 bits.
    Integer,
    /// An exact number, four digits after the point.
    Decimal,
    /// An amount with its currency.
    Money,
    /// 0 to 100.
    Percent,
    /// Yes or no.
    YesNo,
    /// A day.
    Date,
    /// A moment.
    DateTime,
    /// One of a list.
    Choice,
    /// Many of a list.
    Choices,
    /// A user.
    User,
    /// Several users.
    Users,
    /// A record of a kind.
    Link(Kind),
    /// Several records of a kind, the first one primary.
    Links(Kind),
    /// Phone numbers or e-mail addresses.
    Points(PointType),
    /// An address on the web.
    Url,
    /// A stage of a pipeline.
    Stage,
    /// A pipeline.
    Pipeline,
    /// A reason for losing.
    LostReason,
}

/// Characters that fit one line of text.
pub const TEXT_LENGTH: usize = 500;
/// Characters that fit a long text.
pub const LONG_TEXT_LENGTH: usize = 100_000;

/// Where a field's value is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Storage {
    /// In a column of the kind's table.
    Column(Cow<'static, str>),
    /// In two columns of the kind's table.
    MoneyColumns {
        /// The amount's column.
        amount: Cow<'static, str>,
        /// The currency's column.
        currency: Cow<'static, str>,
    },
    /// In `custom`, under the field's id.
    Custom(i64),
    /// In `record_link`, under the field's key.
    Links,
    /// In `record_link` of the other kind, under the other field's key: the way back.
    LinksBack {
        /// The kind that holds the link.
        from: Kind,
        /// Its field.
        field: Cow<'static, str>,
    },
    /// In `contact_point`.
    Points,
    /// In `record_observer`.
    Observers,
}

/// Who sets a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SetBy {
    /// People.
    User,
    /// Dealwright; an import may bring it along (creation and closing dates).
    Import,
    /// Dealwright alone.
    Dealwright,
}

/// A part of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// What it is.
    Main,
    /// Who it is about.
    People,
    /// More about it.
    Details,
    /// What Dealwright keeps.
    System,
}

impl Group {
    /// In the order in which the form shows them.
    pub const ALL: [Self; 4] = [Self::Main, Self::People, Self::Details, Self::System];
}

/// One choice of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoiceOption {
    /// What is stored.
    pub key: Cow<'static, str>,
    /// What is shown.
    pub label: Cow<'static, str>,
    /// One of the named stage colours of the style sheet.
    #[serde(default)]
    pub color: Option<Cow<'static, str>>,
    /// Not offered any more, but kept where it is.
    pub retired: bool,
}

/// The field of a kind, among built-in ones.
#[must_use]
pub fn find<'a>(fields: &'a [FieldDef], key: &str) -> Option<&'a FieldDef> {
    fields.iter().find(|field| field.key == key)
}

/// Fields that every kind has, after its own: people, dates, version.
#[must_use]
pub fn common_fields() -> Vec<FieldDef> {
    vec![
        FieldDef::column("owner_id", "Owner", FieldType::User).in_group(Group::People),
        FieldDef::stored(
            "observers",
            "Observers",
            FieldType::Users,
            Storage::Observers,
        )
        .in_group(Group::People)
        .with_help("They see the record although it is not theirs."),
        FieldDef::column("everyone", "Open to everyone", FieldType::YesNo)
            .in_group(Group::People)
            .with_help("Everyone may read it, whatever their role."),
        FieldDef::column("created_at", "Created", FieldType::DateTime).automatic(),
        FieldDef::column("created_by", "Created by", FieldType::User).internal(),
        FieldDef::column("updated_at", "Changed", FieldType::DateTime).internal(),
        FieldDef::column("updated_by", "Changed by", FieldType::User).internal(),
    ]
}

/// The leads that a record was made of, set by the conversion. The way back stands on the lead.
#[must_use]
pub fn from_leads() -> FieldDef {
    FieldDef::stored(
        "leads",
        "From lead",
        FieldType::Links(Kind::Lead),
        Storage::Links,
    )
    .automatic()
    .in_group(Group::Details)
}

/// Fields that every kind with stages has, after its title.
#[must_use]
pub fn stage_fields() -> Vec<FieldDef> {
    vec![
        FieldDef::stored(
            "amount",
            "Amount",
            FieldType::Money,
            Storage::MoneyColumns {
                amount: Cow::Borrowed("amount"),
                currency: Cow::Borrowed("currency"),
            },
        )
        .on_card(),
        FieldDef::column("pipeline_id", "Pipeline", FieldType::Pipeline).required(),
        FieldDef::column("stage_id", "Stage", FieldType::Stage).required(),
        FieldDef::column("expected_close", "Expected close", FieldType::Date),
        FieldDef::column("next_step", "Next step", FieldType::Text).on_card(),
        FieldDef::column("next_step_on", "Next step on", FieldType::Date).on_card(),
        FieldDef::column("lost_reason_id", "Lost reason", FieldType::LostReason)
            .in_group(Group::Details),
        FieldDef::column("stage_since", "In stage since", FieldType::DateTime).automatic(),
        FieldDef::column("closed_at", "Closed", FieldType::DateTime).automatic(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice() -> FieldDef {
        FieldDef::column("source", "Source", FieldType::Choice)
            .with_options(&[("web", "Web site"), ("call", "Call")])
    }

    #[test]
    fn a_choice_is_read_by_key_or_label() {
        assert_eq!(choice().parse("web"), Ok(Value::Text("web".into())));
        assert_eq!(choice().parse("Web Site"), Ok(Value::Text("web".into())));
        assert_eq!(choice().parse(""), Ok(Value::Empty));
        assert_eq!(
            choice().parse("fax"),
            Err(Problem::UnknownChoice {
                given: "fax".into()
            })
        );
        assert!(choice().check(Value::Text("fax".into())).is_err());
    }

    #[test]
    fn a_required_field_misses_an_empty_value() {
        let field = FieldDef::column("title", "Title", FieldType::Text).required();
        assert!(field.missing_in(&Value::Empty));
        assert!(!field.missing_in(&Value::Text("x".into())));
    }
}
