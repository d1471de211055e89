//! Taking back a change of settings: what nobody changed since gets its old state, what has been
//! put away comes back. The records that had to leave follow in the same undo, since their events
//! are older.

use std::collections::BTreeMap;

use domain::Kind;
use domain::pipeline::Stage;
use domain::pipeline_settings::{in_order, parts, with_parts};
use domain::timeline::What;
use sea_orm::ConnectionTrait;
use serde_json::{Map, Value as Json, json};

use super::log::STAGE;
use super::pipeline::stage_ids;
use super::{administrators_only, log, one_at_a_time, pipeline, reason, shut, stage, statement};
use crate::Ctx;
use crate::failure::Result;
use crate::records::write::Operation;
use crate::stages::{LOST_REASON, PIPELINE, take_back_pipeline, take_back_reason};

/// Whether the log's word is for something that pipelines' settings made.
pub(crate) fn is_ours(kind: &str) -> bool {
    matches!(kind, STAGE | PIPELINE | LOST_REASON)
}

/// Takes back events about one thing each (its id, the difference), and tells how many, and what
/// stays and why.
pub(crate) async fn take_back(
    ctx: &Ctx,
    operation: &mut Operation,
    kind: &str,
    what: What,
    events: Vec<(i64, Json)>,
) -> Result<(u64, Vec<String>)> {
    administrators_only(ctx)?;
    one_at_a_time(operation.tx()).await?;
    let mut undone = 0;
    let mut kept = Vec::new();
    for (id, difference) in events {
        let why = match (kind, what) {
            (STAGE, What::Created) => stage_made(ctx, operation, id).await?,
            (STAGE, What::Deleted) => stage_back(operation, id).await?,
            (STAGE, _) => stage_changed(operation, id, &difference).await?,
            (PIPELINE, What::Created) => {
                let undo = operation.id().await?;
                take_back_pipeline(operation.tx(), undo, id).await?
            }
            (PIPELINE, What::Deleted) => pipeline_back(operation, id).await?,
            (PIPELINE, _) => pipeline_changed(operation, id, &difference).await?,
            (_, What::Created) => {
                let undo = operation.id().await?;
                take_back_reason(operation.tx(), undo, id).await?
            }
            (_, _) => reason_changed(ctx, operation, id, &difference).await?,
        };
        operation.reload_pipelines().await?;
        match why {
            None => {
                // There is no difference worth telling.
                let nothing = log::Difference::new();
                log::write(operation, ctx.now, kind, id, What::Changed, nothing).await?;
                undone += 1;
            }
            Some(why) => kept.push(why),
        }
    }
    Ok((undone, kept))
}

fn gone(what: &str, id: i64) -> String {
    format!("{what} #{id} is not there any more.")
}

async fn stage_made(ctx: &Ctx, operation: &Operation, id: i64) -> Result<Option<String>> {
    let Some((pipeline, now)) = find(operation, id) else {
        return Ok(None);
    };
    shut(operation.tx(), pipeline.id).await?;
    let alone = stage::rules(
        &pipeline,
        &Stage {
            meaning: domain::pipeline::Meaning::Lost,
            ..now.clone()
        },
    );
    if alone.is_err() || !stage::remove(operation.tx(), pipeline.kind, id, ctx.now).await? {
        return Ok(Some(format!("Stage “{}” is in use and stays.", now.name)));
    }
    stage::recount(operation.tx(), pipeline.kind, pipeline.id).await?;
    Ok(None)
}

async fn stage_back(operation: &mut Operation, id: i64) -> Result<Option<String>> {
    if !stage::bring_back(operation.tx(), id).await? {
        return Ok(Some(gone("Stage", id)));
    }
    operation.reload_pipelines().await?;
    if let Some((pipeline, _)) = find(operation, id) {
        shut(operation.tx(), pipeline.id).await?;
        let order = in_order(pipeline.stages.clone());
        let order: Vec<i64> = order.iter().map(|stage| stage.id).collect();
        stage::set_order(operation.tx(), &order).await?;
        stage::recount(operation.tx(), pipeline.kind, pipeline.id).await?;
    }
    Ok(None)
}

async fn stage_changed(
    operation: &Operation,
    id: i64,
    difference: &Json,
) -> Result<Option<String>> {
    let Some((pipeline, now)) = find(operation, id) else {
        return Ok(Some(gone("Stage", id)));
    };
    let of_now = parts(&now);
    let (mut back, mut stay): (BTreeMap<String, Json>, Vec<String>) = Default::default();
    for (part, pair) in difference.as_object().into_iter().flatten() {
        if of_now.get(part) == pair.get(1) {
            back.insert(part.clone(), pair.get(0).cloned().unwrap_or_default());
        } else {
            stay.push(domain::pipeline_settings::label(part).to_owned());
        }
    }
    let why = |what: &str| Some(format!("{what} of stage “{}” stays.", now.name));
    let Some(old) = with_parts(&now, &back) else {
        return Ok(why("The change"));
    };
    if let Err(error) = stage::rules(&pipeline, &old) {
        return Ok(Some(format!("Stage “{}”: {error}", now.name)));
    }
    shut(operation.tx(), pipeline.id).await?;
    stage::store(operation.tx(), &pipeline, &now, &old).await?;
    Ok((!stay.is_empty()).then(|| why(&stay.join(", "))).flatten())
}

async fn pipeline_back(operation: &Operation, id: i64) -> Result<Option<String>> {
    if pipeline::bring_back(operation.tx(), id).await?.is_none() {
        return Ok(Some(gone("Pipeline", id)));
    }
    let sql = "select kind from pipeline where id = $1";
    let row = operation
        .tx()
        .query_one_raw(statement(sql, [id.into()]))
        .await?;
    let word: Option<String> = row.map(|row| row.try_get_by_index(0)).transpose()?;
    if let Some(kind) = word.and_then(|word| Kind::parse(&word)) {
        stage::recount(operation.tx(), kind, id).await?;
    }
    Ok(None)
}

async fn pipeline_changed(
    operation: &Operation,
    id: i64,
    difference: &Json,
) -> Result<Option<String>> {
    let all = operation.pipelines();
    let Some(now) = all.iter().find(|it| it.id == id) else {
        return Ok(Some(gone("Pipeline", id)));
    };
    let changed = Some(format!(
        "Pipeline “{}” was changed since and stays.",
        now.name
    ));
    let Some((part, [old, new])) = single(difference) else {
        return Ok(changed);
    };
    let ids = |json: &Json| serde_json::from_value::<Vec<i64>>(json.clone()).unwrap_or_default();
    match part {
        "name" if *new == json!(now.name) => {
            let old = old.as_str().unwrap_or_default();
            pipeline::set_name(operation.tx(), id, old).await?;
        }
        "stages" if *new == json!(stage_ids(now)) => {
            shut(operation.tx(), id).await?;
            stage::set_order(operation.tx(), &ids(old)).await?;
            stage::recount(operation.tx(), now.kind, id).await?;
        }
        "order" => {
            let of_kind = all.iter().filter(|it| it.kind == now.kind);
            if *new != json!(of_kind.map(|it| it.id).collect::<Vec<_>>()) {
                return Ok(changed);
            }
            pipeline::set_order(operation.tx(), &ids(old)).await?;
        }
        _ => return Ok(changed),
    }
    Ok(None)
}

async fn reason_changed(
    ctx: &Ctx,
    operation: &Operation,
    id: i64,
    difference: &Json,
) -> Result<Option<String>> {
    let Some((name, retired)) = reason::state(operation.tx(), id).await? else {
        return Ok(Some(gone("Lost reason", id)));
    };
    let changed = Some(format!("Lost reason “{name}” was changed since and stays."));
    let Some((part, [old, new])) = single(difference) else {
        return Ok(changed);
    };
    match part {
        "name" if *new == json!(name) => {
            let old = old.as_str().unwrap_or_default();
            reason::set_name(operation.tx(), id, old).await?;
        }
        "retired" if *new == json!(retired) => {
            let since = (*old == json!(true)).then_some(ctx.now);
            reason::set_retired(operation.tx(), id, since).await?;
        }
        "order" if *new == json!(reason::offered(operation.tx()).await?) => {
            let order: Vec<i64> = serde_json::from_value(old.clone()).unwrap_or_default();
            reason::set_order(operation.tx(), &order).await?;
        }
        _ => return Ok(changed),
    }
    Ok(None)
}

/// The only part of a difference, with its old and its new state.
fn single(difference: &Json) -> Option<(&str, [&Json; 2])> {
    let difference: &Map<String, Json> = difference.as_object()?;
    let (part, pair) = difference.iter().next()?;
    Some((part, [pair.get(0)?, pair.get(1)?]))
}

fn find(operation: &Operation, id: i64) -> Option<(domain::pipeline::Pipeline, Stage)> {
    operation.pipelines().iter().find_map(|pipeline| {
        let stage = pipeline.stage(id)?.clone();
        Some((pipeline.clone(), stage))
    })
}
