//! Pipelines to begin with: what a new organisation chooses from.

use chrono::{DateTime, Utc};
use domain::Kind;
use domain::pipeline::Meaning;
use domain::workspace::PresetOutline;

use crate::failure::Result;
use crate::records::write::Operation;
use crate::stages::{self, NewStage};

/// A set of pipelines.
#[derive(Debug)]
pub(crate) struct Preset {
    key: &'static str,
    /// What the pipeline of deals is called.
    deals: &'static str,
    stages: &'static [PresetStage],
}

#[derive(Debug)]
struct PresetStage {
    name: &'static str,
    color: &'static str,
    meaning: Meaning,
    probability: u8,
    stale_days: Option<u16>,
    required: &'static [&'static str],
}

const fn open(name: &'static str, color: &'static str, probability: u8, stale: u16) -> PresetStage {
    PresetStage {
        name,
        color,
        meaning: Meaning::Open,
        probability,
        stale_days: Some(stale),
        required: &[],
    }
}

const fn gated(stage: PresetStage, required: &'static [&'static str]) -> PresetStage {
    PresetStage { required, ..stage }
}

const fn won(name: &'static str) -> PresetStage {
    PresetStage {
        name,
        color: "green",
        meaning: Meaning::Won,
        probability: 100,
        stale_days: None,
        required: &[],
    }
}

const fn lost(name: &'static str) -> PresetStage {
    PresetStage {
        name,
        color: "red",
        meaning: Meaning::Lost,
        probability: 0,
        stale_days: None,
        required: &[],
    }
}

const AMOUNT: &[&str] = &["amount"];
const AMOUNT_AND_DATE: &[&str] = &["amount", "expected_close"];

/// Leads are the same whatever is sold. The pipeline is there also where leads are not in use, so
/// that they can be switched on.
static LEADS: [PresetStage; 5] = [
    open("New", "gray", 5, 3),
    open("In work", "blue", 15, 7),
    open("Qualified", "violet", 35, 7),
    won("Converted"),
    lost("Junk"),
];

static PRESETS: [Preset; 3] = [
    Preset {
        key: "sales",
        deals: "Sales",
        stages: &[
            open("New", "gray", 10, 7),
            open("Qualification", "blue", 20, 14),
            gated(open("Proposal", "violet", 40, 14), AMOUNT),
            open("Negotiation", "amber", 60, 14),
            gated(open("Contract", "teal", 85, 10), AMOUNT_AND_DATE),
            won("Won"),
            lost("Lost"),
        ],
    },
    Preset {
        key: "services",
        deals: "Projects",
        stages: &[
            open("Enquiry", "gray", 10, 5),
            open("Scoping", "blue", 25, 14),
            gated(open("Offer", "violet", 50, 14), AMOUNT),
            gated(open("Agreed", "teal", 90, 14), AMOUNT_AND_DATE),
            open("In delivery", "cyan", 95, 60),
            won("Won"),
            lost("Lost"),
        ],
    },
    Preset {
        key: "wholesale",
        deals: "Orders",
        stages: &[
            open("Request", "gray", 20, 2),
            gated(open("Quoted", "blue", 45, 7), AMOUNT),
            gated(open("Confirmed", "violet", 85, 5), AMOUNT_AND_DATE),
            open("Reserved", "amber", 90, 7),
            open("Shipped", "teal", 95, 10),
            won("Won"),
            lost("Lost"),
        ],
    },
];

/// Why sales are lost, to begin with.
const LOST_REASONS: [&str; 7] = [
    "Price too high",
    "Chose a competitor",
    "No budget",
    "Project cancelled",
    "No answer",
    "Not what they need",
    "Duplicate",
];

/// The preset with this key.
pub(crate) fn find(key: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.key == key)
}

/// The stages of a preset, for one more pipeline: leads are the same whatever is sold.
pub(crate) fn stages_of(kind: Kind, key: &str) -> Option<Vec<NewStage>> {
    let preset = find(key)?;
    Some(new_stages(if kind == Kind::Lead {
        &LEADS
    } else {
        preset.stages
    }))
}

/// All presets as the set-up page shows them: with the stages in which they differ.
pub(crate) fn outlines() -> Vec<PresetOutline> {
    let stage = |stage: &PresetStage| (stage.name.to_owned(), stage.color.to_owned());
    PRESETS
        .iter()
        .map(|preset| PresetOutline {
            key: preset.key.to_owned(),
            stages: preset
                .stages
                .iter()
                .filter(|stage| stage.meaning == Meaning::Open)
                .map(stage)
                .collect(),
        })
        .collect()
}

impl Preset {
    /// Makes the pipelines and the reasons for losing.
    pub(crate) async fn make(&self, operation: &mut Operation, now: DateTime<Utc>) -> Result<()> {
        stages::add_pipeline(operation, now, Kind::Lead, "Leads", &new_stages(&LEADS)).await?;
        let deals = new_stages(self.stages);
        stages::add_pipeline(operation, now, Kind::Deal, self.deals, &deals).await?;
        for reason in LOST_REASONS {
            stages::add_lost_reason(operation, now, reason).await?;
        }
        Ok(())
    }
}

fn new_stages(stages: &[PresetStage]) -> Vec<NewStage> {
    stages
        .iter()
        .map(|stage| NewStage {
            name: stage.name.to_owned(),
            color: stage.color.to_owned(),
            meaning: stage.meaning,
            probability: stage.probability,
            stale_days: stage.stale_days,
            required: stage
                .required
                .iter()
                .map(|&field| field.to_owned())
                .collect(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use domain::field;

    use super::*;

    /// The colours that the style sheet has.
    const COLORS: [&str; 10] = [
        "gray", "blue", "cyan", "teal", "green", "amber", "orange", "red", "pink", "violet",
    ];

    #[test]
    fn every_preset_can_be_won_and_lost_and_asks_for_fields_that_exist() {
        for preset in &PRESETS {
            let meanings: Vec<_> = preset.stages.iter().map(|stage| stage.meaning).collect();
            let last_two = &meanings[meanings.len() - 2..];
            assert_eq!(last_two, [Meaning::Won, Meaning::Lost], "{}", preset.key);
            for stage in preset.stages.iter().chain(&LEADS) {
                assert!(COLORS.contains(&stage.color), "{}", stage.name);
                for key in stage.required {
                    assert!(field::find(Kind::Deal.fields(), key).is_some(), "{key}");
                }
            }
        }
    }
}
