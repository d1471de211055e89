//! Search for a part of a title that many, some, a handful and no titles have: in a list, which
//! looks at titles alone, and in the search over everything.

use std::collections::BTreeSet;

use anyhow::Result;
use domain::Kind;
use domain::query::Query;
use serde_json::json;
use services::records::read;

use super::Bench;
use super::timing::{Samples, beside, timed};
use crate::figures::{Figure, Goal, Times};
use crate::seed::{ADMINISTRATOR, COMMON_PART, NOWHERE, RARE_PART, USUAL_PART};

const GROUP: &str = "search";

/// What is searched for, and how often it is found.
const PARTS: [(&str, &str); 4] = [
    (COMMON_PART, "in every tenth title"),
    (USUAL_PART, "in some titles"),
    (RARE_PART, "in twenty titles"),
    (NOWHERE, "in none"),
];

/// The newest deals whose title has a part.
const NEWEST: &str = "
    select d.id, d.version, d.title from deal d
     where d.deleted_at is null and d.title ilike $1
     order by d.created_at desc, d.id desc limit 51";

/// What the search over everything looks at, each way with its own end: titles that begin with the
/// part and those that have it, phones and addresses, clients' names, notes.
const EVERYWHERE: &str = "
    select * from (
      (select 1 as way, 'deal' as kind, id, title from deal where deleted_at is null and title ilike $2 limit 6)
      union all (select 1, 'contact', id, name from contact where deleted_at is null and name ilike $2 limit 6)
      union all (select 1, 'company', id, name from company where deleted_at is null and name ilike $2 limit 6)
      union all (select 1, 'product', id, name from product where deleted_at is null and name ilike $2 limit 6)
      union all (select 1, 'lead', id, title from lead where deleted_at is null and title ilike $2 limit 6)
      union all (select 3, 'deal', id, title from deal where deleted_at is null and title ilike $1 and not title ilike $2 limit 6)
      union all (select 3, 'contact', id, name from contact where deleted_at is null and name ilike $1 and not name ilike $2 limit 6)
      union all (select 3, 'company', id, name from company where deleted_at is null and name ilike $1 and not name ilike $2 limit 6)
      union all (select 3, 'product', id, name from product where deleted_at is null and name ilike $1 and not name ilike $2 limit 6)
      union all (select 3, 'lead', id, title from lead where deleted_at is null and title ilike $1 and not title ilike $2 limit 6)
      union all (select 4, 'lead', id, title from lead where deleted_at is null
                   and (person_name ilike $1 or company_name ilike $1) and not title ilike $1 limit 6)
      union all (select 2, 'contact', c.id, c.name from contact_point p join contact c on c.id = p.record_id
                  where p.kind = 'contact' and p.normalised like $1 and c.deleted_at is null limit 6)
      union all (select 5, 'deal', d.id, d.title from deal d
                  where d.deleted_at is null and not d.title ilike $1 and d.company_id in
                    (select id from company where deleted_at is null and name ilike $1 limit 50) limit 6)
      union all (select 5, 'deal', d.id, d.title from deal d
                  where d.deleted_at is null and not d.title ilike $1 and d.id in
                    (select l.from_id from record_link l
                      where l.from_kind = 'deal' and l.field = 'contacts' and l.to_kind = 'contact' and l.to_id in
                        (select id from contact where deleted_at is null and name ilike $1 limit 50)) limit 6)
      union all (select 5, 'contact', c.id, c.name from contact c
                  where c.deleted_at is null and not c.name ilike $1 and c.id in
                    (select l.from_id from record_link l
                      where l.from_kind = 'contact' and l.field = 'companies' and l.to_kind = 'company' and l.to_id in
                        (select id from company where deleted_at is null and name ilike $1 limit 50)) limit 6)
      union all (select 6, 'deal', d.id, d.title from note n join deal d on d.id = n.record_id
                  where n.kind = 'deal' and n.deleted_at is null and n.body ilike $1 and d.deleted_at is null limit 6)
      union all (select 6, 'contact', c.id, c.name from note n join contact c on c.id = n.record_id
                  where n.kind = 'contact' and n.deleted_at is null and n.body ilike $1 and c.deleted_at is null limit 6)
      union all (select 6, 'company', c.id, c.name from note n join company c on c.id = n.record_id
                  where n.kind = 'company' and n.deleted_at is null and n.body ilike $1 and c.deleted_at is null limit 6)
    ) h order by way, kind, lower(title), id";

pub(super) async fn measure(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    let samples = Samples::of(bench.settings);
    let ctx = bench.ctx(ADMINISTRATOR).await?;
    let mut figures = Vec::new();
    let mut all = Times::default();
    for (part, how_often) in PARTS {
        let query = Query {
            text: Some(part.to_owned()),
            columns: vec!["title".to_owned()],
            ..Query::default()
        };
        let (engine, sql) = beside(
            samples,
            async |_| {
                let page = read::list(&ctx, Kind::Deal, &query).await?;
                Ok(page.records.iter().map(|record| record.id).collect())
            },
            async |_| {
                let rows: Vec<(i64, i64, String)> = sqlx::query_as(NEWEST)
                    .bind(format!("%{part}%"))
                    .fetch_all(bench.questions())
                    .await?;
                Ok(rows.iter().take(50).map(|row| row.0).collect::<Vec<i64>>())
            },
        )
        .await?;
        let what = format!("Engine: list by a part {how_often}");
        figures.push(Figure::times(GROUP, what, &engine).beside(&sql));
        let (engine, sql) = beside(
            samples,
            // Which of many hits come first is nobody's promise; which kinds there are is.
            async |_| {
                let hits = services::search::find(&ctx, part).await?;
                Ok(hits
                    .iter()
                    .map(|hit| hit.kind.as_str().to_owned())
                    .collect::<BTreeSet<_>>())
            },
            async |_| {
                let rows: Vec<(i32, String, i64, String)> = sqlx::query_as(EVERYWHERE)
                    .bind(format!("%{part}%"))
                    .bind(format!("{part}%"))
                    .fetch_all(bench.questions())
                    .await?;
                Ok(rows.into_iter().map(|row| row.1).collect())
            },
        )
        .await?;
        let what = format!("Engine: search for a part {how_often}");
        figures.push(Figure::times(GROUP, what, &engine).beside(&sql));
        let arguments = json!({ "text": part });
        let times = timed(samples, async |_| {
            let client = &bench.administrator;
            client.call("search/api/search_records", &arguments).await
        })
        .await?;
        all.add(&times);
    }
    figures.push(
        Figure::times(GROUP, "Search for a part of a title over HTTP", &all)
            .goal(Goal::AtMost(20.0)),
    );
    Ok(figures)
}
