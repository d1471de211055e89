//! The kinds' own rules: what Dealwright fills in by itself.

use domain::pipeline::{Meaning, Pipeline};
use domain::record::Values;
use domain::timeline::Via;
use domain::{FieldError, Kind, Problem, Value};

use super::plan::Scene;

/// Defaults of a new record.
pub(super) fn before_new(scene: &Scene<'_>, values: &mut Values) {
    let now = Value::DateTime(scene.now);
    if values.get("created_at").is_none_or(Value::is_empty) {
        values.insert("created_at".into(), now);
    }
    for (key, field_default) in [("everyone", false), ("active", true)] {
        if scene.schema.field(key).is_some() && values.get(key).is_none_or(Value::is_empty) {
            values.insert(key.into(), Value::YesNo(field_default));
        }
    }
    // Who says nothing gets a field's default; who leaves it empty wants it so.
    for field in scene
        .schema
        .custom()
        .filter(|field| !field.default.is_empty())
    {
        let usable = field.check_chosen(&Value::Empty, &field.default).is_ok();
        if usable && !values.contains_key(field.key.as_ref()) {
            values.insert(field.key.to_string(), field.default.clone());
        }
    }
}

/// What follows from the values: names, stage dates, the default pipeline.
pub(super) fn derive(
    scene: &Scene<'_>,
    before: Option<&Values>,
    after: &mut Values,
    errors: &mut Vec<FieldError>,
) {
    if scene.schema.kind == Kind::Contact {
        name_contact(after, errors);
    }
    if scene.schema.kind.has_stages() {
        settle_stage(scene, before, after, errors);
    }
}

/// A contact's name is first and last name; either alone is enough.
fn name_contact(after: &mut Values, errors: &mut Vec<FieldError>) {
    let part = |key: &str| {
        after
            .get(key)
            .and_then(Value::as_text)
            .unwrap_or("")
            .to_owned()
    };
    let name = format!("{} {}", part("first_name"), part("last_name"));
    let name = name.trim();
    if name.is_empty() {
        let problem = Problem::Other("or the last name must be filled in".into());
        errors.push(FieldError::new("first_name", "First name", problem));
    } else {
        after.insert("name".into(), Value::Text(name.to_owned()));
    }
}

/// Pipeline and stage fit together; entering a stage dates it; closing dates follow its meaning;
/// a lost reason belongs to lost stages alone.
fn settle_stage(
    scene: &Scene<'_>,
    before: Option<&Values>,
    after: &mut Values,
    errors: &mut Vec<FieldError>,
) {
    let id = |values: &Values, key: &str| values.get(key).and_then(Value::as_id);
    let changed = |after: &Values, key: &str| before.is_none_or(|b| id(b, key) != id(after, key));
    let own: Vec<&Pipeline> = scene
        .pipelines
        .iter()
        .filter(|pipeline| pipeline.kind == scene.schema.kind)
        .collect();
    let wished_pipeline = id(after, "pipeline_id").filter(|_| changed(after, "pipeline_id"));
    let wished_stage = id(after, "stage_id").filter(|_| changed(after, "stage_id"));

    let pipeline = match (wished_pipeline, wished_stage) {
        (Some(wished), _) => own.iter().find(|pipeline| pipeline.id == wished),
        (None, Some(stage)) => own.iter().find(|pipeline| pipeline.stage(stage).is_some()),
        (None, None) => match id(after, "pipeline_id") {
            Some(current) => own.iter().find(|pipeline| pipeline.id == current),
            None => own.first(),
        },
    };
    let Some(pipeline) = pipeline else {
        let (key, label) = if wished_pipeline.is_some() || wished_stage.is_none() {
            ("pipeline_id", "Pipeline")
        } else {
            ("stage_id", "Stage")
        };
        errors.push(FieldError::new(key, label, Problem::NoSuchRecord));
        return;
    };
    // A pipeline without a stage of it begins at its beginning.
    let stage = match wished_stage {
        Some(wished) => pipeline.stage(wished),
        None => id(after, "stage_id")
            .and_then(|current| pipeline.stage(current))
            .or_else(|| pipeline.first_stage()),
    };
    let Some(stage) = stage else {
        errors.push(FieldError::new("stage_id", "Stage", Problem::NoSuchRecord));
        return;
    };
    after.insert("pipeline_id".into(), Value::Id(pipeline.id));
    after.insert("stage_id".into(), Value::Id(stage.id));
    if !changed(after, "stage_id") {
        return;
    }

    // Imports, undo and the system bring dates of the past along.
    let brought = |key: &str| {
        let given = after.get(key).filter(|value| !value.is_empty())?;
        let from_past = matches!(scene.via, Via::Import | Via::Undo | Via::System);
        let is_new = before.is_none_or(|before| before.get(key) != Some(given));
        (from_past && is_new).then(|| given.clone())
    };
    let now = Value::DateTime(scene.now);
    let closed = match (stage.meaning, brought("closed_at")) {
        (Meaning::Open, _) => Value::Empty,
        (_, Some(given)) => given,
        (_, None) => now.clone(),
    };
    let since = brought("stage_since").unwrap_or_else(|| match (&closed, before) {
        (Value::DateTime(_), _) => closed.clone(),
        // A new open record has been in its stage since it was made.
        (_, None) => after
            .get("created_at")
            .cloned()
            .unwrap_or_else(|| now.clone()),
        _ => now.clone(),
    });
    after.insert("closed_at".into(), closed);
    after.insert("stage_since".into(), since);
    if stage.meaning != Meaning::Lost {
        after.remove("lost_reason_id");
    }
}

/// A record that comes out of the recycle bin to find its stage put away begins at the beginning:
/// of its pipeline, or of the kind's first one. Answers whether that is so.
pub(super) fn settle_restored(scene: &Scene<'_>, after: &mut Values) -> bool {
    let kind = scene.schema.kind;
    if !kind.has_stages() {
        return false;
    }
    let id = |key: &str| after.get(key).and_then(Value::as_id);
    let own = || scene.pipelines.iter().filter(|it| it.kind == kind);
    let pipeline = own().find(|it| Some(it.id) == id("pipeline_id"));
    let stands = pipeline.is_some_and(|it| id("stage_id").is_some_and(|id| it.stage(id).is_some()));
    let Some(pipeline) = pipeline.or_else(|| own().next()).filter(|_| !stands) else {
        return false;
    };
    let Some(stage) = pipeline.first_stage() else {
        return false;
    };
    after.insert("pipeline_id".into(), Value::Id(pipeline.id));
    after.insert("stage_id".into(), Value::Id(stage.id));
    after.insert("stage_since".into(), Value::DateTime(scene.now));
    if !stage.meaning.is_closed() {
        after.remove("closed_at");
        after.remove("lost_reason_id");
    }
    true
}
