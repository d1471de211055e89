//! What one reader may know of a change. Whether a record could and can be seen is decided by
//! [`Actor::may`] over the standing that the change carries; the card is read through the one read
//! path as the reader, so that nothing is on it that its reader could not open, titles of linked
//! companies included.

use std::collections::{BTreeMap, HashMap};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::board::{BoardQuery, Card};
use domain::live::{LiveChange, LiveMessage};
use domain::query::Filter;
use domain::rights::{Action, Actor, Reach};
use domain::{Kind, PipelineId, RecordId, UserId};
use sea_orm::DatabaseConnection;

use super::{Committed, Publisher};
use crate::Ctx;
use crate::failure::Result;
use crate::records::read;

/// Someone to whom changes are told. Two are the same when they see the same: all who see
/// everything, and all pages of one user.
#[derive(Debug, Clone)]
pub(super) struct Reader {
    /// Their rights.
    actor: Arc<Actor>,
    /// The user; none for those who see everything.
    of: Option<UserId>,
}

impl Reader {
    /// The reader with these rights.
    pub(super) fn new(actor: Arc<Actor>) -> Self {
        let everything = Kind::ALL
            .into_iter()
            .all(|kind| actor.reach(kind, Action::Read) == Reach::Everybody);
        let of = if everything { None } else { actor.user_id };
        Self { actor, of }
    }
}

impl PartialEq for Reader {
    fn eq(&self, other: &Self) -> bool {
        self.of == other.of
    }
}

impl Eq for Reader {}

impl Hash for Reader {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.of.hash(state);
    }
}

/// The changes as the reader may see them; those that never concerned the reader are left out.
pub(super) async fn tell(
    db: &DatabaseConnection,
    reader: &Reader,
    changes: &[Committed],
) -> Result<Vec<LiveMessage>> {
    let mut told: Vec<LiveChange> = changes
        .iter()
        .filter_map(|change| allowed(&reader.actor, change))
        .collect();
    let cards = cards(db, reader, &told).await?;
    for change in &mut told {
        change.card = cards.get(&(change.kind, change.id)).cloned();
    }
    Ok(told.into_iter().map(LiveMessage::Changed).collect())
}

/// The change without its card, or nothing where the reader could see the record neither before
/// nor after.
fn allowed(actor: &Actor, change: &Committed) -> Option<LiveChange> {
    let seen = |side: &Option<(_, _)>| {
        side.as_ref()
            .filter(|(standing, _)| actor.may(Action::Read, change.kind, standing))
            .map(|(_, placement)| *placement)
    };
    let (before, after) = (seen(&change.before), seen(&change.after));
    (before.is_some() || after.is_some()).then_some(LiveChange {
        event: change.event,
        by: change.by,
        kind: change.kind,
        id: change.id,
        version: change.version,
        before,
        after,
        card: None,
    })
}

/// The cards of the changed records that stand where the reader can see them.
async fn cards(
    db: &DatabaseConnection,
    reader: &Reader,
    changes: &[LiveChange],
) -> Result<HashMap<(Kind, RecordId), Card>> {
    let mut boards: BTreeMap<(Kind, PipelineId), Vec<RecordId>> = BTreeMap::new();
    for change in changes.iter().filter(|change| change.kind.has_stages()) {
        if let Some(pipeline) = change.after.and_then(|after| after.pipeline_id) {
            let ids = boards.entry((change.kind, pipeline)).or_default();
            if !ids.contains(&change.id) {
                ids.push(change.id);
            }
        }
    }
    let mut cards = HashMap::new();
    if boards.is_empty() {
        return Ok(cards);
    }
    let ctx = Ctx {
        actor: reader.actor.clone(),
        // Nothing on a card depends on the time.
        ..Ctx::system(db.clone(), Publisher::silent(), DateTime::<Utc>::UNIX_EPOCH)
    };
    for ((kind, pipeline), ids) in boards {
        let query = BoardQuery {
            kind,
            pipeline: Some(pipeline),
            filter: Filter::everything(),
            text: None,
        };
        for card in read::cards(&ctx, &query, &ids).await? {
            cards.insert((card.kind, card.id), card);
        }
    }
    Ok(cards)
}
