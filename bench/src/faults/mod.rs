//! What life does to a server, done on purpose, and what must be left afterwards.

mod away;
mod clock;
mod course;
mod full;
mod hour;
mod kill;
mod left;
mod users;
mod work;

use anyhow::Result;
use sea_orm::DatabaseConnection;

use crate::server::Server;
use crate::settings::{Fault, Settings};

/// Does it, and fails where something is not as it must be.
pub async fn run(fault: Fault) -> Result<()> {
    match fault {
        Fault::Kill { rounds, place } => {
            let settings = place.settings();
            let mut server = Server::new(&settings)?;
            let killed = kill::run(&mut server, &settings, rounds).await;
            let stopped = server.stop().await;
            killed.and(stopped)
        }
        Fault::Hour {
            records,
            work,
            place,
        } => {
            let settings = Settings {
                records,
                ..place.settings()
            };
            let mut server = Server::new(&settings)?;
            let worked = hour::run(&mut server, &settings, work).await;
            let stopped = server.stop().await;
            worked.and(stopped)
        }
        Fault::Full { seconds, place } => full::run(&place.settings(), seconds).await,
        Fault::Clock { library, place } => clock::run(&place.settings(), &library).await,
        Fault::Away { seconds, place } => away::run(&place.settings(), seconds).await,
    }
}

/// Notes in the database where its stays in stages end now: what the users of a fault do comes after.
async fn begin(db: &DatabaseConnection) -> Result<()> {
    sqlx::query("alter table bench.seed add column if not exists stay bigint")
        .execute(db.get_postgres_connection_pool())
        .await?;
    sqlx::query("update bench.seed set stay = (select coalesce(max(id), 0) from stage_stay)")
        .execute(db.get_postgres_connection_pool())
        .await?;
    Ok(())
}

/// Deals that can go to and fro between the first two stages, each with where it stands, and those
/// two stages.
async fn movable(db: &DatabaseConnection, most: i64) -> Result<(Vec<(i64, i64)>, [i64; 2])> {
    let pool = db.get_postgres_connection_pool();
    let stages: Vec<(i64,)> = sqlx::query_as(
        "select s.id from stage s join pipeline p on p.id = s.pipeline_id
          where p.kind = 'deal' and p.id = (select min(id) from pipeline where kind = 'deal')
            and s.meaning = 'open' and s.deleted_at is null order by s.position, s.id limit 2",
    )
    .fetch_all(pool)
    .await?;
    let [(first,), (second,)] = stages[..] else {
        anyhow::bail!("there are no two open stages");
    };
    let deals = sqlx::query_as(
        "select id, stage_id from deal, (select deal as last from bench.seed) s
          where id <= s.last and deleted_at is null and stage_id in ($1, $2) order by id limit $3",
    )
    .bind(first)
    .bind(second)
    .bind(most)
    .fetch_all(pool)
    .await?;
    Ok((deals, [first, second]))
}
