//! What a write comes to, worked out record by record from what is stored and what is wished,
//! without touching the database.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::conversion::FROM_LEADS;
use domain::error::FieldConflict;
use domain::field::SetBy;
use domain::live::Placement;
use domain::pipeline::{Pipeline, Stage, check_move, missing_for};
use domain::record::{Place, Values};
use domain::rights::{Action, Actor, Standing};
use domain::timeline::{Via, What};
use domain::{Draft, Error, FieldDef, FieldError, Kind, Problem, RecordId, StageId, UserId, Value};

use super::rules;
use crate::records::read::Stored;
use crate::schema::Schema;

/// The key under which the log keeps the place on the board. It is no field: nobody types it.
pub(crate) const POSITION: &str = "position";

/// What a writer wishes for one record.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wish {
    /// New values by field key.
    pub(crate) values: Values,
    /// The version the writer saw.
    pub(crate) version: Option<i64>,
    /// The place on the board, in words.
    pub(crate) place: Option<Place>,
    /// The exact place on the board, for an undo.
    pub(crate) position: Option<String>,
}

impl From<Draft> for Wish {
    fn from(draft: Draft) -> Self {
        Self {
            values: draft.values,
            version: draft.version,
            place: draft.place,
            position: None,
        }
    }
}

/// What is to be written for one record.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// Its index among the records asked for.
    pub(crate) index: usize,
    /// The record; new ones get theirs before they are stored.
    pub(crate) id: RecordId,
    /// What was stored; none when it is new.
    pub(crate) before: Option<Before>,
    /// All values as they will be.
    pub(crate) after: Values,
    /// The keys whose values change, old values first.
    pub(crate) changes: BTreeMap<String, (Value, Value)>,
    /// The wished place, to be turned into `position`.
    pub(crate) place: Option<Place>,
    /// The position as it will be, for kinds with stages.
    pub(crate) position: Option<String>,
    /// The version as it will be.
    pub(crate) version: i64,
    /// What it is called in the log.
    pub(crate) what: What,
    /// Whether it lies in the recycle bin afterwards.
    pub(crate) deleted: bool,
}

/// What was stored of a record that is written.
#[derive(Debug, Clone)]
pub(crate) struct Before {
    pub(crate) standing: Standing,
    pub(crate) placement: Placement,
    pub(crate) position: Option<String>,
    pub(crate) deleted: bool,
}

impl Plan {
    /// Whether the record comes into another stage (or into its first).
    pub(crate) fn enters_stage(&self) -> bool {
        self.before.is_none() || self.changes.contains_key("stage_id")
    }

    /// Whether its place on the board has to be worked out.
    pub(crate) fn needs_position(&self, kind: Kind) -> bool {
        kind.has_stages()
            && self.position.is_none()
            && (self.place.is_some() || self.enters_stage())
    }

    /// Who may see it afterwards.
    pub(crate) fn standing(&self) -> Standing {
        standing_of(&self.after)
    }

    /// Where it stands afterwards.
    pub(crate) fn placement(&self) -> Placement {
        placement_of(&self.after)
    }

    /// The stage it is in afterwards.
    pub(crate) fn stage(&self) -> Option<StageId> {
        self.after.get("stage_id").and_then(Value::as_id)
    }
}

/// Whom a record with these values belongs to.
pub(crate) fn standing_of(values: &Values) -> Standing {
    Standing {
        owner: values.get("owner_id").and_then(Value::as_id),
        observers: match values.get("observers") {
            Some(Value::Ids(ids)) => ids.clone(),
            _ => Vec::new(),
        },
        everyone: matches!(values.get("everyone"), Some(Value::YesNo(true))),
    }
}

/// Where a record with these values stands.
pub(crate) fn placement_of(values: &Values) -> Placement {
    Placement {
        pipeline_id: values.get("pipeline_id").and_then(Value::as_id),
        stage_id: values.get("stage_id").and_then(Value::as_id),
        amount: values.get("amount").and_then(Value::as_money),
    }
}

/// Fields that changed since a version, each with who changed it last, and when.
pub(crate) type ChangedSince = BTreeMap<String, (Option<UserId>, DateTime<Utc>)>;

/// Everything that planning needs beside the record itself.
pub(crate) struct Scene<'a> {
    pub(crate) actor: &'a Actor,
    pub(crate) via: Via,
    pub(crate) now: DateTime<Utc>,
    pub(crate) schema: &'a Schema,
    pub(crate) pipelines: &'a [Pipeline],
    /// For records whose writer saw an older version: the fields that changed since.
    pub(crate) changed_since: &'a BTreeMap<RecordId, ChangedSince>,
}

impl Scene<'_> {
    fn kind(&self) -> Kind {
        self.schema.kind
    }

    fn stage(&self, id: StageId) -> Option<(&Pipeline, &Stage)> {
        self.pipelines
            .iter()
            .filter(|pipeline| pipeline.kind == self.kind())
            .find_map(|pipeline| Some((pipeline, pipeline.stage(id)?)))
    }

    /// Plans a new record.
    pub(crate) fn plan_new(&self, index: usize, wish: Wish) -> Result<Plan, Error> {
        let mut errors = Vec::new();
        let mut after = self.checked(wish.values, &mut errors);
        if let (None, Some(me)) = (after.get("owner_id"), self.actor.user_id) {
            after.insert("owner_id".into(), Value::Id(me));
        }
        rules::before_new(self, &mut after);
        rules::derive(self, None, &mut after, &mut errors);
        for field in self.schema.fields.iter() {
            let value = after.get(field.key.as_ref()).unwrap_or(&Value::Empty);
            if let Err(problem) = field.check_chosen(&Value::Empty, value) {
                errors.push(FieldError::new(&field.key, &field.label, problem));
            }
            if field.missing_in(value) && errors.iter().all(|error| error.field != field.key) {
                errors.push(FieldError::new(&field.key, &field.label, Problem::Required));
            }
        }
        if !errors.is_empty() {
            // What its stage asks for too, so that nobody is asked twice.
            let known: Vec<String> = errors.iter().map(|error| error.field.clone()).collect();
            let asked = after.get("stage_id").and_then(Value::as_id);
            let asked = asked
                .and_then(|id| self.stage(id))
                .map(|(pipeline, stage)| missing_for(pipeline, stage, &self.schema.fields, &after));
            errors.extend(
                asked
                    .into_iter()
                    .flatten()
                    .filter(|error| !known.contains(&error.field)),
            );
        }
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        after.retain(|_, value| !value.is_empty());
        if !self
            .actor
            .may(Action::Add, self.kind(), &standing_of(&after))
        {
            return Err(self.may_not_add());
        }
        self.gate(None, &after)?;
        let changes = after
            .iter()
            .map(|(key, value)| (key.clone(), (Value::Empty, value.clone())))
            .collect();
        Ok(Plan {
            index,
            id: 0,
            before: None,
            after,
            changes,
            place: wish.place,
            position: wish.position,
            version: 1,
            what: What::Created,
            deleted: false,
        })
    }

    /// Plans a change; none where there is nothing to change.
    pub(crate) fn plan_change(
        &self,
        index: usize,
        stored: &Stored,
        wish: Wish,
    ) -> Result<Option<Plan>, Error> {
        self.may(Action::Change, stored)?;
        if stored.record.deleted {
            return Err(Error::NotFound);
        }
        let mut errors = Vec::new();
        let wished = self.checked(wish.values, &mut errors);
        let stale = wish
            .version
            .is_some_and(|version| version < stored.record.version);
        let mut conflicts = Vec::new();
        let mut after = stored.record.values.clone();
        for (key, value) in wished {
            let old = stored.record.value(&key);
            if *old == value {
                continue;
            }
            let changed = || self.changed_since.get(&stored.record.id)?.get(&key);
            if let Some(&(by, at)) = changed().filter(|_| stale) {
                conflicts.push(FieldConflict {
                    label: self.label(&key),
                    field: key.clone(),
                    theirs: old.clone(),
                    mine: value.clone(),
                    by,
                    at: Some(at),
                });
            }
            after.insert(key, value);
        }
        if !conflicts.is_empty() {
            return Err(Error::Conflict(conflicts));
        }
        rules::derive(self, Some(&stored.record.values), &mut after, &mut errors);
        after.retain(|_, value| !value.is_empty());
        let changes = differences(&stored.record.values, &after);
        for (key, (old, new)) in &changes {
            let Some(field) = self.schema.field(key) else {
                continue;
            };
            if self.comes_back(key) {
                continue;
            }
            if field.missing_in(new) {
                errors.push(FieldError::new(key, &field.label, Problem::Required));
            }
            if let Err(problem) = field.check_chosen(old, new) {
                errors.push(FieldError::new(key, &field.label, problem));
            }
        }
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        let from = stored.record.value("stage_id").as_id();
        if changes.contains_key("stage_id") {
            // Back to where it was is no move: it was let in there once.
            if self.via != Via::Undo {
                self.gate(from, &after)?;
            }
        } else if let Some((pipeline, stage)) = from.and_then(|id| self.stage(id)) {
            // What a stage requires cannot be emptied while the record is in it.
            let emptied: Vec<_> = missing_for(pipeline, stage, &self.schema.fields, &after)
                .into_iter()
                .filter(|error| {
                    changes.contains_key(&error.field) && !self.comes_back(&error.field)
                })
                .collect();
            if !emptied.is_empty() {
                return Err(Error::Invalid(emptied));
            }
        }
        let moves_place = wish.place.is_some()
            || wish
                .position
                .as_ref()
                .is_some_and(|p| stored.position.as_ref() != Some(p));
        if changes.is_empty() && !moves_place {
            return Ok(None);
        }
        let what = if changes.contains_key("stage_id") {
            What::Moved
        } else {
            What::Changed
        };
        Ok(Some(Plan {
            after,
            changes,
            place: wish.place,
            position: wish.position.or_else(|| {
                let stays = wish.place.is_none() && what == What::Changed;
                stays.then(|| stored.position.clone()).flatten()
            }),
            what,
            ..plan_from(index, stored)
        }))
    }

    /// Plans a deletion or a restoration.
    pub(crate) fn plan_bin(
        &self,
        index: usize,
        stored: &Stored,
        deleted: bool,
    ) -> Result<Option<Plan>, Error> {
        self.may(Action::Delete, stored)?;
        if stored.record.deleted == deleted {
            return if deleted {
                Err(Error::NotFound)
            } else {
                Ok(None)
            };
        }
        let what = if deleted {
            What::Deleted
        } else {
            What::Restored
        };
        let mut plan = Plan {
            what,
            deleted,
            position: stored.position.clone(),
            ..plan_from(index, stored)
        };
        if !deleted && rules::settle_restored(self, &mut plan.after) {
            // Its stage has been put away meanwhile; it comes to the top of another.
            plan.changes = differences(&stored.record.values, &plan.after);
            plan.position = None;
        }
        Ok(Some(plan))
    }

    /// A record that one may not see does not exist; one that one may see but not change is
    /// refused in words.
    fn may(&self, action: Action, stored: &Stored) -> Result<(), Error> {
        let kind = self.kind();
        if self.actor.may(action, kind, &stored.standing) {
            return Ok(());
        }
        if !self.actor.may(Action::Read, kind, &stored.standing) {
            return Err(Error::NotFound);
        }
        Err(Error::Forbidden(match action {
            Action::Delete => format!("You may see this {kind} but not delete it."),
            _ => format!("You may see this {kind} but not change it."),
        }))
    }

    fn may_not_add(&self) -> Error {
        let (kind, me) = (
            self.kind(),
            self.actor.user_id.into_iter().collect::<Vec<UserId>>(),
        );
        let own = Standing {
            owner: me.first().copied(),
            ..Standing::default()
        };
        Error::Forbidden(if self.actor.may(Action::Add, kind, &own) {
            format!("You may not add a {kind} for this owner.")
        } else {
            format!("You may not add a {kind}.")
        })
    }

    fn gate(&self, from: Option<StageId>, after: &Values) -> Result<(), Error> {
        let Some((pipeline, to)) = after
            .get("stage_id")
            .and_then(Value::as_id)
            .and_then(|id| self.stage(id))
        else {
            return Ok(());
        };
        let from = from.and_then(|id| self.stage(id)).map(|(_, stage)| stage);
        let fields = &self.schema.fields;
        check_move(self.actor, from, pipeline, to, fields, after)
    }

    /// Values in stored form; what does not fit is told, field by field.
    fn checked(&self, wished: Values, errors: &mut Vec<FieldError>) -> Values {
        let mut values = Values::new();
        for (key, value) in wished {
            let Some(field) = self.schema.field(&key) else {
                errors.push(FieldError::new(&key, &key, Problem::NoSuchField));
                continue;
            };
            if !self.may_set(field) {
                errors.push(FieldError::new(&key, &field.label, Problem::ReadOnly));
                continue;
            }
            match field.check(value) {
                Ok(value) => {
                    values.insert(key, value);
                }
                Err(problem) => errors.push(FieldError::new(&key, &field.label, problem)),
            }
        }
        values
    }

    /// People set what is theirs to set; imports, undo and the system also dates of the past.
    fn may_set(&self, field: &FieldDef) -> bool {
        match field.set_by {
            SetBy::User => true,
            SetBy::Import if field.key == FROM_LEADS && self.via == Via::Conversion => true,
            SetBy::Import => matches!(self.via, Via::Import | Via::Undo | Via::System),
            SetBy::Dealwright => false,
        }
    }

    /// What was there once may come back with an undo: a retired choice, or nothing in a field that
    /// has been needed only since.
    fn comes_back(&self, key: &str) -> bool {
        let field = self.schema.field(key);
        self.via == Via::Undo && field.is_some_and(|field| field.custom_id().is_some())
    }

    fn label(&self, key: &str) -> String {
        self.schema
            .field(key)
            .map_or_else(|| key.to_owned(), |field| field.label.to_string())
    }
}

/// A plan that leaves everything as it is, to be changed from.
fn plan_from(index: usize, stored: &Stored) -> Plan {
    Plan {
        index,
        id: stored.record.id,
        before: Some(Before {
            standing: stored.standing.clone(),
            placement: placement_of(&stored.record.values),
            position: stored.position.clone(),
            deleted: stored.record.deleted,
        }),
        after: stored.record.values.clone(),
        changes: BTreeMap::new(),
        place: None,
        position: None,
        version: stored.record.version + 1,
        what: What::Changed,
        deleted: stored.record.deleted,
    }
}

/// The keys whose values differ, with the old value and the new one.
fn differences(old: &Values, new: &Values) -> BTreeMap<String, (Value, Value)> {
    let mut changes = BTreeMap::new();
    for (key, value) in new {
        let before = old.get(key).cloned().unwrap_or_default();
        if before != *value {
            changes.insert(key.clone(), (before, value.clone()));
        }
    }
    for (key, value) in old {
        if !new.contains_key(key) && !value.is_empty() {
            changes.insert(key.clone(), (value.clone(), Value::Empty));
        }
    }
    changes
}
