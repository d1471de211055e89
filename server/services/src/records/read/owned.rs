//! Questions that are about owners alone: reports answer them from numbers that are kept by owner.

use std::collections::BTreeSet;

use domain::query::Operator;
use domain::query::filter::{Condition, Filter};
use domain::rights::{Action, Reach};
use domain::{Kind, UserId};
use sea_orm::sea_query::Expr;

use super::operand::{self, Operand};
use super::sql::{among, fill, plain, word};
use crate::Ctx;
use crate::schema::Schema;

/// Whose records a filter lets through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Owned {
    /// Everybody's, and those without an owner.
    ByAnyone,
    /// Those of these users; [`NOBODY`] stands for records without an owner.
    By(BTreeSet<UserId>),
}

/// No user: the owner of records without one, as kept numbers have it.
pub(crate) const NOBODY: UserId = 0;

/// Whose records a filter lets through, where it asks for nothing but owners, and for those so that
/// it says whom it means. None is no answer: the records themselves must be asked.
pub(crate) fn owned(ctx: &Ctx, schema: &Schema, filter: &Filter) -> Option<Owned> {
    match filter {
        Filter::And(parts) => parts.iter().try_fold(Owned::ByAnyone, |all, part| {
            Some(match (all, owned(ctx, schema, part)?) {
                (Owned::ByAnyone, other) | (other, Owned::ByAnyone) => other,
                (Owned::By(these), Owned::By(those)) => Owned::By(&these & &those),
            })
        }),
        Filter::Or(parts) => parts
            .iter()
            .try_fold(Owned::By(BTreeSet::new()), |all, part| {
                Some(match (all, owned(ctx, schema, part)?) {
                    (Owned::By(these), Owned::By(those)) => Owned::By(&these | &those),
                    _ => Owned::ByAnyone,
                })
            }),
        Filter::Not(_) => None,
        Filter::Is(condition) => owners(ctx, schema, condition).map(Owned::By),
    }
}

fn owners(ctx: &Ctx, schema: &Schema, condition: &Condition) -> Option<BTreeSet<UserId>> {
    let path = &condition.path;
    if path.link.is_some() || path.field != "owner_id" || condition.operator != Operator::Is {
        return None;
    }
    let field = schema.field("owner_id")?;
    let mut owners = BTreeSet::new();
    for operand in &condition.operands {
        match operand::read(ctx, field, operand).ok()? {
            Operand::Nothing => {
                owners.insert(NOBODY);
            }
            // A number that is no user's is not nobody's either.
            Operand::Ids(ids) => owners.extend(ids.into_iter().filter(|id| *id > NOBODY)),
            _ => return None,
        }
    }
    Some(owners)
}

/// Whether the asker may see the record `r` for no other reason than observing it. It narrows what
/// [`super::over`] gives, and is no right by itself.
pub(crate) fn only_observed(ctx: &Ctx, kind: Kind) -> Expr {
    let Reach::Owners(owners) = ctx.actor.reach(kind, Action::Read) else {
        return plain("FALSE");
    };
    fill(
        format!(
            "(r.id = ANY(ARRAY(SELECT o.record_id FROM record_observer o \
             WHERE o.user_id = $1 AND o.kind = {})) \
             AND NOT r.everyone AND ($2) IS NOT TRUE)",
            word(kind.as_str())
        ),
        [Expr::val(ctx.actor.user_id), among("r.owner_id", owners)],
    )
}
