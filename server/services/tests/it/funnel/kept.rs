//! Kept numbers equal counted ones, whatever was done, whoever asks, and for whatever owners and
//! period.

use domain::funnel::{FunnelPart, FunnelQuery};
use domain::pipeline_settings::PipelineChange;
use domain::query::{Filter, Operator};
use domain::rights::Role;
use domain::timeline::Via;
use domain::{Draft, Kind, RecordId, UserId, Value};
use services::records::write;
use services::{Ctx, doctor, operations, pipeline_settings};

use super::{STAGES, Scene, Total, deal, part, scene};

/// Equal but for rounding in the days.
fn assert_same(kept: &FunnelPart, counted: &FunnelPart, asked: &str) {
    for (kept, counted) in kept.stages.iter().zip(&counted.stages) {
        assert_eq!(
            kept.average_days.is_some(),
            counted.average_days.is_some(),
            "{asked}: {}",
            kept.name
        );
        let difference =
            kept.average_days.unwrap_or_default() - counted.average_days.unwrap_or_default();
        assert!(
            difference.abs() < 1e-6,
            "{asked}: {}: {difference}",
            kept.name
        );
    }
    let without_days = |part: &FunnelPart| {
        let mut part = part.clone();
        for stage in &mut part.stages {
            stage.average_days = None;
        }
        part
    };
    assert_eq!(without_days(kept), without_days(counted), "{asked}");
}

/// Asks twice, the second time with a filter that lets everything through and yet is one: it has
/// every record counted. Gives how many there are.
async fn same(ctx: &Ctx, query: &FunnelQuery) -> i64 {
    let counted = FunnelQuery {
        filter: query
            .filter
            .clone()
            .and(Filter::is("title", Operator::Filled, &[])),
        ..query.clone()
    };
    let kept = part(ctx, query).await;
    let asked = format!(
        "user {:?} in {}: {query:?}",
        ctx.actor.user_id, ctx.time_zone
    );
    assert_same(&kept, &part(ctx, &counted).await, &asked);
    Total::count(&kept.all)
}

fn of_period(period: &str) -> FunnelQuery {
    FunnelQuery {
        period: Some(period.to_owned()),
        ..FunnelQuery::default()
    }
}

/// Everybody who reads in a way of their own.
struct Readers {
    administrator: Ctx,
    director: Ctx,
    head: Ctx,
    anna: Ctx,
    /// Owns nothing, and observes some.
    observer: Ctx,
    all: Vec<Ctx>,
}

async fn readers(scene: &Scene) -> Readers {
    let db = &scene.db;
    let ada = db.user("Ada", &[Role::Administrator], None).await;
    let otto = db.user("Otto", &[Role::Salesperson], None).await;
    let administrator = db.ctx_of(ada).await;
    let director = db.ctx_of(scene.director).await;
    let head = db.ctx_of(scene.head).await;
    let anna = db.ctx_of(scene.anna).await;
    let observer = db.ctx_of(otto).await;
    let all = vec![
        administrator.clone(),
        director.clone(),
        head.clone(),
        anna.clone(),
        observer.clone(),
        db.ctx_of(scene.boris).await,
    ];
    Readers {
        administrator,
        director,
        head,
        anna,
        observer,
        all,
    }
}

impl Readers {
    /// Every reader's numbers are right, of all time and of a year; and what is kept is what a
    /// recount gives. Tells how many records each of them sees.
    async fn are_right(&self, system: &Ctx, what: &str) -> Vec<i64> {
        assert_eq!(doctor::mend(system).await, Ok(Vec::new()), "{what}");
        let mut counts = Vec::new();
        for reader in &self.all {
            counts.push(same(reader, &FunnelQuery::default()).await);
            same(reader, &of_period("last_365_days")).await;
        }
        counts
    }
}

async fn set(ctx: &Ctx, id: RecordId, field: &str, value: Value) {
    write::change(ctx, Via::Form, Kind::Deal, id, Draft::of([(field, value)]))
        .await
        .expect("a change");
}

#[tokio::test]
async fn whatever_was_done() {
    let scene = scene().await;
    let (db, pipeline) = (&scene.db, &scene.pipeline);
    let system = &db.system();
    let readers = readers(&scene).await;
    let right = async |what: &str| readers.are_right(system, what).await;
    // The administrator, the director, the head, Anna, the observer, Boris.
    assert_eq!(right("scene").await, [8, 8, 5, 5, 0, 3]);

    let undone = deal(system, pipeline, scene.anna, 600, &[0]).await;
    let draft = Draft::of([("stage_id", Value::Id(pipeline.stages[2].id))]);
    let moved = write::change(system, Via::Board, Kind::Deal, undone, draft)
        .await
        .expect("moved");
    assert_eq!(right("moved").await, [9, 9, 6, 6, 0, 3]);
    operations::undo(system, moved.operation.expect("an operation"))
        .await
        .expect("undone");
    assert_eq!(right("undone").await, [9, 9, 6, 6, 0, 3]);
    let now = part(&readers.director, &FunnelQuery::default()).await;
    assert_eq!(now.stages[2].reached, 3, "a move taken back has not been");

    let given = deal(system, pipeline, scene.anna, 700, &[0, 1, 2]).await;
    set(system, given, "owner_id", Value::Id(scene.boris)).await;
    assert_eq!(right("another owner").await, [10, 10, 6, 6, 0, 4]);
    set(system, given, "everyone", Value::YesNo(true)).await;
    assert_eq!(right("open to everyone").await, [10, 10, 7, 7, 1, 4]);
    set(system, given, "owner_id", Value::Empty).await;
    assert_eq!(right("nobody's, and open").await, [10, 10, 7, 7, 1, 4]);
    set(system, given, "everyone", Value::YesNo(false)).await;
    assert_eq!(right("nobody's").await, [10, 10, 6, 6, 0, 3]);
    let otto = readers.observer.actor.user_id.expect("a user");
    set(
        system,
        given,
        "observers",
        Value::Ids(vec![otto, scene.anna]),
    )
    .await;
    set(
        system,
        undone,
        "observers",
        Value::Ids(vec![otto, scene.anna]),
    )
    .await;
    assert_eq!(right("observed").await, [10, 10, 6, 7, 2, 3]);
    set(system, given, "amount", Value::Empty).await;
    set(system, undone, "title", Value::Text("Roof".into())).await;
    assert_eq!(right("without an amount").await, [10, 10, 6, 7, 2, 3]);

    write::delete(system, Via::Form, Kind::Deal, given)
        .await
        .expect("deleted");
    assert_eq!(right("deleted").await, [9, 9, 6, 6, 1, 3]);
    write::restore(system, Via::Form, Kind::Deal, given)
        .await
        .expect("restored");
    assert_eq!(right("restored").await, [10, 10, 6, 7, 2, 3]);

    let other = db.pipeline(Kind::Deal, "Other", &STAGES).await;
    let draft = Draft::of([
        ("pipeline_id", Value::Id(other.id)),
        ("stage_id", Value::Id(other.stages[1].id)),
    ]);
    write::change(system, Via::Board, Kind::Deal, given, draft)
        .await
        .expect("moved over");
    assert_eq!(right("moved over").await, [9, 9, 6, 6, 1, 3]);
    let merge = PipelineChange::DeletePipeline {
        id: other.id,
        records_to: Some(pipeline.stages[0].id),
    };
    pipeline_settings::change(&readers.administrator, merge)
        .await
        .expect("merged");
    assert_eq!(right("merged").await, [10, 10, 6, 7, 2, 3]);
    db.run(&format!(
        "delete from stage_stay where record_id = {given}; delete from deal where id = {given}"
    ))
    .await;
    assert_eq!(right("gone for good").await, [9, 9, 6, 6, 1, 3]);
}

/// A thousand and more deals of all owners and nobody, written past everything on the edges of days
/// and months, some of them dated ahead; one in nine open to everyone, one in seven observed.
async fn by_the_thousand(scene: &Scene, readers: &Readers) {
    let owner = |user: UserId| user.to_string();
    scene
        .db
        .run(&format!(
            "insert into deal (title, pipeline_id, stage_id, stage_since, position, amount, currency, \
                               owner_id, everyone, created_at, updated_at) \
             select 'Bulk', {}, {} + n % 5, '2026-11-22', 'a', nullif(n % 7, 3), \
                    (array['EUR', 'PLN'])[1 + n % 2], (array[{}, {}, {}, null])[1 + n % 4], n % 9 = 0, \
                    timestamptz '2026-11-29 20:00Z' - n * interval '7 hours 37 minutes', now() \
               from generate_series(1, 1500) n; \
             insert into stage_stay (kind, record_id, pipeline_id, stage_id, entered_at, left_at) \
             select 'deal', id, pipeline_id, stage_id, created_at, \
                    case when id % 2 = 0 then created_at + interval '1 day' end \
               from deal where title = 'Bulk'; \
             insert into record_observer (kind, record_id, user_id) \
             select 'deal', id, u from deal, unnest(array[{}, {}]) u where title = 'Bulk' and id % 7 = 0; \
             update deal set created_at = created_at - interval '40 days', \
                             owner_id = case when id % 3 = 0 then owner_id end \
              where title = 'Bulk' and id % 10 = 0",
            scene.pipeline.id,
            scene.pipeline.stages[0].id,
            owner(scene.anna),
            owner(scene.boris),
            owner(scene.head),
            owner(readers.observer.actor.user_id.expect("a user")),
            owner(scene.boris),
        ))
        .await;
}

#[tokio::test]
async fn whoever_asks_for_whatever_owners_and_period() {
    let scene = scene().await;
    let readers = readers(&scene).await;
    by_the_thousand(&scene, &readers).await;
    let system = scene.db.system();
    let all = readers.are_right(&system, "by the thousand").await;
    assert_eq!(all[0], 1508);
    assert!(
        all[2..].iter().all(|&count| count > 0 && count < 1508),
        "{all:?}"
    );

    let asked = |narrow: &dyn Fn(&mut FunnelQuery)| {
        let mut query = FunnelQuery::default();
        narrow(&mut query);
        query
    };
    let is = |operands: &[&str]| Filter::is("owner_id", Operator::Is, operands);
    let (anna, boris) = (scene.anna.to_string(), scene.boris.to_string());
    let narrowed = [
        FunnelQuery::default(),
        asked(&|it| it.owner = Some(scene.boris)),
        asked(&|it| it.department = Some(scene.north)),
        asked(&|it| it.filter = is(&[&anna, &boris])),
        asked(&|it| it.filter = is(&["me", ""])),
        asked(&|it| {
            it.department = Some(scene.north);
            it.filter = Filter::Or(vec![is(&[&boris]), is(&["my_department"])]);
        }),
        asked(&|it| it.filter = Filter::Not(Box::new(is(&[&anna])))),
        asked(&|it| it.filter = is(&["0"])),
    ];
    for reader in &readers.all {
        for query in &narrowed {
            let period = Some("last_365_days".to_owned());
            let query = FunnelQuery {
                period,
                ..query.clone()
            };
            same(reader, &query).await;
        }
    }
}

#[tokio::test]
async fn wherever_days_and_months_begin() {
    let scene = scene().await;
    let readers = readers(&scene).await;
    by_the_thousand(&scene, &readers).await;
    // Half an hour off, ahead of and behind UTC.
    for zone in [chrono_tz::Asia::Kolkata, chrono_tz::America::St_Johns] {
        for period in [
            "this_week",
            "this_month",
            "last_30_days",
            "last_365_days",
            "2026-09-16..2026-11-14",
            "2026-09",
            "past",
        ] {
            for reader in [&readers.administrator, &readers.head, &readers.observer] {
                let reader = Ctx {
                    time_zone: zone,
                    ..reader.clone()
                };
                let seen = same(&reader, &of_period(period)).await;
                assert!(seen > 0, "{period}: nothing is seen");
            }
        }
    }
}

/// What would be read in vain if the numbers were counted all the same.
#[tokio::test]
async fn owners_are_answered_from_what_is_kept() {
    let scene = scene().await;
    let readers = readers(&scene).await;
    scene
        .db
        .run("update funnel_owner set count = count + 100 where count > 0")
        .await;
    let count = async |ctx: &Ctx, query: &FunnelQuery| Total::count(&part(ctx, query).await.all);
    let all = FunnelQuery::default();
    assert!(count(&readers.head, &all).await > 100);
    assert!(count(&readers.anna, &of_period("this_year")).await > 100);
    assert_eq!(count(&readers.director, &all).await, 8);
    let of_anna = FunnelQuery {
        owner: Some(scene.anna),
        ..all.clone()
    };
    assert!(count(&readers.director, &of_anna).await > 100);
    // A week is no month.
    assert!(count(&readers.head, &of_period("last_7_days")).await < 100);
}
