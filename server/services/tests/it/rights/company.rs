//! A company on paper put into the database, and what its users are to see there.

use std::collections::{BTreeMap, BTreeSet};

use domain::money::Currency;
use domain::pipeline::Pipeline;
use domain::record::Values;
use domain::rights::Standing;
use domain::value::Linked;
use domain::{Kind, Money, RecordId, UserId, Value};
use test_support::{OPEN_WON_LOST, TestDb, now};

use super::WORD;
use super::plan::{Owned, Paper, Plan};

/// The company in the database.
pub(super) struct Real<'a> {
    pub(super) db: &'a TestDb,
    pub(super) plan: &'a Plan,
    pub(super) users: Vec<UserId>,
    pub(super) pipelines: BTreeMap<Kind, Pipeline>,
    /// Records with their ids, in the order of the plan.
    pub(super) records: Vec<(Kind, RecordId, &'a Paper)>,
}

fn user_ids(users: &[UserId], places: &[usize]) -> Vec<UserId> {
    let ids: BTreeSet<UserId> = places.iter().map(|at| users[at % users.len()]).collect();
    ids.into_iter().collect()
}

impl<'a> Real<'a> {
    pub(super) async fn make(db: &'a TestDb, plan: &'a Plan) -> Real<'a> {
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

    pub(super) fn ids(&self, kind: Kind) -> Vec<RecordId> {
        self.of(kind).map(|(_, id, _)| *id).collect()
    }

    pub(super) fn of(&self, kind: Kind) -> impl Iterator<Item = &(Kind, RecordId, &'a Paper)> {
        self.records.iter().filter(move |(of, ..)| *of == kind)
    }

    /// The links that a record of a kind has: field, kind, ids.
    pub(super) fn links(
        &self,
        kind: Kind,
        paper: &Paper,
    ) -> Vec<(&'static str, Kind, Vec<RecordId>)> {
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
    pub(super) fn seen(
        &self,
        user: usize,
        kind: Kind,
        deleted: bool,
    ) -> Vec<(RecordId, &'a Paper)> {
        self.of(kind)
            .filter(|(_, _, paper)| {
                paper.deleted == deleted && self.plan.sees(user, kind, &paper.owned)
            })
            .map(|(_, id, paper)| (*id, *paper))
            .collect()
    }

    pub(super) fn may_see(&self, user: usize, kind: Kind, id: RecordId) -> bool {
        self.seen(user, kind, false)
            .iter()
            .any(|(seen, _)| *seen == id)
    }

    pub(super) fn standing(&self, owned: &Owned) -> Standing {
        Standing {
            owner: owned.owner.map(|at| self.users[at % self.users.len()]),
            observers: user_ids(&self.users, &owned.observers),
            everyone: owned.everyone,
        }
    }
}
