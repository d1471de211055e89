//! What is set: an owner, a stage, or a field of one's choice.

use domain::bulk::{BulkChange, holds_several};
use domain::field::{FieldType, Storage};
use domain::pipeline::Meaning;
use domain::record::Values;
use domain::{FieldDef, Kind, Problem, StageId, Value};
use leptos::prelude::*;

use crate::fields::FieldInput;
use crate::i18n::{t_string, use_i18n};
use crate::labels;
use crate::layout::use_workspace;
use crate::ui::{Choice, Field, Select};

/// Fields that have a button of their own.
const ELSEWHERE: [&str; 3] = ["pipeline_id", "stage_id", "lost_reason_id"];

/// The field of a kind.
fn field_of(kind: Kind, key: &str) -> Option<FieldDef> {
    let fields = use_workspace().get_untracked().fields(kind);
    fields.into_iter().find(|field| field.key == key)
}

/// Asks for the new owner.
#[component]
pub(super) fn OwnerEditor(kind: Kind, change: RwSignal<Option<BulkChange>>) -> impl IntoView {
    let i18n = use_i18n();
    let on_value = Callback::new(move |value: Result<Value, Problem>| {
        let owner = value.ok().filter(|value| !value.is_empty());
        change.set(owner.map(|owner| BulkChange::set("owner_id", owner)));
    });
    field_of(kind, "owner_id").map(|field| {
        let label = labels::field(i18n, &field);
        view! {
            <Field id="bulk-owner" label=label>
                <FieldInput field=field initial=Value::Empty on_value=on_value autofocus=true />
            </Field>
        }
    })
}

/// Asks for the new stage, and for the reason where it is lost.
#[component]
pub(super) fn StageEditor(kind: Kind, change: RwSignal<Option<BulkChange>>) -> impl IntoView {
    let i18n = use_i18n();
    let workspace = use_workspace().get_untracked();
    let several = workspace.pipelines_of(kind).count() > 1;
    let mut choices = vec![Choice::new("", "—")];
    for pipeline in workspace.pipelines_of(kind) {
        for stage in &pipeline.stages {
            let name = if several {
                format!("{}: {}", pipeline.name, stage.name)
            } else {
                stage.name.clone()
            };
            choices.push(Choice::new(stage.id.to_string(), name));
        }
    }
    let stage = RwSignal::new(None::<StageId>);
    let reason = RwSignal::new(Value::Empty);
    let is_lost = {
        let workspace = workspace.clone();
        Memo::new(move |_| {
            let stage = stage.get().and_then(|id| workspace.stage(id));
            stage.is_some_and(|stage| stage.meaning == Meaning::Lost)
        })
    };
    Effect::new(move |_| {
        let wanted = stage.get().and_then(|id| workspace.stage(id)).map(|stage| {
            let mut values = Values::from([
                ("pipeline_id".to_owned(), Value::Id(stage.pipeline_id)),
                ("stage_id".to_owned(), Value::Id(stage.id)),
            ]);
            let reason = reason.get();
            if is_lost.get() && !reason.is_empty() {
                values.insert("lost_reason_id".to_owned(), reason);
            }
            BulkChange::Set(values)
        });
        change.set(wanted);
    });
    let chosen = Signal::derive(move || stage.get().map_or_else(String::new, |id| id.to_string()));
    let on_change = Callback::new(move |text: String| {
        reason.set(Value::Empty);
        stage.set(text.parse().ok());
    });
    let on_reason = Callback::new(move |value: Result<Value, Problem>| {
        reason.set(value.unwrap_or_default());
    });
    let why = field_of(kind, "lost_reason_id");
    view! {
        <Field id="bulk-stage" label=move || t_string!(i18n, bulk.stage)>
            <Select options=choices value=chosen on_change=on_change />
        </Field>
        {move || {
            let field = why.clone().filter(|_| is_lost.get())?;
            let label = labels::field(i18n, &field);
            Some(view! {
                <Field id="bulk-reason" label=label>
                    <FieldInput field=field initial=Value::Empty on_value=on_reason />
                </Field>
            })
        }}
    }
}

/// What is done with a field's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    Set,
    Clear,
    Add,
    Remove,
}

impl How {
    const ALL: [Self; 4] = [Self::Set, Self::Clear, Self::Add, Self::Remove];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Set => "set",
            Self::Clear => "clear",
            Self::Add => "add",
            Self::Remove => "remove",
        }
    }

    fn fits(self, field: &FieldDef) -> bool {
        match self {
            Self::Set => true,
            Self::Clear => !field.required && field.field_type != FieldType::YesNo,
            Self::Add | Self::Remove => holds_several(field.field_type),
        }
    }
}

/// Asks for a field, what to do with it, and the value.
#[component]
pub(super) fn FieldEditor(kind: Kind, change: RwSignal<Option<BulkChange>>) -> impl IntoView {
    let i18n = use_i18n();
    let fields: Vec<FieldDef> = use_workspace()
        .get_untracked()
        .fields(kind)
        .into_iter()
        .filter(|field| {
            field.editable()
                && !ELSEWHERE.contains(&field.key.as_ref())
                && !matches!(field.storage, Storage::LinksBack { .. })
        })
        .collect();
    let mut choices = vec![Choice::new("", "—")];
    choices.extend(
        fields
            .iter()
            .map(|field| Choice::new(field.key.to_string(), labels::field(i18n, field))),
    );
    let key = RwSignal::new(String::new());
    let how = RwSignal::new(How::Set);
    let chosen = Memo::new(move |_| {
        let key = key.get();
        fields.iter().find(|field| field.key == key).cloned()
    });
    // Another field, or another thing to do with it, begins anew.
    let begin = move || {
        change.set(chosen.get_untracked().and_then(|field| {
            match (how.get_untracked(), field.field_type) {
                (How::Clear, _) => Some(BulkChange::set(&field.key, Value::Empty)),
                // A box that is not ticked says no.
                (How::Set, FieldType::YesNo) => {
                    Some(BulkChange::set(&field.key, Value::YesNo(false)))
                }
                _ => None,
            }
        }));
    };
    let on_field = Callback::new(move |wanted: String| {
        key.set(wanted);
        how.set(How::Set);
        begin();
    });
    let on_how = Callback::new(move |word: String| {
        let wanted = How::ALL.into_iter().find(|how| how.as_str() == word);
        how.set(wanted.unwrap_or(How::Set));
        begin();
    });
    let problem = RwSignal::new(None::<Problem>);
    let on_value = Callback::new(move |value: Result<Value, Problem>| {
        let Some(field) = chosen.get_untracked() else {
            return;
        };
        let field = field.key.to_string();
        problem.set(value.as_ref().err().cloned());
        let wanted = value.ok().filter(|value| !value.is_empty());
        change.set(wanted.map(|value| match how.get_untracked() {
            How::Add => BulkChange::Add { field, value },
            How::Remove => BulkChange::Remove { field, value },
            How::Set | How::Clear => BulkChange::set(&field, value),
        }));
    });
    let error = Signal::derive(move || {
        problem.with(|problem| {
            problem
                .as_ref()
                .map(|problem| labels::problem(i18n, problem))
        })
    });
    let hows = Signal::derive(move || {
        let Some(field) = chosen.get() else {
            return Vec::new();
        };
        let fitting = How::ALL.into_iter().filter(|how| how.fits(&field));
        fitting
            .map(|how| {
                let label = match how {
                    How::Set => t_string!(i18n, bulk.how_set),
                    How::Clear => t_string!(i18n, bulk.how_clear),
                    How::Add => t_string!(i18n, bulk.how_add),
                    How::Remove => t_string!(i18n, bulk.how_remove),
                };
                Choice::new(how.as_str(), label)
            })
            .collect::<Vec<_>>()
    });
    let how_chosen = Signal::derive(move || how.get().as_str().to_owned());
    // Adding and removing have inputs of their own, empty at first.
    let value_of = Memo::new(move |_| {
        let how = how.get();
        chosen
            .get()
            .filter(|_| how != How::Clear)
            .map(|field| (field, how))
    });
    view! {
        <Field id="bulk-field" label=move || t_string!(i18n, bulk.field)>
            <Select options=choices value=key on_change=on_field />
        </Field>
        {move || {
            (hows.with(Vec::len) > 1)
                .then(|| {
                    view! {
                        <Field id="bulk-how" label=move || t_string!(i18n, bulk.how)>
                            <Select options=hows value=how_chosen on_change=on_how />
                        </Field>
                    }
                })
        }}
        {move || {
            let (field, _) = value_of.get()?;
            problem.set(None);
            let label = labels::field(i18n, &field);
            let initial = match field.field_type {
                FieldType::YesNo => Value::YesNo(false),
                _ => Value::Empty,
            };
            Some(view! {
                <Field id="bulk-value" label=label error=error>
                    <FieldInput field=field initial=initial on_value=on_value />
                </Field>
            })
        }}
    }
}
