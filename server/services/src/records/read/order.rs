//! Orders: the keys that a list is sorted by, the id last, so that no two records share a place.

use domain::field::{FieldType, Storage};
use domain::query::Sort;
use domain::{Error, FieldDef, Problem};
use sea_orm::sea_query::{Expr, NullOrdering, Order, SelectStatement, Value};

use super::place::BY_ALPHABET;
use super::question::Question;
use super::select::title;
use super::sql::{fill, plain};
use crate::failure::Result;
use crate::fields::index;
use crate::schema::always_filled;

/// The field of the moment of the last change.
const LAST_CHANGE: &str = "updated_at";

/// One key of an order.
#[derive(Debug, Clone)]
pub(super) struct Key {
    /// What is compared.
    pub expr: Expr,
    /// What it is, for the cursor.
    pub holds: Holds,
    /// From high to low.
    pub descending: bool,
    /// Whether it may be null; nulls stand last.
    pub nullable: bool,
}

/// What the cursor has to keep of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// A text.
    Text,
    /// A whole number.
    Integer,
    /// An exact number.
    Number,
    /// Yes or no.
    YesNo,
    /// A day.
    Day,
    /// A moment.
    Moment,
}

/// An order, the id at its end.
#[derive(Debug, Clone)]
pub(super) struct Ordering(pub Vec<Key>);

impl Ordering {
    /// The order that was asked for; the newest first where none was. `deleted` says that it is one
    /// of deleted records.
    pub(super) fn of(question: &Question<'_>, sort: &[Sort], deleted: bool) -> Result<Self> {
        let newest = [Sort {
            field: "created_at".to_owned(),
            descending: true,
        }];
        let sort = if sort.is_empty() { &newest[..] } else { sort };
        let mut keys: Vec<Key> = Vec::with_capacity(sort.len() + 1);
        for (index, key) in sort.iter().enumerate() {
            if sort[..index]
                .iter()
                .all(|earlier| earlier.field != key.field)
            {
                keys.push(if deleted && key.field == LAST_CHANGE {
                    // The last change of a deleted record is its deletion, which has an index.
                    Key::of(plain("r.deleted_at"), Holds::Moment, key.descending)
                } else {
                    question.key(key)?
                });
            }
        }
        let descending = keys.last().is_some_and(|key| key.descending);
        keys.push(Key::of(plain("r.id"), Holds::Integer, descending));
        Ok(Self(keys))
    }

    /// Sorts a statement.
    pub(super) fn apply(&self, select: &mut SelectStatement) {
        for key in &self.0 {
            let order = if key.descending {
                Order::Desc
            } else {
                Order::Asc
            };
            if key.nullable && key.descending {
                select.order_by_expr_with_nulls(key.expr.clone(), order, NullOrdering::Last);
            } else {
                // Without a word about nulls the index that goes the same way can be followed.
                select.order_by_expr(key.expr.clone(), order);
            }
        }
    }

    /// The order part by part, each with what its records are, and from where on in it. Records
    /// that have a value under the first key and those that have none are two parts: each follows
    /// an index, and goes on from a cursor without reading what was there before.
    pub(super) fn parts(&self, after: Option<&[Option<Value>]>) -> Vec<(Vec<Expr>, Self)> {
        let first = match self.0.split_first() {
            Some((first, rest)) if first.nullable => Some((first, rest)),
            _ => None,
        };
        let Some((first, rest)) = first else {
            let beyond = after.map(|values| self.after(values));
            return vec![(beyond.into_iter().collect(), self.clone())];
        };
        let mut parts = Vec::with_capacity(2);
        // After a value nothing but the rest of the values comes first.
        if after.is_none_or(|values| values.first().is_some_and(Option::is_some)) {
            let mut filled = self.clone();
            for key in filled.0.iter_mut().take(1) {
                key.nullable = false;
            }
            let mut conditions = vec![fill("$1 IS NOT NULL", [first.expr.clone()])];
            conditions.extend(after.map(|values| filled.after(values)));
            parts.push((conditions, filled));
        }
        let rest = Self(rest.to_vec());
        let mut conditions = vec![fill("$1 IS NULL", [first.expr.clone()])];
        if let Some([None, values @ ..]) = after {
            conditions.push(rest.after(values));
        }
        parts.push((conditions, rest));
        parts
    }

    /// What stands after the values of a row.
    pub(super) fn after(&self, values: &[Option<Value>]) -> Expr {
        let pairs: Vec<(&Key, Option<&Value>)> = self
            .0
            .iter()
            .zip(values.iter().map(Option::as_ref))
            .collect();
        row_comparison(&pairs).unwrap_or_else(|| after(&pairs))
    }
}

/// `(a, b) < (x, y)`, which an index answers; only where all keys go the same way and none is null.
fn row_comparison(pairs: &[(&Key, Option<&Value>)]) -> Option<Expr> {
    let descending = pairs.first()?.0.descending;
    let mut all = Vec::with_capacity(pairs.len() * 2);
    for (key, value) in pairs {
        if key.nullable || key.descending != descending || value.is_none() {
            return None;
        }
        all.push(key.expr.clone());
    }
    all.extend(
        pairs
            .iter()
            .filter_map(|(_, value)| Some(Expr::val((*value)?.clone()))),
    );
    let marks = |from: usize| {
        (from..from + pairs.len())
            .map(|n| format!("${n}"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let sign = if descending { "<" } else { ">" };
    let template = format!("(({}) {sign} ({}))", marks(1), marks(1 + pairs.len()));
    Some(Expr::cust_with_exprs(template, all))
}

/// `a > x OR (a = x AND (b < y OR …))`, with nulls last.
fn after(pairs: &[(&Key, Option<&Value>)]) -> Expr {
    let Some(((key, value), rest)) = pairs.split_first() else {
        return plain("FALSE");
    };
    let rest = after(rest);
    let expr = || key.expr.clone();
    match value {
        // After a null come only further nulls.
        None => fill("($1 IS NULL AND $2)", [expr(), rest]),
        Some(value) => {
            let value = || Expr::val((*value).clone());
            let sign = if key.descending { "<" } else { ">" };
            let nulls = if key.nullable { " OR $1 IS NULL" } else { "" };
            fill(
                format!("($1 {sign} $2{nulls} OR ($1 = $2 AND $3))"),
                [expr(), value(), rest],
            )
        }
    }
}

impl Key {
    fn of(expr: Expr, holds: Holds, descending: bool) -> Self {
        Self {
            expr,
            holds,
            descending,
            nullable: false,
        }
    }
}

impl Question<'_> {
    fn key(&self, sort: &Sort) -> Result<Key> {
        let refuse = |label: &str, problem| Error::field(&sort.field, label, problem);
        let field = self
            .schema
            .field(&sort.field)
            .ok_or_else(|| refuse(&sort.field, Problem::NoSuchField))?;
        index::asked(self.ctx, &self.schema, field);
        let (expr, holds) = self.sorted_by(field).ok_or_else(|| {
            refuse(
                &field.label,
                Problem::Other("cannot be sorted by".to_owned()),
            )
        })?;
        let nullable = !always_filled(self.schema.kind, field);
        Ok(Key {
            expr,
            holds,
            descending: sort.descending,
            nullable,
        })
    }

    /// What a field is sorted by: people, records and reasons by name, stages and choices in
    /// their own order.
    fn sorted_by(&self, field: &FieldDef) -> Option<(Expr, Holds)> {
        let scalar = self.place().scalar(field);
        let through = |table: &str, column: &str| {
            let id = scalar.as_ref()?;
            Some(format!(
                "(SELECT x.{column} FROM {table} x WHERE x.id = {id})"
            ))
        };
        Some(match field.field_type {
            FieldType::Text | FieldType::Url => {
                (plain(format!("({} {BY_ALPHABET})", scalar?)), Holds::Text)
            }
            FieldType::Choice => {
                let keys: Vec<String> = field
                    .options
                    .iter()
                    .map(|option| option.key.to_string())
                    .collect();
                let position = format!("array_position($1, {})::bigint", scalar?);
                (fill(position, [super::sql::texts(keys)]), Holds::Integer)
            }
            FieldType::Integer => (plain(scalar?), Holds::Integer),
            FieldType::Decimal | FieldType::Percent | FieldType::Money => {
                (plain(scalar?), Holds::Number)
            }
            FieldType::YesNo => (plain(scalar?), Holds::YesNo),
            // Custom ones are kept as text whose order is theirs.
            FieldType::Date | FieldType::DateTime
                if matches!(field.storage, Storage::Custom(_)) =>
            {
                (plain(scalar?), Holds::Text)
            }
            FieldType::Date => (plain(scalar?), Holds::Day),
            FieldType::DateTime => (plain(scalar?), Holds::Moment),
            FieldType::User => (
                plain(format!("({} {BY_ALPHABET})", through("app_user", "name")?)),
                Holds::Text,
            ),
            FieldType::Stage => (plain(through("stage", "position::bigint")?), Holds::Integer),
            FieldType::Pipeline => (
                plain(through("pipeline", "position::bigint")?),
                Holds::Integer,
            ),
            FieldType::LostReason => (
                plain(through("lost_reason", "position::bigint")?),
                Holds::Integer,
            ),
            FieldType::Link(kind) => {
                let titled = title(&self.ctx.actor, kind, &scalar?);
                (fill(format!("($1 {BY_ALPHABET})"), [titled]), Holds::Text)
            }
            FieldType::LongText
            | FieldType::Choices
            | FieldType::Users
            | FieldType::Links(_)
            | FieldType::Points(_) => return None,
        })
    }
}
