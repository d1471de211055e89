//! Telling: what a node heard waits in a queue until its pages are told. Under load more has come
//! by the time they are: changes that follow each other are told together then, with one reading of
//! the cards for each reader, so that a node that falls behind catches up.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::{Announcement, Committed, Hub};

/// Changes that are told together: less than what may wait for a browser ([`super::hub::BACKLOG`]).
const TOGETHER: usize = 100;

/// What a node heard.
#[derive(Debug, PartialEq)]
pub(super) enum Heard {
    /// What a node announced.
    Announced(Announcement),
    /// It was deaf for a while.
    Missed,
}

/// Tells the pages of this node what is heard, in that order, until nobody listens any more.
pub(super) async fn tell(mut queue: mpsc::UnboundedReceiver<Heard>, hub: Arc<Hub>) {
    while let Some(first) = queue.recv().await {
        let mut waiting = vec![first];
        while let Ok(more) = queue.try_recv() {
            waiting.push(more);
        }
        for heard in gathered(waiting) {
            match heard {
                Heard::Announced(announcement) => hub.tell(announcement).await,
                Heard::Missed => hub.missed().await,
            }
        }
    }
}

/// The same in the same order, with changes that follow each other put together.
fn gathered(waiting: Vec<Heard>) -> Vec<Heard> {
    let mut gathered: Vec<Heard> = Vec::new();
    let mut changes: Vec<Committed> = Vec::new();
    for heard in waiting {
        match heard {
            Heard::Announced(Announcement::Changes(more)) => {
                if changes.len() + more.len() > TOGETHER {
                    put(&mut gathered, &mut changes);
                }
                changes.extend(more);
            }
            other => {
                put(&mut gathered, &mut changes);
                gathered.push(other);
            }
        }
    }
    put(&mut gathered, &mut changes);
    gathered
}

fn put(gathered: &mut Vec<Heard>, changes: &mut Vec<Committed>) {
    if !changes.is_empty() {
        let changes = std::mem::take(changes);
        gathered.push(Heard::Announced(Announcement::Changes(changes)));
    }
}

#[cfg(test)]
mod tests {
    use domain::{EventId, Kind};

    use super::*;

    fn change(event: EventId) -> Committed {
        Committed {
            event,
            by: None,
            kind: Kind::Company,
            id: event,
            version: 1,
            before: None,
            after: None,
        }
    }

    fn changes(events: impl IntoIterator<Item = EventId>) -> Heard {
        Heard::Announced(Announcement::Changes(
            events.into_iter().map(change).collect(),
        ))
    }

    fn reload(event: EventId) -> Heard {
        Heard::Announced(Announcement::Reload { kind: None, event })
    }

    #[test]
    fn changes_that_follow_each_other_are_told_together_and_nothing_overtakes() {
        let waiting = vec![
            changes([1, 2]),
            changes([3]),
            reload(3),
            changes([4]),
            Heard::Announced(Announcement::Workspace),
            changes([5]),
            changes([6]),
            Heard::Missed,
        ];
        assert_eq!(
            gathered(waiting),
            [
                changes([1, 2, 3]),
                reload(3),
                changes([4]),
                Heard::Announced(Announcement::Workspace),
                changes([5, 6]),
                Heard::Missed,
            ]
        );
    }

    #[test]
    fn no_more_are_told_together_than_may_wait_for_a_browser() {
        let waiting = (0..250).map(|event| changes([event])).collect();
        let told: Vec<usize> = gathered(waiting)
            .into_iter()
            .map(|heard| match heard {
                Heard::Announced(Announcement::Changes(changes)) => changes.len(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(told, [100, 100, 50]);
        assert_eq!(
            gathered(vec![changes(0..140)]),
            [changes(0..140)],
            "what was announced together stays together"
        );
    }
}
