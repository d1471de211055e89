//! Samples of time, in a histogram: nothing is averaged away, and a million of them fit.

use std::time::Duration;

use hdrhistogram::Histogram;

use super::Measured;

/// Samples in microseconds.
#[derive(Debug, Clone)]
pub struct Times(Histogram<u64>);

impl Default for Times {
    fn default() -> Self {
        // Three significant digits; it grows as it needs to.
        let histogram = Histogram::new(3).expect("three digits are within its bounds");
        Self(histogram)
    }
}

impl Times {
    /// Takes a sample.
    pub fn record(&mut self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        // Not `saturating_record`, which cuts every sample down to what fits before it has grown.
        let _ = self.0.record(micros);
    }

    /// Takes those of another.
    pub fn add(&mut self, other: &Self) {
        // Both grow by themselves, so that every value fits.
        let _ = self.0.add(&other.0);
    }

    /// How many there are.
    pub fn samples(&self) -> u64 {
        self.0.len()
    }

    /// A percentile in milliseconds.
    pub fn percentile(&self, percent: f64) -> f64 {
        #[expect(
            clippy::cast_precision_loss,
            reason = "microseconds of hours fit a double"
        )]
        let micros = self.0.value_at_percentile(percent) as f64;
        micros / 1_000.0
    }

    /// Median and 95th percentile.
    pub fn measured(&self) -> Measured {
        Measured::Spread {
            p50: self.percentile(50.0),
            p95: self.percentile(95.0),
            samples: self.samples(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_the_samples() {
        let mut times = Times::default();
        for millis in 1..=100 {
            times.record(Duration::from_millis(millis));
        }
        assert_eq!(times.samples(), 100);
        assert!((times.percentile(50.0) - 50.0).abs() < 0.1);
        assert!((times.percentile(95.0) - 95.0).abs() < 0.1);
        let mut both = Times::default();
        both.record(Duration::from_secs(1));
        both.add(&times);
        assert_eq!(both.samples(), 101);
        assert!((both.percentile(100.0) - 1_000.0).abs() < 1.0);
    }

    #[test]
    fn one_sample_is_every_percentile() {
        let mut times = Times::default();
        times.record(Duration::from_micros(1_500));
        assert!((times.percentile(50.0) - 1.5).abs() < 0.01);
        assert!((times.percentile(95.0) - 1.5).abs() < 0.01);
    }
}
