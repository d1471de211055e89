//! The text form of a filter, as it stands in addresses, views and mapping files.
//!
//! ```text
//! filter    = group | condition
//! group     = ("and" | "or" | "not") "(" [ filter { "," filter } ] ")"
//! condition = path ":" operator { ":" operand }
//! ```
//! In operands `\` goes before `\ : , ( )`.

use crate::Problem;
use crate::query::filter::{Condition, FieldPath, Filter, Operator};

/// Groups within groups at most: more is a mistake or an attack, never a question.
const DEEPEST: usize = 12;

impl std::fmt::Display for Filter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let group = |f: &mut std::fmt::Formatter<'_>, name: &str, parts: &[Self]| {
            write!(f, "{name}(")?;
            for (index, part) in parts.iter().enumerate() {
                if index > 0 {
                    f.write_str(",")?;
                }
                write!(f, "{part}")?;
            }
            f.write_str(")")
        };
        match self {
            Self::And(parts) => group(f, "and", parts),
            Self::Or(parts) => group(f, "or", parts),
            Self::Not(part) => group(f, "not", std::slice::from_ref(part)),
            Self::Is(condition) => {
                write!(f, "{}:{}", condition.path, condition.operator.as_str())?;
                for operand in &condition.operands {
                    f.write_str(":")?;
                    for c in operand.chars() {
                        if "\\:,()".contains(c) {
                            f.write_str("\\")?;
                        }
                        write!(f, "{c}")?;
                    }
                }
                Ok(())
            }
        }
    }
}

impl From<Filter> for String {
    fn from(filter: Filter) -> Self {
        if filter.is_everything() {
            Self::new()
        } else {
            filter.to_string()
        }
    }
}

impl TryFrom<String> for Filter {
    type Error = Problem;
    fn try_from(text: String) -> Result<Self, Problem> {
        text.parse()
    }
}

impl std::str::FromStr for Filter {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        if text.trim().is_empty() {
            return Ok(Self::everything());
        }
        let mut reader = Reader { rest: text };
        let filter = reader.filter(0)?;
        if reader.rest.is_empty() {
            Ok(filter)
        } else {
            Err(reader.malformed())
        }
    }
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn malformed(&self) -> Problem {
        Problem::Malformed {
            given: self.rest.chars().take(40).collect(),
            expected: "a filter such as and(owner_id:is:me,amount:gt:1000)".into(),
        }
    }

    fn take(&mut self, token: &str) -> bool {
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn filter(&mut self, depth: usize) -> Result<Filter, Problem> {
        if depth > DEEPEST {
            return Err(Problem::Other(format!(
                "has groups more than {DEEPEST} deep"
            )));
        }
        if self.take("and(") {
            self.parts(depth).map(Filter::And)
        } else if self.take("or(") {
            self.parts(depth).map(Filter::Or)
        } else if self.take("not(") {
            let mut parts = self.parts(depth)?;
            match (parts.pop(), parts.is_empty()) {
                (Some(part), true) => Ok(Filter::Not(Box::new(part))),
                _ => Err(self.malformed()),
            }
        } else {
            self.condition().map(Filter::Is)
        }
    }

    fn parts(&mut self, depth: usize) -> Result<Vec<Filter>, Problem> {
        let mut parts = Vec::new();
        if self.take(")") {
            return Ok(parts);
        }
        loop {
            parts.push(self.filter(depth + 1)?);
            if self.take(")") {
                return Ok(parts);
            }
            if !self.take(",") {
                return Err(self.malformed());
            }
        }
    }

    fn condition(&mut self) -> Result<Condition, Problem> {
        let path = self.word();
        if path.is_empty() || !self.take(":") {
            return Err(self.malformed());
        }
        let before = self.rest;
        let word = self.word();
        let operator = Operator::parse(&word).ok_or_else(|| Problem::Malformed {
            given: before.chars().take(40).collect(),
            expected: format!("one of {}", Operator::ALL.map(Operator::as_str).join(", ")),
        })?;
        let mut operands = Vec::new();
        while self.take(":") {
            operands.push(self.word());
        }
        Ok(Condition {
            path: FieldPath::parse(&path),
            operator,
            operands,
        })
    }

    /// Text up to the next mark that is not escaped.
    fn word(&mut self) -> String {
        let mut word = String::new();
        let mut chars = self.rest.char_indices();
        let mut end = self.rest.len();
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' => match chars.next() {
                    Some((_, escaped)) => word.push(escaped),
                    None => word.push('\\'),
                },
                ':' | ',' | '(' | ')' => {
                    end = at;
                    break;
                }
                c => word.push(c),
            }
        }
        self.rest = &self.rest[end..];
        word
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_filter_reads_as_it_is_written() {
        let text = "and(owner_id:is:me,or(amount:gt:1000,company_id.industry:is:soft\\,ware),not(title:has:x))";
        let filter: Filter = text.parse().unwrap();
        assert_eq!(filter.to_string(), text);
        assert_eq!("".parse::<Filter>().unwrap(), Filter::everything());
    }

    #[test]
    fn what_is_no_filter_is_refused_in_words() {
        for bad in [
            "and(",
            "and)",
            "title",
            "title:xx:1",
            "not()",
            "a:is:1)",
            "or(a:is:1",
        ] {
            assert!(bad.parse::<Filter>().is_err(), "{bad}");
        }
        let deep = format!("{}a:is:1{}", "not(".repeat(50), ")".repeat(50));
        assert!(
            deep.parse::<Filter>()
                .unwrap_err()
                .to_string()
                .contains("deep")
        );
    }

    pub(in crate::query) fn any_filter() -> impl Strategy<Value = Filter> {
        let condition = (
            "[a-z_]{1,10}",
            prop::option::of("[a-z_]{1,10}"),
            prop::sample::select(Operator::ALL.to_vec()),
            prop::collection::vec(".{0,12}", 0..3),
        )
            .prop_map(|(field, link, operator, operands)| {
                Filter::Is(Condition {
                    path: FieldPath { link, field },
                    operator,
                    operands,
                })
            });
        condition.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 1..4).prop_map(Filter::And),
                prop::collection::vec(inner.clone(), 1..4).prop_map(Filter::Or),
                inner.prop_map(|part| Filter::Not(Box::new(part))),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_filter_survives_its_text(filter in any_filter()) {
            prop_assert_eq!(filter.to_string().parse::<Filter>(), Ok(filter));
        }

        #[test]
        fn reading_a_filter_never_panics(text in ".{0,80}") {
            let _ = text.parse::<Filter>();
        }
    }
}
