//! What is told of a write: stays in stages, and events with the difference.

use std::collections::BTreeMap;

use domain::timeline::{Via, What};
use domain::{EventId, Kind, OperationId, RecordId, Value};
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Value as Json, json};

use super::cells::Cells;
use super::operation::ANNOUNCED;
use super::plan::{POSITION, Plan};
use super::store::statement;
use crate::Ctx;
use crate::failure::Result;

/// The stays that plans begin, in words for PostgreSQL.
#[derive(Debug)]
pub(super) enum Stays {
    /// Of new records, which come from nowhere.
    New(Cells),
    /// Of which some end another one.
    Moved(Vec<Json>),
}

impl Stays {
    pub(super) fn of(plans: &[Plan]) -> Self {
        let entering = || plans.iter().filter(|plan| plan.enters_stage());
        let rows = entering().map(|plan| {
            let placement = plan.placement();
            json!({
                "id": plan.id,
                "pipeline_id": placement.pipeline_id,
                "stage_id": placement.stage_id,
                "since": plan.after.get("stage_since").map(Value::to_json),
                "owner_id": plan.standing().owner,
                "amount": placement.amount.map(|money| money.amount.to_string()),
                "currency": placement.amount.map(|money| money.currency),
            })
        });
        if entering().any(|plan| plan.before.is_some()) {
            Self::Moved(rows.collect())
        } else {
            Self::New(beginnings(rows))
        }
    }
}

/// Entries and exits of stages.
pub(super) async fn stays(
    tx: &DatabaseTransaction,
    kind: Kind,
    via: Via,
    stays: Stays,
) -> Result<()> {
    let beginnings = match stays {
        Stays::New(cells) => cells,
        Stays::Moved(mut rows) => {
            if via == Via::Undo {
                let sql = format!("{} select count(*) from numbers", taking_numbers(kind));
                let values = [kind.as_str().into(), Json::Array(rows.clone()).into()];
                tx.execute_raw(statement(&sql, values)).await?;
                reopen(tx, kind, &mut rows).await?;
            }
            end(tx, kind, rows.clone()).await?;
            beginnings(rows.into_iter())
        }
    };
    if beginnings.is_empty() {
        return Ok(());
    }
    let statement = beginnings.statement([kind.as_str().into()], |rows| {
        format!(
            "insert into stage_stay
               (kind, record_id, pipeline_id, stage_id, entered_at, owner_id, amount, currency)
             select $1, n.id, n.pipeline_id, n.stage_id, n.since, n.owner_id, n.amount, n.currency
               from {rows} n"
        )
    });
    tx.execute_raw(statement).await?;
    Ok(())
}

/// The rows of stays that begin.
fn beginnings(rows: impl Iterator<Item = Json>) -> Cells {
    let mut cells = Cells::of([
        ("id", "bigint"),
        ("pipeline_id", "bigint"),
        ("stage_id", "bigint"),
        ("since", "timestamp with time zone"),
        ("owner_id", "bigint"),
        ("amount", "numeric"),
        ("currency", "text"),
    ]);
    for mut row in rows {
        cells.add_json(|column| row.get_mut(column).map(Json::take));
    }
    cells
}

async fn end(tx: &DatabaseTransaction, kind: Kind, rows: Vec<Json>) -> Result<()> {
    let sql = format!(
        "{}
         update stage_stay s set left_at = greatest(s.entered_at, n.since)
           from jsonb_to_recordset($2) as n(id bigint, since timestamptz)
          where s.kind = $1 and s.record_id = n.id and s.left_at is null
            -- The numbers first: those of this statement are written when it ends.
            and (select count(*) from numbers) >= 0",
        taking_numbers(kind)
    );
    let values = [kind.as_str().into(), Json::Array(rows).into()];
    tx.execute_raw(statement(&sql, values)).await?;
    Ok(())
}

/// A move that is taken back has not been: its stay goes, and the one before goes on. What else is
/// undone stays among the rows.
async fn reopen(tx: &DatabaseTransaction, kind: Kind, rows: &mut Vec<Json>) -> Result<()> {
    let sql = "delete from stage_stay s
                using jsonb_to_recordset($2) as n(id bigint, stage_id bigint, since timestamptz),
                      stage_stay p
                where s.kind = $1 and s.record_id = n.id and s.left_at is null
                  and p.kind = $1 and p.record_id = n.id and p.left_at = s.entered_at
                  and p.stage_id = n.stage_id and p.entered_at = n.since
            returning p.id, s.record_id";
    let values = [kind.as_str().into(), Json::Array(rows.clone()).into()];
    let mut reopened: Vec<i64> = Vec::new();
    for row in tx.query_all_raw(statement(sql, values)).await? {
        reopened.push(row.try_get_by_index(0)?);
        let record: RecordId = row.try_get_by_index(1)?;
        rows.retain(|row| row["id"] != json!(record));
    }
    let sql = "update stage_stay set left_at = null where id = any($1)";
    tx.execute_raw(statement(sql, [reopened.into()])).await?;
    Ok(())
}

/// What takes the funnel's numbers that stays count in, all in one order: `numbers` of a statement
/// whose `$1` is the kind and `$2` the stays that begin. A move ends a stay in one stage and begins
/// one in another, in two statements; two records that change places would each hold the number that
/// the other one needs, and PostgreSQL would end one of the two moves. New records only begin stays,
/// in one statement, whose trigger (`apply_stays`) writes the numbers in this order.
///
/// Where there is no number yet there is nothing to hold: then the move is tried again.
fn taking_numbers(kind: Kind) -> String {
    // One number after the other by its key, in the order of the keys: never a whole table.
    format!(
        "with place as materialized (
           select n.pipeline_id, utc_day(r.created_at) as day, r.owner_id, r.everyone, n.stage_id
             from jsonb_to_recordset($2) as n(id bigint, pipeline_id bigint, stage_id bigint)
             join {kind} r on r.id = n.id
           union
           select s.pipeline_id, utc_day(r.created_at), r.owner_id, r.everyone, s.stage_id
             from jsonb_to_recordset($2) as n(id bigint)
             join {kind} r on r.id = n.id
             join stage_stay s on s.kind = $1 and s.record_id = n.id and s.left_at is null
         ), by_owner as materialized (
           select taken.ended
             from (select distinct p.pipeline_id, whose.owner_id, ten_days_of(p.day) as since,
                          p.everyone, p.stage_id
                     from place p
                    cross join unnest(kept_for(p.owner_id, p.everyone)) as whose(owner_id)
                    order by 1, 2, 3, 4, 5) p
            cross join lateral (
              select f.ended from funnel_owner_stay f
               where f.kind = $1 and f.pipeline_id = p.pipeline_id and f.owner_id = p.owner_id
                 and f.since = p.since and f.everyone = p.everyone and f.stage_id = p.stage_id
                 for no key update of f) taken
         ), numbers as materialized (
           select taken.ended
             from (select distinct pipeline_id, day, stage_id from place order by 1, 2, 3) p
            cross join lateral (
              select f.ended from funnel_stay f
               where f.kind = $1 and f.pipeline_id = p.pipeline_id and f.day = p.day
                 and f.stage_id = p.stage_id
                 for no key update of f) taken
            -- Those by owner first.
            where (select count(*) from by_owner) >= 0
         )"
    )
}

/// What is told of each record.
pub(super) fn told(plans: &[Plan]) -> Result<Cells> {
    let mut cells = Cells::of([
        ("id", "bigint"),
        ("what", "text"),
        ("version", "bigint"),
        ("difference", "jsonb"),
    ]);
    for plan in plans {
        let mut difference = Some(difference(plan)?);
        cells.add(|column| match column {
            "id" => Some(plan.id.to_string()),
            "what" => Some(plan.what.as_str().to_owned()),
            "version" => Some(plan.version.to_string()),
            _ => difference.take(),
        });
    }
    Ok(cells)
}

/// Writes an operation's row, of when, whose, via, label and what it undoes; returns its id.
pub(super) const NEW_OPERATION: &str = "insert into operation (at, user_id, via, label, undoes)
                                        values ($1, $2, $3, $4, $5) returning id";

/// The row of the operation that events belong to.
#[derive(Debug, Clone, Copy)]
pub(super) enum OperationRow<'a> {
    /// It is in the log.
    Written(OperationId),
    /// It is written with the operation's first events.
    New {
        via: Via,
        label: &'a str,
        undoes: Option<OperationId>,
    },
}

/// Events that were written.
#[derive(Debug)]
pub(super) struct Logged {
    pub(super) operation: OperationId,
    pub(super) newest: EventId,
    /// Their ids by record; empty where there are more than [`ANNOUNCED`].
    pub(super) by_record: BTreeMap<RecordId, EventId>,
}

/// Writes what is told as events.
pub(super) async fn events(
    ctx: &Ctx,
    tx: &DatabaseTransaction,
    kind: Kind,
    operation: OperationRow<'_>,
    told: Cells,
) -> Result<Logged> {
    let each = told.len() <= ANNOUNCED;
    let (at, user) = (ctx.now.into(), ctx.actor.user_id.into());
    let kind = kind.as_str().into();
    let insert = |before: &str, operation: &str, kind: &str, rows: &str| {
        format!(
            "with {before}e as (
               insert into event
                 (operation_id, at, user_id, kind, record_id, what, version, difference)
               select {operation}, $1, $2, {kind}, n.id, n.what, n.version, n.difference
                 from {rows} n
               returning operation_id, record_id, id)
             {}",
            if each {
                "select operation_id, id, record_id from e"
            } else {
                "select max(operation_id), max(id) from e"
            }
        )
    };
    let statement = match operation {
        OperationRow::Written(id) => told.statement([at, user, kind, id.into()], |rows| {
            insert("", "$4", "$3", rows)
        }),
        OperationRow::New { via, label, undoes } => told.statement(
            [
                at,
                user,
                via.as_str().into(),
                label.into(),
                undoes.into(),
                kind,
            ],
            |rows| {
                let begin = format!("o as ({NEW_OPERATION}), ");
                insert(&begin, "(select id from o)", "$6", rows)
            },
        ),
    };
    let mut logged: Option<Logged> = None;
    for row in tx.query_all_raw(statement).await? {
        let id = row.try_get_by_index(1)?;
        let logged = match &mut logged {
            Some(logged) => logged,
            none => none.insert(Logged {
                operation: row.try_get_by_index(0)?,
                newest: id,
                by_record: BTreeMap::new(),
            }),
        };
        logged.newest = logged.newest.max(id);
        if each {
            logged.by_record.insert(row.try_get_by_index(2)?, id);
        }
    }
    Ok(logged.ok_or_else(|| anyhow::anyhow!("nothing was told of what was written"))?)
}

/// `{key: [old, new]}`, the place on the board among it, as text.
fn difference(plan: &Plan) -> Result<String> {
    let text = serde_json::to_string(&Difference(plan)).map_err(anyhow::Error::from)?;
    Ok(text)
}

/// Written as it is gone through: of thousands, a tree of each would cost more than its text.
struct Difference<'a>(&'a Plan);

impl Serialize for Difference<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let plan = self.0;
        let mut map = serializer.serialize_map(None)?;
        for (key, (old, new)) in &plan.changes {
            map.serialize_entry(key, &[old.to_json(), new.to_json()])?;
        }
        // In another stage the same position is another place.
        if let Some(before) = &plan.before
            && (before.position != plan.position || plan.what == What::Moved)
        {
            map.serialize_entry(POSITION, &[&before.position, &plan.position])?;
        }
        map.end()
    }
}
