//! An import of deals by the command line, beside the running server, and the memory it takes on
//! the way; then the same rows loaded by hand.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use sqlx::PgPool;
use tokio::time::interval;

use super::Bench;
use crate::figures::{Figure, Goal, Unit};
use crate::seed::{ADMINISTRATOR, EMAIL};
use crate::server::{Server, memory_of};

const GROUP: &str = "import";

const MAPPING: &str = r#"
kind = "deal"
label = "Bench"

[key]
field = "external_id"

[fields]
external_id = "number"
title = "title"
stage_id = "stage"
owner_id = "owner"
company_id = "company"
amount = { column = "amount", currency = "EUR" }
expected_close = "close"
"#;

pub(super) async fn measure(bench: &Bench<'_>, server: &Server) -> Result<Vec<Figure>> {
    let count: usize = bench.settings.choose(100_000, 5_000);
    let batch = crate::now().timestamp();
    let csv = rows(bench.pool(), count, &format!("A{batch}")).await?;
    let folder = bench.settings.folder();
    let (map, file) = (folder.join("import.toml"), folder.join("import.csv"));
    std::fs::write(&map, MAPPING)?;
    std::fs::write(&file, &csv)?;

    let map = std::path::absolute(map)?.display().to_string();
    let path = std::path::absolute(&file)?.display().to_string();
    let started = Instant::now();
    let mut child = server.command(&["import", "--map", &map, &path])?.spawn()?;
    let id = child.id().context("the import has no process")?;
    let mut held: Vec<f64> = Vec::new();
    let mut look = interval(Duration::from_millis(50));
    let status = loop {
        tokio::select! {
            status = child.wait() => break status?,
            // Between its end and its wait there is nothing left to read.
            _ = look.tick() => held.extend(memory_of(id)),
        }
    };
    ensure!(status.success(), "the import failed; see the server's log");
    let engine = started.elapsed().as_secs_f64();
    let imported: (i64,) = sqlx::query_as("select count(*) from deal where external_id like $1")
        .bind(format!("A{batch}-%"))
        .fetch_one(bench.pool())
        .await?;
    ensure!(
        imported.0 == i64::try_from(count)?,
        "{} of {count} rows were imported",
        imported.0
    );
    std::fs::remove_file(&file)?;

    let csv = rows(bench.pool(), count, &format!("B{batch}")).await?;
    let started = Instant::now();
    by_hand(bench.pool(), &csv).await?;
    let sql = started.elapsed().as_secs_f64();

    #[expect(clippy::cast_precision_loss, reason = "a hundred thousand rows")]
    let count = count as f64;
    let (early, most) = growth(&held);
    Ok(vec![
        Figure::single(GROUP, "Import of deals", count / engine, Unit::PerSecond)
            .beside_single(count / sql)
            .goal(Goal::AtLeast(10_000.0)),
        Figure::single(
            GROUP,
            "Import's memory after a third of it",
            early,
            Unit::Megabytes,
        ),
        Figure::single(GROUP, "Import's memory at most", most, Unit::Megabytes)
            .goal(Goal::AtMost((early * 1.2).max(60.0))),
    ])
}

/// What was held at most in the first third of a run, and in all of it. Flat memory has no more to
/// say after a third.
fn growth(held: &[f64]) -> (f64, f64) {
    let most = |part: &[f64]| part.iter().copied().fold(0.0, f64::max);
    let third = (held.len() / 3).max(1).min(held.len());
    (most(&held[..third]), most(held))
}

/// A file of deals, each with an owner and most with a company that is there.
async fn rows(pool: &PgPool, count: usize, batch: &str) -> Result<String> {
    let companies: Vec<(String,)> =
        sqlx::query_as("select name from company where deleted_at is null order by id limit 1000")
            .fetch_all(pool)
            .await?;
    let mut csv = String::from("number,title,stage,owner,company,amount,close\n");
    for number in 0..count {
        let owner = EMAIL(4 + i64::try_from(number % 197)?);
        let stage = ["New", "Qualification"][number % 2];
        let company = match number % 5 {
            0 => "",
            _ => &companies[number % companies.len()].0,
        };
        writeln!(
            csv,
            "{batch}-{number},Imported deal {number},{stage},{owner},{company},{}.50,2027-0{}-15",
            500 + number % 90_000,
            1 + number % 9
        )?;
    }
    Ok(csv)
}

const WRITE: &str = "
    create temporary table row_by_hand (
      number text, title text, stage text, owner text, company text, amount numeric, close date);";

const INSERT: &str = "
    with o as (
      insert into operation (at, user_id, via, label) values (now(), $1, 'import', 'By hand') returning id
    ), top as (
      select s.id, s.pipeline_id, s.name from stage s join pipeline p on p.id = s.pipeline_id
       where p.kind = 'deal' and s.deleted_at is null
    ), made as (
      insert into deal (external_id, title, pipeline_id, stage_id, stage_since, position, amount, currency,
                        expected_close, company_id, owner_id, created_at, created_by, updated_at, updated_by)
      select r.number, r.title, t.pipeline_id, t.id, now(), bench.position(4000000 + row_number() over ()),
             r.amount, 'EUR', r.close, k.id, u.id, now(), $1, now(), $1
        from row_by_hand r
        join top t on t.name = r.stage
        join app_user u on lower(u.email) = lower(r.owner)
        left join company k on lower(k.name) = lower(r.company) and k.deleted_at is null
       where not exists (select from deal d where d.external_id = r.number)
      returning id, pipeline_id, stage_id, title, owner_id, amount
    ), stays as (
      insert into stage_stay (kind, record_id, pipeline_id, stage_id, entered_at, owner_id, amount, currency)
      select 'deal', id, pipeline_id, stage_id, now(), owner_id, amount, 'EUR' from made
    )
    insert into event (operation_id, at, user_id, kind, record_id, what, version, difference)
    select o.id, now(), $1, 'deal', m.id, 'created', 1,
           jsonb_build_object('title', jsonb_build_array(null, m.title),
                              'stage_id', jsonb_build_array(null, m.stage_id))
      from made m cross join o";

/// `COPY` into a table of the file's own, and one statement that links and writes everything.
async fn by_hand(pool: &PgPool, csv: &str) -> Result<()> {
    let mut tx = pool.begin().await?;
    sqlx::query(WRITE).execute(&mut *tx).await?;
    let mut copy = tx
        .copy_in_raw("copy row_by_hand from stdin with (format csv, header)")
        .await?;
    copy.send(csv.as_bytes()).await?;
    copy.finish().await?;
    sqlx::query(INSERT)
        .bind(ADMINISTRATOR)
        .execute(&mut *tx)
        .await?;
    sqlx::query("drop table row_by_hand")
        .execute(&mut *tx)
        .await?;
    Ok(tx.commit().await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_compares_the_first_third_with_all() {
        assert_eq!(growth(&[10.0, 20.0, 20.0, 20.0, 21.0, 20.0]), (20.0, 21.0));
        assert_eq!(growth(&[10.0, 20.0, 90.0]), (10.0, 90.0));
        assert_eq!(growth(&[]), (0.0, 0.0));
    }
}
