//! `dealwright undo`: takes an operation back.

use std::io::{self, Write};

use anyhow::Context as _;
use domain::OperationId;
use services::{live::publish, operations};

use crate::{
    commands::import::system,
    config::Config,
    runtime::{Access, Runtime},
};

/// Which operation.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The operation's number, as `dealwright import` tells it
    operation: OperationId,
}

/// Takes an operation back.
pub async fn run(args: Args, config: Config) -> anyhow::Result<()> {
    let runtime = Runtime::start(config, Access::Beside).await?;
    // A server that runs beside tells its browsers.
    let (publisher, publishing) = publish::start(&runtime.pools.db);
    let undone = operations::undo(&system(runtime.pools.clone(), publisher), args.operation).await;
    publishing.finish().await;
    let stopped = runtime.stop().await;
    let undone =
        undone.with_context(|| format!("operation {} could not be taken back", args.operation))?;
    let mut out = io::stdout();
    writeln!(out, "{} taken back.", undone.records)?;
    for kept in undone.kept {
        writeln!(out, "Kept: {kept}")?;
    }
    if let Some(operation) = undone.operation {
        writeln!(out, "To take the undo back: dealwright undo {operation}")?;
    }
    Ok(stopped?)
}
