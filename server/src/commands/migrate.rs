//! `dealwright migrate`: brings the database up to date, as every start does, and ends.

use super::set_up_link;
use crate::{
    config::Config,
    runtime::{Access, Runtime},
};

/// Takes nothing.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Brings the database up to date.
pub async fn run(_args: Args, config: Config) -> anyhow::Result<()> {
    let runtime = Runtime::start(config, Access::Beside).await?;
    tracing::info!("the database is up to date");
    set_up_link::print(&runtime).await?;
    Ok(runtime.stop().await?)
}
