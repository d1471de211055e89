//! What happened to the deals: three events each, every one in an operation of its own, notes, and
//! the stays in stages.
//!
//! Events of one deal are years apart in life, and so they are in the table: all that were the first
//! of their deal come first, then all that were the second.

use anyhow::Result;
use sqlx::PgConnection;

use super::{Plan, run};

/// The events of the deals at hand, of which `place` is 0, 1 and 2.
const EVENTS: &str = "
    create or replace view bench.deed as
    select p.n, d.*
      from bench.fate p
      cross join lateral (select jsonb_build_object('next_step',
        jsonb_build_array(null, bench.step(p.n))) as changed) c
      cross join lateral (values
        (0, p.created_at, 'form', 'created', 1, jsonb_strip_nulls(jsonb_build_object(
           'title', jsonb_build_array(null, bench.thing(p.n)),
           'stage_id', jsonb_build_array(null, p.first_id),
           'owner_id', jsonb_build_array(null, p.owner_id),
           'amount', case when p.amount is not null then jsonb_build_array(null,
              jsonb_build_object('amount', p.amount::text, 'currency', p.currency)) end))),
        (1, coalesce(p.moved_at, p.touched_at),
           case when p.moved_at is null then 'form' else 'board' end,
           case when p.moved_at is null then 'changed' else 'moved' end, 2,
           case when p.moved_at is null then c.changed
                else bench.moved(p.first_id, p.furthest_id, p.created_at, p.moved_at) end),
        (2, coalesce(p.closed_at, p.touched_at),
           case when p.closed_at is null then 'form' else 'board' end,
           case when p.closed_at is not null then 'moved' when p.noted then 'noted' else 'changed' end,
           case when p.closed_at is null and p.noted then 2 else 3 end,
           case when p.closed_at is not null then bench.moved(p.furthest_id, p.stage_id,
                       coalesce(p.moved_at, p.created_at), p.closed_at)
                when p.noted then '{}' else c.changed end)
      ) as d(place, at, via, what, version, difference)";

const MOVED: &str = "
    create or replace function bench.moved(was bigint, came bigint, since timestamptz, at timestamptz)
      returns jsonb language sql stable as $$
      select jsonb_build_object('stage_id', jsonb_build_array($1, $2),
        'stage_since', jsonb_build_array(to_char($3 at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'),
                                         to_char($4 at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')))
    $$";

/// Where the numbers of the seeded operations and events begin.
const BASE: &str = "
    create table if not exists bench.base as
    select (select coalesce(max(id), 0) from operation) as operation,
           (select coalesce(max(id), 0) from event) as event";

const OPERATIONS: &str = "
    insert into operation (id, at, user_id, via)
    select b.operation + d.place * $1 + d.n, d.at, p.owner_id, d.via
      from bench.deed d join bench.fate p using (n) cross join bench.base b";

const NOTES: &str = "
    insert into note (id, kind, record_id, body, author_id, created_at, updated_at)
    select p.n, 'deal', p.n, bench.note(p.n), p.owner_id, p.touched_at, p.touched_at
      from bench.fate p where p.noted and p.closed_at is null";

const LOG: &str = "
    insert into event (id, operation_id, at, user_id, kind, record_id, what, version, difference, note_id)
    select b.event + d.place * $1 + d.n, b.operation + d.place * $1 + d.n, d.at, p.owner_id, 'deal',
           d.n, d.what, d.version, d.difference, case when d.what = 'noted' then d.n end
      from bench.deed d join bench.fate p using (n) cross join bench.base b";

/// In the first stage, in the furthest one, and where it was closed.
const STAYS: &str = "
    insert into stage_stay
      (kind, record_id, pipeline_id, stage_id, entered_at, left_at, owner_id, amount, currency)
    select 'deal', p.n, t.pipeline_id, s.stage_id, s.entered_at, s.left_at, p.owner_id, p.amount, p.currency
      from bench.fate p cross join bench.stage t
      cross join lateral (values
        (p.first_id, p.created_at, coalesce(p.moved_at, p.closed_at)),
        (case when p.moved_at is not null then p.furthest_id end, p.moved_at, p.closed_at),
        (case when p.closed_at is not null then p.stage_id end, p.closed_at, null)
      ) as s(stage_id, entered_at, left_at)
     where s.stage_id is not null
     order by p.n, s.entered_at";

/// Writes what happened to the deals that have just been made.
pub(super) async fn make(connection: &mut PgConnection, plan: Plan, first: i64) -> Result<()> {
    if first == 1 {
        for sql in [BASE, MOVED, EVENTS] {
            run(connection, sql).await?;
        }
    }
    // What these point to has just been made of the same numbers, and they have no triggers of ours:
    // looking ten million references up one by one would take longer than all the rest.
    run(connection, "set session_replication_role = replica").await?;
    sqlx::query(OPERATIONS)
        .bind(plan.deals)
        .execute(&mut *connection)
        .await?;
    sqlx::query(NOTES).execute(&mut *connection).await?;
    sqlx::query(LOG)
        .bind(plan.deals)
        .execute(&mut *connection)
        .await?;
    run(connection, "set session_replication_role = origin").await?;
    sqlx::query(STAYS).execute(connection).await?;
    Ok(())
}

/// Lets the numbers go on behind those that were given, and removes what only the seeding needed.
pub(super) async fn finish(connection: &mut PgConnection) -> Result<()> {
    run(connection, "drop view bench.deed; drop table bench.fate").await?;
    for table in ["deal", "operation", "event", "note"] {
        let sql =
            format!("select setval(pg_get_serial_sequence('{table}', 'id'), max(id)) from {table}");
        run(connection, &sql).await?;
    }
    Ok(())
}
