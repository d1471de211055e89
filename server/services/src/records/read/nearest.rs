//! The first records of an order for somebody who sees few: those owned within reach, those open to
//! everyone and those observed are each found by an index and then merged, instead of the whole
//! order being read through in search of the few that are one's own.

use domain::UserId;
use domain::query::filter::Filter;
use domain::rights::{Action, Reach};
use sea_orm::sea_query::{CommonTableExpression, Expr, WithClause};

use super::question::Question;
use super::reach;
use super::sql::{fill, join, list, name, plain, word};

/// Owners who are looked up one by one. Who reaches more of them sees so much that reading through
/// the order finds a page soon.
const OWNERS_ONE_BY_ONE: usize = 200;
/// The same under a filter, which is asked anew for each of them.
const OWNERS_FILTERED: usize = 3;

/// From so many owners on, those within reach have so much of what there is that the first of all
/// are looked through before the owners are looked up one by one.
const MANY_OWNERS: usize = 8;
/// How many of all are looked through then, for each record that is wanted.
const LOOKED_THROUGH: u64 = 10;

/// The name of what [`Question::observed`] gathers.
const OBSERVED: &str = "observed";

/// A column that an order goes by, the id after it in the same direction.
#[derive(Debug, Clone, Copy)]
pub(super) struct By {
    /// The column.
    pub column: &'static str,
    /// From high to low.
    pub descending: bool,
}

impl Question<'_> {
    /// The owners within reach, where they are few enough to be looked up one by one. A text is
    /// looked up in its own index, once for all.
    pub(super) fn few_owners(&self, filter: &Filter, text: Option<&str>) -> Option<Vec<UserId>> {
        let most = if text.is_some_and(|text| !text.trim().is_empty()) {
            return None;
        } else if filter.is_everything() {
            OWNERS_ONE_BY_ONE
        } else {
            OWNERS_FILTERED
        };
        match self.ctx.actor.reach(self.schema.kind, Action::Read) {
            Reach::Owners(owners) if owners.len() <= most => Some(owners),
            _ => None,
        }
    }

    /// The records that the asker observes and that meet the conditions, gathered once for a
    /// statement that looks for the nearest in several places.
    pub(super) fn observed(&self, conditions: Vec<Expr>, by: By) -> WithClause {
        let mut select = self.select(conditions);
        select.and_where(fill(
            format!(
                "r.id IN (SELECT o.record_id FROM record_observer o WHERE o.user_id = $1 \
                 AND o.kind = {})",
                word(self.schema.kind.as_str())
            ),
            [Expr::val(self.ctx.actor.user_id)],
        ));
        select.expr_as(plain("r.id"), "id");
        select.expr_as(plain(format!("r.{}", by.column)), by.column);
        select.expr_as(plain("r.stage_id"), "stage_id");
        let mut gathered = CommonTableExpression::new();
        gathered
            .table_name(OBSERVED)
            .query(select)
            .materialized(true);
        WithClause::new().cte(gathered).to_owned()
    }

    /// The ids of the first records that these owners have, that are open to everyone or that the
    /// asker observes, and that meet the conditions, which say nothing of rights. Where the
    /// observed ones were gathered by [`Question::observed`], `of_gathered` says which are meant.
    pub(super) fn nearest(
        &self,
        owners: Vec<UserId>,
        conditions: Vec<Expr>,
        of_gathered: Option<Expr>,
        by: By,
        limit: u64,
    ) -> Expr {
        if owners.len() < MANY_OWNERS {
            return self.one_by_one(owners, conditions, of_gathered, by, limit);
        }
        let through = self.looked_through(conditions.clone(), by, limit);
        let one_by_one = self.one_by_one(owners, conditions, of_gathered, by, limit);
        // The second part is not run where the first has found enough. `OFFSET 0` keeps the planner
        // from looking for the first in both.
        fill(
            format!(
                "(SELECT f.id FROM (SELECT ARRAY($1) AS ids OFFSET 0) w CROSS JOIN LATERAL \
                 (SELECT unnest(w.ids) AS id UNION \
                 SELECT n.id FROM $2 n WHERE cardinality(w.ids) < {limit}) f)"
            ),
            [through, one_by_one],
        )
    }

    /// Those that may be seen among the very first of all.
    fn looked_through(&self, conditions: Vec<Expr>, by: By, limit: u64) -> Expr {
        let kind = self.schema.kind;
        let (table, column) = (name(kind.as_str()), by.column);
        let way = if by.descending { "DESC" } else { "ASC" };
        let visible = reach::visible(&self.ctx.actor, kind, "x");
        fill(
            format!(
                "(SELECT x.id FROM (SELECT r.id, r.{column}, r.owner_id, r.everyone FROM {table} r \
                 WHERE $1 ORDER BY r.{column} {way}, r.id {way} LIMIT {}) x WHERE $2 \
                 ORDER BY x.{column} {way}, x.id {way} LIMIT {limit})",
                limit * LOOKED_THROUGH
            ),
            [
                join(conditions, " AND ", "TRUE"),
                visible.unwrap_or_else(|| plain("TRUE")),
            ],
        )
    }

    fn one_by_one(
        &self,
        owners: Vec<UserId>,
        conditions: Vec<Expr>,
        of_gathered: Option<Expr>,
        by: By,
        limit: u64,
    ) -> Expr {
        let table = name(self.schema.kind.as_str());
        let column = by.column;
        let way = if by.descending { "DESC" } else { "ASC" };
        let branch = |from: &str, which: &str| {
            format!(
                "SELECT r.id, r.{column} FROM {from} WHERE {which} \
                 ORDER BY r.{column} {way}, r.id {way} LIMIT {limit}"
            )
        };
        let own = branch(&format!("{table} r"), "r.owner_id = w.owner AND $1");
        let open = branch(&format!("{table} r"), "r.everyone AND $1");
        let observed = match &of_gathered {
            Some(_) => branch(&format!("{OBSERVED} r"), "$4"),
            None => branch(
                &format!("record_observer o JOIN {table} r ON r.id = o.record_id"),
                &format!(
                    "o.user_id = $3 AND o.kind = {} AND $1",
                    word(self.schema.kind.as_str())
                ),
            ),
        };
        let (each, owners) = match owners[..] {
            [owner] => ("(VALUES ($2))", Expr::val(owner)),
            _ => ("unnest($2)", list(owners)),
        };
        fill(
            format!(
                "(SELECT u.id FROM ((SELECT x.* FROM {each} AS w(owner) CROSS JOIN LATERAL \
                 ({own}) x) UNION ({open}) UNION ({observed})) u \
                 ORDER BY u.{column} {way}, u.id {way} LIMIT {limit})"
            ),
            [
                join(conditions, " AND ", "TRUE"),
                owners,
                Expr::val(self.ctx.actor.user_id),
                of_gathered.unwrap_or_else(|| plain("TRUE")),
            ],
        )
    }
}
