//! PostgreSQL is away for a while and comes back, under a server that nobody restarts.

use std::io::Write as _;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use tokio::sync::mpsc::unbounded_channel;
use tokio::time::{sleep, timeout};

use super::{movable, work};
use crate::measure::client::Client;
use crate::measure::stream;
use crate::seed::{self, ADMINISTRATOR};
use crate::server::Server;
use crate::settings::Settings;

/// How soon a server works again once PostgreSQL does.
const BACK: Duration = Duration::from_secs(30);

/// Fails where the server is not as it must be.
pub(super) async fn run(settings: &Settings, seconds: u64) -> Result<()> {
    // One holds the PostgreSQL; the other one, for which it is somebody else's, is looked at.
    let mut holder = Server::new(settings)?;
    let done = async {
        seed::ensure(&mut holder, settings).await?;
        let (mut server, _) = holder.second().await?;
        let seen = look(&mut holder, &server, seconds).await;
        let stopped = server.stop().await;
        seen.and(stopped)
    };
    let done = done.await;
    let stopped = holder.stop().await;
    done.and(stopped)
}

async fn look(holder: &mut Server, server: &Server, seconds: u64) -> Result<()> {
    let mut out = std::io::stdout();
    let client = Client::sign_in(&server.url(), ADMINISTRATOR).await?;
    let db = holder.connect().await?;
    let (deals, [first, second]) = movable(&db, 1).await?;
    db.close().await?;
    let (deal, stage) = deals[0];
    let other = if stage == first { second } else { first };
    let (tell, mut heard) = unbounded_channel();
    let listening = stream::listen(&client, 0, tell).await?;
    work::shift(&client, deal, other).await?;
    ensure!(
        timeout(BACK, heard.recv()).await?.is_some(),
        "the live connection does not work to begin with"
    );
    writeln!(out, "before: a move is written and heard live")?;

    holder.stop().await?;
    let gone = Instant::now();
    let mut asked = 0;
    while gone.elapsed() < Duration::from_secs(seconds) {
        let at = Instant::now();
        let refused = work::shift(&client, deal, stage).await;
        let Err(refused) = refused else {
            anyhow::bail!("a move was written without a database");
        };
        let said = format!("{refused:#}");
        if asked == 0 {
            writeln!(
                out,
                "away: a move is answered after {} ms: {said}",
                at.elapsed().as_millis()
            )?;
        }
        ensure!(said.contains("503"), "the answer is not 503: {said}");
        let (status, words) = ready(server).await?;
        ensure!(status == 503, "/readyz says {status}: {words}");
        let alive = reqwest::get(format!("{}/healthz", server.url())).await?;
        ensure!(
            alive.status().is_success(),
            "/healthz says {}",
            alive.status()
        );
        asked += 1;
        sleep(Duration::from_secs(1)).await;
    }
    let (status, words) = ready(server).await?;
    writeln!(
        out,
        "away for {} s: {asked} moves all answered 503, /readyz {status} “{}”, /healthz alive",
        gone.elapsed().as_secs(),
        words.trim()
    )?;

    holder.start().await?;
    let back = Instant::now();
    while ready(server).await?.0 != 200 {
        ensure!(back.elapsed() < BACK, "/readyz does not become ready again");
        sleep(Duration::from_millis(100)).await;
    }
    writeln!(
        out,
        "back: ready again after {} ms",
        back.elapsed().as_millis()
    )?;
    let mut to = stage;
    let version = loop {
        match work::shift(&client, deal, to).await {
            Ok(version) => break version,
            Err(refused) => ensure!(back.elapsed() < BACK, "moves stay refused: {refused:#}"),
        }
        sleep(Duration::from_millis(100)).await;
    };
    writeln!(
        out,
        "back: a move is written (version {version}) after {} ms, in the same session",
        back.elapsed().as_millis()
    )?;
    // What came while nobody listened is told by “read anew”; from then on changes are heard again.
    while heard.try_recv().is_ok() {}
    loop {
        to = if to == first { second } else { first };
        work::shift(&client, deal, to).await?;
        let told = timeout(Duration::from_secs(2), heard.recv()).await;
        if let Ok(told) = told {
            ensure!(told.is_some(), "the live connection was ended");
            break;
        }
        ensure!(back.elapsed() < BACK, "moves are not heard live again");
    }
    writeln!(
        out,
        "back: moves are heard again on the same live connection after {} ms\nall is well",
        back.elapsed().as_millis()
    )?;
    listening.abort();
    Ok(())
}

/// What `/readyz` says.
async fn ready(server: &Server) -> Result<(u16, String)> {
    let answer = reqwest::get(format!("{}/readyz", server.url())).await?;
    Ok((answer.status().as_u16(), answer.text().await?))
}
