//! Figures, their goals, and the report that they make.

mod table;
mod times;

use serde::Serialize;

pub use times::Times;

/// How much slower than hand-written SQL the engine may be.
const RATIO: f64 = 1.3;
/// What it may take on top where that is more, in milliseconds.
const EXTRA: f64 = 2.0;

/// One row of the table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// The group that it was measured in.
    pub group: String,
    /// What was measured.
    pub what: String,
    /// What the numbers count.
    pub unit: Unit,
    /// What came out.
    pub measured: Measured,
    /// The 95th percentile of the same work as hand-written SQL, and its median, in milliseconds.
    pub sql: Option<Measured>,
    /// What it should be.
    pub goal: Option<Goal>,
}

/// What came out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Measured {
    /// Of many samples.
    Spread {
        /// The median.
        p50: f64,
        /// The 95th percentile.
        p95: f64,
        /// How many samples.
        samples: u64,
    },
    /// A single number.
    Single {
        /// The number.
        value: f64,
    },
}

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Milliseconds.
    Milliseconds,
    /// So many in a second.
    PerSecond,
    /// Millions of bytes.
    Megabytes,
    /// Thousands of bytes.
    Kilobytes,
    /// Things.
    Pieces,
}

impl Unit {
    /// As written behind a number.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Milliseconds => "ms",
            Self::PerSecond => "/s",
            Self::Megabytes => "MB",
            Self::Kilobytes => "kB",
            Self::Pieces => "",
        }
    }
}

/// What a figure should be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// Not more than this: of samples the 95th percentile.
    AtMost(f64),
    /// Not less than this.
    AtLeast(f64),
    /// At most 1.3 times hand-written SQL, or 2 ms on top of it.
    OverSql,
}

impl Figure {
    /// A figure of samples of time.
    pub fn times(group: &str, what: impl Into<String>, times: &Times) -> Self {
        Self {
            group: group.to_owned(),
            what: what.into(),
            unit: Unit::Milliseconds,
            measured: times.measured(),
            sql: None,
            goal: None,
        }
    }

    /// A single number.
    pub fn single(group: &str, what: impl Into<String>, value: f64, unit: Unit) -> Self {
        Self {
            group: group.to_owned(),
            what: what.into(),
            unit,
            measured: Measured::Single { value },
            sql: None,
            goal: None,
        }
    }

    /// With a goal.
    pub fn goal(mut self, goal: Goal) -> Self {
        self.goal = Some(goal);
        self
    }

    /// Beside hand-written SQL, of whose time the engine's is held to be a small multiple.
    pub fn beside(mut self, sql: &Times) -> Self {
        self.sql = Some(sql.measured());
        self.goal.get_or_insert(Goal::OverSql);
        self
    }

    /// Beside a single number of hand-written SQL, without a goal of its own.
    pub fn beside_single(mut self, value: f64) -> Self {
        self.sql = Some(Measured::Single { value });
        self
    }

    /// The engine's time over that of hand-written SQL. Of speeds the other way round, so that more
    /// is always worse.
    pub fn ratio(&self) -> Option<f64> {
        let (ours, theirs) = (self.measured.decisive(), self.sql?.decisive());
        let (over, under) = match self.unit {
            Unit::PerSecond => (theirs, ours),
            _ => (ours, theirs),
        };
        (under > 0.0).then(|| over / under)
    }

    /// Whether the goal is met; none where there is no goal.
    pub fn is_met(&self) -> Option<bool> {
        let value = self.measured.decisive();
        Some(match self.goal? {
            Goal::AtMost(most) => value <= most,
            Goal::AtLeast(least) => value >= least,
            Goal::OverSql => {
                let sql = self.sql?.decisive();
                value <= (sql * RATIO).max(sql + EXTRA)
            }
        })
    }
}

impl Measured {
    /// The number that decides: the 95th percentile, or the only one.
    pub const fn decisive(self) -> f64 {
        match self {
            Self::Spread { p95, .. } => p95,
            Self::Single { value } => value,
        }
    }
}

/// Everything that one run has measured.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Deals in the database.
    pub records: i64,
    /// Whether it was a quick run, whose figures are not to be published.
    pub quick: bool,
    /// The program's version of itself and of its build.
    pub program: String,
    /// The machine: cores and memory.
    pub machine: String,
    /// When it began, RFC 3339.
    pub at: String,
    /// The rows.
    pub figures: Vec<Figure>,
}

impl Report {
    /// The table, as Markdown that can also be read as it is.
    pub fn table(&self) -> String {
        table::draw(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(p95: f64) -> Measured {
        Measured::Spread {
            p50: p95 / 2.0,
            p95,
            samples: 9,
        }
    }

    fn figure(p95: f64, goal: Option<Goal>, sql: Option<f64>) -> Figure {
        Figure {
            group: "g".into(),
            what: "w".into(),
            unit: Unit::Milliseconds,
            measured: spread(p95),
            sql: sql.map(spread),
            goal,
        }
    }

    #[test]
    fn the_ninety_fifth_percentile_decides() {
        assert_eq!(
            figure(8.0, Some(Goal::AtMost(8.0)), None).is_met(),
            Some(true)
        );
        assert_eq!(
            figure(8.1, Some(Goal::AtMost(8.0)), None).is_met(),
            Some(false)
        );
        assert_eq!(figure(8.1, None, None).is_met(), None);
    }

    #[test]
    fn short_statements_may_take_two_milliseconds_more_and_long_ones_a_third() {
        let over = |ours, sql| figure(ours, Some(Goal::OverSql), Some(sql)).is_met();
        assert_eq!(over(2.9, 1.0), Some(true));
        assert_eq!(over(3.1, 1.0), Some(false));
        assert_eq!(over(129.0, 100.0), Some(true));
        assert_eq!(over(131.0, 100.0), Some(false));
        assert_eq!(figure(1.0, Some(Goal::OverSql), None).is_met(), None);
    }

    #[test]
    fn a_ratio_above_one_is_slower_whatever_is_counted() {
        assert_eq!(figure(3.0, None, Some(2.0)).ratio(), Some(1.5));
        let speed = Figure::single("g", "w", 100.0, Unit::PerSecond).beside_single(150.0);
        assert_eq!(speed.ratio(), Some(1.5));
        assert_eq!(figure(3.0, None, None).ratio(), None);
    }
}
