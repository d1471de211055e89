//! The board: its data and its page.

use anyhow::Result;
use chrono::{DateTime, NaiveDate, Utc};
use domain::Kind;
use domain::board::{Board, BoardQuery};
use domain::query::Filter;
use rust_decimal::Decimal;
use serde_json::json;
use services::records::read;
use sqlx::PgPool;

use super::Bench;
use super::timing::{Samples, beside, timed};
use crate::figures::{Figure, Goal, Times};
use crate::seed::{ADMINISTRATOR, HEAD_OF_40, SALESPERSON};

const GROUP: &str = "board";

/// The board that everybody opens first.
pub(super) const PLAIN: BoardQuery = BoardQuery {
    kind: Kind::Deal,
    pipeline: None,
    filter: Filter::everything(),
    text: None,
};

pub(super) async fn measure(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    let samples = Samples::of(bench.settings);
    let mut figures = Vec::new();
    let pipeline = bench.facts.pipeline;
    let ctx = bench.ctx(ADMINISTRATOR).await?;
    let (engine, sql) = beside(
        samples,
        async |_| Ok(shown(&read::board(&ctx, &PLAIN).await?)),
        async |_| by_hand(bench.pool(), pipeline).await,
    )
    .await?;
    figures.push(Figure::times(GROUP, "Engine: board, administrator", &engine).beside(&sql));
    for (user, client, whose) in [
        (ADMINISTRATOR, &bench.administrator, "administrator"),
        (HEAD_OF_40, &bench.head, "head of 40"),
        (SALESPERSON, &bench.salesperson, "salesperson"),
    ] {
        if user != ADMINISTRATOR {
            let ctx = bench.ctx(user).await?;
            let engine = timed(samples, async |_| Ok(read::board(&ctx, &PLAIN).await?)).await?;
            figures.push(Figure::times(
                GROUP,
                format!("Engine: board, {whose}"),
                &engine,
            ));
        }
        let arguments = json!({ "query": PLAIN });
        let times = timed(samples, async |_| {
            client.call("board/api/load_board", &arguments).await
        })
        .await?;
        let what = format!("Board's data over HTTP, {whose}");
        figures.push(Figure::times(GROUP, what, &times).goal(Goal::AtMost(8.0)));
    }
    let mut first = Times::default();
    let whole = timed(samples, async |number| {
        let page = bench.administrator.get("/deals/board").await?;
        if number > 3 {
            first.record(page.first_byte);
        }
        Ok(())
    })
    .await?;
    figures.push(Figure::times(GROUP, "Board's page, first byte", &first).goal(Goal::AtMost(25.0)));
    figures.push(Figure::times(GROUP, "Board's page, last byte", &whole));
    Ok(figures)
}

/// What must be the same: every card in order, and how many each column has in all.
type Shown = (Vec<i64>, Vec<(i64, i64)>);

fn shown(board: &Board) -> Shown {
    let cards = board.columns.iter().flat_map(|column| &column.cards);
    let counts = board.columns.iter().map(|column| {
        let count = column.totals.iter().map(|total| total.count).sum();
        (column.stage_id, count)
    });
    (cards.map(|card| card.id).collect(), counts.collect())
}

type CardRow = (
    i64,
    Option<i64>,
    Option<i64>,
    Option<String>,
    Option<DateTime<Utc>>,
    Option<i64>,
    Option<String>,
    Option<NaiveDate>,
    Option<Decimal>,
    Option<String>,
    Option<i64>,
    Option<String>,
    Option<String>,
    Option<String>,
);

/// A card row more than a page in each column tells whether there are more.
const CARDS: &str = "
    select s.id, c.*
      from stage s
      left join lateral (
        select d.id, d.version, d.title, d.stage_since, d.owner_id, d.next_step, d.next_step_on,
               d.amount, d.currency, d.company_id, k.name, d.position,
               case when k.id is null then (
                 select p.name from record_link l join contact p on p.id = l.to_id
                  where l.from_kind = 'deal' and l.from_id = d.id and l.field = 'contacts'
                    and p.deleted_at is null
                  order by l.position, l.to_id limit 1) end
          from deal d
          left join company k on k.id = d.company_id and k.deleted_at is null
         where d.pipeline_id = $1 and d.stage_id = s.id and d.deleted_at is null
         order by d.position, d.id limit 31) c on true
     where s.pipeline_id = $1 and s.deleted_at is null
     order by s.position, s.id, c.position, c.id";

type TotalRow = (i64, String, i64, Decimal, Option<i64>);

const TOTALS: &str = "
    select t.stage_id, t.currency, sum(t.count)::bigint, sum(t.amount),
           (select max(id) from event)
      from stage_share t
     where t.kind = 'deal' and t.pipeline_id = $1
     group by 1, 2
    having sum(t.count) <> 0";

async fn by_hand(pool: &PgPool, pipeline: i64) -> Result<Shown> {
    let cards: Vec<CardRow> = sqlx::query_as(CARDS).bind(pipeline).fetch_all(pool).await?;
    let totals: Vec<TotalRow> = sqlx::query_as(TOTALS)
        .bind(pipeline)
        .fetch_all(pool)
        .await?;
    let mut shown: Shown = (Vec::with_capacity(cards.len()), Vec::new());
    let mut in_column = 0;
    for (stage, card, ..) in &cards {
        if shown.1.last().is_none_or(|(last, _)| last != stage) {
            let count = totals.iter().filter(|row| row.0 == *stage).map(|row| row.2);
            shown.1.push((*stage, count.sum()));
            in_column = 0;
        }
        in_column += 1;
        if in_column <= 30 {
            shown.0.extend(card);
        }
    }
    Ok(shown)
}
