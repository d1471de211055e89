//! A small company drawn at random, in the database and in memory.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::contact_point::{ContactPoint, PointType};
use domain::field::ChoiceOption;
use domain::field_settings::FieldDraft;
use domain::money::Currency;
use domain::pipeline::Pipeline;
use domain::record::Values;
use domain::rights::{Actor, Role};
use domain::value::Linked;
use domain::{FieldDef, FieldType, Kind, Money, RecordId, Value};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use test_support::{OPEN_WON_LOST, TestDb};

use super::oracle::{Known, Own, World};

/// Titles with every mark that a pattern gives a meaning.
const TITLES: [&str; 8] = [
    "Roof",
    "roof 100%",
    "a_b",
    "aXb",
    "c\\d",
    "Łódź",
    "%",
    "крыша",
];
/// Texts that every collation sorts the same.
const WORDS: [&str; 4] = ["a", "ab", "b", "c"];
const MOMENTS: [&str; 6] = [
    // Midnight in Warsaw, the moment before it, and others.
    "2026-11-21T23:00:00Z",
    "2026-11-21T22:59:59.999999Z",
    "2026-11-22T10:00:00Z",
    "2026-11-16T12:00:00Z",
    "2026-10-31T23:30:00Z",
    "2025-01-01T00:00:00Z",
];
const DAYS: [&str; 4] = ["2026-11-22", "2026-11-30", "2026-10-31", "2025-01-01"];
pub(crate) const PHONES: [&str; 3] = ["+48 601 234 567", "12345", "+1 (212) 555-0100"];
pub(crate) const MAILS: [&str; 3] = ["anna@example.com", "Ben_X@Example.com", "c%@x.org"];

/// The company and those who ask about it.
pub(crate) struct Company {
    pub(crate) db: TestDb,
    pub(crate) world: World,
    pub(crate) actors: Vec<Actor>,
    pub(crate) users: Vec<i64>,
    pub(crate) pipelines: Vec<Pipeline>,
    pub(crate) reasons: Vec<i64>,
}

fn sample<T: std::fmt::Debug>(runner: &mut TestRunner, strategy: &impl Strategy<Value = T>) -> T {
    strategy.new_tree(runner).expect("a value").current()
}

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().expect("a moment")
}

impl Company {
    pub(crate) async fn draw(runner: &mut TestRunner) -> Self {
        let db = TestDb::new().await;
        let top = db.department("Top", None).await;
        let below = db.department("Below", Some(top)).await;
        let mut users = Vec::new();
        let mut world = World::default();
        for (name, roles, department) in [
            ("ada", &[Role::Administrator][..], None),
            ("ben", &[Role::HeadOfSales], Some(top)),
            ("cem", &[Role::Salesperson], Some(below)),
            ("dan", &[Role::Salesperson], Some(top)),
            ("eve", &[Role::Director], None),
            ("fay", &[], Some(below)),
        ] {
            let id = db.user(name, roles, department).await;
            world.names.insert(id, name.to_owned());
            users.push(id);
        }
        let mut actors = vec![Actor::system()];
        for &user in &users {
            actors.push(db.actor(user).await);
        }
        let pipelines = vec![
            db.pipeline(Kind::Deal, "Sales", &OPEN_WON_LOST).await,
            db.pipeline(Kind::Deal, "Renewals", &OPEN_WON_LOST).await,
        ];
        for stages in pipelines.iter().map(|pipeline| &pipeline.stages) {
            for (place, stage) in (0..).zip(stages) {
                world.places.insert(stage.id, place);
            }
        }
        let reasons = vec![db.lost_reason("Price").await, db.lost_reason("Time").await];
        world.own = own_fields(&db, runner).await;
        let mut company = Self {
            db,
            world,
            actors,
            users,
            pipelines,
            reasons,
        };
        for _ in 0..10 {
            let values = company.company(runner);
            company.put(runner, Kind::Company, values).await;
        }
        for _ in 0..12 {
            let values = company.contact(runner);
            company.put(runner, Kind::Contact, values).await;
        }
        for _ in 0..40 {
            let values = company.deal(runner);
            company.put(runner, Kind::Deal, values).await;
        }
        company.link_back();
        company
    }

    fn ids(&self, kind: Kind) -> Vec<RecordId> {
        self.world.of(kind).map(|record| record.id).collect()
    }

    fn common(&self, runner: &mut TestRunner) -> Values {
        let mut values = Values::new();
        let owner = prop::option::of(select(self.users.clone()));
        if let Some(owner) = sample(runner, &owner) {
            values.insert("owner_id".into(), Value::Id(owner));
        }
        let observers = prop::sample::subsequence(self.users.clone(), 0..=1);
        let observers = sample(runner, &observers);
        if !observers.is_empty() {
            values.insert("observers".into(), Value::Ids(observers));
        }
        let everyone = sample(runner, &prop::bool::weighted(0.15));
        values.insert("everyone".into(), Value::YesNo(everyone));
        let created = sample(runner, &select(&MOMENTS[..]));
        values.insert("created_at".into(), Value::DateTime(moment(created)));
        values
    }

    fn company(&self, runner: &mut TestRunner) -> Values {
        let mut values = self.common(runner);
        values.insert(
            "name".into(),
            Value::Text(sample(runner, &select(&WORDS[..])).into()),
        );
        let mut maybe = |key: &str, strategy: BoxedStrategy<Value>| {
            if let Some(value) = sample(runner, &prop::option::weighted(0.7, strategy)) {
                values.insert(key.to_owned(), value);
            }
        };
        maybe("industry", text(&WORDS));
        maybe(
            "website",
            text(&["https://a.example", "https://b.example/%"]),
        );
        maybe("employees", (0i64..3).prop_map(Value::Integer).boxed());
        maybe("revenue", money());
        maybe("phones", points(PointType::Phone, &PHONES));
        maybe("emails", points(PointType::Email, &MAILS));
        let companies = self.ids(Kind::Company);
        if !companies.is_empty() {
            maybe("parent_id", links(companies, 1));
        }
        values
    }

    fn contact(&self, runner: &mut TestRunner) -> Values {
        let mut values = self.common(runner);
        values.insert(
            "name".into(),
            Value::Text(sample(runner, &select(&WORDS[..])).into()),
        );
        let companies = links(self.ids(Kind::Company), 2);
        if let Some(companies) = sample(runner, &prop::option::of(companies)) {
            values.insert("companies".into(), companies);
        }
        values
    }

    fn deal(&self, runner: &mut TestRunner) -> Values {
        let mut values = self.common(runner);
        values.insert(
            "title".into(),
            Value::Text(sample(runner, &select(&TITLES[..])).into()),
        );
        let stages: Vec<_> = self
            .pipelines
            .iter()
            .flat_map(|pipeline| pipeline.stages.clone())
            .collect();
        let stage = sample(runner, &select(stages));
        values.insert("pipeline_id".into(), Value::Id(stage.pipeline_id));
        values.insert("stage_id".into(), Value::Id(stage.id));
        let mut maybe = |key: &str, strategy: BoxedStrategy<Value>| {
            if let Some(value) = sample(runner, &prop::option::weighted(0.7, strategy)) {
                values.insert(key.to_owned(), value);
            }
        };
        maybe("amount", money());
        let day = |text: &&str| Value::Date(text.parse().expect("a day"));
        maybe(
            "expected_close",
            select(&DAYS[..]).prop_map(move |text| day(&text)).boxed(),
        );
        maybe("next_step", text(&WORDS));
        maybe("source", text(&["web", "call", "email"]));
        maybe(
            "lost_reason_id",
            select(self.reasons.clone()).prop_map(Value::Id).boxed(),
        );
        maybe(
            "closed_at",
            select(&MOMENTS[..])
                .prop_map(|at| Value::DateTime(moment(at)))
                .boxed(),
        );
        maybe("company_id", links(self.ids(Kind::Company), 1));
        maybe("contacts", links(self.ids(Kind::Contact), 3));
        values
    }

    async fn put(&mut self, runner: &mut TestRunner, kind: Kind, values: Values) {
        let mut values = values;
        for field in self.world.own.of(kind) {
            let value = own_value(field, &self.ids(Kind::Company), &self.users);
            let value = sample(runner, &prop::option::weighted(0.6, value));
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                values.insert(field.key.to_string(), value);
            }
        }
        let deleted = sample(runner, &prop::bool::weighted(0.1));
        let position = sample(runner, &select(&["a", "B", "b", "c"][..])).to_owned();
        let mut row = values.clone();
        if kind.has_stages() {
            row.insert("position".into(), Value::Text(position.clone()));
        }
        if deleted {
            row.insert("deleted_at".into(), Value::DateTime(test_support::now()));
        }
        let fields = [kind.fields(), self.world.own.of(kind)].concat();
        let id = self.db.insert_with(kind, &fields, row).await;
        self.world.records.insert(
            (kind, id),
            Known {
                kind,
                id,
                values,
                deleted,
                position,
            },
        );
    }

    /// The ways back, which nobody stores.
    fn link_back(&mut self) {
        for (from, field, to, back) in [
            (Kind::Contact, "companies", Kind::Company, "contacts"),
            (Kind::Deal, "contacts", Kind::Contact, "deals"),
        ] {
            let forth: Vec<(RecordId, Value)> = self
                .world
                .of(from)
                .map(|record| (record.id, record.value(field).clone()))
                .collect();
            for (id, value) in forth {
                let Value::Links(links) = value else { continue };
                for link in links {
                    let other = self
                        .world
                        .records
                        .get_mut(&(to, link.id))
                        .expect("it is there");
                    let entry = other
                        .values
                        .entry(back.into())
                        .or_insert(Value::Links(Vec::new()));
                    if let Value::Links(back) = entry {
                        back.push(Linked::to(id));
                    }
                }
            }
        }
    }
}

/// A field of every type on deals and companies, and some types twice, in a random order.
async fn own_fields(db: &TestDb, runner: &mut TestRunner) -> Own {
    let mut all = BTreeMap::new();
    for kind in [Kind::Company, Kind::Deal] {
        let fits = |of: &FieldType| !matches!(of, FieldType::Link(to) | FieldType::Links(to) if *to != Kind::Company);
        let mut types: Vec<FieldType> = FieldDraft::types().into_iter().filter(fits).collect();
        types.extend(sample(runner, &prop::sample::subsequence(types.clone(), 4)));
        let types = sample(runner, &Just(types).prop_shuffle());
        let mut fields = Vec::new();
        for (number, field_type) in types.into_iter().enumerate() {
            let mut draft = FieldDraft::new(&format!("Own {number}"), field_type);
            if matches!(field_type, FieldType::Choice | FieldType::Choices) {
                let option = |label: &'static str| ChoiceOption {
                    key: Cow::Borrowed(""),
                    label: Cow::Borrowed(label),
                    color: None,
                    retired: false,
                };
                draft.options = vec![option("Last"), option("First")];
            }
            let made = services::fields::create(&db.system(), kind, draft).await;
            fields.push(made.expect("a field"));
        }
        all.insert(kind, fields);
    }
    Own(Arc::new(all))
}

/// A value of a field that a user made.
pub(crate) fn own_value(
    field: &FieldDef,
    companies: &[RecordId],
    users: &[i64],
) -> BoxedStrategy<Value> {
    let decimal = select(vec!["0", "1.5", "99.5"])
        .prop_map(|text| Value::Decimal(text.parse().expect("a number")));
    let day = |text: &str| Value::Date(text.parse().expect("a day"));
    match field.field_type {
        FieldType::Text | FieldType::LongText => text(&WORDS),
        FieldType::Url => text(&["https://a.example", "https://b.example/%"]),
        FieldType::Integer => (0i64..3).prop_map(Value::Integer).boxed(),
        FieldType::Decimal | FieldType::Percent => decimal.boxed(),
        FieldType::Money => money(),
        FieldType::YesNo => any::<bool>().prop_map(Value::YesNo).boxed(),
        FieldType::Date => select(&DAYS[..]).prop_map(day).boxed(),
        FieldType::DateTime => select(&MOMENTS[..])
            .prop_map(|at| Value::DateTime(moment(at)))
            .boxed(),
        FieldType::Choice => text(&["o1", "o2"]),
        FieldType::Choices => prop::sample::subsequence(vec!["o1", "o2"], 1..=2)
            .prop_map(|keys| Value::Texts(keys.into_iter().map(str::to_owned).collect()))
            .boxed(),
        FieldType::User => select(users.to_vec()).prop_map(Value::Id).boxed(),
        FieldType::Link(_) if !companies.is_empty() => links(companies.to_vec(), 1),
        FieldType::Links(_) if !companies.is_empty() => links(companies.to_vec(), 3),
        FieldType::Points(PointType::Phone) => points(PointType::Phone, &PHONES),
        FieldType::Points(PointType::Email) => points(PointType::Email, &MAILS),
        _ => Just(Value::Empty).boxed(),
    }
}

fn text(of: &[&'static str]) -> BoxedStrategy<Value> {
    select(of.to_vec())
        .prop_map(|text| Value::Text(text.into()))
        .boxed()
}

fn money() -> BoxedStrategy<Value> {
    (
        select(vec!["-5", "0", "99.5", "100", "1000"]),
        select(vec![Currency::EUR, Currency::USD]),
    )
        .prop_map(|(amount, currency)| {
            Value::Money(Money::new(amount.parse().expect("an amount"), currency))
        })
        .boxed()
}

fn links(of: Vec<RecordId>, most: usize) -> BoxedStrategy<Value> {
    let most = most.min(of.len());
    prop::sample::subsequence(of, 1..=most)
        .prop_map(|ids| Value::Links(ids.into_iter().map(Linked::to).collect()))
        .boxed()
}

fn points(point_type: PointType, of: &'static [&'static str]) -> BoxedStrategy<Value> {
    prop::sample::subsequence(of, 1..=2)
        .prop_map(move |texts| {
            Value::Points(
                texts
                    .iter()
                    .map(|text| ContactPoint::new(point_type, text))
                    .collect(),
            )
        })
        .boxed()
}
