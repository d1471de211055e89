//! `dealwright restore`: a backup into an empty database, compared row by row with what it was.

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Instant;

use services::backup::{analyze, differences, in_the_way, picture_now, postgres_version};
use services::live::Publisher;

use crate::{
    backup::{self, Archive},
    commands::{doctor, import::system},
    config::Config,
    postgres::client::Client,
    runtime::{Access, Runtime},
    shutdown::Shutdown,
};

/// Which file.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A file that `dealwright backup` has written
    file: PathBuf,
}

/// Restores a backup. The file is checked whole before anything is written.
pub async fn run(args: Args, config: Config) -> anyhow::Result<()> {
    let mut archive = Archive::open(&args.file)?;
    archive.check_steps(&args.file, &doctor::steps())?;
    let shutdown = Shutdown::on_signals()?;
    let runtime = Runtime::start_as_is(config, Access::Beside).await?;
    let token = shutdown.token();
    let restored = tokio::select! {
        restored = restore(&mut archive, &runtime) => restored,
        () = token.cancelled() => Err(anyhow::anyhow!(
            "stopped; look with `dealwright doctor` whether anything was restored"
        )),
    };
    let stopped = runtime.stop().await;
    let told = restored?;
    writeln!(io::stdout(), "{told}")?;
    Ok(stopped?)
}

/// Restores everything, and says what it was.
async fn restore(archive: &mut Archive, runtime: &Runtime) -> anyhow::Result<String> {
    let started = Instant::now();
    let ctx = system(runtime.pools.clone(), Publisher::silent());
    let in_the_way = in_the_way(&ctx).await?;
    anyhow::ensure!(
        in_the_way.is_empty(),
        "the database is not empty: it has {}. A backup is restored into an empty one only: name \
         one with DATABASE_URL (createdb makes it), or another folder with DEALWRIGHT_DATA. \
         Nothing was changed",
        in_the_way.join(", ")
    );
    let there = postgres_version(&ctx).await? / 10_000;
    let saved = archive.manifest.database.postgres / 10_000;
    anyhow::ensure!(
        there >= saved,
        "the backup is of PostgreSQL {saved}, and this is PostgreSQL {there}: restore it into \
         PostgreSQL {saved} or newer. Nothing was changed"
    );
    let pg_bin = runtime.config.pg_bin.as_deref();
    let major = there.max(archive.manifest.pg_dump);
    let client = Client::find(pg_bin, major, runtime.url().expose())?;
    backup::restore(&client, archive).await?;

    let restored = picture_now(&ctx).await?;
    let differences = differences(&archive.manifest.database.tables, &restored.tables);
    anyhow::ensure!(
        differences.is_empty(),
        "what was restored is not what was saved: {}. Do not work with this database; drop it and \
         restore again",
        differences.join("; ")
    );
    // Only now: steps that came since change rows.
    runtime.migrate().await?;
    analyze(&ctx).await?;
    let manifest = &archive.manifest;
    Ok(format!(
        "Restored the backup of {}: {} tables, {} rows, all as they were, in {:.1} s.",
        manifest.made_at.format("%Y-%m-%d %H:%M UTC"),
        manifest.database.tables.len(),
        manifest.rows(),
        started.elapsed().as_secs_f64()
    ))
}
