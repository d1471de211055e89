//! The measurements, a file for each thing that is measured. A group begins with its own facts,
//! warms up, and gives figures.

mod assets;
mod board;
mod browser;
mod bulk;
pub mod client;
mod funnel;
mod import;
mod list;
mod live;
mod load;
mod memory;
mod moves;
mod record;
mod search;
mod start;
pub mod stream;
mod timing;

use std::future::Future;

use anyhow::{Context as _, Result};
use domain::{Kind, PipelineId, StageId, UserId};
use sea_orm::DatabaseConnection;
use services::live::Publisher;
use services::{Ctx, Pools, accounts};
use sqlx::PgPool;

use self::client::Client;
use crate::figures::{Figure, Report};
use crate::seed::{ADMINISTRATOR, HEAD_OF_40, REGION, RENEWAL, SALESPERSON, SEATS};
use crate::server::Server;
use crate::settings::Settings;

/// What the measurements share.
pub struct Bench<'a> {
    settings: &'a Settings,
    pools: Pools,
    url: String,
    /// The three whose eyes are measured.
    administrator: Client,
    head: Client,
    salesperson: Client,
    facts: Facts,
}

/// What the statements and requests name.
#[derive(Debug, Clone)]
struct Facts {
    pipeline: PipelineId,
    /// The open stages, in order.
    open: Vec<StageId>,
    region: i64,
    /// The key of one of the regions.
    north: String,
    seats: i64,
    renewal: i64,
}

/// Measures everything that is asked for.
pub async fn all(server: &mut Server, settings: &Settings) -> Result<Report> {
    let at = crate::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let mut figures = Vec::new();
    if settings.wants("start") {
        figures.extend(start::measure(server, settings).await?);
    }
    // A fresh process: what it holds when nothing has happened yet is one of the rows.
    server.stop().await?;
    server.start().await?;
    let pools = server.pools().await?;
    let url = server.url();
    let bench = Bench {
        settings,
        administrator: Client::sign_in(&url, ADMINISTRATOR).await?,
        head: Client::sign_in(&url, HEAD_OF_40).await?,
        salesperson: Client::sign_in(&url, SALESPERSON).await?,
        facts: facts(&pools.db).await?,
        url,
        pools,
    };
    let bench = &bench;
    let mut groups = Groups { bench, figures };
    groups.add("memory", memory::idle(bench, server)).await?;
    groups.add("assets", assets::measure(bench)).await?;
    groups.add("board", board::measure(bench)).await?;
    groups.add("list", list::measure(bench)).await?;
    groups.add("search", search::measure(bench)).await?;
    groups.add("record", record::measure(bench)).await?;
    groups.add("funnel", funnel::measure(bench)).await?;
    groups.add("load", load::measure(bench)).await?;
    groups.add("moves", moves::measure(bench)).await?;
    groups.add("live", live::measure(bench, server)).await?;
    groups.add("browser", browser::measure(bench)).await?;
    groups.add("bulk", bulk::measure(bench)).await?;
    groups.add("import", import::measure(bench, server)).await?;
    let figures = groups.figures;
    bench.pools.db.close_by_ref().await?;
    bench.pools.questions.close_by_ref().await?;
    Ok(Report {
        records: settings.records,
        quick: settings.quick,
        program: start::version(server).await?,
        machine: memory::machine()?,
        at,
        figures,
    })
}

struct Groups<'a> {
    bench: &'a Bench<'a>,
    figures: Vec<Figure>,
}

impl Groups<'_> {
    /// Measures a group, where it is asked for.
    async fn add(
        &mut self,
        name: &str,
        measure: impl Future<Output = Result<Vec<Figure>>>,
    ) -> Result<()> {
        if self.bench.settings.wants(name) {
            eprintln!("Measuring: {name}");
            let measured = measure.await.with_context(|| format!("measuring {name}"))?;
            self.figures.extend(measured);
        }
        Ok(())
    }
}

impl Bench<'_> {
    /// Connections that may keep plans, for statements without conditions.
    fn pool(&self) -> &PgPool {
        self.pools.db.get_postgres_connection_pool()
    }

    /// Connections that plan for the values at hand, for statements by hand that search for them.
    fn questions(&self) -> &PgPool {
        self.pools.questions.get_postgres_connection_pool()
    }

    /// The context of somebody's use case, as a request would have it.
    async fn ctx(&self, user: UserId) -> Result<Ctx> {
        let anonymous = Ctx::anonymous(
            self.pools.clone(),
            Publisher::silent(),
            crate::now(),
            "bench".into(),
        );
        let visitor = accounts::recognise(&anonymous, user).await?;
        Ok(visitor.context("a seeded user is gone")?.ctx)
    }
}

async fn facts(db: &DatabaseConnection) -> Result<Facts> {
    let pool = db.get_postgres_connection_pool();
    let (pipeline, open): (i64, Vec<i64>) = sqlx::query_as(
        "select p.id, array_agg(s.id order by s.position) filter (where s.meaning = 'open')
           from pipeline p join stage s on s.pipeline_id = p.id
          where p.kind = $1 and p.deleted_at is null group by p.id order by p.id limit 1",
    )
    .bind(Kind::Deal.as_str())
    .fetch_one(pool)
    .await?;
    let field = async |label: &str| -> Result<(i64, Option<String>)> {
        let sql = "select id, options -> 0 ->> 'key' from custom_field where label = $1";
        Ok(sqlx::query_as(sql)
            .bind(label.to_owned())
            .fetch_one(pool)
            .await?)
    };
    let (region, north) = field(REGION).await?;
    Ok(Facts {
        pipeline,
        open,
        region,
        north: north.context("the choice has no options")?,
        seats: field(SEATS).await?.0,
        renewal: field(RENEWAL).await?.0,
    })
}
