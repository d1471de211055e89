//! Whether what triggers keep (headers of boards, numbers of the funnel) is what a recount gives.

use sea_orm::{ConnectionTrait as _, DatabaseConnection, FromQueryResult, TransactionTrait as _};

use super::one;
use crate::failure::Result;

/// A table that triggers keep, and how to count it anew.
struct Kept {
    table: &'static str,
    /// What a row is about.
    keys: &'static str,
    /// What is counted.
    sums: &'static [&'static str],
    /// Gives the keys and then the sums; `{kind}` stands for a kind.
    recount: &'static str,
}

/// Kinds with stages.
const KINDS: [&str; 2] = ["lead", "deal"];

const KEPT: [Kept; 6] = [
    Kept {
        table: "stage_total",
        keys: "kind, pipeline_id, stage_id, owner_id, everyone, currency",
        sums: &["count", "amount"],
        recount:
            "select '{kind}' as kind, pipeline_id, stage_id, coalesce(owner_id, 0) as owner_id,
                         everyone, case when amount is null then '' else currency end as currency,
                         count(*) as count, coalesce(sum(amount), 0) as amount
                    from {kind} where deleted_at is null group by 1, 2, 3, 4, 5, 6",
    },
    Kept {
        table: "stage_share",
        keys: "kind, pipeline_id, stage_id, share, everyone, currency",
        sums: &["count", "amount"],
        recount: "select '{kind}' as kind, pipeline_id, stage_id, share_of(owner_id) as share,
                         everyone, case when amount is null then '' else currency end as currency,
                         count(*) as count, coalesce(sum(amount), 0) as amount
                    from {kind} where deleted_at is null group by 1, 2, 3, 4, 5, 6",
    },
    Kept {
        table: "funnel_day",
        keys: "kind, pipeline_id, day, stage_id, furthest_id, lost_reason_id, currency",
        sums: &["count", "amount"],
        recount: "select '{kind}' as kind, pipeline_id, utc_day(created_at) as day, stage_id,
                         coalesce(furthest_id, 0) as furthest_id,
                         coalesce(lost_reason_id, 0) as lost_reason_id,
                         case when amount is null then '' else currency end as currency,
                         count(*) as count, coalesce(sum(amount), 0) as amount
                    from {kind} where deleted_at is null group by 1, 2, 3, 4, 5, 6, 7",
    },
    Kept {
        table: "funnel_stay",
        keys: "kind, pipeline_id, day, stage_id",
        sums: &["ended", "ended_seconds", "lasting", "lasting_since"],
        recount: "select '{kind}' as kind, r.pipeline_id, utc_day(r.created_at) as day, s.stage_id,
                         count(s.left_at) as ended,
                         coalesce(sum(extract(epoch from s.left_at - s.entered_at)), 0)
                           as ended_seconds,
                         count(*) - count(s.left_at) as lasting,
                         coalesce(sum(extract(epoch from s.entered_at))
                                    filter (where s.left_at is null), 0) as lasting_since
                    from {kind} r
                    join stage_stay s on s.kind = '{kind}' and s.record_id = r.id
                                     and s.pipeline_id = r.pipeline_id
                   where r.deleted_at is null group by 1, 2, 3, 4",
    },
    Kept {
        table: "funnel_owner",
        keys: "kind, pipeline_id, owner_id, month, everyone,
               stage_id, furthest_id, lost_reason_id, currency",
        sums: &["count", "amount"],
        recount: "select '{kind}' as kind, pipeline_id, whose as owner_id,
                         month_of(utc_day(created_at)) as month, everyone, stage_id,
                         coalesce(furthest_id, 0) as furthest_id,
                         coalesce(lost_reason_id, 0) as lost_reason_id,
                         case when amount is null then '' else currency end as currency,
                         count(*) as count, coalesce(sum(amount), 0) as amount
                    from {kind} cross join unnest(kept_for(owner_id, everyone)) as whose
                   where deleted_at is null group by 1, 2, 3, 4, 5, 6, 7, 8, 9",
    },
    Kept {
        table: "funnel_owner_stay",
        keys: "kind, pipeline_id, owner_id, since, everyone, stage_id",
        sums: &["ended", "ended_seconds", "lasting", "lasting_since"],
        recount: "select '{kind}' as kind, r.pipeline_id, whose as owner_id,
                         ten_days_of(utc_day(r.created_at)) as since, r.everyone, s.stage_id,
                         count(s.left_at) as ended,
                         coalesce(sum(extract(epoch from s.left_at - s.entered_at)), 0)
                           as ended_seconds,
                         count(*) - count(s.left_at) as lasting,
                         coalesce(sum(extract(epoch from s.entered_at))
                                    filter (where s.left_at is null), 0) as lasting_since
                    from {kind} r
                    join stage_stay s on s.kind = '{kind}' and s.record_id = r.id
                                     and s.pipeline_id = r.pipeline_id
                   cross join unnest(kept_for(r.owner_id, r.everyone)) as whose
                   where r.deleted_at is null group by 1, 2, 3, 4, 5, 6",
    },
];

/// What a record reached is kept beside it, and the funnel's tables count by it.
const FURTHEST: &str = "furthest_id";

/// Records that reached another stage than their stays tell: what `recount_furthest` of the schema
/// sets right.
fn astray() -> String {
    let of_kind = |kind| {
        format!(
            "select r.furthest_id, reached.stage from {kind} r
               left join (
                 select distinct on (y.record_id) y.record_id, s.id as stage
                   from stage_stay y
                   join {kind} o on o.id = y.record_id and o.pipeline_id = y.pipeline_id
                   join stage s on s.id = y.stage_id
                  where y.kind = '{kind}' and s.meaning = 'open' and s.deleted_at is null
                  order by y.record_id, s.position desc, s.id desc) reached
                 on reached.record_id = r.id"
        )
    };
    let records = KINDS.map(of_kind).join(" union all ");
    format!(
        "select count(*) as rows from ({records}) found where furthest_id is distinct from stage"
    )
}

impl Kept {
    fn recount(&self) -> String {
        KINDS
            .map(|kind| self.recount.replace("{kind}", kind))
            .join(" union all ")
    }

    /// Counts the rows that are not as a recount has them. A row of nothing is as good as none.
    fn differences(&self) -> String {
        let sums = |of: &str| {
            let sums: Vec<_> = self
                .sums
                .iter()
                .map(|sum| format!("coalesce({of}.{sum}, 0)"))
                .collect();
            sums.join(", ")
        };
        format!(
            "select count(*) as rows from {} t full join ({}) c using ({})
              where ({}) is distinct from ({})",
            self.table,
            self.recount(),
            self.keys,
            sums("t"),
            sums("c")
        )
    }
}

/// A table or a column, and how many rows of it are wrong.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) table: &'static str,
    pub(super) wrong: i64,
}

#[derive(Debug, FromQueryResult)]
struct Rows {
    rows: i64,
}

/// Each table is compared in one statement, and so as of one moment.
pub(super) async fn ask(db: &DatabaseConnection) -> Result<Vec<Facts>> {
    let mut facts = Vec::new();
    for kept in &KEPT {
        let rows: Rows = one(db, &kept.differences()).await?;
        facts.push(Facts {
            table: kept.table,
            wrong: rows.rows,
        });
    }
    let rows: Rows = one(db, &astray()).await?;
    facts.push(Facts {
        table: FURTHEST,
        wrong: rows.rows,
    });
    Ok(facts)
}

/// Counts anew what is wrong, and names it.
pub(super) async fn mend(db: &DatabaseConnection) -> Result<Vec<&'static str>> {
    let tx = db.begin().await?;
    // Who writes a record waits until the count is done, or it would be wrong at once.
    tx.execute_unprepared("lock table lead, deal, stage_stay in share row exclusive mode")
        .await?;
    let mut mended = Vec::new();
    // First, since the tables count by it.
    let rows: Rows = one(&tx, &astray()).await?;
    if rows.rows > 0 {
        tx.execute_unprepared("select recount_furthest(kind, id) from pipeline")
            .await?;
        mended.push(FURTHEST);
    }
    for kept in &KEPT {
        let rows: Rows = one(&tx, &kept.differences()).await?;
        if rows.rows == 0 {
            continue;
        }
        let (table, keys, sums) = (kept.table, kept.keys, kept.sums.join(", "));
        tx.execute_unprepared(&format!("delete from {table}"))
            .await?;
        let recount = kept.recount();
        tx.execute_unprepared(&format!("insert into {table} ({keys}, {sums}) {recount}"))
            .await?;
        mended.push(table);
    }
    tx.commit().await?;
    Ok(mended)
}
