//! What bulk edits ask of the read path: which records are meant, and how many of them may be
//! changed and would change; counted in one statement, whatever their number.

use domain::bulk::{BulkChange, Selection};
use domain::field::{FieldType, Storage};
use domain::query::filter::{Filter, Operator};
use domain::{FieldDef, Kind, RecordId, Value};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, Order, SelectStatement};

use super::question::Question;
use super::reach;
use super::select::{RECORD, Selection as Columns, Titles};
use super::sql::{fill, join, list, plain};
use crate::Ctx;
use crate::failure::Result;
use crate::schema::column_type;

/// Records that somebody means: those of a selection that they may see.
#[derive(Debug)]
pub(crate) struct Meant<'a> {
    question: Question<'a>,
    conditions: Vec<Expr>,
}

/// How many of the records meant are how.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Counted {
    /// All of them.
    pub(crate) meant: u64,
    /// Those that the change is allowed for.
    pub(crate) allowed: u64,
    /// Those of them that are not so already.
    pub(crate) differ: u64,
    /// Those of them that lack a field, field by field as asked.
    pub(crate) lack: Vec<u64>,
}

impl<'a> Meant<'a> {
    /// The records of a selection, of those in use or in the recycle bin.
    pub(crate) async fn of(
        ctx: &'a Ctx,
        kind: Kind,
        selection: &Selection,
        in_bin: bool,
    ) -> Result<Self> {
        let everything = Filter::everything();
        let (filter, text) = match selection {
            Selection::These(_) => (&everything, None),
            Selection::All { query, .. } => (&query.filter, query.text.as_deref()),
        };
        let question = Question::about(ctx, kind, filter).await?;
        let mut conditions = question.conditions(filter, text, in_bin)?;
        match selection {
            Selection::These(ids) => {
                conditions.push(fill("r.id = ANY($1)", [list(ids.clone())]));
            }
            Selection::All { without, .. } if !without.is_empty() => {
                conditions.push(fill("r.id <> ALL($1)", [list(without.clone())]));
            }
            Selection::All { .. } => {}
        }
        Ok(Self {
            question,
            conditions,
        })
    }

    /// How many there are, and what a change would come to. `needed` are keys of fields that must
    /// be filled for it.
    pub(crate) async fn count(&self, change: &BulkChange, needed: &[String]) -> Result<Counted> {
        let allowed = self.allowed(change);
        let differ = join(vec![allowed.clone(), self.differ(change)?], " AND ", "TRUE");
        let counted = |so: Expr| fill("count(*) FILTER (WHERE $1)", [so]);
        let mut select = self.select();
        select
            .expr(plain("count(*)"))
            .expr(counted(allowed))
            .expr(counted(differ.clone()));
        for key in needed {
            let empty = Filter::is(key, Operator::Empty, &[]);
            let empty = self.question.predicate(&empty, self.question.place())?;
            select.expr(counted(join(vec![differ.clone(), empty], " AND ", "TRUE")));
        }
        let row = self.question.ctx.questions.query_one(&select).await?;
        let Some(row) = row else {
            return Ok(Counted::default());
        };
        let number = |index: usize| -> Result<u64> {
            Ok(u64::try_from(row.try_get_by::<i64, _>(index)?).unwrap_or_default())
        };
        Ok(Counted {
            meant: number(0)?,
            allowed: number(1)?,
            differ: number(2)?,
            lack: (3..3 + needed.len()).map(number).collect::<Result<_>>()?,
        })
    }

    /// Their ids, from low to high.
    pub(crate) async fn ids(&self, on: &impl ConnectionTrait) -> Result<Vec<RecordId>> {
        let mut select = self.select();
        select
            .expr(plain("r.id"))
            .order_by_expr(plain("r.id"), Order::Asc);
        let rows = on.query_all(&select).await?;
        rows.iter()
            .map(|row| row.try_get_by(0).map_err(Into::into))
            .collect()
    }

    fn select(&self) -> SelectStatement {
        self.question.select(self.conditions.clone())
    }

    fn allowed(&self, change: &BulkChange) -> Expr {
        let actor = &self.question.ctx.actor;
        reach::within(actor, self.question.schema.kind, RECORD, change.action())
            .unwrap_or_else(|| plain("TRUE"))
    }

    /// Whether a record is not yet as it would be.
    fn differ(&self, change: &BulkChange) -> Result<Expr> {
        let field = |key: &str| self.question.schema.field(key);
        let differences = match change {
            BulkChange::Set(values) => values
                .iter()
                .filter_map(|(key, value)| Some(self.differs(field(key)?, value)))
                .collect::<Result<Vec<_>>>()?,
            BulkChange::Add { field: key, value } | BulkChange::Remove { field: key, value } => {
                let adds = matches!(change, BulkChange::Add { .. });
                field(key)
                    .map(|field| self.holds(field, value, adds))
                    .into_iter()
                    .collect::<Result<Vec<_>>>()?
            }
            BulkChange::Delete | BulkChange::Restore | BulkChange::Purge => {
                return Ok(plain("TRUE"));
            }
        };
        Ok(join(differences, " OR ", "FALSE"))
    }

    /// Whether a field has another value than this.
    fn differs(&self, field: &FieldDef, value: &Value) -> Result<Expr> {
        let place = self.question.place();
        Ok(match (&field.storage, value) {
            (Storage::Column(column), value) => fill(
                format!(
                    "{} IS DISTINCT FROM CAST($1 AS {})",
                    place.column(column),
                    column_type(field.field_type)
                ),
                [Expr::val(cell(value))],
            ),
            (Storage::MoneyColumns { amount, .. }, Value::Empty) => {
                plain(format!("{} IS NOT NULL", place.column(amount)))
            }
            (Storage::MoneyColumns { amount, currency }, value) => {
                let money = value.as_money();
                fill(
                    format!(
                        "({}, {}) IS DISTINCT FROM (CAST($1 AS numeric), CAST($2 AS text))",
                        place.column(amount),
                        place.column(currency)
                    ),
                    [
                        Expr::val(money.map(|money| money.amount.to_string())),
                        Expr::val(money.map(|money| money.currency.code().to_owned())),
                    ],
                )
            }
            (_, Value::Empty) => {
                let filled = Filter::is(&field.key, Operator::Filled, &[]);
                self.question.predicate(&filled, place)?
            }
            (Storage::Observers, Value::Ids(ids)) => {
                let mut ids = ids.clone();
                ids.sort_unstable();
                self.kept_as(field, &Value::Ids(ids))
            }
            (_, value) => self.kept_as(field, value),
        })
    }

    /// Whether what the read path gathers for a field is something else than this.
    fn kept_as(&self, field: &FieldDef, value: &Value) -> Expr {
        let columns = Columns {
            kind: self.question.schema.kind,
            fields: vec![field],
            titles: Titles::Without,
            only_where: None,
        }
        .columns();
        // After id, version and whether it is deleted.
        let gathered = columns.into_iter().nth(3).unwrap_or_else(|| plain("NULL"));
        let as_gathered = match (value, field.field_type) {
            // Linked records are gathered as `[[id], …]`.
            (Value::Links(links), FieldType::Link(_) | FieldType::Links(_)) => {
                serde_json::json!(links.iter().map(|link| [link.id]).collect::<Vec<_>>())
            }
            (value, _) => value.to_json(),
        };
        fill(
            "$1 IS DISTINCT FROM CAST($2 AS jsonb)",
            [gathered, Expr::val(as_gathered.to_string())],
        )
    }

    /// Whether a field that holds several things lacks one of these (`adds`), or has one of them.
    fn holds(&self, field: &FieldDef, value: &Value, adds: bool) -> Result<Expr> {
        let operands: Vec<String> = match value {
            Value::Texts(texts) => texts.clone(),
            Value::Ids(ids) => ids.iter().map(i64::to_string).collect(),
            Value::Links(links) => links.iter().map(|link| link.id.to_string()).collect(),
            Value::Points(points) => points.iter().map(|point| point.text.clone()).collect(),
            _ => Vec::new(),
        };
        let has = operands
            .iter()
            .map(|operand| {
                let is = Filter::is(&field.key, Operator::Is, &[operand.as_str()]);
                Ok(self.question.predicate(&is, self.question.place())?)
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(if adds {
            fill("($1 IS NOT TRUE)", [join(has, " AND ", "TRUE")])
        } else {
            join(has, " OR ", "FALSE")
        })
    }
}

/// A value as text that its column's type can be cast from; none clears.
fn cell(value: &Value) -> Option<String> {
    Some(match value {
        Value::Text(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Decimal(number) => number.to_string(),
        Value::YesNo(yes) => yes.to_string(),
        Value::Date(day) => day.to_string(),
        Value::DateTime(at) => at.to_rfc3339(),
        value => return value.as_id().map(|id| id.to_string()),
    })
}

/// Locks records in the order of their ids, before the first of them is written: a writer who holds
/// one of them and waits for something that we hold would wait for ever, and we for them.
pub(crate) async fn lock(tx: &impl ConnectionTrait, kind: Kind, ids: &[RecordId]) -> Result<()> {
    let mut select = SelectStatement::new();
    select
        .expr(plain("1"))
        .from_as(kind.as_str(), RECORD)
        .and_where(fill("r.id = ANY($1)", [list(ids.to_vec())]))
        .order_by_expr(plain("r.id"), Order::Asc)
        .lock_exclusive();
    let mut counted = SelectStatement::new();
    counted
        .expr(plain("count(*)"))
        .from_subquery(select, "locked");
    tx.query_one(&counted).await?;
    Ok(())
}
