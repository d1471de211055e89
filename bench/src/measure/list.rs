//! Lists: the newest, filtered by two conditions and sorted by a third, over built-in and over
//! custom fields; and a report, which groups instead.

use anyhow::Result;
use chrono::{DateTime, NaiveDate, Utc};
use domain::Kind;
use domain::query::{AggregateQuery, Filter, Operator, Query, Sort};
use rust_decimal::Decimal;
use serde_json::json;
use services::records::read;
use sqlx::PgPool;

use super::timing::{Samples, beside, timed};
use super::{Bench, Facts};
use crate::figures::{Figure, Goal};
use crate::seed::{ADMINISTRATOR, HEAD_OF_40, SALESPERSON};

const GROUP: &str = "list";

/// What a list shows of each deal.
const COLUMNS: [&str; 7] = [
    "title",
    "company_id",
    "stage_id",
    "amount",
    "owner_id",
    "expected_close",
    "created_at",
];

/// What a statement by hand reads of each deal.
const ROW: &str = "d.id, d.version, d.title, d.company_id, k.name, d.stage_id, d.amount, d.currency, \
                   d.owner_id, d.expected_close, d.created_at";

type Row = (
    i64,
    i64,
    String,
    Option<i64>,
    Option<String>,
    i64,
    Option<Decimal>,
    Option<String>,
    Option<i64>,
    Option<NaiveDate>,
    DateTime<Utc>,
);

/// A list, in the engine's words and by hand.
pub(super) struct Listed {
    what: &'static str,
    most: f64,
    pub(super) query: Query,
    sql: String,
}

pub(super) async fn measure(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    let samples = Samples::of(bench.settings);
    let ctx = bench.ctx(ADMINISTRATOR).await?;
    let mut figures = Vec::new();
    let lists = all(&bench.facts);
    for list in &lists {
        let (engine, sql) = beside(
            samples,
            async |_| {
                let page = read::list(&ctx, Kind::Deal, &list.query).await?;
                Ok(page.records.iter().map(|record| record.id).collect())
            },
            async |_| by_hand(bench.questions(), &list.sql).await,
        )
        .await?;
        let what = format!("Engine: {}", list.what);
        figures.push(Figure::times(GROUP, what, &engine).beside(&sql));
    }
    for list in &lists {
        let arguments = json!({ "kind": Kind::Deal, "query": list.query });
        let times = timed(samples, async |_| {
            let client = &bench.administrator;
            client.call("list/api/open_list", &arguments).await
        })
        .await?;
        let what = format!("{} over HTTP", list.what);
        figures.push(Figure::times(GROUP, what, &times).goal(Goal::AtMost(list.most)));
    }
    for (user, whose) in [(HEAD_OF_40, "head of 40"), (SALESPERSON, "salesperson")] {
        let ctx = bench.ctx(user).await?;
        for list in &lists {
            let times = timed(samples, async |_| {
                Ok(read::list(&ctx, Kind::Deal, &list.query).await?)
            })
            .await?;
            let what = format!("Engine: {}, {whose}", list.what);
            figures.push(Figure::times(GROUP, what, &times).goal(Goal::AtMost(list.most)));
        }
    }
    figures.push(report(bench, samples).await?);
    Ok(figures)
}

/// The lists that are measured.
pub(super) fn all(facts: &Facts) -> [Listed; 3] {
    let ordered = |more: &str| {
        format!(
            "select {ROW} from deal d left join company k on k.id = d.company_id \
             and k.deleted_at is null where d.deleted_at is null and {more} limit 51"
        )
    };
    let Facts {
        region,
        north,
        seats,
        renewal,
        ..
    } = facts;
    let stage = facts.open[1];
    [
        Listed {
            what: "list of the 50 newest",
            most: 8.0,
            query: query(Filter::everything(), None),
            sql: ordered("true order by d.created_at desc, d.id desc"),
        },
        Listed {
            what: "list by two conditions, sorted by a third",
            most: 20.0,
            query: query(
                Filter::is("stage_id", Operator::Is, &[&stage.to_string()]).and(Filter::is(
                    "amount",
                    Operator::Greater,
                    &["100000"],
                )),
                Some("expected_close"),
            ),
            sql: ordered(&format!(
                "d.stage_id = {stage} and d.amount > 100000 and d.expected_close is not null \
                 order by d.expected_close desc, d.id desc"
            )),
        },
        Listed {
            what: "list by two custom fields, sorted by a third",
            most: 20.0,
            query: query(
                Filter::is(&format!("c{region}"), Operator::Is, &[north]).and(Filter::is(
                    &format!("c{seats}"),
                    Operator::Greater,
                    &["800"],
                )),
                Some(&format!("c{renewal}")),
            ),
            sql: ordered(&format!(
                "d.custom ->> '{region}' = '{north}' and (d.custom ->> '{seats}')::bigint > 800 \
                 and (d.custom ->> '{renewal}') collate \"C\" is not null \
                 order by (d.custom ->> '{renewal}') collate \"C\" desc, d.id desc"
            )),
        },
    ]
}

fn query(filter: Filter, sort: Option<&str>) -> Query {
    Query {
        filter,
        sort: sort
            .map(|field| Sort {
                field: field.to_owned(),
                descending: true,
            })
            .into_iter()
            .collect(),
        columns: COLUMNS.map(str::to_owned).to_vec(),
        ..Query::default()
    }
}

async fn by_hand(pool: &PgPool, sql: &str) -> Result<Vec<i64>> {
    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql.to_owned()))
        .fetch_all(pool)
        .await?;
    Ok(rows.iter().take(50).map(|row| row.0).collect())
}

type Group = (Option<i64>, String, i64, Decimal);

const REPORT: &str = "
    select owner_id, case when amount is null then '' else currency end, count(*), coalesce(sum(amount), 0)
      from deal
     where deleted_at is null and created_at >= $1 and created_at < $2
     group by 1, 2";

/// Count and sum of a year's deals by owner.
async fn report(bench: &Bench<'_>, samples: Samples) -> Result<Figure> {
    let ctx = bench.ctx(ADMINISTRATOR).await?;
    let year = Query {
        filter: Filter::is("created_at", Operator::During, &["last_365_days"]),
        ..Query::default()
    };
    let wanted = AggregateQuery {
        group_by: Some("owner_id".to_owned()),
        sum: Some("amount".to_owned()),
    };
    let (from, to) = domain::period::Period::LastDays(365).days(ctx.today());
    let (from, to) = (ctx.start_of(from), ctx.start_of(to));
    let (engine, sql) = beside(
        samples,
        async |_| {
            let groups = read::aggregate(&ctx, Kind::Deal, &year, &wanted).await?;
            let totals = groups.iter().flat_map(|group| &group.totals);
            Ok(totals.fold((0, Decimal::ZERO), |sum, total| {
                (sum.0 + total.count, sum.1 + total.amount)
            }))
        },
        async |_| {
            let groups: Vec<Group> = sqlx::query_as(REPORT)
                .bind(from)
                .bind(to)
                .fetch_all(bench.questions())
                .await?;
            Ok(groups.iter().fold((0, Decimal::ZERO), |sum, group| {
                (sum.0 + group.2, sum.1 + group.3)
            }))
        },
    )
    .await?;
    Ok(Figure::times(GROUP, "Engine: report of a year by owner", &engine).beside(&sql))
}
