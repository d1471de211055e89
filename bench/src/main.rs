//! `make bench`: the promises of the design as figures. Seeds a database of its own, starts the
//! binary on it, measures every row of "Figures to hold", and prints one table. `bench kill` and
//! `bench away` do to it what life does; the scripts in `bench/faults` call them.

mod faults;
mod figures;
mod measure;
mod seed;
mod server;
mod settings;

use std::io::Write as _;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use clap::Parser as _;

use crate::figures::Report;
use crate::server::Server;
use crate::settings::{Command, Settings};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let command = Command::parse();
    if let Some(fault) = command.fault {
        return faults::run(fault).await;
    }
    let settings = command
        .measure
        .context("nothing is asked for; see --help")?;
    let report = run(&settings).await?;
    writeln!(std::io::stdout(), "\n{}", report.table())?;
    let path = &settings.out;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, serde_json::to_vec_pretty(&report)?)
        .with_context(|| format!("{} cannot be written", path.display()))?;
    writeln!(std::io::stdout(), "As JSON: {}", path.display())?;
    Ok(())
}

async fn run(settings: &Settings) -> anyhow::Result<Report> {
    let mut server = Server::new(settings)?;
    let made = async {
        seed::ensure(&mut server, settings).await?;
        measure::all(&mut server, settings).await
    };
    let report = made.await;
    server.stop().await?;
    report
}

/// The one clock of this crate.
#[expect(
    clippy::disallowed_methods,
    reason = "there is no request here that could bring the time along"
)]
fn now() -> DateTime<Utc> {
    Utc::now()
}
