//! The start on an existing database, with PostgreSQL's own start and without.

use std::process::Stdio;
use std::time::Instant;

use anyhow::{Result, ensure};

use crate::figures::{Figure, Goal, Times};
use crate::server::Server;
use crate::settings::Settings;

const GROUP: &str = "start";

/// Starts the program some times: first from nothing, PostgreSQL included; then the program alone,
/// on a PostgreSQL that runs.
pub(super) async fn measure(server: &mut Server, settings: &Settings) -> Result<Vec<Figure>> {
    eprintln!("Measuring: start");
    let count = settings.choose(10, 3);
    let mut together = Times::default();
    for _ in 0..count {
        server.stop().await?;
        together.record(server.start().await?);
    }
    let mut alone = Times::default();
    for _ in 0..count {
        let (mut second, took) = server.second().await?;
        alone.record(took);
        second.stop().await?;
    }
    Ok(vec![
        Figure::times(GROUP, "Start on an existing database", &alone).goal(Goal::AtMost(1_000.0)),
        Figure::times(GROUP, "Start with its own PostgreSQL", &together)
            .goal(Goal::AtMost(1_000.0)),
    ])
}

/// What the program says of its version, and of what build it is.
pub(super) async fn version(server: &Server) -> Result<String> {
    let started = Instant::now();
    let told = server
        .command(&["--version"])?
        .stdout(Stdio::piped())
        .output()
        .await?;
    ensure!(told.status.success(), "the program tells no version");
    eprintln!(
        "Asked for the version: {} ms",
        started.elapsed().as_millis()
    );
    let version = String::from_utf8_lossy(&told.stdout).trim().to_owned();
    Ok(format!("{version} ({} build)", server.build()))
}
