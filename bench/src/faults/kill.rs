//! `kill -9` of the server and of its PostgreSQL in turns, at any moment, while people work.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::work::{self, Ended, Importer, Told};
use super::{begin, left, movable};
use crate::measure::client::Client;
use crate::seed::{self, ADMINISTRATOR};
use crate::server::Server;
use crate::settings::Settings;

/// Deals that each user works on.
const DEALS: usize = 40;
/// How long users work at least, and how much longer at most, in milliseconds.
const WORK: (u64, u64) = (400, 4_000);
/// How long it may take until a user notices.
const NOTICED: Duration = Duration::from_mins(1);

/// So many rounds; fails when anything was wrong in any of them.
pub(super) async fn run(server: &mut Server, settings: &Settings, rounds: u32) -> Result<()> {
    seed::ensure(server, settings).await?;
    let db = server.connect().await?;
    begin(&db).await?;
    db.close().await?;
    // Signed in once: the session is one of the things that may not be lost.
    let client = Client::sign_in(&server.url(), ADMINISTRATOR).await?;
    let told = Told::default();
    let began = crate::now().timestamp();
    let mut failed = 0;
    let mut out = std::io::stdout();
    for round in 1..=rounds {
        let line = one(server, settings, &client, &told, began, round).await;
        let line = line.with_context(|| format!("round {round}"))?;
        failed += u32::from(!line.wrong.is_empty());
        writeln!(out, "{}", line.words(round))?;
        out.flush()?;
    }
    let imports = told.imports();
    writeln!(
        out,
        "{rounds} rounds, {failed} with something wrong; acknowledged and there: {} changes, {} of {} imports begun",
        told.changes().len(),
        imports.iter().filter(|import| import.told).count(),
        imports.len()
    )?;
    ensure!(
        failed == 0,
        "{failed} of {rounds} rounds left something wrong"
    );
    Ok(())
}

/// What came of a round.
struct Line {
    victim: &'static str,
    worked: Duration,
    changes: usize,
    imports: usize,
    back: Duration,
    wrong: Vec<String>,
}

impl Line {
    fn words(&self, round: u32) -> String {
        let well = if self.wrong.is_empty() {
            "all is well".to_owned()
        } else {
            format!("WRONG: {}", self.wrong.join("; "))
        };
        format!(
            "round {round:>3}: {:<10} killed after {:>4} ms, {:>4} changes and {} imports acknowledged, \
             back in {:>5} ms: {well}",
            self.victim,
            self.worked.as_millis(),
            self.changes,
            self.imports,
            self.back.as_millis(),
        )
    }
}

async fn one(
    server: &mut Server,
    settings: &Settings,
    client: &Client,
    told: &Told,
    run: i64,
    round: u32,
) -> Result<Line> {
    let (changes, imports) = (told.changes().len(), acknowledged(told));
    let db = server.connect().await?;
    let (deals, stages) = movable(&db, i64::try_from(4 * DEALS)?).await?;
    db.close().await?;
    let mut parts = deals.chunks(DEALS).map(<[_]>::to_vec);
    let mut part = || parts.next().context("there are too few deals");
    let users: [JoinHandle<Ended>; 4] = [
        tokio::spawn(work::moves(client.clone(), part()?, stages, told.clone())),
        tokio::spawn(work::moves(client.clone(), part()?, stages, told.clone())),
        tokio::spawn(work::edits(client.clone(), part()?, round, told.clone())),
        tokio::spawn(work::edits(client.clone(), part()?, round, told.clone())),
    ];
    let importer = Importer::new(server, &settings.folder(), run)?;
    let is_gone = Arc::new(AtomicBool::new(false));
    let import = tokio::spawn(work::imports(
        importer,
        round,
        told.clone(),
        is_gone.clone(),
    ));

    let worked = Duration::from_millis(WORK.0 + random() % WORK.1);
    sleep(worked).await;
    let at = Instant::now();
    let victim = if round % 2 == 1 {
        server.kill().await?;
        // The import is a process of the server's program, and goes with it.
        import.abort();
        "server"
    } else {
        server.kill_postgres()?;
        let status = server.ended().await?;
        ensure!(!status.success(), "the server ended as if all were well");
        "PostgreSQL"
    };
    is_gone.store(true, Ordering::Relaxed);
    let mut wrong = Vec::new();
    for user in users {
        let ended = timeout(NOTICED, user).await.context("a user waits on")??;
        if ended.at < at {
            wrong.push(format!("a user was refused before: {:#}", ended.why));
        }
    }
    match timeout(NOTICED, import)
        .await
        .context("the import goes on")?
    {
        Ok(ended) => ended?,
        Err(aborted) => ensure!(aborted.is_cancelled(), "the import's client failed"),
    }
    let back = server.take_over(NOTICED).await?;
    let db = server.connect().await?;
    wrong.extend(left::wrong(server, &db, told).await?);
    db.close().await?;
    Ok(Line {
        victim,
        worked,
        changes: told.changes().len() - changes,
        imports: acknowledged(told) - imports,
        back,
        wrong,
    })
}

fn acknowledged(told: &Told) -> usize {
    told.imports().iter().filter(|import| import.told).count()
}

/// As random as the moment at which it is asked, which is what a fault is.
fn random() -> u64 {
    u64::from(crate::now().timestamp_subsec_nanos() / 1_000)
}
