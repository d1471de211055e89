//! The pipelines of the demonstration, their stages and gates, and the reasons for losing.

use domain::pipeline::Meaning;
use domain::{Kind, PipelineId, StageId};

use crate::Ctx;
use crate::failure::Result;
use crate::records::write::Operation;
use crate::stages::{self, NewStage};

/// A stage, and how records fare in it.
pub(super) struct Step {
    name: &'static str,
    color: &'static str,
    pub(super) meaning: Meaning,
    probability: u8,
    stale_days: Option<u16>,
    required: &'static [&'static str],
    /// How many days records stay, on average.
    pub(super) days: f64,
    /// How many of those that leave go on; the others are lost.
    pub(super) onward: f64,
}

const fn open(
    name: &'static str,
    color: &'static str,
    probability: u8,
    stale_days: u16,
    required: &'static [&'static str],
    days: f64,
    onward: f64,
) -> Step {
    let stale_days = Some(stale_days);
    Step {
        name,
        color,
        meaning: Meaning::Open,
        probability,
        stale_days,
        required,
        days,
        onward,
    }
}

const fn closed(name: &'static str, meaning: Meaning) -> Step {
    let (color, probability) = if matches!(meaning, Meaning::Won) {
        ("green", 100)
    } else {
        ("red", 0)
    };
    let (stale_days, required) = (None, [].as_slice());
    Step {
        name,
        color,
        meaning,
        probability,
        stale_days,
        required,
        days: 0.0,
        onward: 0.0,
    }
}

static LEADS: [Step; 5] = [
    open("New", "gray", 5, 7, &[], 13.0, 0.64),
    open("In touch", "blue", 15, 14, &[], 14.0, 0.66),
    open("Interested", "violet", 35, 21, &["person_name"], 15.0, 0.80),
    closed("Converted", Meaning::Won),
    closed("Junk", Meaning::Lost),
];

static NEW_BUSINESS: [Step; 7] = [
    open("New", "gray", 10, 21, &[], 20.0, 0.72),
    open("Qualified", "blue", 25, 21, &[], 18.0, 0.72),
    open("Proposal", "violet", 45, 28, &["amount"], 22.0, 0.68),
    open(
        "Negotiation",
        "amber",
        65,
        28,
        &["amount", "company_id"],
        20.0,
        0.76,
    ),
    open(
        "Contract",
        "teal",
        85,
        14,
        &["amount", "company_id", "expected_close"],
        12.0,
        0.93,
    ),
    closed("Won", Meaning::Won),
    closed("Lost", Meaning::Lost),
];

static RENEWALS: [Step; 5] = [
    open("Due", "gray", 60, 45, &[], 32.0, 0.90),
    open("Quoted", "blue", 70, 30, &["amount"], 20.0, 0.80),
    open(
        "Agreed",
        "teal",
        90,
        14,
        &["amount", "expected_close"],
        12.0,
        0.91,
    ),
    closed("Renewed", Meaning::Won),
    closed("Ended", Meaning::Lost),
];

/// Why sales are lost: the first six; why leads are: from the fifth on.
const REASONS: [&str; 8] = [
    "Price too high",
    "Chose a competitor",
    "No budget this year",
    "Project cancelled",
    "No answer",
    "Not what they need",
    "Duplicate",
    "Wrong contact details",
];

/// A pipeline and the way through it.
pub(super) struct Line {
    pub(super) pipeline: PipelineId,
    pub(super) stages: Vec<StageId>,
    pub(super) steps: &'static [Step],
}

/// Everything that records can stand in.
pub(super) struct Outline {
    pub(super) leads: Line,
    pub(super) new_business: Line,
    pub(super) renewals: Line,
    pub(super) deal_reasons: Vec<i64>,
    pub(super) lead_reasons: Vec<i64>,
}

/// Makes pipelines, stages and reasons.
pub(super) async fn make(ctx: &Ctx, operation: &mut Operation) -> Result<Outline> {
    let leads = line(ctx, operation, Kind::Lead, "Leads", &LEADS).await?;
    let new_business = line(ctx, operation, Kind::Deal, "New business", &NEW_BUSINESS).await?;
    let renewals = line(ctx, operation, Kind::Deal, "Renewals", &RENEWALS).await?;
    let mut reasons = Vec::new();
    for name in REASONS {
        reasons.push(stages::add_lost_reason(operation, ctx.now, name).await?);
    }
    let (deal_reasons, lead_reasons) = (reasons[..6].to_vec(), reasons[4..].to_vec());
    Ok(Outline {
        leads,
        new_business,
        renewals,
        deal_reasons,
        lead_reasons,
    })
}

async fn line(
    ctx: &Ctx,
    operation: &mut Operation,
    kind: Kind,
    name: &str,
    steps: &'static [Step],
) -> Result<Line> {
    let new: Vec<NewStage> = steps
        .iter()
        .map(|step| NewStage {
            name: step.name.to_owned(),
            color: step.color.to_owned(),
            meaning: step.meaning,
            probability: step.probability,
            stale_days: step.stale_days,
            required: step.required.iter().map(|&key| key.to_owned()).collect(),
        })
        .collect();
    let (pipeline, stages) = stages::add_pipeline(operation, ctx.now, kind, name, &new).await?;
    Ok(Line {
        pipeline,
        stages,
        steps,
    })
}
