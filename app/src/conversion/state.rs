//! What is chosen and typed in the dialog of a conversion.

use std::collections::BTreeMap;

use domain::conversion::{Conversion, Part, Preparation, Wanted, part_field};
use domain::field::Storage;
use domain::record::Values;
use domain::{FieldDef, FieldError, Kind, Problem, RecordId, Value};
use leptos::prelude::*;

use crate::layout::use_workspace;

/// The state of the dialog. Cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct ConversionState {
    pub(super) parts: StoredValue<Vec<PartState>>,
    /// What the lead itself still needs.
    pub(super) lead: PartState,
    lead_id: RecordId,
    version: i64,
}

/// One part: a thing that the lead becomes, or the lead itself.
#[derive(Clone, Copy)]
pub(super) struct PartState {
    pub(super) kind: Kind,
    /// Whether it is wanted.
    pub(super) wanted: RwSignal<bool>,
    /// What exists and is linked to; none for a new one.
    pub(super) link: RwSignal<Option<RecordId>>,
    /// The keys of the fields that are shown.
    pub(super) shown: RwSignal<Vec<String>>,
    pub(super) values: RwSignal<Values>,
    /// What is wrong, by key.
    pub(super) problems: RwSignal<BTreeMap<String, Problem>>,
    /// The fields of its kind.
    pub(super) fields: StoredValue<Vec<FieldDef>>,
}

/// The fields that are always asked for a new record, in this order.
const fn asked(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Contact => &["first_name", "last_name", "phones", "emails"],
        Kind::Company => &["name"],
        Kind::Deal => &["title", "amount"],
        _ => &[],
    }
}

impl PartState {
    /// The state of a part.
    fn of(kind: Kind, fields: Vec<FieldDef>, values: Values) -> Self {
        let mut shown: Vec<String> = asked(kind).iter().map(|key| (*key).to_owned()).collect();
        let is_custom = |field: &FieldDef| matches!(field.storage, Storage::Custom(_));
        for field in &fields {
            let filled = values.contains_key(field.key.as_ref());
            let points = matches!(field.key.as_ref(), "phones" | "emails");
            let place = matches!(field.key.as_ref(), "pipeline_id" | "stage_id");
            let needed = field.required && field.editable() && !place && kind != Kind::Lead;
            let key = field.key.to_string();
            if !shown.contains(&key) && (needed || (filled && (points || is_custom(field)))) {
                shown.push(key);
            }
        }
        Self {
            kind,
            wanted: RwSignal::new(false),
            link: RwSignal::new(None),
            shown: RwSignal::new(shown),
            values: RwSignal::new(values),
            problems: RwSignal::new(BTreeMap::new()),
            fields: StoredValue::new(fields),
        }
    }

    /// What is wanted; none where it is not.
    fn wish(self) -> Option<Wanted> {
        if !self.wanted.get_untracked() {
            return None;
        }
        Some(match self.link.get_untracked() {
            Some(id) => Wanted::Link(id),
            None => Wanted::New(self.values.get_untracked()),
        })
    }

    /// Takes what was typed into a field.
    pub(super) fn type_in(self, key: &str, value: Result<Value, Problem>) {
        match value {
            Ok(value) => {
                self.problems.update(|problems| {
                    problems.remove(key);
                });
                self.values.update(|values| {
                    values.insert(key.to_owned(), value);
                });
            }
            Err(problem) => self.problems.update(|problems| {
                problems.insert(key.to_owned(), problem);
            }),
        }
    }

    /// Takes the errors that are about it; its field must be among those of its kind.
    fn take(self, errors: &mut Vec<FieldError>) {
        let prefix = part_field(self.kind, "");
        errors.retain(|error| {
            let Some(key) = error.field.strip_prefix(&prefix) else {
                return true;
            };
            let known = self
                .fields
                .with_value(|fields| fields.iter().any(|f| f.key == key && f.editable()));
            let stage = matches!(key, "stage_id" | "pipeline_id");
            if !known || stage {
                return true;
            }
            self.problems.update(|problems| {
                problems.insert(key.to_owned(), error.problem.clone());
            });
            self.shown.update(|shown| {
                if !shown.iter().any(|shown| shown == key) {
                    shown.push(key.to_owned());
                }
            });
            false
        });
    }
}

impl ConversionState {
    /// The state of a conversion that begins.
    pub(super) fn of(preparation: &Preparation) -> Self {
        let workspace = use_workspace().get_untracked();
        let part = |part: &Part| {
            let kind = part.kind;
            let mut values = part.values.clone();
            if kind == Kind::Deal
                && let Some(pipeline) = workspace.pipeline(Kind::Deal, None)
            {
                values.insert("pipeline_id".into(), Value::Id(pipeline.id));
            }
            let state = PartState::of(kind, workspace.fields(kind), values);
            let became = preparation.became.iter().any(|(other, _)| *other == kind);
            let named = |key: &str| part.values.contains_key(key);
            let likely = part.twins.first().filter(|twin| twin.is_likely(kind));
            let can = part.may_add || !part.twins.is_empty();
            let meant = match kind {
                Kind::Contact => named("first_name") || likely.is_some(),
                Kind::Company => named("name") || likely.is_some(),
                _ => true,
            };
            state.wanted.set(can && meant && !became);
            let first = part.twins.first().map(|twin| twin.record.id);
            state.link.set(match likely {
                Some(twin) => Some(twin.record.id),
                // Who may make none can only link.
                None => first.filter(|_| !part.may_add),
            });
            state
        };
        let parts = preparation.parts.iter().map(part).collect();
        Self {
            parts: StoredValue::new(parts),
            lead: PartState::of(Kind::Lead, workspace.fields(Kind::Lead), Values::new()),
            lead_id: preparation.lead.id,
            version: preparation.lead.version,
        }
    }

    /// What is to be sent.
    pub(super) fn conversion(self) -> Conversion {
        let mut conversion = Conversion {
            lead: self.lead_id,
            version: self.version,
            lead_values: self.lead.values.get_untracked(),
            ..Conversion::default()
        };
        for part in self.parts.get_value() {
            match (part.kind, part.wish()) {
                (Kind::Contact, wish) => conversion.contact = wish,
                (Kind::Company, wish) => conversion.company = wish,
                (Kind::Deal, Some(Wanted::New(values))) => conversion.deal = Some(values),
                _ => {}
            }
        }
        conversion
    }

    /// Whether something typed does not fit, which is shown already.
    pub(super) fn has_problems(self) -> bool {
        let wrong = |part: PartState| {
            part.wanted.get_untracked()
                && part.link.get_untracked().is_none()
                && part.problems.with_untracked(|problems| {
                    problems
                        .values()
                        .any(|problem| !matches!(problem, Problem::Required))
                })
        };
        self.parts.get_value().into_iter().any(wrong)
    }

    /// Shows errors beside their fields, and gives back those that have none.
    pub(super) fn refused(self, mut errors: Vec<FieldError>) -> Vec<FieldError> {
        for part in self.parts.get_value() {
            part.problems.set(BTreeMap::new());
            part.take(&mut errors);
        }
        self.lead.take(&mut errors);
        self.lead
            .wanted
            .set(self.lead.shown.with_untracked(|shown| !shown.is_empty()));
        errors
    }
}
