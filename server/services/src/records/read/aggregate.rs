//! Numbers over records: count and sum, all together or by the values of a field.

use domain::field::FieldType;
use domain::query::Query;
use domain::query::aggregate::{AggregateQuery, GROUPS, Group};
use domain::query::filter::{Condition, FieldPath, Operator};
use domain::value::Linked;
use domain::{Error, FieldDef, Kind, Problem, Value};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::Expr;
use serde_json::Value as Json;

use super::place::Place;
use super::question::Question;
use super::reach;
use super::select::title;
use super::sql::{fill, name, plain, statement, subquery};
use super::totals;
use crate::Ctx;
use crate::failure::Result;

/// The groups with most records first.
pub(super) async fn aggregate(
    ctx: &Ctx,
    kind: Kind,
    query: &Query,
    wanted: &AggregateQuery,
) -> Result<Vec<Group>> {
    let mut question = Question::about(ctx, kind, &query.filter).await?;
    let path = wanted.group_by.as_deref().map(FieldPath::parse);
    question
        .reach(path.as_ref().and_then(|path| path.link.as_deref()))
        .await?;
    let (key, field_type) = match &path {
        None => (plain("NULL::bigint"), None),
        Some(path) => {
            let (key, field_type) = question.group_key(path)?;
            (key, Some(field_type))
        }
    };
    let (sum, currency) = question.summed(wanted.sum.as_deref())?;
    let mut counted = question.select(question.conditions(
        &query.filter,
        query.text.as_deref(),
        query.deleted,
    )?);
    counted
        .expr_as(key, "key")
        .expr_as(plain(currency), "currency")
        .expr_as(plain("count(*)"), "count")
        .expr_as(plain(format!("coalesce(sum({sum}), 0)")), "amount")
        .add_group_by([plain("1"), plain("2")]);
    let named = match field_type {
        Some(FieldType::Link(kind)) => title(&ctx.actor, kind, "g.key"),
        _ => plain("NULL::text"),
    };
    let select = statement(
        "to_jsonb(g.key), $1, jsonb_agg(jsonb_build_array(g.currency, g.count, g.amount::text) \
         ORDER BY g.currency) FROM $2 g GROUP BY g.key ORDER BY sum(g.count) DESC, g.key LIMIT $3",
        [named, subquery(counted), Expr::val(GROUPS)],
    );
    let rows = ctx.questions.query_all(&select).await?;
    rows.iter()
        .map(|row| {
            let key: Option<Json> = row.try_get_by(0)?;
            let totals: Option<Json> = row.try_get_by(2)?;
            let key = match (key, field_type) {
                (Some(Json::Number(id)), Some(FieldType::Link(_))) => {
                    let id = id.as_i64().unwrap_or_default();
                    Value::Links(vec![Linked {
                        id,
                        title: row.try_get_by(1)?,
                    }])
                }
                (Some(key), Some(field_type)) => field_type.from_json(&key),
                _ => Value::Empty,
            };
            Ok(Group {
                key,
                totals: totals::read(totals.as_ref()),
            })
        })
        .collect()
}

impl Question<'_> {
    /// What records are grouped by, of the record itself or of one that it is linked to.
    fn group_key(&self, path: &FieldPath) -> Result<(Expr, FieldType), Error> {
        let whole = path.to_string();
        let condition = Condition {
            path: path.clone(),
            operator: Operator::Filled,
            operands: Vec::new(),
        };
        let (field, hop) = condition
            .resolve(&self.schema.fields, |kind| self.fields_of(kind))
            .map_err(|error| Error::Invalid(vec![error]))?;
        let refuse = || {
            let problem = Problem::Other("cannot be grouped by".to_owned());
            Error::field(&whole, &field.label, problem)
        };
        if matches!(
            field.field_type,
            FieldType::LongText | FieldType::DateTime | FieldType::Money
        ) {
            return Err(refuse());
        }
        let key = match hop {
            None => plain(self.place().scalar(field).ok_or_else(refuse)?),
            Some((link, kind)) => {
                let to = Some(link)
                    .filter(|link| matches!(link.field_type, FieldType::Link(_)))
                    .and_then(|link| self.place().scalar(link))
                    .ok_or_else(refuse)?;
                let linked = Place { kind, alias: "l" };
                let value = linked.scalar(field).ok_or_else(refuse)?;
                let start = format!(
                    "(SELECT {value} FROM {} l WHERE l.id = {to} AND l.deleted_at IS NULL",
                    name(kind.as_str())
                );
                match reach::visible(&self.ctx.actor, kind, "l") {
                    None => plain(format!("{start})")),
                    Some(visible) => fill(format!("{start} AND $1)"), [visible]),
                }
            }
        };
        Ok((key, field.field_type))
    }

    /// What is summed, and under which currency it counts.
    fn summed(&self, key: Option<&str>) -> Result<(String, String), Error> {
        let none = || "''".to_owned();
        let Some(key) = key else {
            return Ok(("0".to_owned(), none()));
        };
        let field: &FieldDef = self
            .schema
            .field(key)
            .ok_or_else(|| Error::field(key, key, Problem::NoSuchField))?;
        let refuse = || {
            let problem = Problem::Other("cannot be summed".to_owned());
            Error::field(key, &field.label, problem)
        };
        let column = self.place().scalar(field).ok_or_else(refuse)?;
        match field.field_type {
            FieldType::Money => {
                let currency = self.place().currency(field).ok_or_else(refuse)?;
                let under =
                    format!("CASE WHEN {column} IS NULL THEN '' ELSE coalesce({currency}, '') END");
                Ok((column, under))
            }
            FieldType::Integer | FieldType::Decimal | FieldType::Percent => {
                Ok((format!("{column}::numeric"), none()))
            }
            _ => Err(refuse()),
        }
    }
}
