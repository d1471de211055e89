//! The clock jumps under people at work: back by an hour, forward by a day, and back to what it was.
//! First the server's alone, as when its PostgreSQL is on another machine, then both.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::DatabaseConnection;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout_at};

use super::users::Crowd;
use super::{begin, left, movable, work};
use crate::measure::client::Client;
use crate::measure::stream::{self, Heard};
use crate::seed::{self, ADMINISTRATOR};
use crate::server::Server;
use crate::settings::Settings;

/// What the clock does, in libfaketime's words, in ours, and how far it is off then.
const JUMPS: [(&str, &str, TimeDelta); 4] = [
    ("+0", "as it is", TimeDelta::zero()),
    ("-1h", "an hour back", TimeDelta::hours(-1)),
    ("+1d", "a day and an hour forward", TimeDelta::days(1)),
    ("+0", "a day back, as it was", TimeDelta::zero()),
];
/// How long people work under each.
const WORK: Duration = Duration::from_secs(5);
/// Until every process has noticed; libfaketime reads its file once a second.
const NOTICED: Duration = Duration::from_millis(2_200);
/// How far off a moment may be that was to be now.
const NEAR: TimeDelta = TimeDelta::seconds(60);
/// How soon a move is heard of.
const HEARD: Duration = Duration::from_secs(5);

/// Fails where something is not as it must be.
pub(super) async fn run(settings: &Settings, library: &Path) -> Result<()> {
    ensure!(library.exists(), "{} is missing", library.display());
    std::fs::create_dir_all(&settings.data)?;
    let clock = Clock {
        file: std::path::absolute(settings.data.join("clock"))?,
        library: library.display().to_string(),
    };
    clock.set("+0")?;
    let mut holder = Server::new(settings)?;
    let alone = async {
        seed::ensure(&mut holder, settings).await?;
        let mut server = holder.beside()?.with(clock.environment());
        server.start().await?;
        let worked = jump("the server's clock", &clock, &server, &holder, settings).await;
        let stopped = server.stop().await;
        worked.and(stopped)
    };
    let alone = alone.await;
    holder.stop().await?;
    alone?;

    let mut server = Server::new(settings)?.with(clock.environment());
    let both = async {
        seed::ensure(&mut server, settings).await?;
        let what = "the clock of the server and its PostgreSQL";
        jump(what, &clock, &server, &server, settings).await
    };
    let both = both.await;
    let stopped = server.stop().await;
    both.and(stopped)?;
    writeln!(std::io::stdout(), "all is well")?;
    Ok(())
}

/// The clock that libfaketime gives to processes.
struct Clock {
    file: PathBuf,
    library: String,
}

impl Clock {
    fn set(&self, to: &str) -> Result<()> {
        // At once: nobody may read half of it.
        let new = self.file.with_extension("new");
        std::fs::write(&new, format!("{to}\n"))?;
        Ok(std::fs::rename(new, &self.file)?)
    }

    fn environment(&self) -> Vec<(&'static str, String)> {
        let one = || "1".to_owned();
        vec![
            ("LD_PRELOAD", self.library.clone()),
            ("FAKETIME_TIMESTAMP_FILE", self.file.display().to_string()),
            ("FAKETIME_CACHE_DURATION", one()),
            // A clock that is set does not touch the one that counts since the start of the machine,
            // nor what the file system notes.
            ("FAKETIME_DONT_FAKE_MONOTONIC", one()),
            ("DONT_FAKE_MONOTONIC", one()),
            ("NO_FAKE_STAT", one()),
            // PostgreSQL runs as another user, who cannot open what we share.
            ("FAKETIME_DISABLE_SHM", one()),
        ]
    }
}

async fn jump(
    whose: &str,
    clock: &Clock,
    server: &Server,
    holder: &Server,
    settings: &Settings,
) -> Result<()> {
    let mut out = std::io::stdout();
    let is_both = std::ptr::eq(server, holder);
    let db = holder.connect().await?;
    begin(&db).await?;
    let client = Client::sign_in(&server.url(), ADMINISTRATOR).await?;
    let mut live = Live::open(&client, &db).await?;
    let crowd = Crowd::default();
    let users = crowd.gather(server, &client, &db, &settings.data).await?;
    let mut sessions = vec![client];
    for (to, words, off) in JUMPS {
        clock.set(to)?;
        sleep(NOTICED).await;
        let before = (crowd.told.changes().len(), crowd.imports_done());
        sleep(WORK).await;
        let (refused, unread) = (crowd.refused(), crowd.unread());
        ensure!(
            refused.is_empty() && unread.is_empty(),
            "{whose} {words}: {refused:?} {unread:?}"
        );
        let written = crowd.told.changes().len() - before.0;
        ensure!(written > 0, "{whose} {words}: nobody can work");
        // That the clock has jumped at all.
        let newest = "select at from event order by id desc limit 1";
        near(&db, newest, off).await?;
        let theirs = if is_both { off } else { TimeDelta::zero() };
        near(&db, "select clock_timestamp()", theirs).await?;
        let heard = live.hears(&sessions[0]).await;
        let heard = heard.with_context(|| format!("{whose} {words}"))?;
        // Those from before, and one from now.
        sessions.push(Client::sign_in(&server.url(), ADMINISTRATOR).await?);
        for (number, session) in sessions.iter().enumerate() {
            let page = session.get("/deals/board").await;
            page.with_context(|| format!("{whose} {words}: session {number} has ended"))?;
        }
        writeln!(
            out,
            "{whose} {words}: {written} changes and {} imports acknowledged, none refused; \
             a move is heard live after {} ms; {} sessions live",
            crowd.imports_done() - before.1,
            heard.as_millis(),
            sessions.len()
        )?;
    }
    crowd.dismiss(users).await?;
    live.listening.abort();
    let mut wrong = left::wrong(holder, &db, &crowd.told).await?;
    db.close().await?;
    if holder.said()?.contains("panicked") {
        wrong.push("a server panicked".to_owned());
    }
    ensure!(wrong.is_empty(), "{whose}: {}", wrong.join("; "));
    writeln!(
        out,
        "{whose}: {} changes and {} imports are there, events in order, no stay ends before it begins, \
         totals equal a recount",
        crowd.told.changes().len(),
        crowd.imports_done()
    )?;
    Ok(())
}

/// Whether a moment in the database is now, by a clock that is off by so much.
async fn near(db: &DatabaseConnection, question: &'static str, off: TimeDelta) -> Result<()> {
    let (at,): (DateTime<Utc>,) = sqlx::query_as(question)
        .fetch_one(db.get_postgres_connection_pool())
        .await?;
    let far = (at - (crate::now() + off)).abs();
    ensure!(
        far < NEAR,
        "{question}: {at} is {far} from what the clock was set to"
    );
    Ok(())
}

/// One browser that listens from the beginning to the end.
struct Live {
    heard: UnboundedReceiver<Heard>,
    listening: JoinHandle<()>,
    /// A deal that nobody else moves, and where it stands.
    deal: (i64, i64),
    stages: [i64; 2],
}

impl Live {
    async fn open(client: &Client, db: &DatabaseConnection) -> Result<Self> {
        let (deals, stages) = movable(db, i64::MAX).await?;
        let deal = *deals.last().context("there are no deals")?;
        let (tell, heard) = unbounded_channel();
        let listening = stream::listen(client, 0, tell).await?;
        Ok(Self {
            heard,
            listening,
            deal,
            stages,
        })
    }

    /// Moves the deal, and tells how long it took until that was heard.
    async fn hears(&mut self, client: &Client) -> Result<Duration> {
        let (deal, stage) = &mut self.deal;
        let [first, second] = self.stages;
        *stage = if *stage == first { second } else { first };
        let moved = Instant::now();
        let version = work::shift(client, *deal, *stage).await?;
        let until = moved + HEARD;
        loop {
            let heard = timeout_at(until.into(), self.heard.recv()).await;
            let heard = heard
                .context("a move is not heard of")?
                .context("the live connection was ended")?;
            if heard.record == Some(*deal) && heard.version == version {
                return Ok(heard.at - moved);
            }
        }
    }
}
