//! What stands in the editor of a field, as signals: it outlives the dialog, so that one that was
//! closed by mistake opens again as it was left.

use std::borrow::Cow;
use std::collections::BTreeMap;

use domain::field::{ChoiceOption, FieldType, Storage};
use domain::field_settings::{FieldDraft, OPTION_COLORS, has_options, may_be_unique};
use domain::pipeline::Meaning;
use domain::workspace::Workspace;
use domain::{FieldDef, FieldError, Kind, PipelineId, Problem, StageId, Value};
use leptos::prelude::*;

/// When a record may not be without the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    Never,
    Always,
    FromStage,
}

/// A choice in the editor.
#[derive(Debug, Clone, Copy)]
pub(super) struct OptionRow {
    /// Tells the rows apart while they are edited.
    pub(super) row: i64,
    /// As stored; empty for a new one.
    pub(super) key: StoredValue<String>,
    pub(super) label: RwSignal<String>,
    pub(super) color: RwSignal<String>,
    pub(super) retired: RwSignal<bool>,
}

impl OptionRow {
    /// Whether records may hold it already: it is retired, then, and not taken away.
    pub(super) fn is_stored(self) -> bool {
        self.key.with_value(|key| !key.is_empty())
    }

    /// What the default's input calls it, while a new one has no key.
    fn local_key(self) -> String {
        format!("row{}", self.row)
    }
}

/// What stands in the editor of a field.
#[derive(Debug, Clone, Copy)]
pub(super) struct Editor {
    pub(super) kind: Kind,
    /// The field; none for a new one.
    pub(super) id: Option<i64>,
    /// The type it has in the database.
    pub(super) stored_type: Option<FieldType>,
    /// None until one is chosen.
    pub(super) field_type: RwSignal<Option<FieldType>>,
    pub(super) label: RwSignal<String>,
    pub(super) section: RwSignal<String>,
    pub(super) help: RwSignal<String>,
    pub(super) on_card: RwSignal<bool>,
    pub(super) unique: RwSignal<bool>,
    pub(super) need: RwSignal<Need>,
    /// In which pipeline from which stage on.
    pub(super) from: RwSignal<BTreeMap<PipelineId, StageId>>,
    pub(super) options: RwSignal<Vec<OptionRow>>,
    /// With choices by their local keys.
    pub(super) default: RwSignal<Result<Value, Problem>>,
    /// What is wrong, each beside its input.
    pub(super) errors: RwSignal<Vec<FieldError>>,
    pub(super) busy: RwSignal<bool>,
    next_row: StoredValue<i64>,
    /// Keeps the signals of choices that come later as long as the others: the part of the page
    /// from which one is added may go before.
    owner: StoredValue<Option<Owner>>,
    /// What stood in it first, as far as that was a field.
    first: StoredValue<Option<FieldDraft>>,
}

impl Editor {
    /// An editor of a new field.
    pub(super) fn fresh(kind: Kind) -> Self {
        let draft = FieldDraft::new("", FieldType::Text);
        Self::of_draft(kind, None, &draft, &BTreeMap::new())
    }

    /// An editor of a field.
    pub(super) fn of(kind: Kind, field: &FieldDef, workspace: &Workspace) -> Self {
        let draft = FieldDraft::of(field);
        let from = draft
            .required_from
            .iter()
            .filter_map(|id| Some((workspace.stage(*id)?.pipeline_id, *id)))
            .collect();
        Self::of_draft(kind, custom_id(field), &draft, &from)
    }

    fn of_draft(
        kind: Kind,
        id: Option<i64>,
        draft: &FieldDraft,
        from: &BTreeMap<PipelineId, StageId>,
    ) -> Self {
        let need = match (draft.required, from.is_empty()) {
            (true, _) => Need::Always,
            (false, false) => Need::FromStage,
            (false, true) => Need::Never,
        };
        let stored_type = id.map(|_| draft.field_type);
        let this = Self {
            kind,
            id,
            stored_type,
            field_type: RwSignal::new(stored_type),
            label: RwSignal::new(draft.label.clone()),
            section: RwSignal::new(draft.section.clone()),
            help: RwSignal::new(draft.help.clone()),
            on_card: RwSignal::new(draft.on_card),
            unique: RwSignal::new(draft.unique),
            need: RwSignal::new(need),
            from: RwSignal::new(from.clone()),
            options: RwSignal::new(Vec::new()),
            default: RwSignal::new(Ok(Value::Empty)),
            errors: RwSignal::new(Vec::new()),
            busy: RwSignal::new(false),
            next_row: StoredValue::new(0),
            owner: StoredValue::new(Owner::current()),
            first: StoredValue::new(None),
        };
        for option in &draft.options {
            this.add_option(option);
        }
        this.default.set(Ok(this.to_local(&draft.default)));
        this.first.set_value(this.draft().ok());
        this
    }

    /// Whether somebody has changed anything in it. What is untouched is better made anew from the
    /// field as it is then.
    pub(super) fn is_touched(self) -> bool {
        let now = self.draft().ok();
        self.first.with_value(|first| *first != now)
    }

    fn add_option(self, option: &ChoiceOption) {
        let row = self.next_row.get_value();
        self.next_row.set_value(row + 1);
        let color = option.color.as_ref().map_or("gray", AsRef::as_ref);
        let make = || OptionRow {
            row,
            key: StoredValue::new(option.key.to_string()),
            label: RwSignal::new(option.label.to_string()),
            color: RwSignal::new(color.to_owned()),
            retired: RwSignal::new(option.retired),
        };
        let row = match self.owner.get_value() {
            Some(owner) => owner.with(make),
            None => make(),
        };
        self.options.update(|options| options.push(row));
    }

    /// A line more, in a colour that the one before it has not.
    pub(super) fn add_empty_option(self) {
        // Blue first: gray is for what somebody wants to be quiet.
        let at = (self.options.with_untracked(Vec::len) + 1) % OPTION_COLORS.len();
        self.add_option(&ChoiceOption {
            key: Cow::Borrowed(""),
            label: Cow::Borrowed(""),
            color: Some(Cow::Borrowed(OPTION_COLORS[at])),
            retired: false,
        });
    }

    /// Chooses the type. What was said for another one stays, as far as it fits.
    pub(super) fn choose(self, field_type: FieldType) {
        self.field_type.set(Some(field_type));
        self.default.set(Ok(Value::Empty));
        self.errors.set(Vec::new());
        if has_options(field_type) && self.options.with_untracked(Vec::is_empty) {
            self.add_empty_option();
            self.add_empty_option();
        }
    }

    /// What is wrong with an input.
    pub(super) fn problem(self, input: &str) -> Option<Problem> {
        self.errors.with(|errors| {
            let wrong = errors.iter().find(|error| error.field == input)?;
            Some(wrong.problem.clone())
        })
    }

    /// Takes back what was said against an input, since it is being mended.
    pub(super) fn mended(self, input: &str) {
        if self
            .errors
            .with_untracked(|e| e.iter().any(|error| error.field == input))
        {
            self.errors
                .update(|errors| errors.retain(|error| error.field != input));
        }
    }

    /// The field as far as its default's input needs to know it; none where it can have none.
    pub(super) fn described(self) -> Option<FieldDef> {
        let field_type = self.field_type.get()?;
        let fits = !matches!(
            field_type,
            FieldType::Points(_) | FieldType::Link(_) | FieldType::Links(_)
        );
        let unique = self.unique.get() && may_be_unique(field_type);
        (fits && !unique).then(|| {
            let options = self.options.with(|rows| {
                rows.iter()
                    .map(|row| ChoiceOption {
                        key: Cow::Owned(row.local_key()),
                        label: Cow::Owned(row.label.get()),
                        color: Some(Cow::Owned(row.color.get())),
                        retired: row.retired.get() || row.label.with(|l| l.trim().is_empty()),
                    })
                    .collect()
            });
            FieldDef {
                options: if has_options(field_type) {
                    options
                } else {
                    Vec::new()
                },
                ..FieldDef::stored("", "", field_type, Storage::Custom(0))
            }
        })
    }

    /// What is sent to the server, or what is wrong already.
    pub(super) fn draft(self) -> Result<FieldDraft, Vec<FieldError>> {
        let Some(field_type) = self.field_type.get_untracked() else {
            return Err(vec![FieldError::new("field_type", "", Problem::Required)]);
        };
        let mut errors = Vec::new();
        let need = self.need.get_untracked();
        let required_from: Vec<StageId> = match need {
            Need::FromStage => self
                .from
                .with_untracked(|from| from.values().copied().collect()),
            Need::Never | Need::Always => Vec::new(),
        };
        if need == Need::FromStage && required_from.is_empty() {
            errors.push(FieldError::new("required_from", "", Problem::Required));
        }
        let described = untrack(|| self.described());
        let default = match (described, self.default.get_untracked()) {
            (None, _) => Value::Empty,
            (Some(_), Ok(value)) => self.with_lasting_keys(&value),
            (Some(_), Err(problem)) => {
                errors.push(FieldError::new("default", "", problem));
                Value::Empty
            }
        };
        if !errors.is_empty() {
            return Err(errors);
        }
        let options = self.options.with_untracked(|rows| {
            rows.iter()
                .map(|row| ChoiceOption {
                    key: Cow::Owned(row.key.get_value()),
                    label: Cow::Owned(row.label.get_untracked()),
                    color: Some(Cow::Owned(row.color.get_untracked())),
                    retired: row.retired.get_untracked(),
                })
                .collect()
        });
        Ok(FieldDraft {
            help: self.help.get_untracked(),
            section: self.section.get_untracked(),
            on_card: self.on_card.get_untracked(),
            required: need == Need::Always,
            required_from,
            unique: self.unique.get_untracked() && may_be_unique(field_type),
            options: if has_options(field_type) {
                options
            } else {
                Vec::new()
            },
            default,
            ..FieldDraft::new(&self.label.get_untracked(), field_type)
        })
    }

    /// A default with choices by their local keys.
    fn to_local(self, value: &Value) -> Value {
        let pairs: Vec<(String, String)> = self.options.with_untracked(|rows| {
            rows.iter()
                .map(|row| (row.key.get_value(), row.local_key()))
                .collect()
        });
        translate(value, &pairs)
    }

    /// A default with choices by the keys that they have, or will get: new ones are numbered in
    /// order, past those that there are.
    fn with_lasting_keys(self, value: &Value) -> Value {
        let pairs: Vec<(String, String)> = self.options.with_untracked(|rows| {
            let known: Vec<String> = rows.iter().map(|row| row.key.get_value()).collect();
            let mut numbers = (1_u64..).map(|number| format!("o{number}"));
            let mut fresh = || numbers.find(|key| !known.contains(key)).unwrap_or_default();
            rows.iter()
                .map(|row| {
                    let key = row.key.get_value();
                    (row.local_key(), if key.is_empty() { fresh() } else { key })
                })
                .collect()
        });
        translate(value, &pairs)
    }
}

/// The same choices under other keys; those without one are left out.
fn translate(value: &Value, pairs: &[(String, String)]) -> Value {
    let other = |key: &String| {
        let pair = pairs.iter().find(|(from, _)| from == key);
        pair.map(|(_, to)| to.clone())
    };
    match value {
        Value::Text(key) if pairs.iter().any(|(from, _)| from == key) => {
            other(key).map_or(Value::Empty, Value::Text)
        }
        Value::Texts(keys) => Value::Texts(keys.iter().filter_map(other).collect()),
        value => value.clone(),
    }
}

/// The id of a field that users made.
pub(super) fn custom_id(field: &FieldDef) -> Option<i64> {
    match field.storage {
        Storage::Custom(id) => Some(id),
        _ => None,
    }
}

/// A pipeline, and its stages from which on a field may be required.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Gates {
    /// The pipeline.
    pub(super) pipeline: PipelineId,
    /// Its name.
    pub(super) name: String,
    /// The stages with their names, in order.
    pub(super) stages: Vec<(StageId, String)>,
}

/// The stages of a kind's pipelines from which on a field may be required: pipeline by pipeline,
/// without the lost ones.
pub(super) fn gates(workspace: &Workspace, kind: Kind) -> Vec<Gates> {
    workspace
        .pipelines_of(kind)
        .map(|pipeline| {
            let stages = pipeline
                .stages
                .iter()
                .filter(|stage| stage.meaning != Meaning::Lost)
                .map(|stage| (stage.id, stage.name.clone()))
                .collect();
            Gates {
                pipeline: pipeline.id,
                name: pipeline.name.clone(),
                stages,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_choice_may_be_the_default_before_it_has_a_key() {
        Owner::new().with(|| {
            let editor = Editor::fresh(Kind::Deal);
            editor.choose(FieldType::Choice);
            let rows = editor.options.get_untracked();
            rows[0].label.set("Small".into());
            rows[1].label.set("Large".into());
            editor.default.set(Ok(Value::Text(rows[1].local_key())));
            editor.label.set("Size".into());
            let draft = editor.draft().expect("nothing is wrong");
            assert_eq!(draft.default, Value::Text("o2".into()));
            let checked = draft.checked(None).expect("nor for the server");
            assert_eq!(checked.options[1].key, "o2");
            let field = FieldDef {
                options: checked.options,
                default: checked.default,
                ..FieldDef::stored("c1", "Size", FieldType::Choice, Storage::Custom(1))
            };
            let again = Editor::of_draft(
                Kind::Deal,
                Some(1),
                &FieldDraft::of(&field),
                &BTreeMap::new(),
            );
            assert!(editor.is_touched() && !again.is_touched());
            assert_eq!(
                again.draft().expect("as it was").default,
                Value::Text("o2".into())
            );
        });
    }

    #[test]
    fn required_from_a_stage_on_needs_a_stage() {
        Owner::new().with(|| {
            let editor = Editor::fresh(Kind::Deal);
            editor.choose(FieldType::Text);
            editor.need.set(Need::FromStage);
            let errors = editor.draft().expect_err("no stage");
            assert_eq!(errors[0].field, "required_from");
        });
    }
}
