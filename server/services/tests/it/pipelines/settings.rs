//! What may be asked of pipelines, stages, gates and reasons, by whom, and what of it fits.

use domain::pipeline::{Gate, Meaning, Pipeline};
use domain::pipeline_settings::{PipelineChange, PipelinesChanged, StageDraft};
use domain::rights::Role;
use domain::timeline::Via;
use domain::{Draft, Error, Kind, PipelineId, Value};
use services::records::write;
use services::{operations, pipeline_settings, workspace};

use super::{add, delete, draft, order, scene};

#[tokio::test]
async fn settings_are_the_administrators() {
    let scene = scene().await;
    for role in [Role::HeadOfSales, Role::Salesperson, Role::Director] {
        let user = scene.db.user("Other", &[role], None).await;
        let ctx = scene.db.ctx_of(user).await;
        assert!(matches!(
            pipeline_settings::read(&ctx).await,
            Err(Error::Forbidden(_))
        ));
        let change = order(&scene.sales, &[1, 0, 2, 3, 4]);
        let refused = pipeline_settings::change(&ctx, change).await;
        assert!(matches!(refused, Err(Error::Forbidden(_))), "{role:?}");
        // What an administrator did, others do not take back.
        let name = format!("By {role:?}");
        let done = scene.make(add(Kind::Deal, &name, "")).await.operation;
        operations::undo(&ctx, done.expect("an operation"))
            .await
            .expect_err("an undo of settings");
    }
    assert_eq!(
        scene.names().await,
        ["New", "Offer", "Contract", "Won", "Lost"]
    );
}

#[tokio::test]
async fn a_pipeline_begins_empty_or_from_a_preset_and_has_a_name_of_its_own() {
    let scene = scene().await;
    let made = scene
        .make(add(Kind::Deal, " Key  accounts ", "wholesale"))
        .await;
    let find = |made: &PipelinesChanged| -> Pipeline {
        let pipelines = &made.settings.pipelines;
        let found = pipelines.iter().find(|it| Some(it.id) == made.id);
        found.expect("it is there").clone()
    };
    let pipeline = find(&made);
    assert_eq!(pipeline.name, "Key accounts");
    assert_eq!(pipeline.stages[0].name, "Request");
    assert_eq!(
        pipeline.stages.last().map(|it| it.meaning),
        Some(Meaning::Lost)
    );
    let leads = find(&scene.make(add(Kind::Lead, "Key accounts", "sales")).await);
    assert_eq!(leads.stages.last().map(|it| it.name.as_str()), Some("Junk"));
    let empty = find(&scene.make(add(Kind::Deal, "Empty", "")).await);
    assert_eq!(empty.stages.len(), 3);

    let refused = scene.refused(add(Kind::Deal, "KEY ACCOUNTS", "")).await;
    assert_eq!(refused, "Name: is taken already");
    assert_eq!(
        scene.refused(add(Kind::Deal, " ", "")).await,
        "Name: must be filled in"
    );
    assert!(
        scene
            .refused(add(Kind::Deal, "X", "y"))
            .await
            .contains("“y”")
    );
    scene.refused(add(Kind::Company, "Companies", "")).await;

    let rename = |seen: &str, name: &str| PipelineChange::RenamePipeline {
        id: pipeline.id,
        seen: seen.to_owned(),
        name: name.to_owned(),
    };
    assert!(
        scene
            .refused(rename("Key accounts", "sales"))
            .await
            .contains("taken")
    );
    let renamed = scene.make(rename("Key accounts", "Partners")).await;
    assert_eq!(
        find(&PipelinesChanged {
            id: Some(pipeline.id),
            ..renamed
        })
        .name,
        "Partners"
    );
    let late = scene.refused(rename("Key accounts", "Friends")).await;
    assert!(late.contains("meanwhile"), "{late}");

    let ids = async || -> Vec<PipelineId> {
        let all = scene.settings().await.pipelines;
        let deals = all.into_iter().filter(|it| it.kind == Kind::Deal);
        deals.map(|it| it.id).collect()
    };
    let before = ids().await;
    let mut turned = before.clone();
    turned.reverse();
    let reorder = |seen: &[PipelineId], order: &[PipelineId]| PipelineChange::OrderPipelines {
        kind: Kind::Deal,
        seen: seen.to_vec(),
        order: order.to_vec(),
    };
    scene.make(reorder(&before, &turned)).await;
    assert_eq!(ids().await, turned);
    assert!(
        scene
            .refused(reorder(&before, &before))
            .await
            .contains("meanwhile")
    );
}

#[tokio::test]
async fn a_stage_is_added_changed_and_stands_where_its_meaning_says() {
    let scene = scene().await;
    let new = |name: &str, meaning| PipelineChange::AddStage {
        pipeline: scene.sales.id,
        draft: StageDraft {
            name: name.to_owned(),
            meaning,
            ..StageDraft::default()
        },
    };
    scene.make(new("Talks", Meaning::Open)).await;
    scene.make(new("Won abroad", Meaning::Won)).await;
    assert_eq!(
        scene.names().await,
        [
            "New",
            "Offer",
            "Contract",
            "Talks",
            "Won",
            "Won abroad",
            "Lost"
        ]
    );
    assert!(
        scene
            .refused(new("talks", Meaning::Open))
            .await
            .contains("taken")
    );

    // Won and lost stand last, whatever is asked.
    let pipeline = scene.pipeline().await;
    scene.make(order(&pipeline, &[6, 5, 3, 2, 1, 0, 4])).await;
    assert_eq!(
        scene.names().await,
        [
            "Talks",
            "Contract",
            "Offer",
            "New",
            "Won abroad",
            "Won",
            "Lost"
        ]
    );
    let late = scene
        .refused(order(&pipeline, &[1, 0, 2, 3, 4, 5, 6]))
        .await;
    assert!(late.contains("meanwhile"), "{late}");

    let pipeline = scene.pipeline().await;
    for index in 0..3 {
        let stage = pipeline.stages[index].clone();
        scene
            .make(draft(&stage, |it| it.meaning = Meaning::Won))
            .await;
    }
    let last = pipeline.stages[3].clone();
    let refused = scene
        .refused(draft(&last, |it| it.meaning = Meaning::Lost))
        .await;
    assert!(refused.contains("at least one"), "{refused}");
    let refused = scene
        .refused(delete(&last, Some(&pipeline.stages[4])))
        .await;
    assert!(refused.contains("at least one"), "{refused}");
}

#[tokio::test]
async fn two_administrators_merge_or_are_told() {
    let scene = scene().await;
    let seen = scene.stage(1).clone();
    scene
        .make(draft(&seen, |it| it.name = "Quote".to_owned()))
        .await;
    scene
        .make(draft(&seen, |it| it.color = "red".to_owned()))
        .await;
    let now = scene.pipeline().await.stages[1].clone();
    assert_eq!((now.name.as_str(), now.color.as_str()), ("Quote", "red"));
    let late = scene
        .refused(draft(&seen, |it| it.name = "Tender".to_owned()))
        .await;
    assert_eq!(late, "Somebody changed this record meanwhile: Name");
    // The same wish twice is one.
    let same = scene
        .make(draft(&seen, |it| it.name = "Quote".to_owned()))
        .await;
    assert_eq!(same.operation, None);
    // And of a stage that is gone nothing can be changed.
    scene.make(delete(&now, None)).await;
    let gone =
        pipeline_settings::change(&scene.ctx, draft(&now, |it| it.color = "blue".to_owned()));
    assert_eq!(gone.await.unwrap_err(), Error::NotFound);
}

#[tokio::test]
async fn a_gate_made_in_settings_holds_on_the_server() {
    let scene = scene().await;
    let deal = scene.deal("Roof", &[0]).await;
    let (offer, contract) = (scene.stage(1).clone(), scene.stage(2).clone());
    scene
        .make(draft(&offer, |it| {
            it.gate = Gate {
                required: vec!["next_step".to_owned()],
                next: Some(vec![scene.stage(3).id]),
                movers: None,
            };
        }))
        .await;
    let refused = scene.go(deal, offer.id).await.unwrap_err();
    assert_eq!(refused.field_errors()[0].field, "next_step");
    let draft_of = Draft::of([
        ("stage_id", Value::Id(offer.id)),
        ("next_step", Value::Text("Call".to_owned())),
    ]);
    write::change(&scene.ctx, Via::Board, Kind::Deal, deal, draft_of)
        .await
        .expect("filled in");
    let refused = scene.go(deal, contract.id).await.unwrap_err();
    assert!(refused.to_string().contains("Contract"), "{refused}");
    scene
        .make(draft(&contract, |it| {
            it.gate.movers = Some(vec![Role::HeadOfSales]);
        }))
        .await;
    let anna = scene.db.user("Anna", &[Role::Salesperson], None).await;
    let draft = Draft::of([
        ("title", Value::Text("Hers".to_owned())),
        ("stage_id", Value::Id(contract.id)),
    ]);
    let by_anna = scene.db.ctx_of(anna).await;
    let refused = write::create(&by_anna, Via::Form, Kind::Deal, draft).await;
    assert!(matches!(refused, Err(Error::Forbidden(_))));
}

#[tokio::test]
async fn reasons_are_named_ordered_and_retired() {
    let scene = scene().await;
    let add = |name: &str| PipelineChange::AddReason {
        name: name.to_owned(),
    };
    let made = scene.make(add("No answer")).await;
    let id = made.id.expect("a reason");
    assert!(scene.refused(add("price")).await.contains("taken"));
    let names = async || -> Vec<(String, bool)> {
        let all = scene.settings().await.lost_reasons;
        all.into_iter().map(|it| (it.name, it.retired)).collect()
    };
    let reorder = |seen: [i64; 2], order: [i64; 2]| PipelineChange::OrderReasons {
        seen: seen.to_vec(),
        order: order.to_vec(),
    };
    scene.make(reorder([1, id], [id, 1])).await;
    assert!(
        scene
            .refused(reorder([1, id], [1, id]))
            .await
            .contains("meanwhile")
    );
    assert_eq!(names().await[0].0, "No answer");
    let rename = |seen: &str, name: &str| PipelineChange::RenameReason {
        id,
        seen: seen.to_owned(),
        name: name.to_owned(),
    };
    scene.make(rename("No answer", "Silence")).await;
    assert!(
        scene
            .refused(rename("No answer", "Quiet"))
            .await
            .contains("meanwhile")
    );
    let lost = scene.deal("Lost", &[0]).await;
    scene.go(lost, scene.stage(4).id).await.expect("lost");
    assert_eq!(scene.settings().await.lost_reasons[1].records, 1);
    let retire = |id, retired| PipelineChange::RetireReason { id, retired };
    let done = scene.make(retire(1, true)).await;
    assert_eq!(
        names().await,
        [("Silence".into(), false), ("Price".into(), true)]
    );
    let refused = scene.refused(retire(id, true)).await;
    assert!(refused.contains("only reason"), "{refused}");
    let known = workspace::load(&scene.ctx).await.expect("a workspace");
    assert_eq!(known.lost_reasons.len(), 1);
    assert_eq!(known.lost_reason_name(1), Some("Price"));
    operations::undo(&scene.ctx, done.operation.expect("an operation"))
        .await
        .expect("undone");
    assert!(names().await.iter().all(|(_, retired)| !retired));
}
