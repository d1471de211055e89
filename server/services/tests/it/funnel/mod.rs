//! The funnel: numbers as counted by hand, as each reader may see them, and the same from every
//! source.

mod kept;

use domain::board::Total;
use domain::field::FieldType;
use domain::field_settings::FieldDraft;
use domain::funnel::{Funnel, FunnelPart, FunnelQuery};
use domain::money::Currency;
use domain::pipeline::{Meaning, Pipeline};
use domain::query::{Filter, Operator};
use domain::rights::Role;
use domain::timeline::Via;
use domain::value::Linked;
use domain::{Draft, Error, Kind, Money, RecordId, UserId, Value};
use services::records::write;
use services::{Ctx, fields, funnel};
use test_support::{TestDb, now};

const STAGES: [(&str, Meaning); 5] = [
    ("New", Meaning::Open),
    ("Offer", Meaning::Open),
    ("Contract", Meaning::Open),
    ("Won", Meaning::Won),
    ("Lost", Meaning::Lost),
];

/// A deal made and moved through stages, one a day, the last one today.
async fn deal(
    ctx: &Ctx,
    pipeline: &Pipeline,
    owner: UserId,
    euros: i64,
    way: &[usize],
) -> RecordId {
    let days = i64::try_from(way.len()).expect("a short way") - 1;
    let at = |day: i64| Ctx {
        now: ctx.now - chrono::TimeDelta::days(days - day),
        ..ctx.clone()
    };
    let draft = Draft::of([
        ("title", Value::Text(format!("Deal of {euros}"))),
        ("owner_id", Value::Id(owner)),
        ("pipeline_id", Value::Id(pipeline.id)),
        ("stage_id", Value::Id(pipeline.stages[way[0]].id)),
        (
            "amount",
            Value::Money(Money::new(euros.into(), Currency::EUR)),
        ),
    ]);
    let made = write::create(&at(0), Via::Form, Kind::Deal, draft)
        .await
        .expect("a deal");
    let id = made.record.expect("the system sees it").id;
    for (day, &stage) in (1..).zip(&way[1..]) {
        let mut draft = Draft::of([("stage_id", Value::Id(pipeline.stages[stage].id))]);
        if pipeline.stages[stage].meaning == Meaning::Lost {
            draft.values.insert("lost_reason_id".into(), Value::Id(1));
        }
        write::change(&at(day), Via::Board, Kind::Deal, id, draft)
            .await
            .expect("a move");
    }
    id
}

struct Scene {
    db: TestDb,
    pipeline: Pipeline,
    anna: UserId,
    boris: UserId,
    head: UserId,
    director: UserId,
    north: i64,
}

/// Anna has five deals, Boris three; the head heads Anna's department.
async fn scene() -> Scene {
    let db = TestDb::new().await;
    db.run("update organisation set leads = false").await;
    let north = db.department("North", None).await;
    let south = db.department("South", None).await;
    let anna = db.user("Anna", &[Role::Salesperson], Some(north)).await;
    let boris = db.user("Boris", &[Role::Salesperson], Some(south)).await;
    let head = db.user("Hanna", &[Role::HeadOfSales], Some(north)).await;
    let director = db.user("Dora", &[Role::Director], None).await;
    assert_eq!(db.lost_reason("Price").await, 1);
    let pipeline = db.pipeline(Kind::Deal, "Sales", &STAGES).await;
    let ctx = db.system();
    deal(&ctx, &pipeline, anna, 100, &[0]).await;
    deal(&ctx, &pipeline, anna, 200, &[0, 1]).await;
    deal(&ctx, &pipeline, anna, 300, &[0, 1, 2, 3]).await;
    deal(&ctx, &pipeline, anna, 400, &[0, 1, 4]).await;
    // Moved back: it has been further.
    deal(&ctx, &pipeline, anna, 500, &[0, 2, 1]).await;
    deal(&ctx, &pipeline, boris, 1000, &[0, 3]).await;
    deal(&ctx, &pipeline, boris, 2000, &[1]).await;
    deal(&ctx, &pipeline, boris, 3000, &[0, 4]).await;
    Scene {
        db,
        pipeline,
        anna,
        boris,
        head,
        director,
        north,
    }
}

async fn read(ctx: &Ctx, query: &FunnelQuery) -> Funnel {
    funnel::read(ctx, query).await.expect("a funnel")
}

async fn part(ctx: &Ctx, query: &FunnelQuery) -> FunnelPart {
    let mut funnel = read(ctx, query).await;
    assert_eq!(funnel.parts.len(), 1, "leads are not in use");
    funnel.parts.remove(0)
}

fn reached(part: &FunnelPart) -> Vec<(i64, i64)> {
    let euros = |totals: &[Total]| -> i64 {
        totals
            .iter()
            .map(|total| i64::try_from(total.amount).expect("whole amounts"))
            .sum()
    };
    part.stages
        .iter()
        .map(|stage| (stage.reached, euros(&stage.reached_sums)))
        .collect()
}

fn now_in(part: &FunnelPart) -> Vec<i64> {
    part.stages
        .iter()
        .map(|stage| Total::count(&stage.now))
        .collect()
}

#[tokio::test]
async fn it_counts_how_far_deals_came_and_how_long_they_stayed() {
    let scene = scene().await;
    let director = scene.db.ctx_of(scene.director).await;
    let part = part(&director, &FunnelQuery::default()).await;
    assert_eq!(now_in(&part), [1, 3, 0, 2, 2]);
    assert_eq!(
        reached(&part),
        [(8, 7500), (6, 4400), (3, 1800), (2, 1300), (2, 3400)]
    );
    assert_eq!(part.stages[1].conversion, Some(6.0 / 8.0));
    assert_eq!(part.stages[3].conversion, Some(2.0 / 3.0));
    assert_eq!(part.stages[4].conversion, None);
    // In "New" six deals stayed a day each, the one that is there came just now.
    let days = part.stages[0]
        .average_days
        .expect("days in the first stage");
    assert!((days - 6.0 / 7.0).abs() < 1e-9, "{days}");
    assert_eq!(part.lost_reasons.len(), 1);
    assert_eq!(part.lost_reasons[0].reason.as_deref(), Some("Price"));
    assert_eq!(part.lost_reasons[0].count, 2);
    assert_eq!(Total::count(&part.all), 8);
}

#[tokio::test]
async fn each_reader_has_the_own_numbers() {
    let scene = scene().await;
    let count = async |user: UserId| {
        let ctx = scene.db.ctx_of(user).await;
        Total::count(&part(&ctx, &FunnelQuery::default()).await.all)
    };
    assert_eq!(count(scene.anna).await, 5);
    assert_eq!(count(scene.boris).await, 3);
    assert_eq!(count(scene.head).await, 5);
    assert_eq!(count(scene.director).await, 8);
    let anna = scene.db.ctx_of(scene.anna).await;
    let funnel = part(&anna, &FunnelQuery::default()).await;
    assert_eq!(
        reached(&funnel),
        [(5, 1500), (4, 1400), (2, 800), (1, 300), (1, 400)]
    );
    // Asking for somebody else's does not show them.
    let others = FunnelQuery {
        owner: Some(scene.boris),
        ..FunnelQuery::default()
    };
    assert!(part(&anna, &others).await.all.is_empty());
}

#[tokio::test]
async fn it_can_be_narrowed_to_an_owner_a_department_and_a_period() {
    let scene = scene().await;
    let director = scene.db.ctx_of(scene.director).await;
    let count = async |query: FunnelQuery| Total::count(&part(&director, &query).await.all);
    let owner = FunnelQuery {
        owner: Some(scene.boris),
        ..FunnelQuery::default()
    };
    assert_eq!(count(owner).await, 3);
    let department = FunnelQuery {
        department: Some(scene.north),
        ..FunnelQuery::default()
    };
    assert_eq!(count(department).await, 5);
    let nobody = FunnelQuery {
        department: Some(999),
        ..FunnelQuery::default()
    };
    assert_eq!(count(nobody).await, 0);
    let period = |period: &str| FunnelQuery {
        period: Some(period.to_owned()),
        ..FunnelQuery::default()
    };
    // Made today: those that have not moved.
    assert_eq!(count(period("today")).await, 2);
    assert_eq!(count(period("yesterday")).await, 3);
    assert_eq!(count(period("last_7_days")).await, 8);
    assert_eq!(count(period("last_year")).await, 0);
    let refused = funnel::read(&director, &period("soon")).await.unwrap_err();
    assert!(matches!(refused, Error::Invalid(_)), "{refused}");
}

#[tokio::test]
async fn leads_stand_before_deals_where_they_are_in_use() {
    let scene = scene().await;
    scene.db.pipeline(Kind::Lead, "Leads", &STAGES).await;
    scene.db.insert(Kind::Lead, []).await;
    let director = scene.db.ctx_of(scene.director).await;
    assert_eq!(
        read(&director, &FunnelQuery::default()).await.parts.len(),
        1
    );
    scene.db.run("update organisation set leads = true").await;
    let both = read(&director, &FunnelQuery::default()).await;
    let kinds: Vec<_> = both.parts.iter().map(|part| part.kind).collect();
    assert_eq!(kinds, [Kind::Lead, Kind::Deal]);
    assert!(both.chart.contains("Leads") && both.chart.contains("Sales"));
    // A question about companies can only be asked of deals.
    let of_companies = FunnelQuery {
        filter: Filter::is("company_id", Operator::Empty, &[]),
        ..FunnelQuery::default()
    };
    assert_eq!(read(&director, &of_companies).await.parts.len(), 1);
}

#[tokio::test]
async fn fields_of_one_s_own_narrow_it_also_through_a_link() {
    let scene = scene().await;
    scene.db.run("update organisation set leads = true").await;
    let admin = scene.db.user("Ada", &[Role::Administrator], None).await;
    let admin = scene.db.ctx_of(admin).await;
    let make = async |kind, label: &str| {
        let draft = FieldDraft::new(label, FieldType::Text);
        fields::create(&admin, kind, draft).await.expect("a field")
    };
    let (region, size) = (
        make(Kind::Deal, "Region").await,
        make(Kind::Company, "Size").await,
    );
    let large = Draft::of([
        ("name", Value::Text("Acme".into())),
        (&*size.key, Value::Text("large".into())),
    ]);
    let acme = write::create(&admin, Via::Form, Kind::Company, large)
        .await
        .expect("a company");
    let acme = acme.record.expect("it is seen").id;
    let set = async |id, key: &str, value| {
        let draft = Draft::of([(key, value)]);
        write::change(&admin, Via::Form, Kind::Deal, id, draft)
            .await
            .expect("a change");
    };
    let first = deal(&admin, &scene.pipeline, scene.anna, 700, &[0, 1]).await;
    let second = deal(&admin, &scene.pipeline, scene.boris, 900, &[0]).await;
    set(first, &region.key, Value::Text("north".into())).await;
    set(second, "company_id", Value::Links(vec![Linked::to(acme)])).await;

    let director = scene.db.ctx_of(scene.director).await;
    let asked = async |field: &str, operand: &str| {
        let query = FunnelQuery {
            filter: Filter::is(field, Operator::Is, &[operand]),
            ..FunnelQuery::default()
        };
        // Leads have no such field, and stay out.
        now_in(&part(&director, &query).await)
    };
    assert_eq!(asked(&region.key, "north").await, [0, 1, 0, 0, 0]);
    let through = format!("company_id.{}", size.key);
    assert_eq!(asked(&through, "large").await, [1, 0, 0, 0, 0]);

    fields::delete(&admin, region.custom_id().expect("its own"))
        .await
        .expect("deleted");
    let gone = FunnelQuery {
        filter: Filter::is(&region.key, Operator::Is, &["north"]),
        ..FunnelQuery::default()
    };
    assert!(matches!(
        funnel::read(&director, &gone).await,
        Err(Error::Invalid(_))
    ));
}

#[tokio::test]
async fn a_day_begins_when_it_begins_for_the_viewer() {
    let scene = scene().await;
    let stage = scene.pipeline.stages[0].id;
    // Half past eleven at night in UTC is the next day in Warsaw.
    let late = "2025-12-31T23:30:00Z".parse().unwrap();
    scene
        .db
        .insert(
            Kind::Deal,
            [
                ("stage_id", Value::Id(stage)),
                ("created_at", Value::DateTime(late)),
            ],
        )
        .await;
    let director = scene.db.ctx_of(scene.director).await;
    let in_2026 = FunnelQuery {
        period: Some("2026".into()),
        ..FunnelQuery::default()
    };
    assert_eq!(Total::count(&part(&director, &in_2026).await.all), 9);
    let elsewhere = Ctx {
        time_zone: chrono_tz::UTC,
        ..director
    };
    assert_eq!(Total::count(&part(&elsewhere, &in_2026).await.all), 8);
    assert_eq!(now(), elsewhere.now);
}
