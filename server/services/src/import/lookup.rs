//! Names to ids: users all at once, linked records chunk by chunk, so that memory stays flat.

use std::collections::{BTreeMap, HashMap};

use domain::field::{FieldType, Storage, TEXT_LENGTH};
use domain::{Draft, Kind, RecordId, UserId, Value};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Statement};

use super::mapping::{FieldMap, Missing};
use super::report::quoted;
use crate::failure::Result;
use crate::records::write::Operation;

/// Names that are remembered per field; beyond that all are forgotten and looked up anew.
const REMEMBERED: usize = 50_000;

/// The users, by e-mail address and by name.
#[derive(Debug, Default)]
pub(super) struct People {
    by_email: HashMap<String, UserId>,
    /// None where several have the name.
    by_name: HashMap<String, Option<UserId>>,
}

impl People {
    /// Everybody, those who left too: old records name them.
    pub(super) async fn load(tx: &DatabaseTransaction) -> Result<Self> {
        let sql = "select id, email, name from app_user";
        let mut people = Self::default();
        for row in tx
            .query_all_raw(Statement::from_string(DbBackend::Postgres, sql))
            .await?
        {
            let (email, name): (String, String) =
                (row.try_get_by_index(1)?, row.try_get_by_index(2)?);
            people.add(row.try_get_by_index(0)?, &email, &name);
        }
        Ok(people)
    }

    /// Remembers somebody.
    pub(super) fn add(&mut self, id: UserId, email: &str, name: &str) {
        self.by_email.insert(folded(email), id);
        self.by_name
            .entry(folded(name))
            .and_modify(|known| *known = None)
            .or_insert(Some(id));
    }

    /// Finds somebody, or says why not.
    pub(super) fn find(&self, text: &str) -> Result<UserId, String> {
        let wanted = folded(text);
        if let Some(id) = self.by_email.get(&wanted) {
            return Ok(*id);
        }
        match self.by_name.get(&wanted) {
            Some(Some(id)) => Ok(*id),
            Some(None) => Err(format!(
                "several users are called {}; use the e-mail address",
                quoted(text)
            )),
            None => Err(format!("there is no user {}", quoted(text))),
        }
    }

    /// Whether an address is somebody's.
    pub(super) fn has_email(&self, email: &str) -> Option<UserId> {
        self.by_email.get(&folded(email)).copied()
    }
}

/// A name as it is compared: blanks and letter case do not count.
pub(super) fn folded(text: &str) -> String {
    super::plan::tidy(text).to_lowercase()
}

/// Whether a text is longer than any name: neither looked up, nor remembered, nor made.
pub(super) fn is_too_long(name: &str) -> bool {
    name.chars().nth(TEXT_LENGTH).is_some()
}

/// What a name was found to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// This record.
    One(RecordId),
    /// Several records.
    Several,
    /// None.
    None,
}

/// What links and lost reasons of one field are found in.
pub(super) struct Names {
    table: String,
    column: String,
    /// The kind that is linked to; none for lost reasons.
    pub(super) target: Option<Kind>,
    missing: Missing,
    known: HashMap<String, Found>,
}

impl Names {
    /// For a field; none where its values are not found by name.
    pub(super) fn of(field_type: FieldType, map: &FieldMap) -> Option<Self> {
        let (table, column, target) = match field_type {
            FieldType::Link(kind) | FieldType::Links(kind) => {
                let by = map.match_by.as_deref().unwrap_or(kind.title_field());
                let field = kind.fields().iter().find(|field| field.key == by)?;
                let Storage::Column(column) = &field.storage else {
                    return None;
                };
                (kind.as_str(), column.to_string(), Some(kind))
            }
            FieldType::LostReason => ("lost_reason", "name".to_owned(), None),
            _ => return None,
        };
        let table = table.to_owned();
        Some(Self {
            table,
            column,
            target,
            missing: map.missing,
            known: HashMap::new(),
        })
    }

    /// Looks up names that are not known yet. Those that are nobody's are forgotten again, since a
    /// later row may bring them.
    pub(super) async fn learn(&mut self, tx: &DatabaseTransaction, names: &[String]) -> Result<()> {
        if self.known.len() > REMEMBERED {
            self.known.clear();
        }
        let mut unknown: BTreeMap<String, &String> = BTreeMap::new();
        for name in names {
            if is_too_long(name) {
                continue;
            }
            let key = folded(name);
            if !matches!(self.known.get(&key), Some(Found::One(_) | Found::Several)) {
                unknown.insert(key, name);
            }
        }
        if unknown.is_empty() {
            return Ok(());
        }
        let asked: Vec<String> = unknown.values().map(|name| (*name).clone()).collect();
        let sql = format!(
            "select n.name, min(r.id), count(*)
               from unnest($1) as n(name)
               join {table} r on lower(r.{column}) = lower(n.name)
              where r.deleted_at is null
              group by n.name",
            table = self.table,
            column = self.column,
        );
        let statement = Statement::from_sql_and_values(DbBackend::Postgres, &sql, [asked.into()]);
        for key in unknown.into_keys() {
            self.known.insert(key, Found::None);
        }
        for row in tx.query_all_raw(statement).await? {
            let name: String = row.try_get_by_index(0)?;
            let several = row.try_get_by_index::<i64>(2)? > 1;
            let found = if several {
                Found::Several
            } else {
                Found::One(row.try_get_by_index(1)?)
            };
            self.known.insert(folded(&name), found);
        }
        Ok(())
    }

    /// What a name was found to be.
    pub(super) fn find(&self, name: &str) -> Found {
        self.known
            .get(&folded(name))
            .copied()
            .unwrap_or(Found::None)
    }

    /// Makes what is missing, where the mapping says so.
    pub(super) async fn create_missing(
        &mut self,
        operation: &mut Operation,
        now: chrono::DateTime<chrono::Utc>,
        names: &[String],
    ) -> Result<()> {
        if self.missing != Missing::Create {
            return Ok(());
        }
        // As the first row writes it.
        let mut missing: BTreeMap<String, &String> = BTreeMap::new();
        for name in names.iter().filter(|name| !is_too_long(name)) {
            if self.find(name) != Found::None {
                continue;
            }
            missing.entry(folded(name)).or_insert(name);
        }
        for (key, name) in missing {
            let id = match self.target {
                None => Some(crate::stages::add_lost_reason(operation, now, name).await?),
                Some(kind) => {
                    let key = if kind == Kind::Contact {
                        "first_name"
                    } else {
                        kind.title_field()
                    };
                    let draft = Draft::of([(key, Value::Text(name.clone()))]);
                    operation
                        .create(kind, vec![draft])
                        .await?
                        .pop()
                        .and_then(std::result::Result::ok)
                }
            };
            if let Some(id) = id {
                self.known.insert(key, Found::One(id));
            }
        }
        Ok(())
    }

    /// The records of some names; what is missing is left out or told, as the mapping says.
    pub(super) fn resolve(&self, names: &[String]) -> Result<Vec<RecordId>, String> {
        let what = self.target.map_or("lost reason", Kind::as_str);
        let mut ids = Vec::new();
        for name in names {
            match (self.find(name), self.missing) {
                (Found::One(id), _) => ids.push(id),
                (Found::Several, _) => {
                    let name = quoted(name);
                    return Err(format!("there are several of kind {what} called {name}"));
                }
                (Found::None, Missing::Empty) => {}
                (Found::None, _) if is_too_long(name) => {
                    return Err(format!("{} is too long for a name", quoted(name)));
                }
                (Found::None, _) => return Err(format!("there is no {what} {}", quoted(name))),
            }
        }
        Ok(ids)
    }
}
