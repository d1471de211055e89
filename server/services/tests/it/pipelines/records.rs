//! What becomes of the records and of the funnel when their pipelines are reshaped.

use domain::pipeline::{Meaning, Pipeline, Stage};
use domain::pipeline_settings::PipelineChange;
use domain::timeline::{Told, Via, What};
use domain::{Draft, Kind, Value};
use sea_orm::ConnectionTrait as _;
use services::records::write;
use services::{operations, timeline, workspace};

use super::{STAGES, delete, draft, order, scene};

#[tokio::test]
async fn whatever_is_reshaped_the_funnel_equals_a_recount() {
    let scene = scene().await;
    for (number, way) in [
        &[0][..],
        &[0, 1],
        &[0, 1, 2],
        &[0, 2, 1],
        &[2, 0],
        &[0, 1, 3],
        &[0, 4],
        &[1, 2, 4],
        &[1],
    ]
    .iter()
    .enumerate()
    {
        scene.deal(&format!("Deal {number}"), way).await;
    }
    assert_eq!(scene.funnel_is_right().await, [9, 7, 5, 1, 2]);
    // Contract before Offer: who has been in Offer has come furthest.
    let done = scene.make(order(&scene.sales, &[2, 0, 1, 3, 4])).await;
    assert_eq!(scene.funnel_is_right().await, [9, 9, 6, 1, 2]);
    operations::undo(&scene.ctx, done.operation.expect("an operation"))
        .await
        .expect("undone");
    assert_eq!(scene.funnel_is_right().await, [9, 7, 5, 1, 2]);

    // A stage that means something else: its records are closed, and nobody has been there.
    let contract = scene.stage(2).clone();
    let done = scene
        .make(draft(&contract, |it| it.meaning = Meaning::Won))
        .await;
    assert_eq!(
        scene.names().await,
        ["New", "Offer", "Contract", "Won", "Lost"]
    );
    scene.funnel_is_right().await;
    let closed = format!(
        "select count(*) from deal where stage_id = {} and closed_at is distinct from stage_since",
        contract.id
    );
    assert_eq!(scene.db.number(&closed).await, 0);
    operations::undo(&scene.ctx, done.operation.expect("an operation"))
        .await
        .expect("undone");
    let open = format!(
        "select count(*) from deal where stage_id = {} and closed_at is not null",
        contract.id
    );
    assert_eq!(scene.db.number(&open).await, 0);
    assert_eq!(scene.funnel_is_right().await, [9, 7, 5, 1, 2]);

    // A stage that goes away, and all that comes back with it.
    let done = scene.make(delete(&contract, Some(scene.stage(0)))).await;
    assert_eq!(done.moved, 1);
    scene.funnel_is_right().await;
    operations::undo(&scene.ctx, done.operation.expect("an operation"))
        .await
        .expect("undone");
    assert_eq!(
        scene.names().await,
        ["New", "Offer", "Contract", "Won", "Lost"]
    );
    assert_eq!(scene.funnel_is_right().await, [9, 7, 5, 1, 2]);
}

#[tokio::test]
async fn stays_written_of_the_past_count_as_far_as_they_went() {
    let scene = scene().await;
    let mut deals = Vec::new();
    for (number, way) in [&[0][..], &[0], &[2], &[1, 4], &[3]].iter().enumerate() {
        deals.push(scene.deal(&format!("Deal {number}"), way).await);
    }
    assert_eq!(scene.funnel_is_right().await, [5, 3, 2, 1, 1]);
    // One further than where it is, two at once, one that is not as far, one of a deal that is lost.
    let past = [(0, 2), (1, 0), (1, 1), (2, 1), (3, 2)].map(|(deal, stage)| {
        let (deal, stage) = (deals[deal], scene.stage(stage).id);
        format!(
            "('deal', {deal}, {}, {stage}, now() - interval '2 days', now() - interval '1 day')",
            scene.sales.id
        )
    });
    let written = format!(
        "insert into stage_stay (kind, record_id, pipeline_id, stage_id, entered_at, left_at) values {}",
        past.join(", ")
    );
    scene.db.run(&written).await;
    assert_eq!(scene.funnel_is_right().await, [5, 5, 4, 1, 1]);
}

#[tokio::test]
async fn who_comes_back_to_a_pipeline_has_come_as_far_as_before() {
    let scene = scene().await;
    let other = scene.db.pipeline(Kind::Deal, "Other", &STAGES).await;
    let to = async |deal, pipeline: &Pipeline, stage: usize| {
        let draft = Draft::of([
            ("pipeline_id", Value::Id(pipeline.id)),
            ("stage_id", Value::Id(pipeline.stages[stage].id)),
        ]);
        let moved = write::change(&scene.ctx, Via::Form, Kind::Deal, deal, draft).await;
        moved.expect("moved");
    };
    let deal = scene.deal("There and back", &[0, 2]).await;
    assert_eq!(scene.funnel_is_right().await, [1, 1, 1, 0, 0]);
    to(deal, &other, 1).await;
    assert_eq!(scene.funnel_is_right().await, [0, 0, 0, 0, 0]);
    to(deal, &scene.sales, 0).await;
    assert_eq!(scene.funnel_is_right().await, [1, 1, 1, 0, 0]);
    scene.go(deal, scene.stage(1).id).await.expect("a move");
    assert_eq!(scene.funnel_is_right().await, [1, 1, 1, 0, 0]);
    let asked = format!("select recount_furthest('deal', {})", scene.sales.id);
    assert_eq!(scene.db.number(&asked).await, 0, "nothing was to be mended");
}

#[tokio::test]
async fn no_record_is_in_a_stage_of_another_pipeline() {
    let scene = scene().await;
    let deal = scene.deal("Here", &[0]).await;
    let other = scene.db.pipeline(Kind::Deal, "Other", &STAGES).await;
    let astray = format!(
        "update deal set pipeline_id = {} where id = {deal}",
        other.id
    );
    let refused = scene.db.db.execute_unprepared(&astray).await;
    let refused = refused.expect_err("refused").to_string();
    assert!(refused.contains("deal_stage_of_pipeline_fkey"), "{refused}");
}

#[tokio::test]
async fn records_leave_a_stage_that_is_deleted_and_keep_their_history() {
    let scene = scene().await;
    let (one, two) = (
        scene.deal("One", &[0, 1]).await,
        scene.deal("Two", &[1]).await,
    );
    let kept = scene.deal("Kept", &[0]).await;
    let (offer, contract) = (scene.stage(1).clone(), scene.stage(2).clone());
    // Where a deleted stage lets records go says nothing any more.
    scene
        .make(draft(&offer, |it| {
            it.gate.next = Some(vec![scene.stage(3).id]);
        }))
        .await;
    let refused = scene.refused(delete(&offer, None)).await;
    assert_eq!(refused, "Where its records go: must be filled in");
    let refused = scene.refused(delete(&offer, Some(&offer))).await;
    assert!(refused.contains("no such record"), "{refused}");

    let done = scene.make(delete(&offer, Some(&contract))).await;
    assert_eq!(done.moved, 2);
    assert_eq!(scene.names().await, ["New", "Contract", "Won", "Lost"]);
    for deal in [one, two] {
        assert_eq!(scene.stage_of(deal).await, contract.id);
    }
    assert_eq!(scene.stage_of(kept).await, scene.stage(0).id);
    let history = timeline::read(&scene.ctx, Kind::Deal, one, Told::All, None)
        .await
        .expect("a timeline");
    assert_eq!(history.entries[0].what, What::Moved);
    assert_eq!(history.entries[0].via, Via::Bulk);
    let change = history.entries[0]
        .changes
        .iter()
        .find(|change| change.field == "stage_id");
    let old = change.and_then(|it| it.old.as_id()).expect("a move");
    let known = workspace::load(&scene.ctx).await.expect("a workspace");
    assert_eq!(known.stage_name(old), Some("Offer"));
    // It is no place to go to any more.
    scene
        .go(kept, offer.id)
        .await
        .expect_err("a stage that is gone");

    let undone = operations::undo(&scene.ctx, done.operation.expect("one operation"))
        .await
        .expect("undone");
    assert_eq!(undone.kept, Vec::<String>::new());
    assert_eq!(scene.stage_of(two).await, offer.id);
    assert_eq!(
        scene.names().await,
        ["New", "Offer", "Contract", "Won", "Lost"]
    );
}

#[tokio::test]
async fn records_that_may_not_go_there_keep_their_stage() {
    let scene = scene().await;
    scene.deal("Bare", &[1]).await;
    let contract = scene.stage(2).clone();
    scene
        .make(draft(&contract, |it| {
            it.gate.required = vec!["amount".to_owned()];
        }))
        .await;
    let refused = scene.refused(delete(scene.stage(1), Some(&contract))).await;
    assert!(
        refused.contains("1 of 1") && refused.contains("Amount"),
        "{refused}"
    );
    assert_eq!(
        scene.names().await,
        ["New", "Offer", "Contract", "Won", "Lost"]
    );
}

#[tokio::test]
async fn nobody_comes_into_a_stage_while_it_goes_away() {
    let scene = scene().await;
    let offer = scene.stage(1).clone();
    let mut deals = Vec::new();
    for number in 0..12 {
        deals.push(scene.deal(&format!("Deal {number}"), &[0]).await);
    }
    let moves = deals.iter().map(|&deal| {
        let (ctx, offer) = (scene.ctx.clone(), offer.id);
        tokio::spawn(async move {
            let draft = Draft::of([("stage_id", Value::Id(offer))]);
            write::change(&ctx, Via::Board, Kind::Deal, deal, draft).await
        })
    });
    let moves: Vec<_> = moves.collect();
    tokio::task::yield_now().await;
    scene.make(delete(&offer, Some(scene.stage(2)))).await;
    for moved in moves {
        if let Err(error) = moved.await.expect("no panic") {
            assert_eq!(error.code(), "invalid", "{error}");
        }
    }
    let inside = format!("select count(*) from deal where stage_id = {}", offer.id);
    assert_eq!(scene.db.number(&inside).await, 0);
    scene.funnel_is_right().await;
}

#[tokio::test]
async fn who_comes_out_of_the_bin_finds_a_stage() {
    let scene = scene().await;
    let binned = scene.deal("Binned", &[0, 1]).await;
    write::delete(&scene.ctx, Via::Form, Kind::Deal, binned)
        .await
        .expect("deleted");
    scene.make(delete(scene.stage(1), None)).await;
    write::restore(&scene.ctx, Via::Form, Kind::Deal, binned)
        .await
        .expect("restored");
    assert_eq!(scene.stage_of(binned).await, scene.stage(0).id);
    scene.funnel_is_right().await;
}

#[tokio::test]
async fn a_pipeline_goes_when_its_records_have_gone() {
    let scene = scene().await;
    let delete = |id, to: Option<&Stage>| PipelineChange::DeletePipeline {
        id,
        records_to: to.map(|stage| stage.id),
    };
    let refused = scene.refused(delete(scene.sales.id, None)).await;
    assert!(refused.contains("only pipeline"), "{refused}");
    let other = scene.db.pipeline(Kind::Deal, "Other", &STAGES).await;
    let deal = scene.deal("Roof", &[0, 1]).await;
    let refused = scene.refused(delete(scene.sales.id, None)).await;
    assert_eq!(refused, "Where its records go: must be filled in");
    let done = scene
        .make(delete(scene.sales.id, Some(&other.stages[2])))
        .await;
    assert_eq!(done.settings.pipelines.len(), 1);
    assert_eq!(scene.stage_of(deal).await, other.stages[2].id);
    let known = workspace::load(&scene.ctx).await.expect("a workspace");
    assert_eq!(known.pipeline_name(scene.sales.id), Some("Sales"));
    assert_eq!(known.stage_name(scene.stage(1).id), Some("Offer"));
    operations::undo(&scene.ctx, done.operation.expect("an operation"))
        .await
        .expect("undone");
    assert_eq!(scene.stage_of(deal).await, scene.stage(1).id);
    assert_eq!(scene.names().await.len(), 5);
    scene.funnel_is_right().await;
}

#[tokio::test]
async fn a_record_in_another_pipeline_is_the_same_with_its_history() {
    let scene = scene().await;
    let other = scene.db.pipeline(Kind::Deal, "Other", &STAGES).await;
    let deal = scene.deal("Roof", &[0, 1]).await;
    let entries = async || {
        let history = timeline::read(&scene.ctx, Kind::Deal, deal, Told::All, None).await;
        history.expect("a timeline").entries
    };
    let before = entries().await.len();
    // Without a stage it begins at the beginning.
    let draft = Draft::of([("pipeline_id", Value::Id(other.id))]);
    let moved = write::change(&scene.ctx, Via::Board, Kind::Deal, deal, draft)
        .await
        .expect("moved");
    let record = moved.record.expect("seen");
    assert_eq!(record.id, deal);
    assert_eq!(record.value("stage_id").as_id(), Some(other.stages[0].id));
    assert_eq!(entries().await.len(), before + 1);
    assert_eq!(entries().await[0].what, What::Moved);
    let stays =
        format!("select count(*) from stage_stay where kind = 'deal' and record_id = {deal}");
    assert_eq!(scene.db.number(&stays).await, 3);
    scene.funnel_is_right().await;
    operations::undo(&scene.ctx, moved.operation.expect("an operation"))
        .await
        .expect("undone");
    assert_eq!(scene.stage_of(deal).await, scene.stage(1).id);
}
