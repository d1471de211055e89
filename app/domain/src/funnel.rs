//! The funnel: how many records reach each stage, what they are worth, how long they stay, and
//! where they are lost.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::board::Total;
use crate::pipeline::Meaning;
use crate::query::Filter;
use crate::{DepartmentId, EventId, Kind, PipelineId, StageId, UserId};

/// A question for a funnel.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct FunnelQuery {
    /// Which deal pipeline; none is the first.
    #[serde(default)]
    pub pipeline: Option<PipelineId>,
    /// Records created in this period ([`crate::period::Period`] as text); none is all time.
    #[serde(default)]
    pub period: Option<String>,
    /// Records of this owner.
    #[serde(default)]
    pub owner: Option<UserId>,
    /// Records of owners in this department and below.
    #[serde(default)]
    pub department: Option<DepartmentId>,
    /// Any further condition.
    #[serde(default)]
    pub filter: Filter,
}

/// A funnel as one reader may see it: leads first where they are in use, then deals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Funnel {
    /// The parts, each a pipeline: leads, then deals.
    pub parts: Vec<FunnelPart>,
    /// The chart, an SVG made on the server.
    pub chart: String,
    /// The newest event when the counting began: live changes from there on may not be in it.
    pub seen: EventId,
}

/// One pipeline of a funnel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FunnelPart {
    /// Leads or deals.
    pub kind: Kind,
    /// The pipeline.
    pub pipeline_id: PipelineId,
    /// Its name.
    pub name: String,
    /// All records.
    pub all: Vec<Total>,
    /// Open stages in order, then won, then lost.
    pub stages: Vec<FunnelStage>,
    /// Why records were lost, most frequent first.
    pub lost_reasons: Vec<LostShare>,
}

/// A stage of a funnel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FunnelStage {
    /// The stage.
    pub stage_id: StageId,
    /// Its name.
    pub name: String,
    /// Its colour.
    pub color: String,
    /// What it stands for.
    pub meaning: Meaning,
    /// Records in it now.
    pub now: Vec<Total>,
    /// Records that have been in it or further on; those won have been in every open stage.
    pub reached: i64,
    /// What they are worth now.
    pub reached_sums: Vec<Total>,
    /// Share of those in the stage before that came this far, 0 to 1; none for the first stage,
    /// for lost, and where nobody was in the stage before.
    pub conversion: Option<f64>,
    /// Mean days that records stayed in it, those still there up to now; none where nobody was.
    pub average_days: Option<f64>,
}

/// How often a reason was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LostShare {
    /// The reason's name; none where no reason is known.
    pub reason: Option<String>,
    /// Records.
    pub count: i64,
    /// Their sums.
    pub sums: Vec<Total>,
}

/// One row of what the database counts: records now in `now` that came as far as the open stage
/// `furthest` (its index among the open stages), in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reached {
    /// The stage in which they are.
    pub now: StageId,
    /// The furthest open stage, by index; won records count as the last.
    pub furthest: usize,
    /// Their number and sum.
    pub total: Total,
}

/// Counts a funnel's stages from rows of records grouped by where they are and how far they came.
/// `stages` are in order; `days` gives the mean stay of a stage.
#[must_use]
pub fn count_stages(
    stages: &[crate::pipeline::Stage],
    rows: &[Reached],
    days: impl Fn(StageId) -> Option<f64>,
) -> Vec<FunnelStage> {
    let meaning_of = |id: StageId| stages.iter().find(|s| s.id == id).map(|s| s.meaning);
    let gather = |keep: &dyn Fn(&Reached) -> bool| {
        let mut totals: Vec<Total> = Vec::new();
        for row in rows.iter().filter(|row| keep(row)) {
            match totals
                .iter_mut()
                .find(|total| total.currency == row.total.currency)
            {
                Some(total) => {
                    total.count += row.total.count;
                    total.amount += row.total.amount;
                }
                None => totals.push(row.total),
            }
        }
        totals
    };
    let open = stages.iter().filter(|stage| stage.meaning == Meaning::Open);
    let won = stages.iter().filter(|stage| stage.meaning == Meaning::Won);
    let lost = stages.iter().filter(|stage| stage.meaning == Meaning::Lost);
    let mut before: Option<i64> = None;
    let mut out = Vec::with_capacity(stages.len());
    for (index, stage) in open.clone().chain(won).chain(lost).enumerate() {
        let now = gather(&|row| row.now == stage.id);
        let reached_sums = match stage.meaning {
            Meaning::Open => {
                gather(&|row| row.furthest >= index || meaning_of(row.now) == Some(Meaning::Won))
            }
            Meaning::Won | Meaning::Lost => now.clone(),
        };
        let reached = Total::count(&reached_sums);
        let conversion = match (stage.meaning, before) {
            (Meaning::Open | Meaning::Won, Some(before)) if before > 0 =>
            {
                #[expect(clippy::cast_precision_loss, reason = "a share for the eye")]
                Some(reached as f64 / before as f64)
            }
            _ => None,
        };
        if stage.meaning == Meaning::Open {
            before = Some(reached);
        }
        out.push(FunnelStage {
            stage_id: stage.id,
            name: stage.name.clone(),
            color: stage.color.clone(),
            meaning: stage.meaning,
            now,
            reached,
            reached_sums,
            conversion,
            average_days: days(stage.id),
        });
    }
    out
}

/// The sum of totals in one currency.
#[must_use]
pub fn sum_in(totals: &[Total], currency: crate::money::Currency) -> Decimal {
    totals
        .iter()
        .filter(|t| t.currency == Some(currency))
        .map(|t| t.amount)
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::{Gate, Stage};

    fn stage(id: StageId, meaning: Meaning) -> Stage {
        Stage {
            id,
            pipeline_id: 1,
            name: id.to_string(),
            color: "blue".into(),
            meaning,
            probability: 0,
            stale_days: None,
            gate: Gate::default(),
        }
    }

    #[test]
    fn those_won_have_been_everywhere_and_those_lost_as_far_as_they_came() {
        let stages = [
            stage(1, Meaning::Open),
            stage(2, Meaning::Open),
            stage(3, Meaning::Won),
            stage(4, Meaning::Lost),
        ];
        let row = |now, furthest, count| Reached {
            now,
            furthest,
            total: Total {
                currency: None,
                count,
                amount: Decimal::ZERO,
            },
        };
        // 5 in the first, 3 in the second, 4 won straight away, 2 lost from the first, 1 later.
        let rows = [
            row(1, 0, 5),
            row(2, 1, 3),
            row(3, 0, 4),
            row(4, 0, 2),
            row(4, 1, 1),
        ];
        let counted = count_stages(&stages, &rows, |_| None);
        let reached: Vec<_> = counted.iter().map(|stage| stage.reached).collect();
        assert_eq!(reached, [15, 8, 4, 3]);
        assert_eq!(counted[0].conversion, None);
        assert_eq!(counted[1].conversion, Some(8.0 / 15.0));
        assert_eq!(counted[2].conversion, Some(0.5));
        assert_eq!(counted[3].conversion, None);
    }
}
