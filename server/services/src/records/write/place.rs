//! Where a record stands in its column of the board.

use std::collections::BTreeMap;

use domain::record::Place;
use domain::{Kind, RecordId, StageId, position};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Statement};

use super::plan::Plan;
use crate::failure::Result;

/// Gives a position to every plan that needs one: where it was dropped, else on top.
pub(super) async fn find(tx: &DatabaseTransaction, kind: Kind, plans: &mut [Plan]) -> Result<()> {
    let mut on_top: BTreeMap<StageId, Vec<usize>> = BTreeMap::new();
    for (index, plan) in plans.iter_mut().enumerate() {
        if !plan.needs_position(kind) {
            continue;
        }
        let Some(stage) = plan.stage() else { continue };
        let beside = match plan.place {
            Some(Place::Below(neighbour)) => {
                beside(tx, kind, stage, plan.id, neighbour, true).await?
            }
            Some(Place::Above(neighbour)) => {
                beside(tx, kind, stage, plan.id, neighbour, false).await?
            }
            Some(Place::Top) | None => None,
        };
        match beside {
            Some(position) => plan.position = Some(position),
            None => on_top.entry(stage).or_default().push(index),
        }
    }
    for (stage, indices) in on_top {
        let first = top_of(tx, kind, stage).await?;
        let positions = position::spread(None, first.as_deref(), indices.len());
        for (index, position) in indices.into_iter().zip(positions) {
            plans[index].position = Some(position);
        }
    }
    Ok(())
}

/// The position of the topmost record of a stage.
async fn top_of(tx: &DatabaseTransaction, kind: Kind, stage: StageId) -> Result<Option<String>> {
    let sql = format!(
        "select position from {kind}
          where deleted_at is null and stage_id = $1
            and pipeline_id = (select pipeline_id from stage where id = $1)
          order by position, id limit 1"
    );
    one_text(tx, &sql, [stage.into()]).await
}

/// A position directly below or above a neighbour in a stage; none where the neighbour has left it.
async fn beside(
    tx: &DatabaseTransaction,
    kind: Kind,
    stage: StageId,
    itself: RecordId,
    neighbour: RecordId,
    below: bool,
) -> Result<Option<String>> {
    let sql = format!(
        "select position from {kind} where deleted_at is null and id = $1 and stage_id = $2"
    );
    let Some(there) = one_text(tx, &sql, [neighbour.into(), stage.into()]).await? else {
        return Ok(None);
    };
    let (comparison, direction) = if below { (">", "asc") } else { ("<", "desc") };
    let sql = format!(
        "select position from {kind}
          where deleted_at is null and stage_id = $2
            and pipeline_id = (select pipeline_id from stage where id = $2)
            and position {comparison} $3 and id <> $1
          order by position {direction} limit 1"
    );
    let next = one_text(
        tx,
        &sql,
        [itself.into(), stage.into(), there.clone().into()],
    )
    .await?;
    Ok(Some(if below {
        position::between(Some(&there), next.as_deref())
    } else {
        position::between(next.as_deref(), Some(&there))
    }))
}

async fn one_text<const N: usize>(
    tx: &DatabaseTransaction,
    sql: &str,
    values: [sea_orm::Value; N],
) -> Result<Option<String>> {
    let row = tx
        .query_one_raw(Statement::from_sql_and_values(
            DbBackend::Postgres,
            sql,
            values,
        ))
        .await?;
    row.map(|row| row.try_get_by_index(0))
        .transpose()
        .map_err(Into::into)
}
