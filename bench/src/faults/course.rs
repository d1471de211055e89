//! What a process holds as time goes by, and whether that is flat.

/// The share of the whole after which a server has warmed up: five minutes of an hour.
const WARM: f64 = 1.0 / 12.0;
/// The share at which memory is looked at first: ten minutes of an hour.
const EARLY: f64 = 1.0 / 6.0;
/// The most that memory at the end may be above that.
const MOST_ABOVE: f64 = 1.10;
/// The most that it may grow by, in megabytes an hour, along a straight line after the warm-up.
const MOST_GROWTH: f64 = 5.0;

/// Samples of memory over a run.
#[derive(Debug)]
pub(super) struct Course {
    /// How long the run is to take, in minutes.
    minutes: f64,
    /// Minutes since the beginning, and megabytes.
    samples: Vec<(f64, f64)>,
}

/// What they come to, in megabytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Summary {
    /// After the warm-up.
    pub(super) warm: f64,
    /// Where the end is compared with.
    pub(super) early: f64,
    /// In the middle.
    pub(super) middle: f64,
    /// At the end.
    pub(super) end: f64,
    /// The most at any time.
    pub(super) most: f64,
    /// Growth along a straight line after the warm-up, an hour.
    pub(super) slope: f64,
}

impl Summary {
    /// Whether memory stayed as it was.
    pub(super) fn is_flat(self) -> bool {
        self.end <= self.early * MOST_ABOVE && self.slope < MOST_GROWTH
    }
}

impl Course {
    /// None yet, of a run of so many minutes.
    pub(super) fn new(minutes: f64) -> Self {
        Self {
            minutes,
            samples: Vec::new(),
        }
    }

    /// Takes a sample.
    pub(super) fn take(&mut self, minute: f64, megabytes: f64) {
        self.samples.push((minute, megabytes));
    }

    /// The newest sample, in megabytes.
    pub(super) fn last(&self) -> Option<f64> {
        self.samples.last().map(|(_, megabytes)| *megabytes)
    }

    /// The minutes at which the summary looks: warm, early, in the middle.
    pub(super) fn looks(&self) -> [f64; 3] {
        [WARM, EARLY, 0.5].map(|share| share * self.minutes)
    }

    /// What the samples come to; none when there are too few for a line.
    pub(super) fn summary(&self) -> Option<Summary> {
        let [warm, early, middle] = self.looks();
        let (end, _) = *self.samples.last()?;
        let settled: Vec<_> = self
            .samples
            .iter()
            .copied()
            .filter(|(minute, _)| *minute >= warm)
            .collect();
        let all = self.samples.iter().map(|(_, megabytes)| *megabytes);
        Some(Summary {
            warm: self.until(warm)?,
            early: self.until(early)?,
            middle: self.until(middle)?,
            end: self.until(end)?,
            most: all.fold(0.0, f64::max),
            slope: slope(&settled)? * 60.0,
        })
    }

    /// The median of the minute that ends then, so that one sample alone decides nothing.
    fn until(&self, minute: f64) -> Option<f64> {
        let within = |at: f64| at > minute - 1.0 && at <= minute;
        let mut held: Vec<f64> = self
            .samples
            .iter()
            .filter(|(at, _)| within(*at))
            .map(|(_, megabytes)| *megabytes)
            .collect();
        held.sort_by(f64::total_cmp);
        held.get(held.len() / 2).copied()
    }
}

/// Of the straight line that is nearest to the points by least squares; none for fewer than two.
fn slope(points: &[(f64, f64)]) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "hundreds of points")]
    let count = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let along: f64 = points.iter().map(|point| (point.0 - x).powi(2)).sum();
    let together: f64 = points.iter().map(|p| (p.0 - x) * (p.1 - y)).sum();
    (along > 0.0).then(|| together / along)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An hour with a sample every ten seconds.
    fn hour(held: impl Fn(f64) -> f64) -> Summary {
        let mut course = Course::new(60.0);
        for sample in 1..=360 {
            let minute = f64::from(sample) / 6.0;
            course.take(minute, held(minute));
        }
        course.summary().expect("there are samples")
    }

    #[test]
    fn what_rises_at_first_and_then_stays_is_flat() {
        let summary = hour(|minute| 60.0 + minute.min(4.0) * 10.0 + (minute * 7.0).sin());
        assert!(summary.slope.abs() < 1.0, "{summary:?}");
        assert!((summary.warm - 100.0).abs() < 1.1);
        assert!((summary.most - 101.0).abs() < 0.1);
        assert!(summary.is_flat());
    }

    #[test]
    fn what_grows_by_ten_megabytes_an_hour_is_not_flat() {
        let summary = hour(|minute| 300.0 + minute / 6.0);
        assert!((summary.slope - 10.0).abs() < 0.01, "{summary:?}");
        assert!(summary.end < summary.early * MOST_ABOVE);
        assert!(!summary.is_flat());
    }

    #[test]
    fn what_jumps_by_a_fifth_is_not_flat() {
        let summary = hour(|minute| if minute > 59.0 { 120.0 } else { 100.0 });
        assert!(summary.slope < MOST_GROWTH, "{summary:?}");
        assert!((summary.end - 120.0).abs() < 0.01);
        assert!(!summary.is_flat());
    }

    #[test]
    fn one_sample_decides_nothing_and_none_is_no_course() {
        let summary = hour(|minute| if minute > 59.9 { 500.0 } else { 100.0 });
        assert!((summary.end - 100.0).abs() < 0.01, "{summary:?}");
        assert!(Course::new(60.0).summary().is_none());
    }
}
