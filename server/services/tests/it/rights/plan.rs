//! Companies on paper, drawn at random, and the rule that says who sees what of them.

use std::ops::RangeInclusive;

use domain::Kind;
use domain::rights::Role;
use proptest::prelude::*;
use proptest::sample::select;

/// A company on paper. Places in lists stand for what they name, as far as it is there.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    /// Departments: each one's parent, among those before it.
    pub(super) departments: Vec<Option<usize>>,
    pub(super) users: Vec<Person>,
    pub(super) records: Vec<(Kind, Paper)>,
    /// Changes that are told live: who could see the record before, and who can after.
    pub(super) changes: Vec<(Kind, Option<Owned>, Option<Owned>)>,
}

#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) roles: Vec<Role>,
    pub(super) department: Option<usize>,
}

/// Whose a record is.
#[derive(Debug, Clone)]
pub(super) struct Owned {
    pub(super) owner: Option<usize>,
    pub(super) observers: Vec<usize>,
    pub(super) everyone: bool,
}

/// A record on paper.
#[derive(Debug, Clone)]
pub(super) struct Paper {
    pub(super) owned: Owned,
    pub(super) deleted: bool,
    pub(super) stage: usize,
    pub(super) amount: Option<u16>,
    /// Places of linked companies and contacts among those of the kind.
    pub(super) company: Option<usize>,
    pub(super) contacts: Vec<usize>,
}

pub(super) fn plan(of_a_kind: RangeInclusive<usize>) -> impl Strategy<Value = Plan> {
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

    pub(super) fn department_of(&self, user: usize) -> Option<usize> {
        let at = self.users[user].department?;
        Some(at % self.departments.len())
    }

    pub(super) fn sees(&self, user: usize, kind: Kind, owned: &Owned) -> bool {
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
