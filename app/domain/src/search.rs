//! Finding a record by whatever one remembers of it.

use serde::{Deserialize, Serialize};

use crate::{Kind, RecordId};

/// Characters of a search that count; what stands behind them is left out.
pub const LONGEST_SEARCH: usize = 200;
/// Hits of one kind at most.
pub const HITS_OF_A_KIND: usize = 6;

/// A record that a search has found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    /// Its kind.
    pub kind: Kind,
    /// The record.
    pub id: RecordId,
    /// Its title.
    pub title: String,
    /// Where the text was found.
    pub why: Why,
}

/// Where a search has found its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The title begins with it, or has it somewhere.
    Title,
    /// It is the record's number.
    Number,
    /// A phone number or e-mail address has it, or a field beside the title such as a lead's
    /// person.
    Text(String),
    /// A note has it; some words around it.
    Note(String),
}

/// The digits that a phone number is found by, where a text looks like one: without the zeros that
/// stand for "abroad" or "another town".
#[must_use]
pub fn phone_digits(text: &str) -> Option<String> {
    let looks = text
        .chars()
        .all(|c| c.is_ascii_digit() || " +-–()./".contains(c));
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_start_matches('0');
    (looks && digits.len() >= 4).then(|| digits.to_owned())
}

/// The record's number in `#42` or `42`.
#[must_use]
pub fn record_number(text: &str) -> Option<RecordId> {
    let text = text.strip_prefix('#').unwrap_or(text);
    text.parse().ok().filter(|id| *id > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_number_is_known_however_it_is_written() {
        for text in [
            "601 234 567",
            "0601-234-567",
            "(601) 234.567",
            "00601234567",
        ] {
            assert_eq!(phone_digits(text).as_deref(), Some("601234567"), "{text}");
        }
        assert_eq!(
            phone_digits("+48 601 234 567").as_deref(),
            Some("48601234567")
        );
        for text in ["601", "Order 601 234 567", "", "0000"] {
            assert_eq!(phone_digits(text), None, "{text}");
        }
    }

    #[test]
    fn a_number_is_read_with_or_without_its_mark() {
        assert_eq!(record_number("#42"), Some(42));
        assert_eq!(record_number("42"), Some(42));
        for text in ["", "#", "-4", "4 2", "99999999999999999999"] {
            assert_eq!(record_number(text), None, "{text}");
        }
    }
}
