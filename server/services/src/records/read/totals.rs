//! Count and sum of the records in each stage: from the kept totals where the whole pipeline is
//! shown, else counted.

use domain::PipelineId;
use domain::board::Total;
use domain::money::Currency;
use domain::rights::{Action, Reach};
use rust_decimal::Decimal;
use sea_orm::sea_query::{Expr, SelectStatement};
use serde_json::Value as Json;

use super::question::Question;
use super::sql::{among, fill, plain, subquery, word};

/// The alias of the currency under which a record is counted: none where there is no amount.
const COUNTED_UNDER: &str = "CASE WHEN r.amount IS NULL THEN '' ELSE coalesce(r.currency, '') END";

impl Question<'_> {
    /// Stage by stage `[[currency, count, amount], …]`, of all records of the pipeline that the
    /// asker may see. `stage_share` has them of all owners together, `stage_total` by owner.
    pub(super) fn kept_totals(&self, pipeline: PipelineId) -> Expr {
        let kind = word(self.schema.kind.as_str());
        let kept = |table: &str| {
            format!(
                "SELECT t.stage_id, t.currency, t.count, t.amount FROM {table} t \
                 WHERE t.kind = {kind} AND t.pipeline_id = $1"
            )
        };
        let all = kept("stage_share");
        match self.ctx.actor.reach(self.schema.kind, Action::Read) {
            Reach::Everybody => by_stage(fill(format!("({all})"), [Expr::val(pipeline)])),
            Reach::Nobody => by_stage(fill(format!("({all} AND FALSE)"), [Expr::val(pipeline)])),
            // Those open to everyone, those of the owners within reach, and those observed that are
            // neither.
            Reach::Owners(owners) => by_stage(fill(
                format!(
                    "(({all} AND t.everyone) UNION ALL \
                     ({owned} AND NOT t.everyone AND $2) UNION ALL \
                     (SELECT r.stage_id, {COUNTED_UNDER}, 1, coalesce(r.amount, 0) \
                     FROM record_observer o JOIN {kind_table} r ON r.id = o.record_id \
                     WHERE o.user_id = $3 AND o.kind = {kind} AND r.pipeline_id = $1 \
                     AND r.deleted_at IS NULL AND NOT r.everyone \
                     AND ($4) IS NOT TRUE))",
                    owned = kept("stage_total"),
                    kind_table = super::sql::name(self.schema.kind.as_str()),
                ),
                [
                    Expr::val(pipeline),
                    among("t.owner_id", owners.clone()),
                    Expr::val(self.ctx.actor.user_id),
                    among("r.owner_id", owners),
                ],
            )),
        }
    }

    /// The same of the records that meet the conditions, counted.
    pub(super) fn counted_totals(&self, conditions: Vec<Expr>) -> Expr {
        let mut counted: SelectStatement = self.select(conditions);
        counted
            .expr_as(plain("r.stage_id"), "stage_id")
            .expr_as(plain(COUNTED_UNDER), "currency")
            .expr_as(plain("count(*)"), "count")
            .expr_as(plain("coalesce(sum(r.amount), 0)"), "amount")
            .add_group_by([plain("1"), plain("2")]);
        by_stage(subquery(counted))
    }
}

/// Rows of (stage, currency, count, amount) gathered stage by stage.
fn by_stage(rows: Expr) -> Expr {
    fill(
        "(SELECT g.stage_id, jsonb_agg(jsonb_build_array(g.currency, g.count, g.amount::text) \
         ORDER BY g.currency) AS totals FROM (SELECT t.stage_id, t.currency, \
         sum(t.count)::bigint AS count, sum(t.amount) AS amount FROM $1 AS t(stage_id, currency, \
         count, amount) GROUP BY 1, 2) g WHERE g.count <> 0 GROUP BY 1)",
        [rows],
    )
}

/// Reads what [`by_stage`] gathered.
pub(super) fn read(json: Option<&Json>) -> Vec<Total> {
    let Some(Json::Array(rows)) = json else {
        return Vec::new();
    };
    rows.iter()
        .filter_map(|row| {
            Some(Total {
                currency: Currency::parse(row.get(0)?.as_str()?).ok(),
                count: row.get(1)?.as_i64()?,
                amount: row.get(2)?.as_str()?.parse::<Decimal>().ok()?.normalize(),
            })
        })
        .collect()
}
