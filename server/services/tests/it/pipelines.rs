//! Pipelines are reshaped: by whom, what fits, what becomes of the records, what the funnel says
//! afterwards, and what of it can be taken back.

use domain::funnel::FunnelQuery;
use domain::pipeline::{Gate, Meaning, Pipeline, Stage};
use domain::pipeline_settings::{PipelineChange, PipelineSettings, PipelinesChanged, StageDraft};
use domain::query::{Filter, Operator};
use domain::rights::Role;
use domain::timeline::{Told, Via, What};
use domain::{Draft, Error, Kind, PipelineId, RecordId, StageId, Value};
use services::records::{read, write};
use services::{Ctx, funnel, operations, pipeline_settings, timeline, workspace};
use test_support::TestDb;

const STAGES: [(&str, Meaning); 5] = [
    ("New", Meaning::Open),
    ("Offer", Meaning::Open),
    ("Contract", Meaning::Open),
    ("Won", Meaning::Won),
    ("Lost", Meaning::Lost),
];

struct Scene {
    db: TestDb,
    sales: Pipeline,
    /// An administrator.
    ctx: Ctx,
}

async fn scene() -> Scene {
    let db = TestDb::new().await;
    db.run("update organisation set leads = false").await;
    let sales = db.pipeline(Kind::Deal, "Sales", &STAGES).await;
    db.lost_reason("Price").await;
    let ada = db.user("Ada", &[Role::Administrator], None).await;
    let ctx = db.ctx_of(ada).await;
    Scene { db, sales, ctx }
}

impl Scene {
    fn stage(&self, index: usize) -> &Stage {
        &self.sales.stages[index]
    }

    async fn settings(&self) -> PipelineSettings {
        pipeline_settings::read(&self.ctx).await.expect("settings")
    }

    async fn pipeline(&self) -> Pipeline {
        let mut all = self.settings().await.pipelines;
        all.retain(|pipeline| pipeline.id == self.sales.id);
        all.pop().expect("the pipeline")
    }

    async fn names(&self) -> Vec<String> {
        let stages = self.pipeline().await.stages;
        stages.into_iter().map(|stage| stage.name).collect()
    }

    async fn make(&self, change: PipelineChange) -> PipelinesChanged {
        pipeline_settings::change(&self.ctx, change)
            .await
            .expect("a change that fits")
    }

    async fn refused(&self, change: PipelineChange) -> String {
        pipeline_settings::change(&self.ctx, change)
            .await
            .expect_err("a change that does not fit")
            .to_string()
    }

    async fn deal(&self, title: &str, way: &[usize]) -> RecordId {
        let draft = Draft::of([
            ("title", Value::Text(title.to_owned())),
            ("pipeline_id", Value::Id(self.sales.id)),
            ("stage_id", Value::Id(self.stage(way[0]).id)),
        ]);
        let made = write::create(&self.ctx, Via::Form, Kind::Deal, draft).await;
        let id = made.expect("a deal").record.expect("seen").id;
        for &stage in &way[1..] {
            self.go(id, self.stage(stage).id).await.expect("a move");
        }
        id
    }

    async fn go(&self, id: RecordId, stage: StageId) -> Result<(), Error> {
        let draft = Draft::of([
            ("stage_id", Value::Id(stage)),
            ("lost_reason_id", Value::Id(1)),
        ]);
        let moved = write::change(&self.ctx, Via::Board, Kind::Deal, id, draft).await;
        moved.map(|_| ())
    }

    async fn stage_of(&self, id: RecordId) -> StageId {
        let record = read::get(&self.ctx, Kind::Deal, id).await.expect("a deal");
        record.value("stage_id").as_id().expect("a stage")
    }

    /// The kept numbers equal those counted row by row, and the furthest stages those that the
    /// stays tell. Gives how many reached each stage.
    async fn funnel_is_right(&self) -> Vec<i64> {
        let wrong = format!(
            "select count(*) from deal d where pipeline_id = {} and furthest_id is distinct from (
               select s.id from stage_stay y join stage s on s.id = y.stage_id
                where y.kind = 'deal' and y.record_id = d.id and y.pipeline_id = d.pipeline_id
                  and s.meaning = 'open' and s.deleted_at is null
                order by s.position desc, s.id desc limit 1)",
            self.sales.id
        );
        assert_eq!(
            self.db.number(&wrong).await,
            0,
            "furthest stages as the stays tell"
        );
        let kept = FunnelQuery::default();
        let counted = FunnelQuery {
            filter: Filter::is("title", Operator::Filled, &[]),
            ..FunnelQuery::default()
        };
        let reached = async |query: FunnelQuery| -> Vec<(String, i64, i64)> {
            let funnel = funnel::read(&self.ctx, &query).await.expect("a funnel");
            let stages = &funnel.parts[0].stages;
            let now = |stage: &domain::funnel::FunnelStage| domain::board::Total::count(&stage.now);
            stages
                .iter()
                .map(|stage| (stage.name.clone(), stage.reached, now(stage)))
                .collect()
        };
        let kept = reached(kept).await;
        assert_eq!(kept, reached(counted).await);
        kept.into_iter().map(|(_, reached, _)| reached).collect()
    }
}

fn draft(stage: &Stage, change: impl FnOnce(&mut StageDraft)) -> PipelineChange {
    let mut draft = StageDraft::from(stage);
    change(&mut draft);
    PipelineChange::ChangeStage {
        seen: stage.clone(),
        draft,
    }
}

fn order(pipeline: &Pipeline, order: &[usize]) -> PipelineChange {
    let seen: Vec<StageId> = pipeline.stages.iter().map(|stage| stage.id).collect();
    PipelineChange::OrderStages {
        pipeline: pipeline.id,
        order: order.iter().map(|&index| seen[index]).collect(),
        seen,
    }
}

fn delete(stage: &Stage, records_to: Option<&Stage>) -> PipelineChange {
    PipelineChange::DeleteStage {
        id: stage.id,
        records_to: records_to.map(|stage| stage.id),
    }
}

fn add(kind: Kind, name: &str, preset: &str) -> PipelineChange {
    PipelineChange::AddPipeline {
        kind,
        name: name.to_owned(),
        preset: preset.to_owned(),
    }
}

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
