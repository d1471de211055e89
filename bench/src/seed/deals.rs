//! Deals, as three years of work would have left them: the newest ones are mostly open, the oldest
//! ones won or lost. Triggers keep totals and the funnel's days while they come in.

use anyhow::Result;
use sqlx::{AssertSqlSafe, PgConnection};

use super::fields::{self, Seeded};
use super::{Plan, run};

/// What became of each deal of the part that is being written: the deals themselves, their log and
/// their stays are made of it.
const FATES: &str = "
    create unlogged table bench.fate (
      n bigint primary key,
      created_at timestamptz not null,
      -- When it came to its furthest open stage; null where that is the first.
      moved_at timestamptz,
      -- When it was won or lost.
      closed_at timestamptz,
      -- When its owner last touched it, where it is open or came nowhere.
      touched_at timestamptz not null,
      first_id bigint not null,
      furthest_id bigint not null,
      stage_id bigint not null,
      owner_id bigint not null,
      noted boolean not null,
      amount numeric,
      currency text,
      lost_reason_id bigint
    );
    create table bench.stage as
      select s.pipeline_id, array_agg(s.id order by s.position) filter (where s.meaning = 'open') as open,
             max(s.id) filter (where s.meaning = 'won') as won,
             max(s.id) filter (where s.meaning = 'lost') as lost,
             (select array_agg(id order by id) from lost_reason) as reasons
        from stage s join pipeline p on p.id = s.pipeline_id and p.kind = 'deal'
       group by 1";

/// Readies the tables that the seeding itself needs.
pub(super) async fn begin(connection: &mut PgConnection) -> Result<()> {
    run(connection, FATES).await
}

const DECIDE: &str = "
    insert into bench.fate
    select n, a.created_at, b.moved_at, c.closed_at,
           least(coalesce(b.moved_at, a.created_at) + interval '1 hour' * (1 + bench.draw(n, 6, 240)), $4),
           t.open[1], t.open[f.far],
           case f.outcome when 1 then t.won when 2 then t.lost else t.open[f.far] end,
           o.id,
           bench.draw(n, 7, 2) = 0,
           m.amount,
           case when m.amount is not null then
             (array['EUR', 'EUR', 'EUR', 'EUR', 'EUR', 'EUR', 'EUR', 'EUR', 'USD', 'PLN'])[1 + bench.draw(n, 8, 10)]
           end,
           case f.outcome when 2 then t.reasons[1 + bench.draw(n, 9, cardinality(t.reasons))] end
      from generate_series($1, $2) n
      cross join bench.stage t
      -- In the order of their numbers, over three years, within eight hours of each day.
      cross join lateral (select
        $4 - interval '1095 days' * (($3 - n)::float8 / $3)
           - interval '1 second' * bench.draw(n, 1, 28800) as created_at) a
      -- 0 open, 1 won, 2 lost: of the last nine months three in four are open.
      cross join lateral (select case
        when bench.draw(n, 2, 100) < case when n * 4 > $3 * 3 then 75 else 8 end then 0
        when bench.draw(n, 3, 100) < 53 then 1
        else 2 end as outcome) w
      cross join lateral (select w.outcome,
        case when w.outcome = 1 then 5
             else width_bucket(bench.draw(n, 4, 100), array[0, 28, 52, 72, 88]) end as far) f
      cross join lateral (select case when f.far > 1 then
        least(a.created_at + interval '1 hour' * (1 + bench.draw(n, 5, 480)), $4) end as moved_at) b
      cross join lateral (select case when f.outcome > 0 then
        least(coalesce(b.moved_at, a.created_at) + interval '1 hour' * (300 + bench.draw(n, 10, 720)), $4)
        end as closed_at) c
      -- Everybody but the administrator, one colleague and the director.
      cross join lateral (select 4 + bench.draw(n, 11, 197) as id) o
      cross join lateral (select case
        when f.far = 1 and f.outcome = 0 and bench.draw(n, 12, 100) < 40 then null
        else 500 + round((bench.draw(n, 13, 1000) ^ 2 / 2)::numeric, -1) end as amount) m";

/// Writes the deals of these numbers, which are also their ids.
pub(super) async fn make(
    connection: &mut PgConnection,
    plan: Plan,
    seeded: &[Seeded],
    first: i64,
    last: i64,
) -> Result<()> {
    run(connection, "truncate bench.fate").await?;
    sqlx::query(DECIDE)
        .bind(first)
        .bind(last)
        .bind(plan.deals)
        .bind(plan.until)
        .execute(&mut *connection)
        .await?;
    let sql = format!(
        "insert into deal
           (id, title, pipeline_id, stage_id, stage_since, position, amount, currency,
            expected_close, next_step, next_step_on, lost_reason_id, closed_at, company_id, source,
            owner_id, everyone, created_at, created_by, updated_at, updated_by, version,
            furthest_id, custom)
         select p.n,
                case when p.n % greatest($1 / 20, 1) = 7 then 'Kaleidoscope ' else '' end
                  || bench.thing(p.n)
                  || case when k.id is not null and bench.draw(p.n, 50, 2) = 0
                          then ' for ' || bench.company_name(k.id) else '' end,
                t.pipeline_id, p.stage_id,
                coalesce(p.closed_at, p.moved_at, p.created_at),
                -- The newest on top.
                bench.position(5000000 + $1 - p.n),
                p.amount, p.currency,
                case when p.furthest_id = t.open[5] or bench.draw(p.n, 51, 10) < 7
                     then (p.created_at at time zone 'UTC')::date + 20 + bench.draw(p.n, 52, 120) end,
                case when p.closed_at is null and s.planned then bench.step(p.n) end,
                case when p.closed_at is null and s.planned
                     then (p.touched_at at time zone 'UTC')::date + bench.draw(p.n, 53, 30) end,
                p.lost_reason_id, p.closed_at, k.id, null,
                p.owner_id, bench.draw(p.n, 54, 100) = 0,
                p.created_at, p.owner_id,
                coalesce(p.closed_at, p.touched_at), p.owner_id,
                case when p.closed_at is null and p.noted then 2 else 3 end,
                p.furthest_id, {custom}
           from bench.fate p
           cross join bench.stage t
           cross join lateral (select bench.draw(p.n, 55, 10) < 6 as planned) s
           cross join lateral (select case when bench.draw(p.n, 56, 100) < 85
             then 1 + bench.draw(p.n, 57, $2) end::bigint as id) k",
        custom = fields::values(seeded)
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(plan.deals)
        .bind(i32::try_from(plan.companies)?)
        .execute(connection)
        .await?;
    Ok(())
}
