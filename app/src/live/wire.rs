//! What the tabs of one browser say to each other, and what they remember, apart from the browser
//! itself.

use std::collections::VecDeque;

use domain::EventId;

/// Messages that a tab remembers for pages and tabs that open later.
const REMEMBERED: usize = 300;
/// How far before an event others may stand that were committed after it. A page knows what it
/// contains already.
const LOOK_BACK: EventId = 100;

/// A word between tabs. Sent as text: the server's JSON is passed on unread, and has no line
/// breaks in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// The holder of the connection heard a message.
    Heard(Option<EventId>, String),
    /// The connection is away, or back.
    Away(bool),
    /// A tab asks for what came after this event.
    Join(Option<EventId>),
    /// The holder's answer: since when it remembers everything, whether it is away, and what it
    /// remembers from the event that was asked for on.
    Welcome(Option<EventId>, bool, Vec<(EventId, String)>),
    /// The server has ended the session.
    SentOut,
    /// Of what version the server is.
    Version(String),
}

impl Word {
    /// As sent.
    #[must_use]
    pub fn write(&self) -> String {
        let id = |event: &Option<EventId>| event.map_or_else(String::new, |id| id.to_string());
        match self {
            Self::Heard(event, json) => format!("h{} {json}", id(event)),
            Self::Away(away) => format!("a{}", u8::from(*away)),
            Self::Join(since) => format!("j{}", id(since)),
            Self::SentOut => "o".to_owned(),
            Self::Version(version) => format!("v{version}"),
            Self::Welcome(from, away, messages) => {
                let mut text = format!("w{} {}", id(from), u8::from(*away));
                for (event, json) in messages {
                    text.push('\n');
                    text.push_str(&event.to_string());
                    text.push(' ');
                    text.push_str(json);
                }
                text
            }
        }
    }

    /// Reads one; none from a tab of another version.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let rest = text.get(1..)?;
        Some(match text.get(..1)? {
            "h" => {
                let (event, json) = rest.split_once(' ')?;
                Self::Heard(event.parse().ok(), json.to_owned())
            }
            "a" => Self::Away(rest == "1"),
            "j" => Self::Join(rest.parse().ok()),
            "o" => Self::SentOut,
            "v" => Self::Version(rest.to_owned()),
            "w" => {
                let mut lines = rest.lines();
                let (from, away) = lines.next()?.split_once(' ')?;
                let messages = lines.filter_map(|line| {
                    let (event, json) = line.split_once(' ')?;
                    Some((event.parse().ok()?, json.to_owned()))
                });
                Self::Welcome(from.parse().ok(), away == "1", messages.collect())
            }
            _ => return None,
        })
    }
}

/// What a tab has heard lately.
#[derive(Debug, Default)]
pub struct Memory {
    /// The newest event heard of.
    pub last: Option<EventId>,
    /// Everything after this event is remembered; none when that is not known.
    pub from: Option<EventId>,
    recent: VecDeque<(EventId, String)>,
}

impl Memory {
    /// Remembers a message.
    pub fn keep(&mut self, event: EventId, json: &str) {
        self.last = self.last.max(Some(event));
        self.recent.push_back((event, json.to_owned()));
        if self.recent.len() > REMEMBERED
            && let Some((forgotten, _)) = self.recent.pop_front()
        {
            self.from = self.from.max(Some(forgotten));
        }
    }

    /// Whether everything after an event is remembered.
    #[must_use]
    pub fn reaches(&self, since: EventId) -> bool {
        self.from.is_some_and(|from| from <= since)
    }

    /// What is remembered after an event, in the order in which it came, and some before it: whose
    /// number is lower may yet have been committed later.
    #[must_use]
    pub fn after(&self, since: EventId) -> Vec<(EventId, String)> {
        self.recent
            .iter()
            .filter(|(event, _)| *event > since - LOOK_BACK)
            .cloned()
            .collect()
    }
}

/// Milliseconds to wait before a try to connect, after so many that failed; `chance` from 0 to 1
/// spreads the browsers that lost the same server.
#[must_use]
pub fn pause(failures: u32, chance: f64) -> i32 {
    let base = 1_000 << failures.min(4);
    #[expect(clippy::cast_possible_truncation, reason = "at most 24 seconds")]
    let spread = (f64::from(base) * 0.5 * chance) as i32;
    base + spread
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_they_were_written() {
        for word in [
            Word::Heard(Some(7), r#"{"a":"b c"}"#.into()),
            Word::Heard(None, "\"workspace\"".into()),
            Word::Away(true),
            Word::Away(false),
            Word::Join(None),
            Word::Join(Some(12)),
            Word::SentOut,
            Word::Version("dealwright.css dealwright.wasm".into()),
            Word::Welcome(None, true, vec![]),
            Word::Welcome(
                Some(3),
                false,
                vec![(4, "{}".into()), (5, r#"{"x": 1}"#.into())],
            ),
        ] {
            assert_eq!(Word::read(&word.write()), Some(word));
        }
        assert_eq!(Word::read(""), None);
        assert_eq!(Word::read("§x"), None);
        assert_eq!(Word::read("z1"), None);
    }

    #[test]
    fn a_tab_knows_how_far_back_it_remembers() {
        let mut memory = Memory::default();
        assert!(!memory.reaches(5));
        memory.from = Some(5);
        memory.keep(6, "six");
        memory.keep(7, "seven");
        assert!(memory.reaches(5) && memory.reaches(6));
        assert!(!memory.reaches(4));
        let both = [(6, "six".to_owned()), (7, "seven".to_owned())];
        assert_eq!(memory.after(6), both, "a lower one may come late");
        for event in 8..400 {
            memory.keep(event, "");
        }
        let after = memory.after(399);
        assert_eq!(after.first().map(|(event, _)| *event), Some(300));
        assert!(!memory.reaches(6), "the oldest are forgotten");
        assert!(memory.reaches(399));
        assert_eq!(memory.last, Some(399));
    }

    #[test]
    fn tries_to_connect_become_rarer() {
        assert_eq!(pause(0, 0.0), 1_000);
        assert_eq!(pause(1, 1.0), 3_000);
        assert_eq!(pause(30, 0.0), 16_000);
    }

    #[test]
    fn what_came_late_under_a_lower_number_is_remembered_for_pages_that_open() {
        let mut memory = Memory::default();
        memory.keep(1_000, "early");
        memory.keep(2_001, "late");
        memory.keep(2_000, "later");
        let told: Vec<_> = memory
            .after(2_001)
            .into_iter()
            .map(|(event, _)| event)
            .collect();
        assert_eq!(told, [2_001, 2_000]);
    }
}
