//! Random questions about a random company: the read path answers as the oracle does.

use domain::board::{BoardQuery, Total};
use domain::field::FieldType;
use domain::money::Currency;
use domain::query::Query;
use domain::query::aggregate::AggregateQuery;
use domain::rights::Action;
use domain::timeline::Via;
use domain::{Draft, Kind, Record, RecordId, Value};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use services::Ctx;
use services::records::{read, write};

use super::asking::{Asked, asked, filter, sorts};
use super::oracle::Known;
use super::world::{Company, own_value};

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
    let own = company.world.own.of(known.kind);
    for field in known.kind.fields().iter().chain(own) {
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
    let strategy = asked(&company.world.own, company.actors.len());
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
    let deals = filter(&company.world.own, Kind::Deal);
    let strategy = (0..company.actors.len(), 0usize..2, deals, text);
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

/// Pages are read one by one while somebody else changes other records: what nobody touched is
/// there once, in its order.
#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_touches_is_on_one_page_while_the_rest_changes() {
    let company = Company::draw(&mut runner(1)).await;
    let own = &company.world.own;
    let deals: Vec<RecordId> = company.world.of(Kind::Deal).map(|deal| deal.id).collect();
    let (touched, _) = deals.split_at(deals.len() / 2);
    let change = (
        select(touched.to_vec()),
        select(own.of(Kind::Deal).to_vec()),
    )
        .prop_flat_map({
            let in_use = company
                .world
                .of(Kind::Company)
                .filter(|company| !company.deleted);
            let ids: Vec<RecordId> = in_use.map(|company| company.id).collect();
            let users = company.users.clone();
            move |(id, field)| {
                let value = own_value(&field, &ids, &users);
                (Just(id), Just(field), prop::option::of(value))
            }
        });
    let strategy = (
        0..company.actors.len(),
        filter(own, Kind::Deal),
        sorts(own, Kind::Deal),
        1u32..5,
        prop::collection::vec(change, 8..16),
    );
    let system = company.db.system();
    let outcome = runner(60).run(&strategy, |(who, filter, sort, limit, changes)| {
        let ctx = company.db.ctx(company.actors[who].clone());
        let mut query = Query {
            filter,
            sort,
            limit: Some(limit),
            ..Query::default()
        };
        let mut changes = changes.into_iter();
        let mut found: Vec<RecordId> = Vec::new();
        loop {
            let page = wait(read::list(&ctx, Kind::Deal, &query)).expect("a page");
            found.extend(page.records.iter().map(|record| record.id));
            let Some(next) = page.next else { break };
            query.cursor = Some(next);
            // A change or two, by the write path.
            for (id, field, value) in changes.by_ref().take(2) {
                let draft = Draft::of([(field.key.as_ref(), value.unwrap_or_default())]);
                let written = wait(write::change(&system, Via::Form, Kind::Deal, id, draft));
                // What lies in the recycle bin stays as it is.
                assert!(written.is_ok() || written == Err(domain::Error::NotFound));
            }
        }
        let world = &company.world;
        let mut expected = world.list(&ctx, Kind::Deal, &query.filter, None, false);
        world.sort(&ctx, &mut expected, &query.sort);
        let expected: Vec<RecordId> = expected
            .iter()
            .map(|deal| deal.id)
            .filter(|id| !touched.contains(id))
            .collect();
        found.retain(|id| !touched.contains(id));
        prop_assert_eq!(found, expected);
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}
