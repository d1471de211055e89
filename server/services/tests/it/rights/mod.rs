//! Who sees what: random departments, people with several roles, and records of all kinds. What
//! every way of reading lets through equals what the rule, written here once more and by hand,
//! says record by record.

mod company;
mod live;
mod plan;
mod reads;

use std::ops::RangeInclusive;

use company::Real;
use domain::Kind;
use live::check_live;
use plan::plan;
use proptest::test_runner::{Config, TestRunner};
use reads::{check_boards, check_each, check_funnel, check_lists, check_numbers, check_search};
use test_support::TestDb;

/// Companies, each with everything in it, that each test draws.
const CASES: u32 = 16;
/// What every title has in it.
const WORD: &str = "Zephyr";

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_is_read_of_small_companies_is_what_the_rule_lets_through() {
    compare(1..=3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_is_read_of_larger_companies_is_what_the_rule_lets_through() {
    compare(4..=6).await;
}

/// Draws companies with so many records of each kind, and reads them as each of their users.
async fn compare(of_a_kind: RangeInclusive<usize>) {
    let config = Config {
        cases: CASES,
        failure_persistence: None,
        // Each try makes a company: a failure is told soon rather than small.
        max_shrink_iters: 4,
        ..Config::default()
    };
    // One database for all: making one takes longer than filling it.
    let db = TestDb::new().await;
    let outcome = TestRunner::new(config).run(&plan(of_a_kind), |plan| {
        tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(async {
                clear(&db).await;
                let real = Real::make(&db, &plan).await;
                for user in 0..plan.users.len() {
                    let ctx = db.ctx_of(real.users[user]).await;
                    for kind in Kind::ALL {
                        check_lists(&real, &ctx, user, kind).await;
                        check_each(&real, &ctx, user, kind).await;
                        check_numbers(&real, &ctx, user, kind).await;
                    }
                    check_boards(&real, &ctx, user).await;
                    // Each draws a chart, which takes longer than all the rest.
                    if user < 2 {
                        check_funnel(&real, &ctx, user).await;
                    }
                    check_search(&real, &ctx, user).await;
                }
                check_live(&real).await;
            });
        });
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

/// Takes the last company out of the database; what exists once from the start stays.
async fn clear(db: &TestDb) {
    db.run(
        "do $$ begin
           execute (select 'truncate ' || string_agg(quote_ident(tablename), ', ') || ' cascade'
                      from pg_tables
                     where schemaname = 'public'
                       and tablename not in
                         ('organisation', 'custom_field_version', 'seaql_migrations'));
         end $$",
    )
    .await;
}
