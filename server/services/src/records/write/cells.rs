//! Cells of many rows on their way to PostgreSQL, column by column: it takes arrays of text a third
//! of the time that rows in JSON take it, which are read twice.

use sea_orm::{DbBackend, Statement, Value};
use serde_json::Value as Json;

/// Rows of the same columns.
#[derive(Debug)]
pub(super) struct Cells {
    /// Names, and the SQL types of what stands there.
    columns: Vec<(String, &'static str)>,
    /// Column by column. An array of sea-query's has no nulls; nothing is kept that is empty, so an
    /// empty cell stands for one.
    cells: Vec<Vec<String>>,
}

impl Cells {
    /// No rows yet, of columns with these names and SQL types.
    pub(super) fn of<N: Into<String>>(
        columns: impl IntoIterator<Item = (N, &'static str)>,
    ) -> Self {
        let columns: Vec<_> = columns
            .into_iter()
            .map(|(name, column_type)| (name.into(), column_type))
            .collect();
        Self {
            cells: vec![Vec::new(); columns.len()],
            columns,
        }
    }

    /// Adds a row: the text of a column, asked by its name, in the form of its type.
    pub(super) fn add(&mut self, mut text: impl FnMut(&str) -> Option<String>) {
        for ((name, _), cells) in self.columns.iter().zip(&mut self.cells) {
            cells.push(text(name).unwrap_or_default());
        }
    }

    /// Adds a row whose cells are JSON.
    pub(super) fn add_json(&mut self, mut cell: impl FnMut(&str) -> Option<Json>) {
        for ((name, column_type), cells) in self.columns.iter().zip(&mut self.cells) {
            cells.push(match (cell(name), *column_type) {
                (None | Some(Json::Null), _) => String::new(),
                (Some(Json::String(text)), column_type) if column_type != "jsonb" => text,
                (Some(json), _) => json.to_string(),
            });
        }
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.cells.first().map_or(0, Vec::len)
    }

    /// Whether there are no rows.
    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// `"a", "b"`
    pub(super) fn names(&self) -> String {
        let names: Vec<String> = self.columns.iter().map(|(name, _)| quote(name)).collect();
        names.join(", ")
    }

    /// The statement that `text` makes of the rows, which it is given as something to select from,
    /// for these values and the rows behind them.
    pub(super) fn statement<const N: usize>(
        self,
        values: [Value; N],
        text: impl FnOnce(&str) -> String,
    ) -> Statement {
        let (mut given, mut selected, mut columns) = (Vec::new(), Vec::new(), Vec::new());
        for (at, (name, column_type)) in self.columns.iter().enumerate() {
            given.push(format!("${}::text[]", N + at + 1));
            selected.push(format!(
                "nullif(c{at}, '')::{column_type} as {}",
                quote(name)
            ));
            columns.push(format!("c{at}"));
        }
        let rows = format!(
            "(select {} from unnest({}) as t({}))",
            selected.join(", "),
            given.join(", "),
            columns.join(", ")
        );
        let values = values
            .into_iter()
            .chain(self.cells.into_iter().map(Value::from));
        Statement::from_sql_and_values(DbBackend::Postgres, text(&rows), values)
    }
}

/// A name as it stands in a statement.
pub(super) fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rows_come_column_by_column() {
        let mut cells = Cells::of([("id", "bigint"), ("say \"hi\"", "text"), ("more", "jsonb")]);
        assert!(cells.is_empty());
        cells.add_json(|name| match name {
            "id" => Some(json!(7)),
            "more" => Some(json!("a")),
            _ => Some(Json::Null),
        });
        cells.add(|name| (name == "id").then(|| 8.to_string()));
        assert!(!cells.is_empty());
        let statement = cells.statement([1.into()], |rows| format!("select from {rows} n"));
        assert_eq!(
            statement.sql,
            "select from (select nullif(c0, '')::bigint as \"id\", nullif(c1, '')::text as \"say \"\"hi\"\"\", \
             nullif(c2, '')::jsonb as \"more\" from unnest($2::text[], $3::text[], $4::text[]) as t(c0, c1, c2)) n"
        );
        let values = statement.values.map(|values| values.0);
        let texts =
            |first: &str, second: &str| Value::from(vec![first.to_owned(), second.to_owned()]);
        assert_eq!(
            values,
            Some(vec![
                1.into(),
                texts("7", "8"),
                texts("", ""),
                texts("\"a\"", "")
            ])
        );
    }
}
