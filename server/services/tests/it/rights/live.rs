//! What open pages are told live, compared with what the rule lets through.

use std::time::Duration;

use domain::Kind;
use domain::live::{LiveMessage, Placement};
use domain::rights::Standing;
use services::live::{Announcement, Committed, Live, Subscription};
use tokio::time::timeout;

use super::company::Real;
use super::plan::Owned;

/// Longer than anything takes that arrives at all.
const LONG: Duration = Duration::from_secs(20);
/// The event after which everything has been told.
const LAST: i64 = 1_000_000;

/// What each open page is told of changes: whom they concern before or after, and nobody else.
pub(super) async fn check_live(real: &Real<'_>) {
    let live = Live::start(&real.db.db);
    timeout(LONG, async {
        while !live.hub.is_listening() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await
    .expect("the node listens");
    let mut pages: Vec<Subscription> = Vec::new();
    for &user in &real.users {
        let subscribed = live.hub.subscribe(user, None).await.expect("a database");
        pages.push(subscribed.expect("who may come in").0);
    }
    let everybody = Standing {
        observers: real.users.clone(),
        ..Standing::default()
    };
    let last = Committed {
        event: LAST,
        by: None,
        kind: Kind::Company,
        id: LAST,
        version: 1,
        before: None,
        after: Some((everybody, nowhere())),
    };
    let changes = (1..)
        .zip(&real.plan.changes)
        .map(|(event, (kind, before, after))| Committed {
            event,
            by: None,
            kind: *kind,
            id: event,
            version: 1,
            before: before
                .as_ref()
                .map(|owned| (real.standing(owned), nowhere())),
            after: after
                .as_ref()
                .map(|owned| (real.standing(owned), nowhere())),
        })
        .chain([last])
        .collect();
    live.publisher.announce(Announcement::Changes(changes));
    // Who sees nothing at all is told nothing; that is looked at when the others have heard all.
    let (deaf, hearing): (Vec<_>, Vec<_>) = (pages.into_iter().enumerate())
        .partition(|(user, _)| real.plan.users[*user].roles.is_empty());
    for (user, mut page) in hearing {
        let mut heard = Vec::new();
        loop {
            let message = timeout(LONG, page.messages.recv())
                .await
                .expect("a message")
                .expect("an open page");
            match serde_json::from_str(&message.json).expect("a live message") {
                LiveMessage::Changed(change) if change.event == LAST => break,
                LiveMessage::Changed(change) => {
                    heard.push((
                        change.event,
                        change.before.is_some(),
                        change.after.is_some(),
                    ));
                }
                other => panic!("{other:?}"),
            }
        }
        let sees = |kind, side: &Option<Owned>| {
            (side.as_ref()).is_some_and(|owned| real.plan.sees(user, kind, owned))
        };
        let expected: Vec<(i64, bool, bool)> = (1..)
            .zip(&real.plan.changes)
            .map(|(event, (kind, before, after))| (event, sees(*kind, before), sees(*kind, after)))
            .filter(|(_, before, after)| *before || *after)
            .collect();
        assert_eq!(heard, expected, "what is told live");
    }
    for (_, mut page) in deaf {
        assert!(page.messages.try_recv().is_err(), "who sees nothing");
    }
}

const fn nowhere() -> Placement {
    Placement {
        pipeline_id: None,
        stage_id: None,
        amount: None,
    }
}
