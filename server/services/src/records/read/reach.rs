//! Rights as SQL: the one predicate that every question to the read path carries. It says the same
//! as [`Actor::may`] does for [`Action::Read`]; a test compares the two.

use domain::Kind;
use domain::rights::{Action, Actor, Reach};
use sea_orm::sea_query::Expr;

use super::sql::{among, fill, word};

/// Whether the actor may see the record under this alias; none where everything may be seen.
pub(super) fn visible(actor: &Actor, kind: Kind, alias: &str) -> Option<Expr> {
    match actor.reach(kind, Action::Read) {
        Reach::Everybody => None,
        Reach::Nobody => Some(Expr::cust("FALSE")),
        // Written so that each of the three can be answered by an index.
        Reach::Owners(owners) => Some(fill(
            format!(
                "($1 OR {alias}.everyone OR {alias}.id = ANY(ARRAY(\
                 SELECT o.record_id FROM record_observer o WHERE o.user_id = $2 AND o.kind = {})))",
                word(kind.as_str())
            ),
            [
                among(&format!("{alias}.owner_id"), owners),
                Expr::val(actor.user_id),
            ],
        )),
    }
}

/// Whether the actor may do something with the record under this alias; none where it may be done
/// with all. Says the same as [`Actor::may`]: observing allows reading and changing, being open to
/// everyone allows reading.
pub(super) fn within(actor: &Actor, kind: Kind, alias: &str, action: Action) -> Option<Expr> {
    let owners = match (action, actor.reach(kind, action)) {
        (Action::Read, _) => return visible(actor, kind, alias),
        (_, Reach::Everybody) => return None,
        (_, Reach::Nobody) => return Some(Expr::cust("FALSE")),
        (_, Reach::Owners(owners)) => owners,
    };
    let owned = "($1) IS TRUE";
    let among = among(&format!("{alias}.owner_id"), owners);
    Some(if action == Action::Change {
        fill(
            format!(
                "({owned} OR {alias}.id = ANY(ARRAY(SELECT o.record_id FROM record_observer o \
                 WHERE o.user_id = $2 AND o.kind = {})))",
                word(kind.as_str())
            ),
            [among, Expr::val(actor.user_id)],
        )
    } else {
        fill(owned, [among])
    })
}
