//! Filters: and, or, not over conditions on fields, one hop through a link at most.
//!
//! Operands are text until the read path binds them, so that a filter from an address, a saved
//! view or a mapping file is the same thing, and one that names what is gone can still be shown.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::field::{FieldType, find};
use crate::period::Period;
use crate::{Error, FieldDef, FieldError, Kind, Problem};

/// Which records are meant. Written and read as text such as
/// `and(owner_id:is:me,or(amount:gt:1000,company_id.industry:is:software))`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Filter {
    /// All of these; none at all is everything.
    And(Vec<Filter>),
    /// At least one of these; none at all is nothing.
    Or(Vec<Filter>),
    /// Not this.
    Not(Box<Filter>),
    /// One condition.
    Is(Condition),
}

impl Default for Filter {
    fn default() -> Self {
        Self::everything()
    }
}

impl Filter {
    /// Lets every record through.
    #[must_use]
    pub const fn everything() -> Self {
        Self::And(Vec::new())
    }

    /// One condition with operands.
    #[must_use]
    pub fn is(field: &str, operator: Operator, operands: &[&str]) -> Self {
        Self::Is(Condition {
            path: FieldPath::parse(field),
            operator,
            operands: operands.iter().map(|&operand| operand.to_owned()).collect(),
        })
    }

    /// This and that; what lets everything through is left out.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::And(parts), other) if parts.is_empty() => other,
            (this, Self::And(parts)) if parts.is_empty() => this,
            (Self::And(mut parts), other) => {
                parts.push(other);
                Self::And(parts)
            }
            (this, other) => Self::And(vec![this, other]),
        }
    }

    /// Whether it lets every record through.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        matches!(self, Self::And(parts) if parts.iter().all(Self::is_everything))
    }

    /// Every condition in it.
    #[must_use]
    pub fn conditions(&self) -> Vec<&Condition> {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().flat_map(Self::conditions).collect(),
            Self::Not(part) => part.conditions(),
            Self::Is(condition) => vec![condition],
        }
    }

    /// Checks every condition against the fields of a kind; `fields_of` gives those of linked
    /// kinds.
    pub fn check<'a>(
        &self,
        fields: &'a [FieldDef],
        fields_of: impl Fn(Kind) -> &'a [FieldDef] + Copy,
    ) -> Result<(), Error> {
        let errors: Vec<FieldError> = self
            .conditions()
            .into_iter()
            .filter_map(|condition| condition.check(fields, fields_of).err())
            .collect();
        if errors.is_empty() {
            Ok(())
        } else {
            Err(Error::Invalid(errors))
        }
    }
}

/// The field that a condition compares, and the link and the kind it is reached through.
pub type Resolved<'a> = (&'a FieldDef, Option<(&'a FieldDef, Kind)>);

/// One condition: a field, an operator, and what to compare with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The field.
    pub path: FieldPath,
    /// How it is compared.
    pub operator: Operator,
    /// What with, as text; `me` and `my_department` stand for users, periods for dates.
    pub operands: Vec<String>,
}

impl Condition {
    /// The field that is compared, where the path leads to one, and the kind it belongs to when
    /// that is a linked one.
    pub fn resolve<'a>(
        &self,
        fields: &'a [FieldDef],
        fields_of: impl Fn(Kind) -> &'a [FieldDef],
    ) -> Result<Resolved<'a>, FieldError> {
        let missing = || {
            FieldError::new(
                &self.path.to_string(),
                &self.path.to_string(),
                Problem::NoSuchField,
            )
        };
        match &self.path.link {
            None => Ok((find(fields, &self.path.field).ok_or_else(missing)?, None)),
            Some(link) => {
                let link = find(fields, link).ok_or_else(missing)?;
                let (FieldType::Link(kind) | FieldType::Links(kind)) = link.field_type else {
                    return Err(missing());
                };
                let field = find(fields_of(kind), &self.path.field).ok_or_else(missing)?;
                Ok((field, Some((link, kind))))
            }
        }
    }

    /// Checks the condition against the fields of a kind and of those it links to.
    pub fn check<'a>(
        &self,
        fields: &'a [FieldDef],
        fields_of: impl Fn(Kind) -> &'a [FieldDef],
    ) -> Result<(), FieldError> {
        let (field, _) = self.resolve(fields, fields_of)?;
        let refuse = |problem| FieldError::new(&self.path.to_string(), &field.label, problem);
        if !self.operator.fits(field.field_type) {
            return Err(refuse(Problem::OperatorDoesNotFit {
                operator: self.operator.as_str().to_owned(),
            }));
        }
        let (least, most) = self.operator.operands();
        if !(least..=most).contains(&self.operands.len()) {
            return Err(refuse(Problem::Other(format!(
                "needs {} with “{}”",
                match (least, most) {
                    (0, 0) => "no value".to_owned(),
                    (1, 1) => "one value".to_owned(),
                    (2, 2) => "two values".to_owned(),
                    _ => "at least one value".to_owned(),
                },
                self.operator.as_str()
            ))));
        }
        for operand in &self.operands {
            check_operand(field, self.operator, operand).map_err(refuse)?;
        }
        Ok(())
    }
}

/// Checks one operand as far as it can be known without the database.
fn check_operand(field: &FieldDef, operator: Operator, operand: &str) -> Result<(), Problem> {
    match operator {
        Operator::During => Period::parse(operand)
            .map(drop)
            .ok_or_else(|| Problem::Malformed {
                given: operand.chars().take(40).collect(),
                expected: "a period such as this_month".into(),
            }),
        Operator::Contains | Operator::StartsWith => Ok(()),
        _ => match field.field_type {
            FieldType::User | FieldType::Users if matches!(operand, ME | MY_DEPARTMENT) => Ok(()),
            // A choice that is gone matches nothing; it is no error, so that old views still open.
            FieldType::Choice | FieldType::Choices => Ok(()),
            // Amounts are compared within their own currency, or without one.
            FieldType::Money => crate::money::parse_decimal(operand)
                .map(drop)
                .or_else(|_| field.parse(operand).map(drop)),
            _ => field.parse(operand).map(drop),
        },
    }
}

/// Stands for the user who asks.
pub const ME: &str = "me";
/// Stands for everyone in the department of the user who asks, and below it.
pub const MY_DEPARTMENT: &str = "my_department";

/// A field, or a field of a linked record: `amount`, `company_id.industry`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FieldPath {
    /// The link to go through.
    pub link: Option<String>,
    /// The field's key.
    pub field: String,
}

impl FieldPath {
    /// Reads a path.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text.split_once('.') {
            Some((link, field)) => Self {
                link: Some(link.to_owned()),
                field: field.to_owned(),
            },
            None => Self {
                link: None,
                field: text.to_owned(),
            },
        }
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.link {
            Some(link) => write!(f, "{link}.{}", self.field),
            None => f.write_str(&self.field),
        }
    }
}

/// How a field is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operator {
    /// Equal to one of the operands. Of many choices or links: has one of them.
    Is,
    /// Equal to none of them; empty values are let through.
    IsNot,
    /// Has the text somewhere, in any case.
    Contains,
    /// Begins with the text, in any case.
    StartsWith,
    /// Less, or earlier.
    Less,
    /// Less or equal.
    AtMost,
    /// Greater, or later.
    Greater,
    /// Greater or equal.
    AtLeast,
    /// From the first operand to the second, both included.
    Between,
    /// Within a period of the reader's calendar.
    During,
    /// Has no value.
    Empty,
    /// Has a value.
    Filled,
}

impl Operator {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Is,
        Self::IsNot,
        Self::Contains,
        Self::StartsWith,
        Self::Less,
        Self::AtMost,
        Self::Greater,
        Self::AtLeast,
        Self::Between,
        Self::During,
        Self::Empty,
        Self::Filled,
    ];

    /// As written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Is => "is",
            Self::IsNot => "not",
            Self::Contains => "has",
            Self::StartsWith => "starts",
            Self::Less => "lt",
            Self::AtMost => "le",
            Self::Greater => "gt",
            Self::AtLeast => "ge",
            Self::Between => "between",
            Self::During => "in",
            Self::Empty => "empty",
            Self::Filled => "filled",
        }
    }

    /// Reads one.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|operator| operator.as_str() == word)
    }

    /// Operands at least and at most.
    #[must_use]
    pub const fn operands(self) -> (usize, usize) {
        match self {
            Self::Empty | Self::Filled => (0, 0),
            Self::Between => (2, 2),
            Self::Is | Self::IsNot => (1, 1000),
            _ => (1, 1),
        }
    }

    /// Those that make sense for a type, the most usual one first.
    #[must_use]
    pub fn of(field_type: FieldType) -> Vec<Self> {
        use Operator as O;
        let order: &[Self] = match field_type {
            FieldType::Date | FieldType::DateTime => &[
                O::During,
                O::Is,
                O::IsNot,
                O::Less,
                O::AtMost,
                O::Greater,
                O::AtLeast,
                O::Between,
            ],
            FieldType::Integer | FieldType::Decimal | FieldType::Money | FieldType::Percent => &[
                O::Greater,
                O::AtLeast,
                O::Less,
                O::AtMost,
                O::Between,
                O::Is,
                O::IsNot,
            ],
            FieldType::Text | FieldType::LongText | FieldType::Url | FieldType::Points(_) => {
                &[O::Contains, O::StartsWith, O::Is, O::IsNot]
            }
            _ => &[O::Is, O::IsNot],
        };
        order
            .iter()
            .copied()
            .chain([O::Filled, O::Empty])
            .filter(|operator| operator.fits(field_type))
            .collect()
    }

    /// Whether it makes sense for a type.
    #[must_use]
    pub const fn fits(self, field_type: FieldType) -> bool {
        match self {
            Self::Empty | Self::Filled => true,
            Self::Is | Self::IsNot => !matches!(field_type, FieldType::LongText),
            Self::Contains | Self::StartsWith => matches!(
                field_type,
                FieldType::Text | FieldType::LongText | FieldType::Url | FieldType::Points(_)
            ),
            Self::Less | Self::AtMost | Self::Greater | Self::AtLeast | Self::Between => matches!(
                field_type,
                FieldType::Integer
                    | FieldType::Decimal
                    | FieldType::Money
                    | FieldType::Percent
                    | FieldType::Date
                    | FieldType::DateTime
            ),
            Self::During => matches!(field_type, FieldType::Date | FieldType::DateTime),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(filter: &Filter) -> Result<(), Error> {
        filter.check(Kind::Deal.fields(), Kind::fields)
    }

    #[test]
    fn a_filter_that_names_no_field_is_refused_by_name() {
        let error = check(&Filter::is("colour", Operator::Is, &["red"])).unwrap_err();
        assert_eq!(error.to_string(), "colour: there is no such field");
        assert!(check(&Filter::is("title.name", Operator::Is, &["x"])).is_err());
    }

    #[test]
    fn operators_and_operands_fit_the_type() {
        assert!(check(&Filter::is("amount", Operator::Greater, &["1000"])).is_ok());
        assert!(check(&Filter::is("amount", Operator::Contains, &["1"])).is_err());
        assert!(check(&Filter::is("amount", Operator::Greater, &[])).is_err());
        assert!(check(&Filter::is("amount", Operator::Greater, &["much"])).is_err());
        assert!(check(&Filter::is("owner_id", Operator::Is, &["me"])).is_ok());
        assert!(check(&Filter::is("created_at", Operator::During, &["this_month"])).is_ok());
        assert!(check(&Filter::is("created_at", Operator::During, &["some_day"])).is_err());
        assert!(
            check(&Filter::is(
                "company_id.industry",
                Operator::Is,
                &["software"]
            ))
            .is_ok()
        );
    }

    #[test]
    fn every_operator_that_fits_is_offered_once() {
        for field in Kind::ALL.iter().flat_map(|kind| kind.fields()) {
            let mut offered = Operator::of(field.field_type);
            let fitting = Operator::ALL
                .into_iter()
                .filter(|operator| operator.fits(field.field_type));
            assert_eq!(offered.len(), fitting.clone().count(), "{}", field.key);
            offered.retain(|operator| fitting.clone().any(|other| other == *operator));
            assert_eq!(offered.len(), fitting.count(), "{}", field.key);
        }
    }
}
