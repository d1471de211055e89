//! Stages typed and merged, orders compared.

use super::*;
use crate::pipeline::Gate;

fn pipeline() -> Pipeline {
    let stage = |id, name: &str, meaning| Stage {
        id,
        pipeline_id: 1,
        name: name.to_owned(),
        color: "blue".to_owned(),
        meaning,
        probability: 50,
        stale_days: Some(14),
        gate: Gate::default(),
    };
    Pipeline {
        id: 1,
        kind: Kind::Deal,
        name: "Sales".to_owned(),
        stages: vec![
            stage(1, "New", Meaning::Open),
            stage(2, "Offer", Meaning::Open),
            stage(3, "Won", Meaning::Won),
        ],
    }
}

fn draft() -> StageDraft {
    StageDraft::from(&pipeline().stages[1])
}

fn check(draft: &StageDraft) -> Result<Stage, Vec<String>> {
    let pipeline = pipeline();
    draft
        .check(&pipeline, Some(&pipeline.stages[1]), Kind::Deal.fields())
        .map_err(|error| {
            let told = error.field_errors().iter().map(ToString::to_string);
            told.collect()
        })
}

#[test]
fn what_fits_is_taken_as_typed() {
    let typed = StageDraft {
        name: "  Big \t offer ".to_owned(),
        probability: " 80 % ".to_owned(),
        stale_days: String::new(),
        gate: Gate {
            required: vec!["amount".to_owned(), "description".to_owned()],
            next: Some(vec![3, 99]),
            movers: Some(Vec::new()),
        },
        ..draft()
    };
    let stage = check(&typed).unwrap();
    assert_eq!(stage.name, "Big offer");
    assert_eq!((stage.probability, stage.stale_days), (80, None));
    assert_eq!(
        stage.gate.next,
        Some(vec![3]),
        "a stage that is gone is dropped"
    );
    assert_eq!(check(&draft()).as_ref(), Ok(&pipeline().stages[1]));
}

#[test]
fn what_does_not_fit_is_told_part_by_part() {
    let typed = StageDraft {
        name: " ".to_owned(),
        color: "puce".to_owned(),
        probability: "often".to_owned(),
        stale_days: "-3".to_owned(),
        meaning: Meaning::Open,
        gate: Gate {
            required: vec!["stage_id".to_owned()],
            next: Some(vec![2]),
            movers: None,
        },
    };
    assert_eq!(
        check(&typed).unwrap_err(),
        [
            "Name: must be filled in",
            "Colour: “puce” is not one of the choices",
            "Probability: “often” is not a whole number such as 20",
            "Stale after: must be between 1 and 999",
            "Required fields: “stage_id” is not one of the choices",
            "Next stages: must be filled in",
        ]
    );
    let long = StageDraft {
        name: "x".repeat(61),
        ..draft()
    };
    assert_eq!(
        check(&long).unwrap_err(),
        ["Name: is too long: 61 characters, at most 60"]
    );
}

#[test]
fn a_closed_stage_is_sure_and_never_stale() {
    let won = StageDraft {
        meaning: Meaning::Won,
        probability: "often".to_owned(),
        ..draft()
    };
    let stage = check(&won).unwrap();
    assert_eq!((stage.probability, stage.stale_days), (100, None));
}

#[test]
fn a_field_that_is_gone_since_stays_in_the_gate() {
    let mut pipeline = pipeline();
    pipeline.stages[1].gate.required = vec!["c7".to_owned()];
    let draft = StageDraft::from(&pipeline.stages[1]);
    let stage = draft.check(&pipeline, Some(&pipeline.stages[1]), Kind::Deal.fields());
    assert_eq!(stage.unwrap().gate.required, ["c7"]);
}

#[test]
fn two_who_change_different_parts_both_have_their_way() {
    let seen = pipeline().stages.remove(0);
    let now = Stage {
        name: "Fresh".to_owned(),
        gate: Gate {
            required: vec!["amount".to_owned()],
            ..Gate::default()
        },
        ..seen.clone()
    };
    let wished = Stage {
        color: "red".to_owned(),
        gate: Gate {
            next: Some(vec![2]),
            ..Gate::default()
        },
        ..seen.clone()
    };
    let merged = merge(&now, &seen, &wished).unwrap();
    assert_eq!(
        (merged.name.as_str(), merged.color.as_str()),
        ("Fresh", "red")
    );
    assert_eq!(merged.gate.required, ["amount"]);
    assert_eq!(merged.gate.next, Some(vec![2]));
    let same = Stage {
        name: "Fresh".to_owned(),
        ..seen.clone()
    };
    assert!(merge(&now, &seen, &same).is_ok(), "the same wish twice");
    let other = Stage {
        name: "Raw".to_owned(),
        ..seen.clone()
    };
    let Err(Error::Conflict(conflicts)) = merge(&now, &seen, &other) else {
        panic!("both changed the name");
    };
    assert_eq!(conflicts.len(), 1);
    assert_eq!(conflicts[0].theirs, Value::Text("Fresh".to_owned()));
    assert_eq!(conflicts[0].mine, Value::Text("Raw".to_owned()));
}

#[test]
fn closed_stages_stand_last() {
    let mut stages = pipeline().stages;
    stages.rotate_right(1);
    let order: Vec<_> = in_order(stages).iter().map(|stage| stage.id).collect();
    assert_eq!(order, [1, 2, 3]);
}
