//! People as their administrator sees them: who they are, what they may do, how they come in, and
//! the departments that they are in.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::rights::Role;
use crate::workspace::Department;
use crate::{DepartmentId, Kind, UserId};

/// Days for which a link works that invites somebody, or gives them a new password.
pub const INVITATION_DAYS: i64 = 7;

/// Whether somebody can come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberState {
    /// They have no password yet.
    Invited,
    /// They can sign in.
    Active,
    /// They could once.
    Deactivated,
}

impl MemberState {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Invited, Self::Active, Self::Deactivated];

    /// As it stands in addresses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Active => "active",
            Self::Deactivated => "deactivated",
        }
    }

    /// Reads one.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// A user with what only administrators need to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The user.
    pub id: UserId,
    /// What can be changed of them.
    pub is: MemberDraft,
    /// Whether they can come in.
    pub state: MemberState,
    /// Until when the newest link that has not been used works; it may have run out.
    pub link_until: Option<DateTime<Utc>>,
}

/// What an administrator says of a user.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MemberDraft {
    /// Their name.
    pub name: String,
    /// The address that they sign in with.
    pub email: String,
    /// Their department.
    pub department: Option<DepartmentId>,
    /// Who they report to.
    pub manager: Option<UserId>,
    /// What they may do; at least one.
    pub roles: Vec<Role>,
}

/// Everything that the page of people shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeopleSettings {
    /// Everybody, those who left too, by name.
    pub members: Vec<Member>,
    /// The departments, by name.
    pub departments: Vec<Department>,
    /// When this was read: whether a link still works is told relative to it.
    pub now: DateTime<Utc>,
}

/// What an administrator says of a department.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DepartmentDraft {
    /// Its name.
    pub name: String,
    /// The one above it.
    pub parent: Option<DepartmentId>,
    /// Its head.
    pub head: Option<UserId>,
}

/// A new link, told once: only its digest is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationLink {
    /// Whom it lets in.
    pub user: UserId,
    /// Its last part: `/invitation/<token>`.
    pub token: String,
    /// Until when it works.
    pub until: DateTime<Utc>,
}

/// What whoever opens a link is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Invitation {
    /// It works.
    Open(Invited),
    /// It has run out.
    Expired,
    /// It has done its work: one signs in with the password.
    Used,
    /// There is no such link, or a newer one has taken its place, or its user was deactivated.
    Unknown,
}

/// Who is invited, and where to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invited {
    /// The organisation.
    pub organisation: String,
    /// Their name, as far as it is known.
    pub name: String,
    /// The address that they will sign in with.
    pub email: String,
    /// Whether they have been in before, and need nothing but a new password.
    pub again: bool,
}

/// How much of somebody's work is under way: records of all kinds, leads and deals in open stages
/// only. Kinds of which there is nothing are absent.
pub type OpenRecords = Vec<(Kind, u64)>;

/// Whether `above` is `below`, or stands above it in a tree that is told as each one's parent.
/// A circle, were there one, ends.
#[must_use]
pub fn is_at_or_above(parents: &BTreeMap<i64, Option<i64>>, above: i64, below: i64) -> bool {
    let mut seen = BTreeSet::new();
    let mut here = Some(below);
    while let Some(id) = here {
        if id == above {
            return true;
        }
        if !seen.insert(id) {
            return false;
        }
        here = parents.get(&id).copied().flatten();
    }
    false
}

/// Each department's parent.
#[must_use]
pub fn parents(departments: &[Department]) -> BTreeMap<DepartmentId, Option<DepartmentId>> {
    departments.iter().map(|d| (d.id, d.parent)).collect()
}

/// The departments as a tree is written down: each below its parent, with its depth. All of them
/// come, once; those whose parent is not among them stand at the top.
#[must_use]
pub fn tree(departments: &[Department]) -> Vec<(usize, &Department)> {
    fn below<'a>(
        all: &'a [Department],
        parent: Option<DepartmentId>,
        depth: usize,
        told: &mut Vec<(usize, &'a Department)>,
        seen: &mut BTreeSet<DepartmentId>,
    ) {
        for department in all.iter().filter(|d| d.parent == parent) {
            if seen.insert(department.id) {
                told.push((depth, department));
                below(all, Some(department.id), depth + 1, told, seen);
            }
        }
    }
    let mut told = Vec::with_capacity(departments.len());
    let mut seen = BTreeSet::new();
    below(departments, None, 0, &mut told, &mut seen);
    for department in departments {
        if seen.insert(department.id) {
            told.push((0, department));
            below(departments, Some(department.id), 1, &mut told, &mut seen);
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn department(id: DepartmentId, parent: Option<DepartmentId>) -> Department {
        Department {
            id,
            name: format!("Department {id}"),
            parent,
            head: None,
        }
    }

    #[test]
    fn a_tree_is_told_from_above() {
        let all = [
            department(1, Some(2)),
            department(2, None),
            department(3, Some(1)),
            department(4, Some(99)),
        ];
        let told: Vec<_> = tree(&all).iter().map(|(depth, d)| (*depth, d.id)).collect();
        assert_eq!(told, [(0, 2), (1, 1), (2, 3), (0, 4)]);
        let parents = parents(&all);
        assert!(is_at_or_above(&parents, 2, 3));
        assert!(is_at_or_above(&parents, 3, 3));
        assert!(!is_at_or_above(&parents, 3, 2));
    }

    #[test]
    fn states_are_read_as_they_are_written() {
        for state in MemberState::ALL {
            assert_eq!(MemberState::parse(state.as_str()), Some(state));
        }
        assert_eq!(MemberState::parse("asleep"), None);
    }

    proptest! {
        /// Whatever is stored, circles too: everything is told once, and nothing runs for ever.
        #[test]
        fn nothing_is_left_out_of_a_tree(parents in prop::collection::vec(prop::option::of(0_i64..12), 0..12)) {
            let all: Vec<_> = (0_i64..).zip(parents).map(|(id, parent)| department(id, parent)).collect();
            let mut told: Vec<_> = tree(&all).iter().map(|(_, d)| d.id).collect();
            told.sort_unstable();
            let ids: Vec<_> = all.iter().map(|d| d.id).collect();
            prop_assert_eq!(told, ids);
            let parents = super::parents(&all);
            for one in &all {
                if let Some(parent) = one.parent.filter(|parent| parents.contains_key(parent)) {
                    prop_assert!(is_at_or_above(&parents, parent, one.id));
                }
            }
        }
    }
}
