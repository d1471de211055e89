//! What one does, the others see: a move in another browser, and two hundred browsers while fifty
//! moves a second happen.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use domain::{Kind, UserId};
use serde_json::json;
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout, timeout_at};

use super::Bench;
use super::client::Client;
use super::moves::Movable;
use super::stream::{self, Heard};
use crate::figures::{Figure, Goal, Times, Unit};
use crate::seed::{ADMINISTRATOR, USERS};
use crate::server::Server;

const GROUP: &str = "live";
/// Browsers at once.
const BROWSERS: usize = 200;
/// Of these the administrator's, who sees every move.
const SEE_ALL: usize = 10;
/// Moves a second.
const PACE: u32 = 50;
/// How long anybody waits for what was moved.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) async fn measure(bench: &Bench<'_>, server: &Server) -> Result<Vec<Figure>> {
    let movable = Arc::new(Movable::of(bench).await?);
    let mut figures = vec![seen_by_another(bench, &movable).await?];
    figures.extend(crowd(bench, server, &movable).await?);
    Ok(figures)
}

async fn move_card(client: &Client, movable: &Movable, number: usize) -> Result<()> {
    let arguments = json!({
        "kind": Kind::Deal,
        "id": movable.deal(number),
        "draft": movable.draft(number),
    });
    client.call("board/api/move_card", &arguments).await?;
    Ok(())
}

/// From the request of one browser to the message in another.
async fn seen_by_another(bench: &Bench<'_>, movable: &Movable) -> Result<Figure> {
    let other = bench
        .administrator
        .other(&bench.pools.db, ADMINISTRATOR)
        .await?;
    let (tell, mut heard) = mpsc::unbounded_channel();
    let listening = stream::listen(&other, 0, tell).await?;
    let mut times = Times::default();
    let count = bench.settings.choose(200, 20);
    for number in 0..count {
        let deal = movable.deal(number);
        let started = Instant::now();
        move_card(&bench.administrator, movable, number).await?;
        let at = timeout(PATIENCE, of_record(&mut heard, deal))
            .await
            .with_context(|| format!("the move of deal {deal} was not told"))?;
        times.record(at.context("the stream ended")?.duration_since(started));
        // People do not move cards in step with the batches of 50 ms.
        sleep(Duration::from_millis(37 + u64::try_from(number % 41)?)).await;
    }
    listening.abort();
    Ok(Figure::times(GROUP, "A move seen in another browser", &times).goal(Goal::AtMost(250.0)))
}

async fn of_record(heard: &mut UnboundedReceiver<Heard>, deal: i64) -> Option<Instant> {
    loop {
        let told = heard.recv().await?;
        if told.record.is_none_or(|record| record == deal) {
            return Some(told.at);
        }
    }
}

async fn crowd(bench: &Bench<'_>, server: &Server, movable: &Arc<Movable>) -> Result<Vec<Figure>> {
    let (tell, mut heard) = mpsc::unbounded_channel();
    let mut listening = Vec::with_capacity(BROWSERS);
    for browser in 0..BROWSERS {
        let user = if browser < SEE_ALL {
            ADMINISTRATOR
        } else {
            1 + UserId::try_from(browser)? % USERS
        };
        let client = bench.administrator.other(&bench.pools.db, user).await?;
        listening.push(stream::listen(&client, browser, tell.clone()).await?);
    }
    drop(tell);
    let seconds = bench.settings.choose(30, 4);
    let mut most = server.memory()?;
    let mut pending: BTreeMap<i64, Instant> = BTreeMap::new();
    let mut sending = Vec::new();
    let mut pace = interval(Duration::from_secs(1) / PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Burst);
    // Behind those that `seen_by_another` has moved, so that every one really goes somewhere else.
    let first = movable.len() / 2;
    let count = usize::try_from(PACE)? * seconds;
    ensure!(
        movable.len() >= count,
        "too few deals to move: {}",
        movable.len()
    );
    let began = Instant::now();
    for number in first..first + count {
        pace.tick().await;
        let started = Instant::now();
        pending.insert(movable.deal(number), started);
        let (client, movable) = (bench.administrator.clone(), movable.clone());
        sending.push(tokio::spawn(async move {
            move_card(&client, &movable, number)
                .await
                .map(|()| started.elapsed())
        }));
        if number % 50 == 0 {
            most = most.max(server.memory()?);
        }
    }
    let mut answers = Times::default();
    for sent in sending {
        answers.record(sent.await??);
    }
    let took = began.elapsed().as_secs_f64();
    let mut told = Told::default();
    // Whoever lags behind is late, not deaf: only what has not come long after is missing.
    let expected = count * SEE_ALL;
    let late = Instant::now() + PATIENCE;
    while told.reached.len() < expected
        && let Ok(Some(heard)) = timeout_at(late.into(), heard.recv()).await
    {
        told.take(heard, &pending);
    }
    most = most.max(server.memory()?);
    let all = began.elapsed().as_secs_f64();
    let missing = expected - told.reached.len();
    for stream in listening {
        stream.abort();
    }
    #[expect(clippy::cast_precision_loss, reason = "thousands of moves")]
    let (speed, missing) = (count as f64 / took, missing as f64);
    let with = format!("with {BROWSERS} browsers");
    Ok(vec![
        Figure::single(
            GROUP,
            format!("Moves a second {with}"),
            speed,
            Unit::PerSecond,
        ),
        Figure::times(
            GROUP,
            format!("Moving a card {with}, 50 a second"),
            &answers,
        ),
        Figure::times(
            GROUP,
            format!("A move seen in another {with}, 50 a second"),
            &told.times,
        )
        .goal(Goal::AtMost(250.0)),
        Figure::single(
            GROUP,
            format!("Messages told {with}"),
            f64::from(told.messages) / all,
            Unit::PerSecond,
        ),
        Figure::single(GROUP, "Messages that did not come", missing, Unit::Pieces)
            .goal(Goal::AtMost(0.0)),
        Figure::single(
            GROUP,
            "Reloads told instead",
            f64::from(told.reloads),
            Unit::Pieces,
        ),
        Figure::single(
            GROUP,
            format!("Server's memory {with}"),
            most,
            Unit::Megabytes,
        )
        .goal(Goal::AtMost(150.0)),
    ])
}

/// What the browsers have heard.
#[derive(Debug, Default)]
struct Told {
    times: Times,
    messages: u32,
    reloads: u32,
    /// Which browser of those that see all was told of which move: a change may be told twice, and
    /// counts once.
    reached: BTreeSet<(usize, i64)>,
}

impl Told {
    fn take(&mut self, heard: Heard, sent: &BTreeMap<i64, Instant>) {
        self.messages += 1;
        let Some(record) = heard.record else {
            self.reloads += 1;
            return;
        };
        if let Some(started) = sent.get(&record)
            && heard.browser < SEE_ALL
            && self.reached.insert((heard.browser, record))
        {
            self.times
                .record(heard.at.saturating_duration_since(*started));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_move_that_is_told_twice_counts_once_and_others_do_not_count() {
        let at = Instant::now();
        let sent = BTreeMap::from([(7, at)]);
        let mut told = Told::default();
        for (browser, record) in [
            (0, Some(7)),
            (0, Some(7)),
            (1, Some(7)),
            (SEE_ALL, Some(7)),
            (0, Some(8)),
            (0, None),
        ] {
            let heard = Heard {
                browser,
                record,
                version: 2,
                at,
            };
            told.take(heard, &sent);
        }
        assert_eq!((told.messages, told.reloads), (6, 1));
        assert_eq!((told.reached.len(), told.times.samples()), (2, 2));
    }
}
