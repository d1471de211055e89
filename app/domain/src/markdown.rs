//! Formatted text of notes, as a tree of the few things that are allowed in it.
//!
//! The server reads Markdown into it and the browser makes elements of it: no markup ever travels,
//! so none can slip through. Links lead only where a click does no harm.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::{Problem, UserId};

/// A part of a text that stands on lines of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// Running text.
    Paragraph(Vec<Inline>),
    /// A heading, whatever its level: a note is short.
    Heading(Vec<Inline>),
    /// What somebody else said.
    Quote(Vec<Block>),
    /// A list, numbered from a number or not.
    List {
        /// The first number, for numbered ones.
        start: Option<u64>,
        /// The items.
        items: Vec<Vec<Block>>,
    },
    /// Text as it is, in a fixed pitch.
    Code(String),
    /// A line across.
    Rule,
}

/// A part of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Inline {
    /// Words.
    Text(String),
    /// Of weight.
    Bold(Vec<Inline>),
    /// Emphasised.
    Italic(Vec<Inline>),
    /// Struck out.
    Struck(Vec<Inline>),
    /// As it is, in a fixed pitch.
    Code(String),
    /// A link.
    Link {
        /// Where it leads.
        href: Href,
        /// What it says.
        text: Vec<Inline>,
    },
    /// Somebody who is named.
    Mention(UserId),
    /// A new line.
    Break,
}

/// Where a link of a user may lead: http, https, mailto, tel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Href(String);

/// Characters that fit an address.
const HREF_LENGTH: usize = 2_000;

impl Href {
    /// An address, if it may be led to.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let colon = text.find(':')?;
        let (scheme, rest) = (text.get(..colon)?.to_ascii_lowercase(), text.get(colon..)?);
        let leads = match scheme.as_str() {
            "http" | "https" => rest.len() > "://".len() && rest.starts_with("://"),
            "mailto" | "tel" => rest.len() > ":".len(),
            _ => false,
        };
        let clean = text.len() <= HREF_LENGTH
            && !text.contains(|c: char| c.is_control() || c.is_whitespace());
        (leads && clean).then(|| Self(text.to_owned()))
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Href {
    type Error = Problem;

    fn try_from(text: String) -> Result<Self, Problem> {
        Self::parse(&text).ok_or_else(|| Problem::Malformed {
            given: text.chars().take(40).collect(),
            expected: "a web address such as https://example.com".into(),
        })
    }
}

impl From<Href> for String {
    fn from(href: Href) -> Self {
        href.0
    }
}

/// People as notes name them: `@Anna Nowak` where one types, `<@7>` where it is stored, so that a
/// new name does no harm. Where two people have one name, the address tells them apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Names(Vec<(UserId, String)>);

impl Names {
    /// The names of people, each an id, a name and an e-mail address.
    #[must_use]
    pub fn of<'a>(people: impl IntoIterator<Item = (UserId, &'a str, &'a str)>) -> Self {
        let people: Vec<_> = people.into_iter().collect();
        let mut names: Vec<(UserId, String)> = people
            .iter()
            .filter(|(_, name, _)| !name.trim().is_empty())
            .map(|&(id, name, email)| {
                let is_shared = people
                    .iter()
                    .any(|&(other, same, _)| other != id && same == name);
                let label = if is_shared {
                    format!("{name} ({email})")
                } else {
                    name.to_owned()
                };
                (id, label)
            })
            .collect();
        // "Anna Nowakowska" is not "Anna Nowak" with something behind.
        names.sort_by_key(|(id, label)| (std::cmp::Reverse(label.len()), *id));
        Self(names)
    }

    /// How somebody is named, without the `@`.
    #[must_use]
    pub fn label(&self, user: UserId) -> Option<&str> {
        self.0
            .iter()
            .find(|(id, _)| *id == user)
            .map(|(_, label)| label.as_str())
    }

    /// What was typed, with `<@7>` for `@Anna Nowak`.
    #[must_use]
    pub fn tie(&self, text: &str) -> String {
        let mut tied = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('@') {
            let (before, from) = rest.split_at(at);
            tied.push_str(before);
            // Not within an e-mail address.
            let stands_alone = tied
                .chars()
                .next_back()
                .is_none_or(|c| !c.is_alphanumeric() && c != '<');
            let after = &from[1..];
            let named = self.0.iter().find(|(_, label)| {
                after
                    .strip_prefix(label.as_str())
                    .is_some_and(|rest| rest.chars().next().is_none_or(|c| !c.is_alphanumeric()))
            });
            if let Some((id, label)) = named.filter(|_| stands_alone) {
                // Writing into a text cannot fail.
                let _ = write!(tied, "<@{id}>");
                rest = &after[label.len()..];
            } else {
                tied.push('@');
                rest = after;
            }
        }
        tied.push_str(rest);
        tied
    }

    /// What was stored, with `@Anna Nowak` for `<@7>`.
    #[must_use]
    pub fn untie(&self, text: &str) -> String {
        let mut typed = String::with_capacity(text.len());
        for part in parts(text) {
            match part {
                Part::Words(words) => typed.push_str(words),
                Part::Mention(id, token) => match self.label(id) {
                    Some(label) => {
                        typed.push('@');
                        typed.push_str(label);
                    }
                    None => typed.push_str(token),
                },
            }
        }
        typed
    }
}

/// A part of a stored text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'a> {
    /// Words.
    Words(&'a str),
    /// Somebody who is named, and the token that says so.
    Mention(UserId, &'a str),
}

/// A stored text in its parts; together they are the text again.
#[must_use]
pub fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let (mut begin, mut from) = (0, 0);
    while let Some(found) = text[from..].find("<@") {
        let start = from + found;
        let digits = &text[start + 2..];
        let end = digits.find(|c: char| !c.is_ascii_digit());
        let id = end
            .filter(|&end| digits[end..].starts_with('>'))
            .and_then(|end| Some((end, digits[..end].parse::<UserId>().ok()?)));
        match id {
            Some((end, id)) => {
                let stop = start + 2 + end + 1;
                if begin < start {
                    parts.push(Part::Words(&text[begin..start]));
                }
                parts.push(Part::Mention(id, &text[start..stop]));
                begin = stop;
                from = stop;
            }
            None => from = start + 2,
        }
    }
    if begin < text.len() {
        parts.push(Part::Words(&text[begin..]));
    }
    parts
}

/// Everybody who is named, each once, in the order of the text.
#[must_use]
pub fn mentioned(blocks: &[Block]) -> Vec<UserId> {
    let mut found = Vec::new();
    in_blocks(blocks, &mut found);
    found
}

fn in_blocks(blocks: &[Block], found: &mut Vec<UserId>) {
    for block in blocks {
        match block {
            Block::Paragraph(inlines) | Block::Heading(inlines) => in_inlines(inlines, found),
            Block::Quote(blocks) => in_blocks(blocks, found),
            Block::List { items, .. } => items.iter().for_each(|item| in_blocks(item, found)),
            Block::Code(_) | Block::Rule => {}
        }
    }
}

fn in_inlines(inlines: &[Inline], found: &mut Vec<UserId>) {
    for inline in inlines {
        match inline {
            Inline::Mention(id) => {
                if !found.contains(id) {
                    found.push(*id);
                }
            }
            Inline::Bold(inner)
            | Inline::Italic(inner)
            | Inline::Struck(inner)
            | Inline::Link { text: inner, .. } => in_inlines(inner, found),
            Inline::Text(_) | Inline::Code(_) | Inline::Break => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn names() -> Names {
        Names::of([
            (1, "Anna Nowak", "anna@example.com"),
            (2, "Anna Nowakowska", "a.n@example.com"),
            (3, "शिवा", "shiva@example.com"),
            (4, "Ben", "ben@example.com"),
            (5, "Ben", "other@example.com"),
        ])
    }

    #[test]
    fn links_lead_where_they_do_no_harm() {
        for good in [
            "https://example.com/a?b=c",
            "HTTP://x",
            "mailto:a@b.c",
            "tel:+481",
        ] {
            assert!(Href::parse(good).is_some(), "{good}");
        }
        for bad in [
            "javascript:alert(1)",
            " javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "java\tscript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "//example.com",
            "/deals/1",
            "https:",
            "https://",
            "http://a b",
            "https://a\u{0}b",
            "file:///etc/passwd",
            "",
        ] {
            assert_eq!(Href::parse(bad), None, "{bad}");
            assert!(serde_json::from_value::<Href>(serde_json::json!(bad)).is_err());
        }
    }

    #[test]
    fn people_are_stored_by_id_and_shown_by_name() {
        let names = names();
        let typed = "@Anna Nowakowska and @Anna Nowak, @शिवा; @Ben (other@example.com) a@Anna Nowak @Nobody";
        let stored = names.tie(typed);
        assert_eq!(stored, "<@2> and <@1>, <@3>; <@5> a@Anna Nowak @Nobody");
        assert_eq!(names.untie(&stored), typed);
        assert_eq!(names.untie("<@9> <@> <@1"), "<@9> <@> <@1");
    }

    proptest! {
        #[test]
        fn tying_and_untying_give_back_what_was_typed(
            words in prop::collection::vec(
                prop::sample::select(vec!["@Anna Nowak", "@शिवा", "@", "<@1>x", " ", "ß", "@Ben", "\n", "<@", ">"]),
                0..12,
            ),
        ) {
            let typed = words.concat();
            let names = names();
            let stored = names.tie(&typed);
            // What was typed as a token comes back as the name it stands for.
            prop_assert_eq!(names.untie(&stored), names.untie(&names.tie(&names.untie(&stored))));
        }

        #[test]
        fn parts_are_the_text_again(text in ".{0,40}|[<@>0-9a ]{0,40}") {
            let again: String = parts(&text)
                .into_iter()
                .map(|part| match part {
                    Part::Words(words) => words,
                    Part::Mention(_, token) => token,
                })
                .collect();
            prop_assert_eq!(again, text);
        }
    }
}
