//! `dealwright backup`: everything in one file, as it was at one moment.

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Instant;

use services::backup::Moment;
use services::live::Publisher;

use crate::{
    backup::{self, FORM, Manifest, Writing},
    commands::import::system,
    config::Config,
    postgres::client::Client,
    runtime::{Access, Runtime},
    shutdown::Shutdown,
};

/// Where to.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The file to write; only its owner can read it
    file: PathBuf,
    /// Overwrite the file where there is one
    #[arg(long)]
    force: bool,
}

/// Writes a backup, beside a server that goes on. The schema stays as it is, so that one can be
/// taken before a new version changes it.
pub async fn run(args: Args, config: Config) -> anyhow::Result<()> {
    anyhow::ensure!(
        config.has_database(),
        "there is nothing to save: no database in {} yet",
        config.data.display()
    );
    let shutdown = Shutdown::on_signals()?;
    let runtime = Runtime::start_as_is(config, Access::Beside).await?;
    let token = shutdown.token();
    let saved = tokio::select! {
        saved = save(&args, &runtime) => saved,
        () = token.cancelled() => Err(anyhow::anyhow!("stopped; there is no backup")),
    };
    let stopped = runtime.stop().await;
    let told = saved?;
    writeln!(io::stdout(), "{told}")?;
    Ok(stopped?)
}

/// Saves everything, and says what it was.
async fn save(args: &Args, runtime: &Runtime) -> anyhow::Result<String> {
    let started = Instant::now();
    let ctx = system(runtime.pools.clone(), Publisher::silent());
    let made = u64::try_from(ctx.now.timestamp()).unwrap_or_default();
    // The file first: that it cannot be written is better known before an hour of reading.
    let mut writing = Writing::begin(&args.file, args.force, made)?;
    let version = services::backup::postgres_version(&ctx).await?;
    let pg_bin = runtime.config.pg_bin.as_deref();
    let client = Client::find(pg_bin, version / 10_000, runtime.url().expose())?;
    let moment = Moment::hold(&ctx).await?;
    let dump = async {
        backup::dump(&client, moment.name(), &mut writing)
            .await
            .map_err(anyhow::Error::from)
    };
    let picture = async { moment.picture().await.map_err(anyhow::Error::from) };
    let ((), database) = tokio::try_join!(dump, picture)?;
    anyhow::ensure!(
        !database.tables.is_empty(),
        "there is nothing to save: the database has no tables"
    );
    let manifest = Manifest {
        form: FORM,
        dealwright: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: ctx.now,
        pg_dump: client.major(),
        database,
    };
    let (tables, rows) = (manifest.database.tables.len(), manifest.rows());
    let bytes = writing.finish(&manifest)?;
    Ok(format!(
        "Saved to {}: {tables} tables, {rows} rows, {} kB, in {:.1} s.",
        args.file.display(),
        bytes.div_ceil(1024),
        started.elapsed().as_secs_f64()
    ))
}
