//! Links among the imported records themselves: a row may name one that stands further down.

use std::collections::BTreeMap;

use domain::field::FieldType;
use domain::value::Linked;
use domain::{Draft, RecordId, Value};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::{Value as Json, json};

use super::plan::Prepared;
use super::records::Run;
use super::source::{self, CHUNK, CHUNK_BYTES};
use crate::failure::Result;

impl Run<'_, '_> {
    /// Keeps links among the imported records themselves for the end, in a table that goes with
    /// the transaction: memory stays flat.
    pub(super) async fn postpone(&mut self, written: &[(RecordId, Prepared)]) -> Result<()> {
        let mut rows: Vec<Json> = Vec::new();
        for (id, prepared) in written {
            for (index, texts) in &prepared.names {
                let own = self
                    .names
                    .get(index)
                    .is_some_and(|names| names.target == Some(self.kind));
                if own && self.is_postponed(*index, texts) {
                    let row = &prepared.row;
                    rows.push(json!({
                        "record": id, "field": index, "names": texts,
                        "number": row.number, "cells": row.cells,
                    }));
                }
            }
        }
        if rows.is_empty() {
            return Ok(());
        }
        let tx = self.operation.tx();
        if !self.postponed {
            let sql = "create temporary table import_postponed (
                         id bigint generated always as identity primary key,
                         record bigint not null, field bigint not null, names jsonb not null,
                         number bigint not null, cells jsonb not null) on commit drop";
            tx.execute_unprepared(sql).await?;
            self.postponed = true;
        }
        let sql = "insert into import_postponed (record, field, names, number, cells)
                   select n.record, n.field, n.names, n.number, n.cells
                     from jsonb_to_recordset($1)
                       as n(record bigint, field bigint, names jsonb, number bigint, cells jsonb)";
        let values = [Json::Array(rows).into()];
        tx.execute_raw(Statement::from_sql_and_values(
            DbBackend::Postgres,
            sql,
            values,
        ))
        .await?;
        Ok(())
    }

    /// Links the imported records among each other, now that all are there.
    pub(super) async fn link_postponed(&mut self) -> Result<()> {
        let mut last = 0i64;
        while self.postponed {
            // No more of wide rows at once than are read of the file; the first one whatever it has.
            let sql = "select id, record, field, names, number, cells
                         from (select *, sum(size) over (order by id) - size as before
                                 from (select *, octet_length(cells::text) as size
                                         from import_postponed
                                        where id > $1 order by id limit $2) as next) as page
                        where before < $3 order by id";
            let most = |number: usize| sea_orm::Value::from(i64::try_from(number).unwrap_or(1_000));
            let values = [last.into(), most(CHUNK), most(CHUNK_BYTES)];
            let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
            let rows = self.operation.tx().query_all_raw(statement).await?;
            if rows.is_empty() {
                break;
            }
            // One draft a record, whatever number of its fields waited.
            let mut drafts: BTreeMap<RecordId, (Draft, source::Row)> = BTreeMap::new();
            for row in rows {
                last = row.try_get_by_index(0)?;
                let record: RecordId = row.try_get_by_index(1)?;
                let index = usize::try_from(row.try_get_by_index::<i64>(2)?).unwrap_or_default();
                let texts: Vec<String> = serde_json::from_value(row.try_get_by_index(3)?)
                    .map_err(anyhow::Error::from)?;
                let number = row.try_get_by_index::<i64>(4)?.unsigned_abs();
                let cells = serde_json::from_value(row.try_get_by_index(5)?)
                    .map_err(anyhow::Error::from)?;
                let row = source::Row { number, cells };
                match self.found_late(index, &texts).await? {
                    Ok((key, value)) => {
                        let (draft, _) = drafts
                            .entry(record)
                            .or_insert_with(|| (Draft::default(), row));
                        draft.values.insert(key, value);
                    }
                    Err(why) => self.incomplete(&row, &why)?,
                }
            }
            let (ids, rows): (Vec<_>, Vec<_>) = drafts
                .into_iter()
                .map(|(id, (draft, row))| ((id, draft), row))
                .unzip();
            let answers = self.operation.change(self.kind, ids).await?;
            for (row, answer) in rows.into_iter().zip(answers) {
                if let Err(error) = answer {
                    self.incomplete(&row, &error.to_string())?;
                }
            }
        }
        Ok(())
    }

    async fn found_late(
        &mut self,
        index: usize,
        texts: &[String],
    ) -> Result<Result<(String, Value), String>> {
        let (Some(field), Some(names)) = (self.plan.fields.get(index), self.names.get_mut(&index))
        else {
            return Err(anyhow::anyhow!("a postponed link has no field").into());
        };
        names.learn(self.operation.tx(), texts).await?;
        names
            .create_missing(&mut self.operation, self.ctx.now, texts)
            .await?;
        let found = names
            .resolve(texts)
            .map_err(|why| format!("{}: {why}", field.def.label));
        Ok(found.map(|ids| {
            (
                field.def.key.to_string(),
                value_of(field.def.field_type, ids),
            )
        }))
    }

    fn incomplete(&mut self, row: &source::Row, why: &str) -> Result<()> {
        self.imported.incomplete += 1;
        self.refused
            .write(row, &format!("written, but without a link: {why}"))
    }
}

/// The value of a field that was found by name.
pub(super) fn value_of(field_type: FieldType, ids: Vec<RecordId>) -> Value {
    match (field_type, ids.first()) {
        (FieldType::LostReason, Some(id)) => Value::Id(*id),
        (FieldType::LostReason, None) => Value::Empty,
        _ => Value::Links(ids.into_iter().map(Linked::to).collect()),
    }
}
