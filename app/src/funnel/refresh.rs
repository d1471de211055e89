//! Keeps the numbers fresh: a live message about leads or deals has them counted again, at most
//! three times a second, and what is shown changes only where it differs.

use std::time::Duration;

use domain::Kind;
use domain::funnel::{Funnel, FunnelQuery};
use domain::live::LiveMessage;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::api::load_funnel;
use crate::live::use_live_since;

/// Messages come in bursts; after the first one so much is waited for the others.
const BURST: Duration = Duration::from_millis(300);

/// The funnel as a signal that follows what happens, for as long as the part that asks is there.
pub(super) fn keep_fresh(first: Funnel, question: FunnelQuery) -> ReadSignal<Funnel> {
    let seen = first.seen;
    let (funnel, set_funnel) = signal(first);
    let counting = Counting {
        question: StoredValue::new(question),
        set_funnel,
        stage: StoredValue::new(Stage::Idle),
    };
    use_live_since(seen, move |message| {
        if concerns(message) {
            counting.ask();
        }
    });
    funnel
}

fn concerns(message: &LiveMessage) -> bool {
    match message {
        LiveMessage::Changed(change) => change.kind.has_stages(),
        LiveMessage::Reload { kind, .. } => kind.is_none_or(Kind::has_stages),
        LiveMessage::Workspace => true,
    }
}

/// How far counting again has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Nothing is to be done.
    Idle,
    /// It is waited for the rest of a burst.
    Gathering,
    /// The server counts.
    UnderWay,
    /// The server counts, and something has happened since it was asked.
    Outdated,
}

#[derive(Clone, Copy)]
struct Counting {
    question: StoredValue<FunnelQuery>,
    set_funnel: WriteSignal<Funnel>,
    stage: StoredValue<Stage>,
}

impl Counting {
    /// Something happened.
    fn ask(self) {
        match self.stage.try_get_value() {
            Some(Stage::Idle) => {
                self.stage.set_value(Stage::Gathering);
                set_timeout(move || self.count(), BURST);
            }
            Some(Stage::UnderWay) => self.stage.set_value(Stage::Outdated),
            // It will be in the next count anyway, or nobody looks any more.
            Some(Stage::Gathering | Stage::Outdated) | None => {}
        }
    }

    fn count(self) {
        let Some(question) = self.question.try_get_value() else {
            return;
        };
        self.stage.set_value(Stage::UnderWay);
        spawn_local(async move {
            // Where the server does not answer, the old numbers go on; the connection's return is
            // a message of its own. So they do where a field that the filter names has just gone.
            if let Ok(Ok(counted)) = load_funnel(question).await {
                let _ = self.set_funnel.try_set(counted);
            }
            let outdated = self.stage.try_get_value() == Some(Stage::Outdated);
            let _ = self.stage.try_set_value(Stage::Idle);
            if outdated {
                self.ask();
            }
        });
    }
}
