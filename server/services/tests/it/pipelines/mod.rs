//! Pipelines are reshaped: by whom, what fits, what becomes of the records, what the funnel says
//! afterwards, and what of it can be taken back.

mod records;
mod settings;

use domain::funnel::FunnelQuery;
use domain::pipeline::{Meaning, Pipeline, Stage};
use domain::pipeline_settings::{PipelineChange, PipelineSettings, PipelinesChanged, StageDraft};
use domain::query::{Filter, Operator};
use domain::rights::Role;
use domain::timeline::Via;
use domain::{Draft, Error, Kind, RecordId, StageId, Value};
use services::records::{read, write};
use services::{Ctx, funnel, pipeline_settings};
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
