//! Random questions about a random company: the read path answers as the oracle does.

use domain::board::{BoardQuery, Total};
use domain::field::FieldType;
use domain::money::Currency;
use domain::query::Query;
use domain::query::aggregate::AggregateQuery;
use domain::rights::Action;
use domain::{Kind, Record, Value};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use services::Ctx;
use services::records::read;

use super::asking::{Asked, asked, filter};
use super::oracle::Known;
use super::world::Company;

/// Runs the future within the test's runtime.
fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(future))
}

fn runner(cases: u32) -> TestRunner {
    TestRunner::new(Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    })
}

/// All pages of a list, one after the other.
async fn pages(ctx: &Ctx, kind: Kind, query: &Query) -> Vec<Record> {
    let mut query = query.clone();
    let mut records = Vec::new();
    loop {
        let page = read::list(ctx, kind, &query).await.expect("a page");
        assert!(page.records.len() <= query.limit.expect("a limit") as usize);
        records.extend(page.records);
        match page.next {
            Some(next) => query.cursor = Some(next),
            None => return records,
        }
    }
}

/// What the record is read as: every value, and the titles of those linked records that may be
/// seen, and of no others.
fn check_record(company: &Company, ctx: &Ctx, read: &Record, known: &Known) {
    for field in known.kind.fields() {
        // Fields that the test leaves to the database.
        if matches!(field.key.as_ref(), "updated_at" | "stage_since") {
            continue;
        }
        let (value, expected) = (read.value(&field.key), known.value(&field.key));
        match (value, expected, field.field_type) {
            (
                Value::Links(links),
                Value::Links(expected),
                FieldType::Link(kind) | FieldType::Links(kind),
            ) => {
                let (mut ids, mut of): (Vec<_>, Vec<_>) = (
                    links.iter().map(|l| l.id).collect(),
                    expected.iter().map(|l| l.id).collect(),
                );
                ids.sort_unstable();
                of.sort_unstable();
                assert_eq!(ids, of, "{}", field.key);
                for link in links {
                    let title = company.world.linked(ctx, kind, link.id).map(Known::title);
                    assert_eq!(link.title.as_deref(), title, "{} #{}", field.key, link.id);
                }
            }
            (value, expected, _) => assert_eq!(value, expected, "{}", field.key),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_counts_and_sums_are_those_of_the_oracle() {
    let company = Company::draw(&mut runner(1)).await;
    let strategy = asked(company.actors.len());
    let outcome = runner(400).run(&strategy, |asked| {
        let ctx = company.db.ctx(company.actors[asked.who].clone());
        let query = &asked.query;
        let mut expected = company.world.list(
            &ctx,
            asked.kind,
            &query.filter,
            query.text.as_deref(),
            query.deleted,
        );
        company.world.sort(&ctx, &mut expected, &query.sort);
        let found = wait(pages(&ctx, asked.kind, query));
        let ids = |records: &[Record]| records.iter().map(|record| record.id).collect::<Vec<_>>();
        prop_assert_eq!(
            ids(&found),
            expected.iter().map(|record| record.id).collect::<Vec<_>>()
        );
        for (record, known) in found.iter().zip(&expected) {
            check_record(&company, &ctx, record, known);
        }
        let count = wait(read::count(&ctx, asked.kind, query, true)).unwrap();
        prop_assert_eq!(count.value, expected.len() as u64);
        check_groups(&ctx, &asked, &expected)
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

/// Counts and sums by owner.
fn check_groups(ctx: &Ctx, asked: &Asked, expected: &[&Known]) -> Result<(), TestCaseError> {
    if asked.kind != Kind::Deal {
        return Ok(());
    }
    let wanted = AggregateQuery {
        group_by: Some("owner_id".into()),
        sum: Some("amount".into()),
    };
    let groups = wait(read::aggregate(ctx, asked.kind, &asked.query, &wanted)).expect("groups");
    for group in &groups {
        let of_group: Vec<&Known> = expected
            .iter()
            .copied()
            .filter(|r| r.value("owner_id") == &group.key)
            .collect();
        prop_assert_eq!(&group.totals, &totals(&of_group));
    }
    let counted: i64 = groups.iter().map(|group| Total::count(&group.totals)).sum();
    prop_assert_eq!(counted, i64::try_from(expected.len()).expect("few"));
    Ok(())
}

/// Count and sum by currency, records without an amount first.
fn totals(records: &[&Known]) -> Vec<Total> {
    [None, Some(Currency::EUR), Some(Currency::USD)]
        .into_iter()
        .filter_map(|currency| {
            let money: Vec<_> = records
                .iter()
                .map(|record| record.value("amount").as_money())
                .filter(|money| money.map(|money| money.currency) == currency)
                .collect();
            (!money.is_empty()).then(|| Total {
                currency,
                count: i64::try_from(money.len()).expect("few"),
                amount: money
                    .iter()
                    .flatten()
                    .map(|m| m.amount)
                    .sum::<rust_decimal::Decimal>()
                    .normalize(),
            })
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn boards_are_those_of_the_oracle() {
    let company = Company::draw(&mut runner(1)).await;
    let text = prop::option::weighted(0.2, select(vec!["o", "%", " "]));
    let strategy = (0..company.actors.len(), 0usize..2, filter(Kind::Deal), text);
    let outcome = runner(150).run(&strategy, |(who, pipeline, filter, text)| {
        let ctx = company.db.ctx(company.actors[who].clone());
        let pipeline = &company.pipelines[pipeline];
        let query = BoardQuery {
            kind: Kind::Deal,
            pipeline: Some(pipeline.id),
            filter,
            text: text.map(str::to_owned),
        };
        let board = wait(read::board(&ctx, &query)).unwrap();
        prop_assert_eq!(board.columns.len(), pipeline.stages.len());
        let all = company
            .world
            .list(&ctx, Kind::Deal, &query.filter, text, false);
        for (column, stage) in board.columns.iter().zip(&pipeline.stages) {
            prop_assert_eq!(column.stage_id, stage.id);
            let mut expected: Vec<&Known> = all
                .iter()
                .copied()
                .filter(|record| record.value("stage_id") == &Value::Id(stage.id))
                .collect();
            expected.sort_by_key(|record| (&record.position, record.id));
            let cards: Vec<_> = column.cards.iter().map(|card| card.id).collect();
            prop_assert_eq!(cards, expected.iter().map(|r| r.id).collect::<Vec<_>>());
            prop_assert_eq!(&column.totals, &totals(&expected));
            for (card, known) in column.cards.iter().zip(&expected) {
                let named = |key: &str, kind| match known.value(key) {
                    Value::Links(links) => links
                        .first()
                        .and_then(|link| company.world.linked(&ctx, kind, link.id))
                        .map(|record| (record.id, record.title().to_owned())),
                    _ => None,
                };
                let client =
                    named("company_id", Kind::Company).or_else(|| named("contacts", Kind::Contact));
                let shown = card
                    .client
                    .clone()
                    .map(|link| (link.id, link.title.unwrap()));
                prop_assert_eq!(shown, client);
                prop_assert_eq!(card.amount, known.value("amount").as_money());
            }
        }
        let ids: Vec<_> = company
            .world
            .of(Kind::Deal)
            .map(|record| record.id)
            .collect();
        let mut cards: Vec<_> = wait(read::cards(&ctx, &query, &ids))
            .unwrap()
            .iter()
            .map(|card| card.id)
            .collect();
        cards.sort_unstable();
        let on_board = |r: &&&Known| r.value("pipeline_id") == &Value::Id(pipeline.id);
        let mut expected: Vec<_> = all
            .iter()
            .filter(on_board)
            .map(|record| record.id)
            .collect();
        expected.sort_unstable();
        prop_assert_eq!(cards, expected);
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_is_found_by_whoever_may_see_it_and_by_nobody_else() {
    let company = Company::draw(&mut runner(1)).await;
    for actor in &company.actors {
        let ctx = company.db.ctx(actor.clone());
        for known in company.world.records.values() {
            let may = actor.may(Action::Read, known.kind, &known.standing()) && !known.deleted;
            match read::get(&ctx, known.kind, known.id).await {
                Ok(record) => {
                    assert!(may, "{actor:?} read {known:?}");
                    check_record(&company, &ctx, &record, known);
                }
                Err(error) => {
                    assert!(!may, "{actor:?} could not read {known:?}");
                    assert_eq!(error, domain::Error::NotFound);
                }
            }
        }
    }
}
