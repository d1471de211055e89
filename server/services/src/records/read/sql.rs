//! Pieces of SQL: templates whose `$1`, `$2` … are filled with other pieces or with values, which
//! are bound and never written into the text.

use std::borrow::Cow;

use sea_orm::sea_query::{ArrayType, Expr, Value};

/// A template filled with pieces.
pub(super) fn fill<const N: usize>(
    template: impl Into<Cow<'static, str>>,
    with: [Expr; N],
) -> Expr {
    Expr::cust_with_exprs(template, with)
}

/// A template that needs nothing.
pub(super) fn plain(template: impl Into<Cow<'static, str>>) -> Expr {
    Expr::cust(template)
}

/// A list of numbers as one bound array.
pub(super) fn list(numbers: Vec<i64>) -> Expr {
    let values = numbers.into_iter().map(Value::from).collect();
    Expr::Value(Value::Array(ArrayType::BigInt, Some(Box::new(values))))
}

/// A list of texts as one bound array.
pub(super) fn texts(texts: Vec<String>) -> Expr {
    let values = texts.into_iter().map(Value::from).collect();
    Expr::Value(Value::Array(ArrayType::String, Some(Box::new(values))))
}

/// A word of ours (a kind, a field's key) as a literal, so that the planner knows it.
pub(super) fn word(word: &str) -> String {
    format!("'{}'", word.replace('\'', "''"))
}

/// The name of a column of ours.
pub(super) fn name(column: &str) -> String {
    format!("\"{}\"", column.replace('"', "\"\""))
}
