//! An hour of work: people move cards and fifty browsers hear of it. Nothing breaks here but time,
//! which brings out what a server never gives back.

use std::collections::HashSet;
use std::io::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use domain::board::BoardQuery;
use domain::query::{Filter, Operator};
use domain::{Kind, UserId};
use sea_orm::DatabaseConnection;
use serde_json::json;
use tokio::sync::Notify;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout_at};

use super::course::{Course, Summary};
use super::{movable, work};
use crate::figures::Times;
use crate::measure::client::Client;
use crate::measure::stream::{self, Heard};
use crate::seed::{self, ADMINISTRATOR};
use crate::server::Server;
use crate::settings::{Settings, Work};

/// Between two looks at the memory.
const LOOK: Duration = Duration::from_secs(10);
/// Looks to a line.
const LOOKS: u32 = 6;
/// One browser in so many shows what its user owns, and reads that again after what it hears.
const NARROWED: usize = 5;
/// As long as a narrowed board gathers what it hears.
const GATHER: Duration = Duration::from_millis(200);
/// How long after the last move anybody waits to hear of it.
const PATIENCE: Duration = Duration::from_secs(10);

/// Fails where memory is not flat, and where a move was refused or not heard of.
pub(super) async fn run(server: &mut Server, settings: &Settings, asked: Work) -> Result<()> {
    seed::ensure(server, settings).await?;
    // What seeding needed is no part of it.
    server.stop().await?;
    server.start().await?;
    let db = server.connect().await?;
    let (deals, stages) = movable(&db, settings.records).await?;
    let client = Client::sign_in(&server.url(), ADMINISTRATOR).await?;
    let (tell, heard) = unbounded_channel();
    let crowd = Crowd::gather(&client, &db, asked.browsers, tell).await?;
    db.close().await?;
    let mut out = std::io::stdout();
    writeln!(
        out,
        "{} moves a second among {} of {} deals, {} browsers, of which {} see every move, for {} minutes",
        asked.pace,
        deals.len(),
        settings.records,
        asked.browsers,
        crowd.see_all,
        asked.minutes
    )?;
    let mut hour = Hour {
        server,
        client,
        deals,
        stages,
        crowd,
        heard,
        course: Course::new(f64::from(asked.minutes)),
        tally: Tally::default(),
        began: Instant::now(),
    };
    hour.work(asked).await?;
    hour.end(&mut out).await
}

/// Those who listen.
struct Crowd {
    /// The first so many hear of every move.
    see_all: usize,
    listening: Vec<JoinHandle<()>>,
    /// Those with a narrowed board.
    boards: Vec<Option<Arc<Notify>>>,
    readers: JoinSet<()>,
}

impl Crowd {
    /// A tenth of them see all; of the rest one third are heads and two thirds salespeople.
    async fn gather(
        client: &Client,
        db: &DatabaseConnection,
        browsers: usize,
        tell: UnboundedSender<Heard>,
    ) -> Result<Self> {
        let with = async |role: &str| -> Result<Vec<UserId>> {
            let sql = "select user_id from user_role where role = $1 order by user_id";
            let found: Vec<(i64,)> = sqlx::query_as(sql)
                .bind(role.to_owned())
                .fetch_all(db.get_postgres_connection_pool())
                .await?;
            ensure!(!found.is_empty(), "nobody is a {role}");
            Ok(found.into_iter().map(|(user,)| user).collect())
        };
        let heads = with("head_of_sales").await?;
        let salespeople = with("salesperson").await?;
        let see_all = browsers.div_ceil(10);
        let mut crowd = Self {
            see_all,
            listening: Vec::with_capacity(browsers),
            boards: Vec::with_capacity(browsers),
            readers: JoinSet::new(),
        };
        for browser in 0..browsers {
            let user = if browser < see_all {
                ADMINISTRATOR
            } else if browser % 3 == 0 {
                heads[browser % heads.len()]
            } else {
                salespeople[browser % salespeople.len()]
            };
            let client = client.other(db, user).await?;
            // A browser opens the page first.
            client.get("/deals/board").await?;
            let listening = stream::listen(&client, browser, tell.clone()).await?;
            crowd.listening.push(listening);
            let board = (browser % NARROWED == 0).then(|| Arc::new(Notify::new()));
            if let Some(told) = board.clone() {
                crowd.readers.spawn(read_again(client, told));
            }
            crowd.boards.push(board);
        }
        Ok(crowd)
    }

    /// Streams that the server has ended.
    fn ended(&self) -> usize {
        let ended = |stream: &&JoinHandle<()>| stream.is_finished();
        self.listening.iter().filter(ended).count()
    }
}

/// Reads a narrowed board whenever something was heard, as a browser does.
async fn read_again(client: Client, told: Arc<Notify>) {
    let query = BoardQuery {
        kind: Kind::Deal,
        pipeline: None,
        filter: Filter::is("owner_id", Operator::Is, &["me"]),
        text: None,
    };
    let arguments = json!({ "query": query });
    loop {
        told.notified().await;
        sleep(GATHER).await;
        // What is refused here is read with the next change.
        let _ = client.call("board/api/load_board", &arguments).await;
    }
}

/// A move that was answered: the deal, its version, and how long it took.
type Moved = Result<(i64, i64, Duration)>;

/// What has been done and heard.
#[derive(Debug, Default)]
struct Tally {
    moved: Vec<(i64, i64)>,
    refused: u32,
    /// In the words of the first refusal.
    why: Option<String>,
    times: Times,
    /// Since the last line.
    slowest: Duration,
    messages: u64,
    reloads: u32,
    /// Which browser of those that see all was told of which version of which deal.
    reached: HashSet<(usize, i64, i64)>,
}

impl Tally {
    fn moved(&mut self, moved: Moved) {
        match moved {
            Ok((deal, version, took)) => {
                self.moved.push((deal, version));
                self.times.record(took);
                self.slowest = self.slowest.max(took);
            }
            Err(why) => {
                self.refused += 1;
                self.why.get_or_insert_with(|| format!("{why:#}"));
            }
        }
    }

    fn heard(&mut self, heard: Heard, see_all: usize) {
        self.messages += 1;
        match heard.record {
            None => self.reloads += 1,
            Some(deal) if heard.browser < see_all => {
                self.reached.insert((heard.browser, deal, heard.version));
            }
            Some(_) => {}
        }
    }

    /// Moves that somebody who sees all has not heard of, counted for each.
    fn lost(&self, see_all: usize) -> usize {
        let missing = |browser| {
            self.moved
                .iter()
                .filter(move |(deal, version)| !self.reached.contains(&(browser, *deal, *version)))
                .count()
        };
        (0..see_all).map(missing).sum()
    }
}

/// A run.
struct Hour<'a> {
    server: &'a Server,
    client: Client,
    /// Deals, each with the stage in which it stands.
    deals: Vec<(i64, i64)>,
    stages: [i64; 2],
    crowd: Crowd,
    heard: UnboundedReceiver<Heard>,
    course: Course,
    tally: Tally,
    began: Instant,
}

impl Hour<'_> {
    async fn work(&mut self, asked: Work) -> Result<()> {
        let mut pace = interval(Duration::from_secs(1) / asked.pace);
        // Behind is behind: a server that cannot keep up shows it in fewer moves and slow ones.
        pace.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let mut look = interval(LOOK);
        look.tick().await;
        let mut looks = asked.minutes * LOOKS;
        let mut moves = JoinSet::new();
        let mut number = 0;
        while looks > 0 {
            tokio::select! {
                _ = pace.tick() => {
                    moves.spawn(self.next_move(number));
                    number += 1;
                }
                Some(moved) = moves.join_next() => self.tally.moved(moved?),
                Some(heard) = self.heard.recv() => self.hear(heard),
                _ = look.tick() => {
                    looks -= 1;
                    self.look()?;
                    if looks.is_multiple_of(LOOKS) {
                        self.line(asked.minutes - looks / LOOKS)?;
                    }
                }
            }
        }
        while let Some(moved) = moves.join_next().await {
            self.tally.moved(moved?);
        }
        Ok(())
    }

    /// Each deal in turn goes to the other stage.
    fn next_move(&mut self, number: usize) -> impl Future<Output = Moved> + use<> {
        let at = number % self.deals.len();
        let (deal, stage) = &mut self.deals[at];
        let [first, second] = self.stages;
        *stage = if *stage == first { second } else { first };
        let (client, deal, stage) = (self.client.clone(), *deal, *stage);
        async move {
            let started = Instant::now();
            let version = work::shift(&client, deal, stage).await?;
            Ok((deal, version, started.elapsed()))
        }
    }

    fn hear(&mut self, heard: Heard) {
        self.tally.heard(heard, self.crowd.see_all);
        if let Some(Some(board)) = self.crowd.boards.get(heard.browser) {
            board.notify_one();
        }
    }

    fn look(&mut self) -> Result<()> {
        let minute = self.began.elapsed().as_secs_f64() / 60.0;
        self.course.take(minute, self.server.memory()?);
        Ok(())
    }

    fn line(&mut self, minute: u32) -> Result<()> {
        let mut out = std::io::stdout();
        writeln!(
            out,
            "minute {minute:>3}: server {:>6.1} MB, PostgreSQL {:>6.1} MB, {:>6} moves, {:>7} messages, slowest move {:>4} ms{}",
            self.course.last().unwrap_or_default(),
            self.server.postgres_memory()?,
            self.tally.moved.len(),
            self.tally.messages,
            std::mem::take(&mut self.tally.slowest).as_millis(),
            match self.crowd.ended() {
                0 => String::new(),
                ended => format!(", {ended} streams ended"),
            }
        )?;
        Ok(out.flush()?)
    }

    async fn end(mut self, out: &mut impl std::io::Write) -> Result<()> {
        let see_all = self.crowd.see_all;
        let until = Instant::now() + PATIENCE;
        // Whoever lags behind is late, not deaf.
        while self.tally.reached.len() < see_all * self.tally.moved.len()
            && let Ok(Some(heard)) = timeout_at(until.into(), self.heard.recv()).await
        {
            self.tally.heard(heard, see_all);
        }
        let ended = self.crowd.ended();
        for stream in &self.crowd.listening {
            stream.abort();
        }
        self.crowd.readers.shutdown().await;
        let summary = self.course.summary().context("too short for a summary")?;
        let [warm, early, middle] = self.course.looks();
        let Summary {
            warm: at_warm,
            early: at_early,
            middle: at_middle,
            end,
            most,
            slope,
        } = summary;
        writeln!(
            out,
            "memory: {at_warm:.1} MB at minute {warm:.0}, {at_early:.1} at {early:.0}, {at_middle:.1} at {middle:.0}, \
             {end:.1} at the end, {most:.1} at most; along a line {slope:+.2} MB an hour"
        )?;
        let Tally {
            moved,
            refused,
            why,
            times,
            messages,
            reloads,
            ..
        } = &self.tally;
        let lost = self.tally.lost(see_all);
        writeln!(
            out,
            "{} moves, p50 {:.1} ms, p95 {:.1} ms, longest {:.0} ms; {refused} refused; \
             {messages} messages, {reloads} reloads, {lost} lost, {ended} streams ended",
            moved.len(),
            times.percentile(50.0),
            times.percentile(95.0),
            times.percentile(100.0),
        )?;
        ensure!(
            *refused == 0,
            "{refused} moves were refused, the first: {}",
            why.as_deref().unwrap_or_default()
        );
        ensure!(lost == 0, "{lost} messages did not come");
        ensure!(ended == 0, "{ended} streams were ended");
        ensure!(summary.is_flat(), "memory is not flat");
        writeln!(out, "memory is flat")?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_move_is_lost_for_each_browser_that_was_not_told_of_that_version() {
        let mut tally = Tally::default();
        for version in [2, 3] {
            tally.moved(Ok((7, version, Duration::from_millis(1))));
        }
        tally.moved(Err(anyhow::anyhow!("no")));
        let heard = |browser, record, version| Heard {
            browser,
            record,
            version,
            at: Instant::now(),
        };
        for told in [
            heard(0, Some(7), 2),
            heard(0, Some(7), 2),
            heard(1, Some(7), 3),
            heard(2, Some(7), 2),
            heard(0, None, 0),
        ] {
            tally.heard(told, 2);
        }
        assert_eq!(tally.lost(2), 2);
        assert_eq!((tally.messages, tally.reloads, tally.refused), (5, 1, 1));
        assert_eq!(tally.why.as_deref(), Some("no"));
    }
}
