//! What is on the screen of a builder: groups, their rows, and what a row still lacks.

use super::Key;
use crate::query::Catalogue;
use crate::query::filter::{Condition, FieldPath, Operator};
use crate::{FieldDef, Kind, Problem};

/// How the parts of a group hold together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Join {
    /// All of them.
    All,
    /// At least one of them.
    Any,
    /// None of them.
    None,
    /// Not all of them.
    NotAll,
}

impl Join {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::All, Self::Any, Self::None, Self::NotAll];

    /// A word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Any => "any",
            Self::None => "none",
            Self::NotAll => "not_all",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|join| join.as_str() == word)
    }
}

/// A part of a group.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// A group.
    Group(Group),
    /// A condition.
    Row(Row),
}

impl Node {
    /// Its key.
    #[must_use]
    pub const fn key(&self) -> Key {
        match self {
            Self::Group(group) => group.key,
            Self::Row(row) => row.key,
        }
    }
}

/// Rows that hold together.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Its key.
    pub key: Key,
    /// How they hold together.
    pub join: Join,
    /// Its parts, in order.
    pub nodes: Vec<Node>,
}

/// A condition, as far as it has been told.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its key.
    pub key: Key,
    /// The field, once one has been chosen.
    pub path: Option<FieldPath>,
    /// How it is compared.
    pub operator: Operator,
    /// What with. Keeps what was typed when another operator needs less of it.
    pub operands: Vec<String>,
    /// The period of [`Operator::During`].
    pub period: String,
    /// The condition as it came, until somebody touches the row.
    pub(super) shown: Option<Condition>,
}

/// Why a row narrows nothing yet.
#[derive(Debug, Clone, PartialEq)]
pub enum Lack {
    /// No field has been chosen.
    Field,
    /// The field is not there any more.
    Gone,
    /// There is nothing to compare with.
    Value,
    /// What there is does not fit.
    Wrong(Problem),
}

impl Row {
    pub(super) fn empty(key: Key) -> Self {
        Self {
            key,
            path: None,
            operator: Operator::Is,
            operands: Vec::new(),
            period: String::new(),
            shown: None,
        }
    }

    pub(super) fn of(key: Key, condition: &Condition) -> Self {
        let during = condition.operator == Operator::During;
        Self {
            key,
            path: Some(condition.path.clone()),
            operator: condition.operator,
            operands: if during {
                Vec::new()
            } else {
                condition.operands.clone()
            },
            period: match condition.operands.first() {
                Some(period) if during => period.clone(),
                _ => String::new(),
            },
            shown: Some(condition.clone()),
        }
    }

    /// An operand, empty where there is none yet.
    #[must_use]
    pub fn operand(&self, at: usize) -> &str {
        self.operands.get(at).map_or("", String::as_str)
    }

    /// The field that is compared, where there is one, and the link it is reached through.
    #[must_use]
    pub fn field<'a>(
        &self,
        kind: Kind,
        catalogue: &'a Catalogue,
    ) -> Option<(&'a FieldDef, Option<(&'a FieldDef, Kind)>)> {
        field_at(self.path.as_ref()?, kind, catalogue)
    }

    /// The condition, or what it lacks.
    ///
    /// # Errors
    /// Says what is missing or wrong.
    pub fn condition(&self, kind: Kind, catalogue: &Catalogue) -> Result<Condition, Lack> {
        let path = self.path.clone().ok_or(Lack::Field)?;
        if self.field(kind, catalogue).is_none() {
            return Err(Lack::Gone);
        }
        let told = |texts: &[String]| -> Vec<String> {
            texts
                .iter()
                .map(|text| text.trim().to_owned())
                .filter(|text| !text.is_empty())
                .collect()
        };
        let (least, most) = self.operator.operands();
        let operands = match (self.operator, most) {
            (Operator::During, _) => told(std::slice::from_ref(&self.period)),
            (_, 0) => Vec::new(),
            (_, 1 | 2) => told(&self.operands[..most.min(self.operands.len())]),
            _ => told(&self.operands),
        };
        if operands.len() < least {
            return Err(Lack::Value);
        }
        let condition = Condition {
            path,
            operator: self.operator,
            operands,
        };
        condition
            .check(catalogue.fields(kind), |kind| catalogue.fields(kind))
            .map_err(|error| Lack::Wrong(error.problem))?;
        Ok(condition)
    }

    /// The condition that counts: as it came, or finished.
    pub(super) fn counted(&self, kind: Kind, catalogue: &Catalogue) -> Option<Condition> {
        self.shown
            .clone()
            .or_else(|| self.condition(kind, catalogue).ok())
    }

    /// What is still missing.
    #[must_use]
    pub fn lack(&self, kind: Kind, catalogue: &Catalogue) -> Option<Lack> {
        self.condition(kind, catalogue).err()
    }
}

/// The field at the end of a path, and the link and the kind it is reached through.
#[must_use]
pub fn field_at<'a>(
    path: &FieldPath,
    kind: Kind,
    catalogue: &'a Catalogue,
) -> Option<(&'a FieldDef, Option<(&'a FieldDef, Kind)>)> {
    let condition = Condition {
        path: path.clone(),
        operator: Operator::Filled,
        operands: Vec::new(),
    };
    condition
        .resolve(catalogue.fields(kind), |kind| catalogue.fields(kind))
        .ok()
}
