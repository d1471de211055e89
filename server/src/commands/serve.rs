//! `dealwright serve`: the server.

use tokio::net::TcpListener;

use super::set_up_link;
use crate::{
    config::Config,
    room, router,
    runtime::{Access, Error, Runtime},
    sessions,
    shutdown::{self, Shutdown},
    state::AppState,
};

/// Takes nothing: the server is set up by its configuration.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Serves until told to stop.
pub async fn run(_args: Args, config: Config) -> anyhow::Result<()> {
    let addr = config.addr;
    // Signals first: one that comes while PostgreSQL starts stops it properly.
    let shutdown = Shutdown::on_signals()?;
    // The address before the database: a port that is taken is the commonest mistake.
    let listener = TcpListener::bind(addr)
        .await
        .map_err(|source| Error::Listen { addr, source })?;
    let mut runtime = Runtime::start(config, Access::Alone).await?;
    let served = serve(listener, &mut runtime, &shutdown).await;
    runtime.stop().await?;
    tracing::info!("stopped");
    served
}

/// Serves on a runtime that is up, until told to stop.
pub(super) async fn serve(
    listener: TcpListener,
    runtime: &mut Runtime,
    shutdown: &Shutdown,
) -> anyhow::Result<()> {
    runtime.limit_statements().await?;
    tokio::spawn(sessions::delete_expired(
        runtime.pools.db.clone(),
        shutdown.token(),
    ));
    services::fields::index::wake(&runtime.pools.db);
    let state = AppState::new(
        runtime.config.clone(),
        runtime.pools.clone(),
        shutdown.clone(),
    );
    let live = state.live.clone();
    let router = router::build(state);
    if !runtime.config.url_is_given && !runtime.config.addr.ip().is_loopback() {
        tracing::warn!(
            "DEALWRIGHT_URL is not set. Give the https:// address that users type: until then links \
             have the address that is listened on, and nobody can sign in over plain HTTP"
        );
    }
    tracing::info!(address = %listener.local_addr()?, url = %runtime.config.url, "serving");
    set_up_link::print(runtime).await?;
    let served = tokio::select! {
        served = shutdown::serve(listener, router, shutdown) => Ok(served?),
        status = runtime.postgres_ended() => {
            let data = &runtime.config.data;
            let (log, shortage) = (data.join("postgres.log"), room::shortage(data));
            Err(Error::PostgresEnded { status, log, shortage }.into())
        }
    };
    live.finish().await;
    served
}
