//! Pieces of SQL: templates whose `$1`, `$2` … are filled with other pieces or with values, which
//! are bound and never written into the text.

use std::borrow::Cow;

use sea_orm::sea_query::{ArrayType, Expr, SelectStatement, Value};

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

/// Whether this is one of these numbers. One alone is compared as one: a plan that is kept for all
/// values takes a list for ten, and would not be kept where planning for the one costs less.
pub(super) fn among(what: &str, numbers: Vec<i64>) -> Expr {
    match numbers[..] {
        [number] => fill(format!("{what} = $1"), [Expr::val(number)]),
        _ => fill(format!("{what} = ANY($1)"), [list(numbers)]),
    }
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

/// A text as a bound value, without NUL, which PostgreSQL stores nowhere.
pub(super) fn text(text: &str) -> Expr {
    Expr::val(text.replace('\0', ""))
}

/// Pieces joined by a word; `empty` where there are none.
pub(super) fn join(pieces: Vec<Expr>, by: &str, empty: &'static str) -> Expr {
    if pieces.is_empty() {
        return plain(empty);
    }
    let marks: Vec<String> = (1..=pieces.len()).map(|n| format!("${n}")).collect();
    Expr::cust_with_exprs(format!("({})", marks.join(by)), pieces)
}

/// Not so, which an unknown is too.
pub(super) fn not(piece: Expr) -> Expr {
    fill("($1 IS NOT TRUE)", [piece])
}

/// A pattern for `ILIKE` around a text whose own marks stand for themselves.
pub(super) fn pattern(before: &str, part: &str, after: &str) -> Expr {
    let mut pattern = String::with_capacity(part.len() + 2);
    pattern.push_str(before);
    for c in part.chars().filter(|c| *c != '\0') {
        if matches!(c, '\\' | '%' | '_') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push_str(after);
    Expr::val(pattern)
}

/// A statement as a piece of another, in brackets.
pub(super) fn subquery(select: SelectStatement) -> Expr {
    Expr::SubQuery(None, Box::new(select.into()))
}

/// A whole statement from a template of what stands after its `SELECT`.
pub(super) fn statement<const N: usize>(
    template: impl Into<Cow<'static, str>>,
    with: [Expr; N],
) -> SelectStatement {
    SelectStatement::new().expr(fill(template, with)).take()
}

/// The first rows of an ordered statement. Their number stands in the text: a plan that is kept
/// takes a number that it does not know for a tenth of the table.
pub(super) fn first(select: SelectStatement, rows: u64) -> SelectStatement {
    statement(
        format!("page.* FROM $1 AS page LIMIT {rows}"),
        [subquery(select)],
    )
}
