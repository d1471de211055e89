//! How a record came to be where it is: when it entered each stage, in office hours, up to now.

use chrono::{DateTime, Datelike, Days, TimeDelta, Utc, Weekday};
use domain::pipeline::Meaning;
use domain::{Kind, Money, PipelineId, RecordId, StageId, UserId};
use rand::Rng;
use rand::rngs::StdRng;

use super::outline::Line;

/// Days that the demonstration looks back: eighteen months.
pub(super) const PAST_DAYS: f64 = 548.0;

/// An entry into a stage.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) stage: StageId,
    pub(super) at: DateTime<Utc>,
}

/// The way of a record through its pipeline.
#[derive(Debug, Clone)]
pub(super) struct Way {
    /// Its entries, never none.
    pub(super) entries: Vec<Entry>,
    /// What the stage it is in now stands for.
    pub(super) meaning: Meaning,
    /// How far it came, as an index among the pipeline's stages.
    pub(super) furthest: usize,
}

impl Way {
    /// The last entry: where it is now.
    pub(super) fn last(&self) -> Entry {
        self.entries[self.entries.len() - 1]
    }
}

/// What is told of a record in the log.
#[derive(Debug, Clone)]
pub(super) struct Story {
    pub(super) kind: Kind,
    pub(super) record: RecordId,
    pub(super) created_at: DateTime<Utc>,
    /// Who made it and moved it.
    pub(super) by: UserId,
    /// For kinds with stages.
    pub(super) travel: Option<Travel>,
    /// Notes, with the moments at which they were written.
    pub(super) notes: Vec<(DateTime<Utc>, String)>,
}

/// The part of a story that only records in stages have.
#[derive(Debug, Clone)]
pub(super) struct Travel {
    pub(super) pipeline: PipelineId,
    pub(super) way: Way,
    pub(super) amount: Option<Money>,
    pub(super) lost_reason: Option<i64>,
}

/// A moment in office hours some time in the past, more of them lately: the company grows.
pub(super) fn past_moment(rng: &mut StdRng, now: DateTime<Utc>) -> DateTime<Utc> {
    let days = PAST_DAYS * rng.random::<f64>().powf(0.75);
    let start = now - seconds(PAST_DAYS);
    let at = office_hours(rng, start + seconds(days));
    // What would be later than now happened a while ago.
    if at < now {
        at
    } else {
        now - TimeDelta::minutes(rng.random_range(20..900))
    }
}

/// Sends a record through a pipeline.
pub(super) fn travel(
    rng: &mut StdRng,
    line: &Line,
    created_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Way {
    let mut entries = vec![Entry {
        stage: line.stages[0],
        at: created_at,
    }];
    let mut at = created_at;
    let mut furthest = 0;
    for (index, step) in line.steps.iter().enumerate() {
        // Two draws: few leave at once, few stay for ever.
        let days = f64::midpoint(exponential(rng), exponential(rng)) * step.days;
        let mut left = office_hours(rng, at + seconds(days));
        if left <= at {
            left = at + TimeDelta::minutes(rng.random_range(10..240));
        }
        if left > now {
            break;
        }
        let goes_on = rng.random::<f64>() < step.onward;
        let next = if goes_on {
            index + 1
        } else {
            line.steps.len() - 1
        };
        entries.push(Entry {
            stage: line.stages[next],
            at: left,
        });
        let meaning = line.steps[next].meaning;
        if meaning != Meaning::Open {
            return Way {
                entries,
                meaning,
                furthest,
            };
        }
        furthest = next;
        at = left;
    }
    Way {
        entries,
        meaning: Meaning::Open,
        furthest,
    }
}

/// The same day in office hours, or the Monday after.
pub(super) fn office_hours(rng: &mut StdRng, at: DateTime<Utc>) -> DateTime<Utc> {
    let free = match at.weekday() {
        Weekday::Sat => 2,
        Weekday::Sun => 1,
        _ => 0,
    };
    let day = at.date_naive() + Days::new(free);
    let (hour, minute) = (rng.random_range(7..16), rng.random_range(0..60));
    day.and_hms_opt(hour, minute, rng.random_range(0..60))
        .map_or(at, |at| at.and_utc())
}

fn exponential(rng: &mut StdRng) -> f64 {
    -(1.0 - rng.random::<f64>()).ln()
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "days of the demonstration, in seconds"
)]
fn seconds(days: f64) -> TimeDelta {
    TimeDelta::seconds((days * 86_400.0) as i64)
}
