//! Random questions about a random company: the read path answers as the oracle does.

use domain::board::{BoardQuery, Total};
use domain::contact_point::PointType;
use domain::field::FieldType;
use domain::money::Currency;
use domain::query::aggregate::AggregateQuery;
use domain::query::filter::{Condition, FieldPath, Filter, Operator};
use domain::query::{Query, Sort};
use domain::rights::Action;
use domain::{Kind, Record, Value};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use services::Ctx;
use services::records::read;

use super::oracle::{Known, field};
use super::world::{Company, MAILS, PHONES};

/// Fields that a random filter asks for, by kind.
fn paths(kind: Kind) -> Vec<&'static str> {
    match kind {
        Kind::Deal => vec![
            "title",
            "amount",
            "stage_id",
            "pipeline_id",
            "expected_close",
            "next_step",
            "source",
            "lost_reason_id",
            "closed_at",
            "company_id",
            "contacts",
            "owner_id",
            "observers",
            "everyone",
            "created_at",
            "company_id.industry",
            "company_id.employees",
            "company_id.phones",
            "company_id.owner_id",
            "contacts.name",
            "contacts.companies",
        ],
        Kind::Company => vec![
            "name",
            "industry",
            "website",
            "employees",
            "revenue",
            "phones",
            "emails",
            "parent_id",
            "contacts",
            "owner_id",
            "observers",
            "everyone",
            "created_at",
            "parent_id.industry",
            "contacts.name",
            "parent_id.emails",
        ],
        _ => vec![
            "name",
            "companies",
            "deals",
            "owner_id",
            "created_at",
            "deals.amount",
        ],
    }
}

const SORTS: [&str; 8] = [
    "created_at",
    "amount",
    "expected_close",
    "next_step",
    "source",
    "stage_id",
    "owner_id",
    "company_id",
];

fn type_of(kind: Kind, path: &str) -> FieldType {
    match path.split_once('.') {
        None => field(kind, path).field_type,
        Some((link, of)) => match field(kind, link).field_type {
            FieldType::Link(kind) | FieldType::Links(kind) => field(kind, of).field_type,
            other => panic!("{other:?} leads nowhere"),
        },
    }
}

fn operands(field_type: FieldType, operator: Operator) -> BoxedStrategy<String> {
    let of = |texts: &[&str]| select(texts.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>());
    if operator == Operator::During {
        return of(&[
            "today",
            "last_7_days",
            "this_month",
            "2026",
            "2026-10-01..2026-11-21",
        ])
        .boxed();
    }
    let part = matches!(operator, Operator::Contains | Operator::StartsWith);
    match field_type {
        FieldType::Text | FieldType::LongText | FieldType::Url if part => {
            of(&["r", "ROOF", "%", "_", "a_", "\\", "ł", "b", "", "https"]).boxed()
        }
        FieldType::Url => of(&["https://a.example", "", "https://b.example/%"]).boxed(),
        FieldType::Text | FieldType::LongText => of(&["a", "ab", "Roof", "a_b", "%", ""]).boxed(),
        FieldType::Choice => of(&["web", "call", "gone", ""]).boxed(),
        FieldType::Integer => of(&["0", "1", "2", ""]).boxed(),
        FieldType::Money => of(&["100", "100 EUR", "99.5 USD", "-5", "0 EUR", ""]).boxed(),
        FieldType::YesNo => of(&["yes", "no"]).boxed(),
        FieldType::Date => of(&["2026-11-22", "2026-10-31", "2025-06-01", ""]).boxed(),
        FieldType::DateTime => of(&[
            "2026-11-22",
            "2026-11-21",
            "2026-11-22T10:00:00Z",
            "2026-10-31",
            "",
        ])
        .boxed(),
        FieldType::User | FieldType::Users => prop_oneof![
            of(&["me", "my_department", ""]),
            (1i64..8).prop_map(|id| id.to_string())
        ]
        .boxed(),
        FieldType::Points(PointType::Phone) if part => {
            of(&["601", "+48", "601-23", "(212)", "x"]).boxed()
        }
        FieldType::Points(PointType::Email) if part => of(&["EXAMPLE", "_", "%", "anna"]).boxed(),
        FieldType::Points(PointType::Phone) => of(&[PHONES[0], "+48-601234567", ""]).boxed(),
        FieldType::Points(PointType::Email) => of(&[MAILS[0], "ben_x@example.com", ""]).boxed(),
        _ => prop_oneof![
            4 => (1i64..12).prop_map(|id| id.to_string()),
            1 => Just(String::new()),
        ]
        .boxed(),
    }
}

fn condition(kind: Kind) -> BoxedStrategy<Filter> {
    select(paths(kind))
        .prop_flat_map(move |path| {
            let field_type = type_of(kind, path);
            let fitting: Vec<_> = Operator::ALL
                .into_iter()
                .filter(|operator| operator.fits(field_type))
                .collect();
            (Just(path), select(fitting))
        })
        .prop_flat_map(move |(path, operator)| {
            let (least, most) = operator.operands();
            let many = prop::collection::vec(
                operands(type_of(kind, path), operator),
                least..=most.min(least + 2).max(least),
            );
            (Just(path), Just(operator), many)
        })
        .prop_map(|(path, operator, operands)| {
            Filter::Is(Condition {
                path: FieldPath::parse(path),
                operator,
                operands,
            })
        })
        .boxed()
}

fn filter(kind: Kind) -> BoxedStrategy<Filter> {
    let nested = condition(kind).prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Filter::And),
            prop::collection::vec(inner.clone(), 0..3).prop_map(Filter::Or),
            inner.prop_map(|part| Filter::Not(Box::new(part))),
        ]
    });
    prop_oneof![1 => Just(Filter::everything()), 6 => nested].boxed()
}

fn sorts(kind: Kind) -> BoxedStrategy<Vec<Sort>> {
    let fields: Vec<&str> = match kind {
        Kind::Deal => SORTS.to_vec(),
        Kind::Company => vec![
            "created_at",
            "industry",
            "employees",
            "parent_id",
            "everyone",
        ],
        _ => vec!["created_at", "name"],
    };
    let most = fields.len().min(3);
    (
        prop::sample::subsequence(fields, 0..=most),
        any::<[bool; 3]>(),
    )
        .prop_map(|(fields, ways)| {
            let keys = fields.into_iter().zip(ways);
            keys.map(|(field, descending)| Sort {
                field: field.to_owned(),
                descending,
            })
            .collect()
        })
        .boxed()
}

#[derive(Debug, Clone)]
struct Asked {
    who: usize,
    kind: Kind,
    query: Query,
}

fn asked(actors: usize) -> BoxedStrategy<Asked> {
    select(vec![Kind::Deal, Kind::Deal, Kind::Company, Kind::Contact])
        .prop_flat_map(move |kind| {
            let text = prop::option::weighted(
                0.2,
                select(vec!["o", "%", "_", "ROOF ", "\\", "ź", "КР", "a"]),
            );
            let deleted = prop::bool::weighted(0.15);
            (
                Just(kind),
                0..actors,
                filter(kind),
                sorts(kind),
                text,
                1u32..7,
                deleted,
            )
        })
        .prop_map(|(kind, who, filter, sort, text, limit, deleted)| Asked {
            who,
            kind,
            query: Query {
                filter,
                text: text.map(str::to_owned),
                sort,
                limit: Some(limit),
                deleted,
                ..Query::default()
            },
        })
        .boxed()
}

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
        assert!(page.records.len() <= query.limit.unwrap() as usize);
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
    let groups = wait(read::aggregate(ctx, asked.kind, &asked.query, &wanted)).unwrap();
    for group in &groups {
        let of_group: Vec<&Known> = expected
            .iter()
            .copied()
            .filter(|r| r.value("owner_id") == &group.key)
            .collect();
        prop_assert_eq!(&group.totals, &totals(&of_group));
    }
    let counted: i64 = groups.iter().map(|group| Total::count(&group.totals)).sum();
    prop_assert_eq!(counted, i64::try_from(expected.len()).unwrap());
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
                count: i64::try_from(money.len()).unwrap(),
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
