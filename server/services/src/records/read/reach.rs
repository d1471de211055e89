//! Rights as SQL: the one predicate that every question to the read path carries. It says the same
//! as [`Actor::may`] does for [`Action::Read`]; a test compares the two.

use domain::Kind;
use domain::rights::{Action, Actor, Reach};
use sea_orm::sea_query::Expr;

use super::sql::{fill, list, word};

/// Whether the actor may see the record under this alias; none where everything may be seen.
pub(super) fn visible(actor: &Actor, kind: Kind, alias: &str) -> Option<Expr> {
    match actor.reach(kind, Action::Read) {
        Reach::Everybody => None,
        Reach::Nobody => Some(Expr::cust("FALSE")),
        // Written so that each of the three can be answered by an index.
        Reach::Owners(owners) => Some(fill(
            format!(
                "({alias}.owner_id = ANY($1) OR {alias}.everyone OR {alias}.id = ANY(ARRAY(\
                 SELECT o.record_id FROM record_observer o WHERE o.user_id = $2 AND o.kind = {})))",
                word(kind.as_str())
            ),
            [list(owners), Expr::val(actor.user_id)],
        )),
    }
}
