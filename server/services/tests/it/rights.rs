//! Who sees what: random departments, people with several roles, and records of all kinds. What
//! every way of reading lets through equals what the rule, written here once more and by hand,
//! says record by record.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::time::Duration;

use domain::board::{BoardQuery, Total};
use domain::live::{LiveMessage, Placement};
use domain::money::Currency;
use domain::pipeline::Pipeline;
use domain::query::aggregate::AggregateQuery;
use domain::query::{Filter, Query};
use domain::record::Values;
use domain::rights::{Role, Standing};
use domain::timeline::Told;
use domain::value::Linked;
use domain::{Error, Kind, Money, RecordId, UserId, Value};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use services::live::{Announcement, Committed, Live, Subscription};
use services::records::{open, read};
use services::{Ctx, funnel, search, timeline};
use test_support::{OPEN_WON_LOST, TestDb, now};
use tokio::time::timeout;

/// Companies, each with everything in it, that each test draws.
const CASES: u32 = 16;
/// What every title has in it.
const WORD: &str = "Zephyr";
/// Longer than anything takes that arrives at all.
const LONG: Duration = Duration::from_secs(20);
/// The event after which everything has been told.
const LAST: i64 = 1_000_000;

/// A company on paper. Places in lists stand for what they name, as far as it is there.
#[derive(Debug, Clone)]
struct Plan {
    /// Departments: each one's parent, among those before it.
    departments: Vec<Option<usize>>,
    users: Vec<Person>,
    records: Vec<(Kind, Paper)>,
    /// Changes that are told live: who could see the record before, and who can after.
    changes: Vec<(Kind, Option<Owned>, Option<Owned>)>,
}

#[derive(Debug, Clone)]
struct Person {
    roles: Vec<Role>,
    department: Option<usize>,
}

/// Whose a record is.
#[derive(Debug, Clone)]
struct Owned {
    owner: Option<usize>,
    observers: Vec<usize>,
    everyone: bool,
}

/// A record on paper.
#[derive(Debug, Clone)]
struct Paper {
    owned: Owned,
    deleted: bool,
    stage: usize,
    amount: Option<u16>,
    /// Places of linked companies and contacts among those of the kind.
    company: Option<usize>,
    contacts: Vec<usize>,
}

fn plan(of_a_kind: RangeInclusive<usize>) -> impl Strategy<Value = Plan> {
    let person = (
        prop::sample::subsequence(Role::ALL.to_vec(), 0..=2),
        prop::option::weighted(0.8, 0usize..8),
    )
        .prop_map(|(roles, department)| Person { roles, department });
    let parents = prop::collection::vec(prop::option::weighted(0.7, 0usize..8), 1..6);
    let records = of_a_kind.prop_flat_map(|most| {
        let of_kind = |kind| prop::collection::vec(paper().prop_map(move |p| (kind, p)), most);
        Kind::ALL.map(of_kind).prop_map(|all| all.concat())
    });
    let change = (
        select(Kind::ALL.to_vec()),
        prop::option::of(owned()),
        prop::option::of(owned()),
    );
    (
        parents,
        prop::collection::vec(person, 3..6),
        records,
        prop::collection::vec(change, 4..24),
    )
        .prop_map(|(parents, users, records, changes)| Plan {
            departments: parents
                .into_iter()
                .enumerate()
                .map(|(at, parent)| parent.filter(|_| at > 0).map(|parent| parent % at))
                .collect(),
            users,
            records,
            changes,
        })
}

fn owned() -> impl Strategy<Value = Owned> {
    (
        prop::option::weighted(0.85, 0usize..8),
        prop::collection::vec(0usize..8, 0..3),
        prop::bool::weighted(0.15),
    )
        .prop_map(|(owner, observers, everyone)| Owned {
            owner,
            observers,
            everyone,
        })
}

fn paper() -> impl Strategy<Value = Paper> {
    (
        owned(),
        prop::bool::weighted(0.15),
        0usize..4,
        prop::option::of(1u16..1000),
        prop::option::weighted(0.7, 0usize..8),
        prop::collection::vec(0usize..8, 0..3),
    )
        .prop_map(|(owned, deleted, stage, amount, company, contacts)| Paper {
            owned,
            deleted,
            stage,
            amount,
            company,
            contacts,
        })
}

/// The rule, as one would tell it to a new colleague.
impl Plan {
    /// Whether a department is another one or lies below it.
    fn is_within(&self, department: usize, of: usize) -> bool {
        department == of
            || self.departments[department].is_some_and(|parent| self.is_within(parent, of))
    }

    fn department_of(&self, user: usize) -> Option<usize> {
        let at = self.users[user].department?;
        Some(at % self.departments.len())
    }

    fn sees(&self, user: usize, kind: Kind, owned: &Owned) -> bool {
        let has = |role| self.users[user].roles.contains(&role);
        // Administrators and directors see everything, whose ever it is.
        if has(Role::Administrator) || has(Role::Director) {
            return true;
        }
        let (heads, sells) = (has(Role::HeadOfSales), has(Role::Salesperson));
        // Who has no role sees nothing.
        if !heads && !sells {
            return false;
        }
        // The catalogue is everybody's.
        if kind == Kind::Product {
            return true;
        }
        let user_at = |at: usize| at % self.users.len();
        let owner = owned.owner.map(user_at);
        let observes = owned.observers.iter().any(|&at| user_at(at) == user);
        // A head sees what those in the department and below own.
        let leads_owner = heads
            && owner
                .and_then(|owner| self.department_of(owner))
                .zip(self.department_of(user))
                .is_some_and(|(theirs, mine)| self.is_within(theirs, mine));
        owned.everyone || owner == Some(user) || observes || leads_owner
    }
}

/// The company in the database.
struct Real<'a> {
    db: &'a TestDb,
    plan: &'a Plan,
    users: Vec<UserId>,
    pipelines: BTreeMap<Kind, Pipeline>,
    /// Records with their ids, in the order of the plan.
    records: Vec<(Kind, RecordId, &'a Paper)>,
}

fn user_ids(users: &[UserId], places: &[usize]) -> Vec<UserId> {
    let ids: BTreeSet<UserId> = places.iter().map(|at| users[at % users.len()]).collect();
    ids.into_iter().collect()
}

impl<'a> Real<'a> {
    async fn make(db: &'a TestDb, plan: &'a Plan) -> Real<'a> {
        let mut departments = Vec::new();
        for parent in &plan.departments {
            let parent = parent.map(|at| departments[at]);
            departments.push(db.department("Department", parent).await);
        }
        let mut users = Vec::new();
        for (at, person) in plan.users.iter().enumerate() {
            let department = plan.department_of(at).map(|at| departments[at]);
            users.push(db.user("User", &person.roles, department).await);
        }
        let pipelines = BTreeMap::from([
            (
                Kind::Lead,
                db.pipeline(Kind::Lead, "Leads", &OPEN_WON_LOST).await,
            ),
            (
                Kind::Deal,
                db.pipeline(Kind::Deal, "Sales", &OPEN_WON_LOST).await,
            ),
        ]);
        let mut real = Real {
            db,
            plan,
            users,
            pipelines,
            records: Vec::new(),
        };
        // What is linked comes before what links to it.
        for kind in [
            Kind::Company,
            Kind::Contact,
            Kind::Product,
            Kind::Lead,
            Kind::Deal,
        ] {
            for (_, paper) in plan.records.iter().filter(|(of, _)| *of == kind) {
                let values = real.values(kind, paper);
                let id = db.insert_with(kind, kind.fields(), values).await;
                real.records.push((kind, id, paper));
            }
        }
        real
    }

    fn ids(&self, kind: Kind) -> Vec<RecordId> {
        self.of(kind).map(|(_, id, _)| *id).collect()
    }

    fn of(&self, kind: Kind) -> impl Iterator<Item = &(Kind, RecordId, &'a Paper)> {
        self.records.iter().filter(move |(of, ..)| *of == kind)
    }

    /// The links that a record of a kind has: field, kind, ids.
    fn links(&self, kind: Kind, paper: &Paper) -> Vec<(&'static str, Kind, Vec<RecordId>)> {
        let at = |kind, places: &[usize]| -> Vec<RecordId> {
            let ids = self.ids(kind);
            let ids: BTreeSet<RecordId> = places.iter().map(|at| ids[at % ids.len()]).collect();
            ids.into_iter().collect()
        };
        let company = || at(Kind::Company, paper.company.as_slice());
        match kind {
            Kind::Deal => vec![
                ("company_id", Kind::Company, company()),
                (
                    "contacts",
                    Kind::Contact,
                    at(Kind::Contact, &paper.contacts),
                ),
            ],
            Kind::Contact => vec![("companies", Kind::Company, company())],
            _ => Vec::new(),
        }
    }

    fn values(&self, kind: Kind, paper: &Paper) -> Values {
        let mut values = Values::new();
        let mut put = |key: &str, value: Value| values.insert(key.to_owned(), value);
        put(kind.title_field(), Value::Text(format!("{WORD} {kind}")));
        if let Some(owner) = paper.owned.owner {
            put("owner_id", Value::Id(self.users[owner % self.users.len()]));
        }
        let observers = user_ids(&self.users, &paper.owned.observers);
        put("observers", Value::Ids(observers));
        put("everyone", Value::YesNo(paper.owned.everyone));
        if paper.deleted {
            put("deleted_at", Value::DateTime(now()));
        }
        if let Some(pipeline) = self.pipelines.get(&kind) {
            put("pipeline_id", Value::Id(pipeline.id));
            put("stage_id", Value::Id(pipeline.stages[paper.stage].id));
            if let Some(amount) = paper.amount {
                put(
                    "amount",
                    Value::Money(Money::new(amount.into(), Currency::EUR)),
                );
            }
        }
        for (field, _, ids) in self.links(kind, paper) {
            if !ids.is_empty() {
                let links = ids.into_iter().map(Linked::to).collect();
                values.insert(field.to_owned(), Value::Links(links));
            }
        }
        values
    }

    /// The records that a user is to see, in use or in the bin.
    fn seen(&self, user: usize, kind: Kind, deleted: bool) -> Vec<(RecordId, &'a Paper)> {
        self.of(kind)
            .filter(|(_, _, paper)| {
                paper.deleted == deleted && self.plan.sees(user, kind, &paper.owned)
            })
            .map(|(_, id, paper)| (*id, *paper))
            .collect()
    }

    fn may_see(&self, user: usize, kind: Kind, id: RecordId) -> bool {
        self.seen(user, kind, false)
            .iter()
            .any(|(seen, _)| *seen == id)
    }
}

fn ids_of(seen: &[(RecordId, &Paper)]) -> BTreeSet<RecordId> {
    seen.iter().map(|(id, _)| *id).collect()
}

/// How many, and what they come to.
fn worth<'a>(papers: impl Iterator<Item = &'a Paper>) -> (i64, i64) {
    papers.fold((0, 0), |(count, sum), paper| {
        (count + 1, sum + i64::from(paper.amount.unwrap_or(0)))
    })
}

fn told(totals: &[Total]) -> (i64, i64) {
    let sum: rust_decimal::Decimal = totals.iter().map(|total| total.amount).sum();
    (
        Total::count(totals),
        i64::try_from(sum.trunc().mantissa()).expect("a small sum")
            / 10_i64.pow(sum.trunc().scale()),
    )
}

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

/// Lists of what is in use and of what is in the bin, counts, pickers, titles of links.
async fn check_lists(real: &Real<'_>, ctx: &Ctx, user: usize, kind: Kind) {
    for deleted in [false, true] {
        let seen = real.seen(user, kind, deleted);
        let query = Query {
            deleted,
            ..Query::default()
        };
        let page = read::list(ctx, kind, &query).await.expect("a list");
        let listed: BTreeSet<RecordId> = page.records.iter().map(|record| record.id).collect();
        assert_eq!(listed, ids_of(&seen), "the list of {kind}s");
        assert_eq!(page.records.len(), seen.len(), "no {kind} twice");
        let count = read::count(ctx, kind, &query, true).await.expect("a count");
        assert_eq!(count.value, seen.len() as u64, "the count of {kind}s");
        for record in page.records.iter().filter(|_| !deleted) {
            let (_, paper) = seen.iter().find(|(id, _)| *id == record.id).expect("seen");
            for (field, to, ids) in real.links(kind, paper) {
                check_titles(real, user, record.value(field), to, &ids);
            }
        }
    }
    let seen = ids_of(&real.seen(user, kind, false));
    let found = read::find(ctx, kind, WORD)
        .await
        .expect("a picker's answer");
    let found: BTreeSet<RecordId> = found.iter().map(|link| link.id).collect();
    assert_eq!(found, seen, "the picker of {kind}s");
}

/// A linked record has a title where it may be seen, and a number alone where not.
fn check_titles(real: &Real<'_>, user: usize, value: &Value, to: Kind, ids: &[RecordId]) {
    let links = match value {
        Value::Links(links) => links.as_slice(),
        _ => &[],
    };
    let linked: BTreeSet<RecordId> = links.iter().map(|link| link.id).collect();
    assert_eq!(linked, ids.iter().copied().collect());
    for link in links {
        assert_eq!(
            link.title.is_some(),
            real.may_see(user, to, link.id),
            "{to}"
        );
    }
}

/// Every record by itself, its timeline, and what points to it.
async fn check_each(real: &Real<'_>, ctx: &Ctx, user: usize, kind: Kind) {
    let asked: Vec<(Kind, RecordId)> = real.ids(kind).into_iter().map(|id| (kind, id)).collect();
    let named = read::named(ctx, &asked).await.expect("titles");
    let named: BTreeSet<RecordId> = named.iter().map(|(_, link)| link.id).collect();
    assert_eq!(named, ids_of(&real.seen(user, kind, false)), "titles");
    // Each by itself is one of three: over all the companies drawn every kind of case comes.
    for (_, id, paper) in real.of(kind).skip(user % 3).step_by(3) {
        let sees = real.plan.sees(user, kind, &paper.owned);
        if paper.deleted {
            assert_eq!(read::get(ctx, kind, *id).await.err(), Some(Error::NotFound));
            continue;
        }
        let read = read::get(ctx, kind, *id).await;
        assert_eq!(read.is_ok(), sees, "a {kind}");
        let timeline = timeline::read(ctx, kind, *id, Told::All, None).await;
        assert_eq!(timeline.is_ok(), sees, "the timeline of a {kind}");
        if let (Err(one), Err(other)) = (&read, &timeline) {
            assert_eq!((one, other), (&Error::NotFound, &Error::NotFound));
        }
        if kind != Kind::Company || !sees {
            continue;
        }
        let opened = open::open(ctx, kind, *id).await.expect("an open record");
        for (from, field) in [(Kind::Deal, "company_id"), (Kind::Contact, "companies")] {
            let shown: BTreeSet<RecordId> = (opened.related.iter())
                .filter(|related| related.kind == from && related.field == field)
                .flat_map(|related| related.records.iter().map(|link| link.id))
                .collect();
            let pointing: BTreeSet<RecordId> = (real.seen(user, from, false).into_iter())
                .filter(|(_, paper)| {
                    let links = real.links(from, paper);
                    links
                        .iter()
                        .any(|(of, _, ids)| *of == field && ids.contains(id))
                })
                .map(|(id, _)| id)
                .collect();
            assert_eq!(shown, pointing, "{from}s of a company");
        }
    }
}

/// Counts and sums by owner.
async fn check_numbers(real: &Real<'_>, ctx: &Ctx, user: usize, kind: Kind) {
    let wanted = AggregateQuery {
        group_by: Some("owner_id".into()),
        sum: kind.has_stages().then(|| "amount".into()),
    };
    let groups = read::aggregate(ctx, kind, &Query::default(), &wanted)
        .await
        .expect("groups");
    let mut expected: BTreeMap<Option<UserId>, (i64, i64)> = BTreeMap::new();
    for (_, paper) in real.seen(user, kind, false) {
        let owner = paper
            .owned
            .owner
            .map(|at| real.users[at % real.users.len()]);
        let (count, sum) = expected.entry(owner).or_default();
        *count += 1;
        *sum += i64::from(paper.amount.unwrap_or(0)) * i64::from(kind.has_stages());
    }
    let found: BTreeMap<Option<UserId>, (i64, i64)> = (groups.iter())
        .map(|group| (group.key.as_id(), told(&group.totals)))
        .collect();
    assert_eq!(found, expected, "{kind}s by owner");
}

/// Boards, columns by themselves, and single cards.
async fn check_boards(real: &Real<'_>, ctx: &Ctx, user: usize) {
    for (&kind, pipeline) in &real.pipelines {
        let query = BoardQuery {
            kind,
            pipeline: Some(pipeline.id),
            filter: Filter::everything(),
            text: None,
        };
        let seen = real.seen(user, kind, false);
        let board = read::board(ctx, &query).await;
        let Ok(board) = board else {
            assert!(seen.is_empty(), "a board that nobody refuses: {board:?}");
            assert!(matches!(board, Err(Error::Forbidden(_) | Error::NotFound)));
            continue;
        };
        for (at, stage) in pipeline.stages.iter().enumerate() {
            let in_stage = || seen.iter().filter(|(_, paper)| paper.stage == at);
            let ids: BTreeSet<RecordId> = in_stage().map(|(id, _)| *id).collect();
            let totals = worth(in_stage().map(|(_, paper)| *paper));
            let column = (board.columns.iter())
                .find(|column| column.stage_id == stage.id)
                .expect("the stage's column");
            let alone = if at == user % 4 {
                let alone = read::column(ctx, &query, stage.id, None).await;
                Some(alone.expect("a column"))
            } else {
                None
            };
            for column in [Some(column), alone.as_ref()].into_iter().flatten() {
                let cards: BTreeSet<RecordId> = column.cards.iter().map(|card| card.id).collect();
                assert_eq!(cards, ids, "cards of {kind}s");
                assert_eq!(told(&column.totals), totals, "a column's sums");
                for card in &column.cards {
                    let client = card.client.as_ref();
                    assert!(client.is_none_or(|client| {
                        real.may_see(user, Kind::Company, client.id)
                            || real.may_see(user, Kind::Contact, client.id)
                    }));
                }
            }
        }
        let cards = read::cards(ctx, &query, &real.ids(kind))
            .await
            .expect("cards");
        let cards: BTreeSet<RecordId> = cards.iter().map(|card| card.id).collect();
        assert_eq!(cards, ids_of(&seen), "single cards of {kind}s");
    }
}

async fn check_funnel(real: &Real<'_>, ctx: &Ctx, user: usize) {
    let funnel = funnel::read(ctx, &domain::funnel::FunnelQuery::default())
        .await
        .expect("a funnel");
    for (&kind, pipeline) in &real.pipelines {
        let seen = real.seen(user, kind, false);
        let Some(part) = funnel.parts.iter().find(|part| part.kind == kind) else {
            assert!(seen.is_empty(), "a funnel without {kind}s");
            continue;
        };
        let papers = || seen.iter().map(|(_, paper)| *paper);
        assert_eq!(told(&part.all), worth(papers()), "all {kind}s of a funnel");
        for (at, stage) in pipeline.stages.iter().enumerate() {
            let of_stage = (part.stages.iter())
                .find(|it| it.stage_id == stage.id)
                .expect("the stage");
            let now = worth(papers().filter(|paper| paper.stage == at));
            assert_eq!(told(&of_stage.now), now, "a stage of a funnel");
        }
    }
}

async fn check_search(real: &Real<'_>, ctx: &Ctx, user: usize) {
    let hits = search::find(ctx, WORD).await.expect("hits");
    for kind in Kind::ALL {
        let found: BTreeSet<RecordId> = (hits.iter())
            .filter(|hit| hit.kind == kind)
            .map(|hit| hit.id)
            .collect();
        assert_eq!(found, ids_of(&real.seen(user, kind, false)), "a search");
    }
}

/// What each open page is told of changes: whom they concern before or after, and nobody else.
async fn check_live(real: &Real<'_>) {
    let live = Live::start(&real.db.db);
    timeout(LONG, async {
        while !live.hub.is_listening() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await
    .expect("the node listens");
    let mut pages: Vec<Subscription> = Vec::new();
    for &user in &real.users {
        let subscribed = live.hub.subscribe(user, None).await.expect("a database");
        pages.push(subscribed.expect("who may come in").0);
    }
    let everybody = Standing {
        observers: real.users.clone(),
        ..Standing::default()
    };
    let last = Committed {
        event: LAST,
        by: None,
        kind: Kind::Company,
        id: LAST,
        version: 1,
        before: None,
        after: Some((everybody, nowhere())),
    };
    let changes = (1..)
        .zip(&real.plan.changes)
        .map(|(event, (kind, before, after))| Committed {
            event,
            by: None,
            kind: *kind,
            id: event,
            version: 1,
            before: before
                .as_ref()
                .map(|owned| (real.standing(owned), nowhere())),
            after: after
                .as_ref()
                .map(|owned| (real.standing(owned), nowhere())),
        })
        .chain([last])
        .collect();
    live.publisher.announce(Announcement::Changes(changes));
    // Who sees nothing at all is told nothing; that is looked at when the others have heard all.
    let (deaf, hearing): (Vec<_>, Vec<_>) = (pages.into_iter().enumerate())
        .partition(|(user, _)| real.plan.users[*user].roles.is_empty());
    for (user, mut page) in hearing {
        let mut heard = Vec::new();
        loop {
            let message = timeout(LONG, page.messages.recv())
                .await
                .expect("a message")
                .expect("an open page");
            match serde_json::from_str(&message.json).expect("a live message") {
                LiveMessage::Changed(change) if change.event == LAST => break,
                LiveMessage::Changed(change) => {
                    heard.push((
                        change.event,
                        change.before.is_some(),
                        change.after.is_some(),
                    ));
                }
                other => panic!("{other:?}"),
            }
        }
        let sees = |kind, side: &Option<Owned>| {
            (side.as_ref()).is_some_and(|owned| real.plan.sees(user, kind, owned))
        };
        let expected: Vec<(i64, bool, bool)> = (1..)
            .zip(&real.plan.changes)
            .map(|(event, (kind, before, after))| (event, sees(*kind, before), sees(*kind, after)))
            .filter(|(_, before, after)| *before || *after)
            .collect();
        assert_eq!(heard, expected, "what is told live");
    }
    for (_, mut page) in deaf {
        assert!(page.messages.try_recv().is_err(), "who sees nothing");
    }
}

impl Real<'_> {
    fn standing(&self, owned: &Owned) -> Standing {
        Standing {
            owner: owned.owner.map(|at| self.users[at % self.users.len()]),
            observers: user_ids(&self.users, &owned.observers),
            everyone: owned.everyone,
        }
    }
}

const fn nowhere() -> Placement {
    Placement {
        pipeline_id: None,
        stage_id: None,
        amount: None,
    }
}
