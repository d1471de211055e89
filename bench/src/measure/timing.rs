//! How samples are taken: warm-up first, then one after the other, and where hand-written SQL does
//! the same work the two in turns, so that whatever else the machine does hits both.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::figures::Times;
use crate::settings::Settings;

/// How many samples.
#[derive(Debug, Clone, Copy)]
pub(super) struct Samples {
    warm_up: usize,
    count: usize,
    /// No more are begun after this long, once there are [`LEAST`].
    patience: Duration,
}

/// Samples below which a 95th percentile means nothing.
const LEAST: usize = 20;

impl Samples {
    /// For what takes milliseconds.
    pub(super) fn of(settings: &Settings) -> Self {
        Self {
            // PostgreSQL plans a statement five times on each connection before it keeps a plan, and
            // the pool goes round sixteen of them.
            warm_up: settings.choose(100, 3),
            count: settings.choose(400, 20),
            patience: settings.choose(Duration::from_secs(15), Duration::from_secs(5)),
        }
    }

    fn are_enough(self, taken: usize, began: Instant) -> bool {
        taken >= self.count || (taken >= LEAST && began.elapsed() > self.patience)
    }
}

/// Times one thing; it is told the number of its sample.
pub(super) async fn timed<T>(
    samples: Samples,
    mut work: impl AsyncFnMut(usize) -> Result<T>,
) -> Result<Times> {
    for number in 0..samples.warm_up {
        work(number).await?;
    }
    let mut times = Times::default();
    let began = Instant::now();
    let mut taken = 0;
    while !samples.are_enough(taken, began) {
        let started = Instant::now();
        work(samples.warm_up + taken).await?;
        times.record(started.elapsed());
        taken += 1;
    }
    Ok(times)
}

/// Times the engine and hand-written SQL in turns, each of them first every other time: whoever comes
/// second finds in memory what the other has fetched from the disk. Both tell what they have found,
/// which must be the same, or they did not do the same work.
pub(super) async fn beside<T: PartialEq + std::fmt::Debug>(
    samples: Samples,
    mut engine: impl AsyncFnMut(usize) -> Result<T>,
    mut sql: impl AsyncFnMut(usize) -> Result<T>,
) -> Result<(Times, Times)> {
    for number in 0..samples.warm_up {
        let (ours, theirs) = (engine(number).await?, sql(number).await?);
        ensure!(
            ours == theirs,
            "the engine found {ours:?}, hand-written SQL {theirs:?}"
        );
    }
    let (mut ours, mut theirs) = (Times::default(), Times::default());
    let began = Instant::now();
    let mut taken = 0;
    while !samples.are_enough(taken, began) {
        let number = samples.warm_up + taken;
        for turn in [taken % 2, (taken + 1) % 2] {
            let started = Instant::now();
            if turn == 0 {
                engine(number).await?;
                ours.record(started.elapsed());
            } else {
                sql(number).await?;
                theirs.record(started.elapsed());
            }
        }
        taken += 1;
    }
    Ok((ours, theirs))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FEW: Samples = Samples {
        warm_up: 2,
        count: 30,
        patience: Duration::from_mins(1),
    };

    #[tokio::test]
    async fn warming_up_is_not_counted() {
        let mut calls = 0;
        let times = timed(FEW, async |_| {
            calls += 1;
            Ok(())
        })
        .await
        .expect("it works");
        assert_eq!((times.samples(), calls), (30, 32));
    }

    #[tokio::test]
    async fn what_takes_long_is_measured_less_often() {
        let impatient = Samples {
            patience: Duration::ZERO,
            ..FEW
        };
        let times = timed(impatient, async |_| Ok(())).await.expect("it works");
        assert_eq!(times.samples(), 20);
    }

    #[tokio::test]
    async fn statements_that_find_something_else_are_no_comparison() {
        let same = beside(FEW, async |n| Ok(n), async |n| Ok(n)).await;
        assert!(same.is_ok());
        let other = beside(FEW, async |n| Ok(n), async |n| Ok(n + 1)).await;
        assert!(other.unwrap_err().to_string().contains("hand-written"));
    }
}
