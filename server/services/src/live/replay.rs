//! What a browser missed: the log since the event that it saw last, folded into one change a
//! record, from where it stood then to where it stands now.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use domain::field::find;
use domain::live::Placement;
use domain::money::Currency;
use domain::rights::Standing;
use domain::timeline::What;
use domain::value::Value;
use domain::{EventId, Kind, Money, PipelineId, RecordId, StageId, UserId};
use rust_decimal::Decimal;
use sea_orm::{DatabaseConnection, DbBackend, DbErr, FromQueryResult, Statement};
use serde_json::Value as Json;

use super::Committed;
use crate::failure::Result;

/// More records than this are not told one by one.
const MOST_RECORDS: usize = 100;
/// Events looked at for that.
const MOST_EVENTS: usize = 1_000;
/// How far to look back before the last event seen, in events and in time: numbers are drawn
/// before they are committed, so that a smaller one can come later.
const LOOK_BACK: i64 = 500;
/// See [`LOOK_BACK`]. An event bears the moment at which its request began, and a request may wait
/// for others before it commits.
const LOOK_BACK_TIME: TimeDelta = TimeDelta::seconds(60);

/// What happened since an event.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Missed {
    /// One change a record, in the order of their last events.
    Changes(Vec<Committed>),
    /// More than is worth telling.
    TooMuch {
        /// The newest event.
        event: EventId,
    },
}

#[derive(Debug, FromQueryResult)]
struct EventRow {
    id: EventId,
    kind: String,
    record_id: RecordId,
    user_id: Option<UserId>,
    what: String,
    difference: Json,
}

#[derive(Debug, FromQueryResult)]
struct RecordRow {
    id: RecordId,
    version: i64,
    owner_id: Option<UserId>,
    everyone: bool,
    deleted_at: Option<DateTime<Utc>>,
    pipeline_id: Option<PipelineId>,
    stage_id: Option<StageId>,
    amount: Option<Decimal>,
    currency: Option<String>,
    observers: Json,
}

#[derive(Debug, FromQueryResult)]
struct Newest {
    id: EventId,
}

/// The newest event, or 0 when there is none.
pub async fn newest(db: &DatabaseConnection) -> Result<EventId, DbErr> {
    let sql = "select coalesce(max(id), 0) as id from event";
    let row = Newest::find_by_statement(statement(sql, []))
        .one(db)
        .await?;
    Ok(row.map_or(0, |row| row.id))
}

/// What happened since `last`.
pub(super) async fn since(db: &DatabaseConnection, last: EventId) -> Result<Missed> {
    let sql = "select id, kind, record_id, user_id, what, difference from event \
               where id > $1 and (id > $2 or at >= (select at - $3::interval from event where id = $2)) \
               order by id limit $4";
    let values: [sea_orm::Value; 4] = [
        last.saturating_sub(LOOK_BACK).into(),
        last.into(),
        format!("{} seconds", LOOK_BACK_TIME.num_seconds()).into(),
        i64::try_from(MOST_EVENTS + 1).unwrap_or(i64::MAX).into(),
    ];
    let events = EventRow::find_by_statement(statement(sql, values))
        .all(db)
        .await?;
    let mut records: BTreeMap<(Kind, RecordId), Vec<&EventRow>> = BTreeMap::new();
    for event in &events {
        if let Some(kind) = Kind::parse(&event.kind) {
            records
                .entry((kind, event.record_id))
                .or_default()
                .push(event);
        }
    }
    for events in records.values_mut() {
        // What came before `last` is told again only by itself, under the event that a browser may
        // know; folded into what came after, it would be counted twice.
        if events.iter().any(|event| event.id > last) {
            events.retain(|event| event.id > last);
        }
    }
    if events.len() > MOST_EVENTS || records.len() > MOST_RECORDS {
        return Ok(Missed::TooMuch {
            event: newest(db).await?,
        });
    }
    let mut changes = Vec::with_capacity(records.len());
    for kind in Kind::ALL {
        let ids: Vec<_> = records
            .keys()
            .filter(|(k, _)| *k == kind)
            .map(|(_, id)| *id)
            .collect();
        for row in records_now(db, kind, &ids).await? {
            if let Some(events) = records.get(&(kind, row.id)) {
                changes.extend(fold(kind, &row, events));
            }
        }
    }
    changes.sort_by_key(|change| change.event);
    Ok(Missed::Changes(changes))
}

/// Where records stand now, the recycle bin included. Read as the system, and told to nobody but
/// through [`super::view`].
async fn records_now(
    db: &DatabaseConnection,
    kind: Kind,
    ids: &[RecordId],
) -> Result<Vec<RecordRow>, DbErr> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let staged = if kind.has_stages() {
        "pipeline_id, stage_id, amount, currency"
    } else {
        "null::bigint as pipeline_id, null::bigint as stage_id, null::numeric as amount, null::text as currency"
    };
    let sql = format!(
        "select id, version, owner_id, everyone, deleted_at, {staged}, \
         coalesce((select jsonb_agg(user_id order by user_id) from record_observer \
                   where kind = $1 and record_id = record.id), '[]') as observers \
         from {kind} as record where id = any($2)"
    );
    let values: [sea_orm::Value; 2] = [kind.as_str().into(), ids.to_vec().into()];
    RecordRow::find_by_statement(statement(&sql, values))
        .all(db)
        .await
}

/// One change out of several of the same record: the differences taken back one by one give where
/// it stood before the first.
fn fold(kind: Kind, row: &RecordRow, events: &[&EventRow]) -> Option<Committed> {
    let last = events.last()?;
    let now = Side::of(row);
    let mut then = Some(now.clone());
    let mut in_use = row.deleted_at.is_none();
    for event in events.iter().rev() {
        match What::parse(&event.what) {
            What::Created => then = None,
            What::Deleted => in_use = true,
            What::Restored => in_use = false,
            What::Changed
            | What::Moved
            | What::Noted
            | What::NoteEdited
            | What::NoteDeleted
            | What::NoteRestored => {}
        }
        if let Some(side) = &mut then {
            side.take_back(kind, &event.difference);
        }
    }
    Some(Committed {
        event: last.id,
        by: last.user_id,
        kind,
        id: row.id,
        version: row.version,
        before: then.filter(|_| in_use).map(Side::into_pair),
        after: row.deleted_at.is_none().then(|| now.into_pair()),
    })
}

/// One side of a change.
#[derive(Debug, Clone)]
struct Side {
    standing: Standing,
    placement: Placement,
}

impl Side {
    fn of(row: &RecordRow) -> Self {
        let money = |amount| {
            let currency = Currency::parse(row.currency.as_deref()?).ok()?;
            Some(Money::new(amount, currency))
        };
        Self {
            standing: Standing {
                owner: row.owner_id,
                observers: serde_json::from_value(row.observers.clone()).unwrap_or_default(),
                everyone: row.everyone,
            },
            placement: Placement {
                pipeline_id: row.pipeline_id,
                stage_id: row.stage_id,
                amount: row.amount.and_then(money),
            },
        }
    }

    fn take_back(&mut self, kind: Kind, difference: &Json) {
        let old = |key: &str| -> Option<Value> {
            let field = find(kind.fields(), key)?;
            Some(field.field_type.from_json(difference.get(key)?.get(0)?))
        };
        if let Some(owner) = old("owner_id") {
            self.standing.owner = owner.as_id();
        }
        if let Some(observers) = old("observers") {
            self.standing.observers = match observers {
                Value::Ids(ids) => ids,
                _ => Vec::new(),
            };
        }
        if let Some(everyone) = old("everyone") {
            self.standing.everyone = everyone == Value::YesNo(true);
        }
        if let Some(pipeline) = old("pipeline_id") {
            self.placement.pipeline_id = pipeline.as_id();
        }
        if let Some(stage) = old("stage_id") {
            self.placement.stage_id = stage.as_id();
        }
        if let Some(amount) = old("amount") {
            self.placement.amount = amount.as_money();
        }
    }

    fn into_pair(self) -> (Standing, Placement) {
        (self.standing, self.placement)
    }
}

fn statement<const N: usize>(sql: &str, values: [sea_orm::Value; N]) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}
