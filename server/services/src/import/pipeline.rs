//! The pipeline that imported leads and deals go into.

use domain::pipeline::{Meaning, Pipeline};
use domain::{Error, Kind};

use super::lookup;
use super::mapping::{PipelineMap, StageMap, mistake};
use crate::Ctx;
use crate::failure::Result;
use crate::records::write::Operation;
use crate::stages::{self, NewStage};

/// The pipeline that the mapping names, made where it says so; the kind's first where it is silent.
pub(super) async fn find_or_make(
    ctx: &Ctx,
    operation: &mut Operation,
    kind: Kind,
    map: Option<&PipelineMap>,
) -> Result<Pipeline> {
    let mut own: Vec<Pipeline> = crate::pipelines::load(operation.tx()).await?;
    own.retain(|pipeline| pipeline.kind == kind);
    let Some(map) = map else {
        let words = format!("is needed: there is no pipeline for {} yet", kind.plural());
        return own
            .into_iter()
            .next()
            .ok_or_else(|| mistake("pipeline", words).into());
    };
    let wanted = lookup::folded(&map.name);
    if let Some(pipeline) = own
        .iter()
        .find(|pipeline| lookup::folded(&pipeline.name) == wanted)
    {
        return Ok(pipeline.clone());
    }
    if map.create.is_empty() {
        let names: Vec<&str> = own.iter().map(|pipeline| pipeline.name.as_str()).collect();
        let words = format!(
            "there is no “{}”, only {}; give its stages under pipeline.create to have it made",
            map.name,
            if names.is_empty() {
                "none".to_owned()
            } else {
                names.join(", ")
            },
        );
        return Err(mistake("pipeline.name", words).into());
    }
    if !ctx.actor.is_administrator() {
        let words = "Only administrators may make pipelines.";
        return Err(Error::Forbidden(words.into()).into());
    }
    let stages: Vec<NewStage> = (0u8..).zip(&map.create).map(new_stage).collect();
    let (id, _) = stages::add_pipeline(operation, ctx.now, kind, &map.name, &stages).await?;
    let made = crate::pipelines::load(operation.tx()).await?;
    let made = made.into_iter().find(|pipeline| pipeline.id == id);
    Ok(made.ok_or_else(|| anyhow::anyhow!("a pipeline that was made is not there"))?)
}

fn new_stage((index, map): (u8, &StageMap)) -> NewStage {
    const COLORS: [&str; 6] = ["gray", "blue", "violet", "amber", "teal", "cyan"];
    let (color, probability) = match map.meaning {
        Meaning::Won => ("green", 100),
        Meaning::Lost => ("red", 0),
        Meaning::Open => (
            COLORS[usize::from(index) % COLORS.len()],
            (20 * (index + 1).min(4)).min(90),
        ),
    };
    NewStage {
        name: map.name.trim().to_owned(),
        color: map.color.clone().unwrap_or_else(|| color.to_owned()),
        meaning: map.meaning,
        probability: map.probability.unwrap_or(probability).min(100),
        stale_days: map.stale_days.filter(|days| *days > 0),
        required: Vec::new(),
    }
}
