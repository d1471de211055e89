//! Phones and e-mail addresses: rows of their own, with a normalised form that finds duplicates,
//! callers and senders.

use serde::{Deserialize, Serialize};

use crate::Problem;
use crate::field::FieldType;

/// Phone or e-mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PointType {
    /// A phone number.
    Phone,
    /// An e-mail address.
    Email,
}

impl PointType {
    /// As stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Email => "email",
        }
    }
}

/// One phone number or e-mail address as its owner wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactPoint {
    /// Phone or e-mail.
    pub point_type: PointType,
    /// As written.
    pub text: String,
    /// `work`, `mobile`, …; empty when not said.
    #[serde(default)]
    pub label: String,
}

impl ContactPoint {
    /// Without a label.
    #[must_use]
    pub fn new(point_type: PointType, text: &str) -> Self {
        Self {
            point_type,
            text: text.to_owned(),
            label: String::new(),
        }
    }

    /// Checks the form; an empty one is none. Phones are normalised by the server, which knows the
    /// country; here it is enough that there are 4 to 20 digits and nothing but marks of a number.
    pub fn checked(self, point_type: PointType) -> Result<Option<Self>, Problem> {
        let text = self.text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let fits = match point_type {
            PointType::Phone => {
                let digits = text.chars().filter(char::is_ascii_digit).count();
                (4..=20).contains(&digits)
                    && text
                        .chars()
                        .all(|c| c.is_ascii_digit() || " +-–()./#xext".contains(c))
            }
            PointType::Email => is_email(text),
        };
        if !fits {
            return Err(Problem::Malformed {
                given: text.chars().take(60).collect(),
                expected: FieldType::Points(point_type).expected().to_owned(),
            });
        }
        Ok(Some(Self {
            point_type,
            text: text_of(point_type, text),
            label: self.label,
        }))
    }

    /// The normalised form as far as it can be known without the country: e-mail in lower case,
    /// phones as their digits with a leading plus kept.
    #[must_use]
    pub fn normalised(&self) -> String {
        match self.point_type {
            PointType::Email => self.text.to_lowercase(),
            PointType::Phone => {
                let digits: String = self.text.chars().filter(char::is_ascii_digit).collect();
                if self.text.trim_start().starts_with('+') {
                    format!("+{digits}")
                } else {
                    digits
                }
            }
        }
    }
}

fn text_of(point_type: PointType, text: &str) -> String {
    match point_type {
        PointType::Phone => text.split_whitespace().collect::<Vec<_>>().join(" "),
        PointType::Email => text.to_owned(),
    }
}

/// One `@`, something before it, a dot in what is after it, no blanks: stricter checks refuse
/// addresses that work (RFC 5321 allows nearly everything).
#[must_use]
pub fn is_email(text: &str) -> bool {
    let Some((local, host)) = text.rsplit_once('@') else {
        return false;
    };
    !local.is_empty()
        && text.len() <= 254
        && !text.contains(|c: char| c.is_whitespace() || c.is_control() || "<>,;\"".contains(c))
        && !local.contains('@')
        && host.contains('.')
        && host.split('.').all(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_checked_and_tidied() {
        let phone = ContactPoint::new(PointType::Phone, "  +48  601 234 567 ");
        let phone = phone.checked(PointType::Phone).unwrap().unwrap();
        assert_eq!(phone.text, "+48 601 234 567");
        assert_eq!(phone.normalised(), "+48601234567");
        assert!(
            ContactPoint::new(PointType::Phone, "call me")
                .checked(PointType::Phone)
                .is_err()
        );
        assert!(
            ContactPoint::new(PointType::Email, "a@b")
                .checked(PointType::Email)
                .is_err()
        );
        assert_eq!(
            ContactPoint::new(PointType::Email, " ").checked(PointType::Email),
            Ok(None)
        );
        let mail = ContactPoint::new(PointType::Email, "Anna@Example.COM");
        assert_eq!(mail.normalised(), "anna@example.com");
    }
}
