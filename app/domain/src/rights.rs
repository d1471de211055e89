//! Who may do what: roles hold grants, the widest wins, and one pure function decides. The read
//! path turns the same [`Reach`] into SQL; screens only hide what the server would refuse.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{DepartmentId, Kind, UserId};

/// What one can do with records of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// See.
    Read,
    /// Make new ones.
    Add,
    /// Change, move.
    Change,
    /// Put into the recycle bin, take out again.
    Delete,
    /// Take out of the system in bulk.
    Export,
    /// Bring in in bulk.
    Import,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Read,
        Self::Add,
        Self::Change,
        Self::Delete,
        Self::Export,
        Self::Import,
    ];
}

/// With which records.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// With none.
    #[default]
    None,
    /// With those that one owns or observes.
    Own,
    /// And those of everyone in one's department.
    Department,
    /// And those of the departments below it.
    DepartmentAndBelow,
    /// With all.
    All,
}

/// The built-in roles. A user may have several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// May do everything, settings and people included.
    Administrator,
    /// The records of the own department and below.
    HeadOfSales,
    /// The own records.
    Salesperson,
    /// Sees all, changes nothing.
    Director,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Administrator,
        Self::HeadOfSales,
        Self::Salesperson,
        Self::Director,
    ];

    /// As stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::HeadOfSales => "head_of_sales",
            Self::Salesperson => "salesperson",
            Self::Director => "director",
        }
    }

    /// Reads one.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }

    /// What the role grants.
    #[must_use]
    pub const fn scope(self, kind: Kind, action: Action) -> Scope {
        match (self, action) {
            (Self::Administrator, _) | (Self::Director, Action::Read | Action::Export) => {
                Scope::All
            }
            (Self::Director, _) => Scope::None,
            // The catalogue is everybody's to read, and the administrator's to change.
            (_, Action::Read) if matches!(kind, Kind::Product) => Scope::All,
            (_, _) if matches!(kind, Kind::Product) => Scope::None,
            (Self::HeadOfSales, _) => Scope::DepartmentAndBelow,
            (Self::Salesperson, Action::Import | Action::Export) => Scope::None,
            (Self::Salesperson, _) => Scope::Own,
        }
    }
}

/// Who is asking, with everything that the rule needs. Made once per request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The user; none for the system itself (demonstration data, the command line).
    pub user_id: Option<UserId>,
    /// The user's roles.
    pub roles: Vec<Role>,
    /// The user's department.
    pub department: Option<DepartmentId>,
    /// The users of the department, and of those below it, by department. Holds the own
    /// department too. Empty when no role needs it.
    pub team: BTreeMap<DepartmentId, Vec<UserId>>,
}

impl Actor {
    /// The system itself: may do everything, is nobody.
    #[must_use]
    pub const fn system() -> Self {
        Self {
            user_id: None,
            roles: Vec::new(),
            department: None,
            team: BTreeMap::new(),
        }
    }

    /// Whether it is the system itself.
    #[must_use]
    pub const fn is_system(&self) -> bool {
        self.user_id.is_none()
    }

    /// Whether one of the roles is the administrator's, or it is the system.
    #[must_use]
    pub fn is_administrator(&self) -> bool {
        self.is_system() || self.roles.contains(&Role::Administrator)
    }

    /// The widest scope that the roles grant.
    #[must_use]
    pub fn scope(&self, kind: Kind, action: Action) -> Scope {
        if self.is_system() {
            return Scope::All;
        }
        self.roles
            .iter()
            .map(|role| role.scope(kind, action))
            .max()
            .unwrap_or_default()
    }

    /// Whether there are records of the kind that the actor may see.
    #[must_use]
    pub fn sees(&self, kind: Kind) -> bool {
        self.scope(kind, Action::Read) > Scope::None
    }

    /// Whom the scope reaches.
    #[must_use]
    pub fn reach(&self, kind: Kind, action: Action) -> Reach {
        let own = || self.user_id.into_iter().collect::<Vec<_>>();
        match self.scope(kind, action) {
            Scope::None => Reach::Nobody,
            Scope::Own => Reach::Owners(own()),
            Scope::Department => {
                let mut owners = own();
                if let Some(users) = self.department.and_then(|id| self.team.get(&id)) {
                    owners.extend(users);
                }
                Reach::owners(owners)
            }
            Scope::DepartmentAndBelow => {
                let mut owners = own();
                owners.extend(self.team.values().flatten());
                Reach::owners(owners)
            }
            Scope::All => Reach::Everybody,
        }
    }

    /// The rule. Reading is also open where the record is open to everyone and the user may read
    /// the kind at all; observing gives what owning gives, for reading and changing.
    #[must_use]
    pub fn may(&self, action: Action, kind: Kind, record: &Standing) -> bool {
        let reach = self.reach(kind, action);
        let observes = || {
            self.user_id
                .is_some_and(|me| record.observers.contains(&me))
                && matches!(action, Action::Read | Action::Change)
        };
        match &reach {
            Reach::Nobody => false,
            Reach::Everybody => true,
            Reach::Owners(owners) => {
                record.owner.is_some_and(|owner| owners.contains(&owner))
                    || (record.everyone && action == Action::Read)
                    || observes()
            }
        }
    }
}

/// Whose records a scope comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// Nobody's, and not those open to everyone either.
    Nobody,
    /// These owners', those one observes, and for reading those open to everyone.
    Owners(Vec<UserId>),
    /// Everybody's, and those without an owner.
    Everybody,
}

impl Reach {
    fn owners(mut owners: Vec<UserId>) -> Self {
        owners.sort_unstable();
        owners.dedup();
        Self::Owners(owners)
    }
}

/// What the rule needs to know of a record.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Standing {
    /// Its owner.
    pub owner: Option<UserId>,
    /// Its observers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub observers: Vec<UserId>,
    /// Whether it is open to everyone.
    #[serde(default)]
    pub everyone: bool,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn actor(roles: &[Role]) -> Actor {
        Actor {
            user_id: Some(1),
            roles: roles.to_vec(),
            department: Some(10),
            team: BTreeMap::from([(10, vec![1, 2]), (11, vec![3])]),
        }
    }

    fn of(owner: UserId) -> Standing {
        Standing {
            owner: Some(owner),
            ..Standing::default()
        }
    }

    #[test]
    fn a_salesperson_has_the_own_records() {
        let sales = actor(&[Role::Salesperson]);
        assert!(sales.may(Action::Change, Kind::Deal, &of(1)));
        assert!(!sales.may(Action::Read, Kind::Deal, &of(2)));
        let observed = Standing {
            observers: vec![1],
            ..of(2)
        };
        assert!(sales.may(Action::Change, Kind::Deal, &observed));
        assert!(!sales.may(Action::Delete, Kind::Deal, &observed));
        let open = Standing {
            everyone: true,
            ..of(2)
        };
        assert!(sales.may(Action::Read, Kind::Deal, &open));
        assert!(!sales.may(Action::Change, Kind::Deal, &open));
    }

    #[test]
    fn a_head_has_the_department_and_below() {
        let head = actor(&[Role::HeadOfSales]);
        for owner in [1, 2, 3] {
            assert!(head.may(Action::Change, Kind::Deal, &of(owner)));
        }
        assert!(!head.may(Action::Read, Kind::Deal, &of(4)));
    }

    #[test]
    fn a_director_sees_all_and_changes_nothing() {
        let director = actor(&[Role::Director]);
        assert!(director.may(Action::Read, Kind::Deal, &Standing::default()));
        assert!(!director.may(Action::Change, Kind::Deal, &of(1)));
        assert!(!director.may(Action::Add, Kind::Deal, &of(1)));
    }

    proptest! {
        #[test]
        fn one_more_role_never_takes_anything_away(
            first in prop::sample::select(Role::ALL.to_vec()),
            second in prop::sample::select(Role::ALL.to_vec()),
            kind in prop::sample::select(Kind::ALL.to_vec()),
            action in prop::sample::select(Action::ALL.to_vec()),
            owner in prop::option::of(0i64..6),
            observers in prop::collection::vec(0i64..6, 0..3),
            everyone: bool,
        ) {
            let record = Standing { owner, observers, everyone };
            let alone = actor(&[first]).may(action, kind, &record);
            let both = actor(&[first, second]).may(action, kind, &record);
            prop_assert!(both || !alone);
        }

        #[test]
        fn who_may_change_a_record_may_read_it(
            role in prop::sample::select(Role::ALL.to_vec()),
            kind in prop::sample::select(Kind::ALL.to_vec()),
            owner in prop::option::of(0i64..6),
            observers in prop::collection::vec(0i64..6, 0..3),
        ) {
            let record = Standing { owner, observers, everyone: false };
            let actor = actor(&[role]);
            prop_assert!(actor.may(Action::Read, kind, &record) || !actor.may(Action::Change, kind, &record));
        }
    }
}
