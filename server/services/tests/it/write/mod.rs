//! The write path.

mod records;
mod stages;

use domain::board::Written;
use domain::money::Currency;
use domain::pipeline::Pipeline;
use domain::rights::Role;
use domain::timeline::Via;
use domain::{Draft, Error, Kind, Money, Problem, StageId, Value};
use services::Ctx;
use services::records::write::create;
use test_support::{OPEN_WON_LOST, TestDb};

pub(crate) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

pub(crate) fn eur(amount: i64) -> Value {
    Value::Money(Money::new(amount.into(), Currency::EUR))
}

/// A database with a deal pipeline, a salesperson and a reason for losing.
pub(crate) struct Shop {
    pub(crate) db: TestDb,
    pub(crate) sales: Ctx,
    pub(crate) pipeline: Pipeline,
    pub(crate) reason: i64,
}

impl Shop {
    pub(crate) async fn new() -> Self {
        let db = TestDb::new().await;
        let pipeline = db.pipeline(Kind::Deal, "Sales", &OPEN_WON_LOST).await;
        let reason = db.lost_reason("Price").await;
        let anna = db.user("Anna", &[Role::Salesperson], None).await;
        let sales = db.ctx_of(anna).await;
        Self {
            db,
            sales,
            pipeline,
            reason,
        }
    }

    pub(crate) fn stage(&self, name: &str) -> StageId {
        let stage = self.pipeline.stages.iter().find(|stage| stage.name == name);
        stage.expect("the stage is there").id
    }

    pub(crate) async fn deal(&self, title: &str, amount: i64) -> Written {
        let draft = Draft::of([("title", text(title)), ("amount", eur(amount))]);
        create(&self.sales, Via::Form, Kind::Deal, draft)
            .await
            .expect("a deal")
    }

    /// Kept totals as `stage:currency:count:amount`, and the same counted from the rows.
    pub(crate) async fn totals(&self) -> (Vec<String>, Vec<String>) {
        let lines = async |sql: &str| -> Vec<String> {
            let rows = self.db.rows(sql).await;
            rows.iter()
                .map(|row| row.try_get_by(0).expect("a line"))
                .collect()
        };
        let kept = lines(
            "select format('%s:%s:%s:%s', stage_id, currency, sum(count), sum(amount)::numeric(20,2))
               from stage_total where kind = 'deal' group by stage_id, currency
             having sum(count) <> 0 order by 1",
        )
        .await;
        let shared = lines(
            "select format('%s:%s:%s:%s', stage_id, currency, sum(count), sum(amount)::numeric(20,2))
               from stage_share where kind = 'deal' group by stage_id, currency
             having sum(count) <> 0 order by 1",
        )
        .await;
        assert_eq!(shared, kept, "of all owners together, and by owner");
        let counted = lines(
            "select format('%s:%s:%s:%s', stage_id, case when amount is null then '' else currency end,
                           count(*), coalesce(sum(amount), 0)::numeric(20,2))
               from deal where deleted_at is null
              group by stage_id, case when amount is null then '' else currency end order by 1",
        )
        .await;
        (kept, counted)
    }
}

fn problems(result: Result<Written, Error>) -> Vec<(String, Problem)> {
    let error = result.expect_err("it is refused");
    let errors = error.field_errors();
    assert!(!errors.is_empty(), "{error}");
    errors
        .iter()
        .map(|error| (error.field.clone(), error.problem.clone()))
        .collect()
}
