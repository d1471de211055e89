//! What a backup needs of the database: one moment of it that holds still, and for each table how
//! many rows it has and a sum over all of them, so that what is restored can be compared row by
//! row with what was saved. The file itself is the command line's.

use domain::Error;
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseTransaction, DbBackend, FromQueryResult, IsolationLevel,
    Statement, TransactionTrait as _,
};
use serde::{Deserialize, Serialize};

use crate::Ctx;
use crate::failure::{Result, settle};

/// A table as a backup remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its name with its schema, as SQL writes it.
    pub name: String,
    /// How many rows it has.
    pub rows: i64,
    /// The sum of the first sixty bits of every row's MD5, which does not depend on their order.
    pub sum: String,
}

/// A database as a backup remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// PostgreSQL's version, such as `150013`.
    pub postgres: u32,
    /// The steps of the schema that have been taken.
    pub steps: Vec<String>,
    /// All tables, in the order of their names.
    pub tables: Vec<Table>,
}

/// A moment of the database, which others can read too as long as this is not dropped.
#[derive(Debug)]
pub struct Moment {
    ctx: Ctx,
    tx: DatabaseTransaction,
    name: String,
}

impl Moment {
    /// Holds this moment.
    ///
    /// # Errors
    /// [`Error::Forbidden`] to everybody but the command line.
    pub async fn hold(ctx: &Ctx) -> Result<Self, Error> {
        let work = async {
            system_only(ctx)?;
            let tx = still(ctx).await?;
            let row: Text = one(&tx, "select pg_export_snapshot() as text").await?;
            Ok(Self {
                ctx: ctx.clone(),
                tx,
                name: row.text,
            })
        };
        settle(ctx, "backup.hold", work.await)
    }

    /// Under what name others read the same moment (`pg_dump --snapshot`).
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the database is at this moment.
    pub async fn picture(&self) -> Result<Picture, Error> {
        settle(&self.ctx, "backup.picture", picture(&self.tx).await)
    }
}

/// What the database is now.
///
/// # Errors
/// [`Error::Forbidden`] to everybody but the command line.
pub async fn picture_now(ctx: &Ctx) -> Result<Picture, Error> {
    Moment::hold(ctx).await?.picture().await
}

/// What stands in the way of a restore: the names of what is in the database already, at most ten.
/// What extensions have brought does not count.
///
/// # Errors
/// [`Error::Forbidden`] to everybody but the command line.
pub async fn in_the_way(ctx: &Ctx) -> Result<Vec<String>, Error> {
    let work = async {
        system_only(ctx)?;
        let sql = format!(
            "select format('%I.%I', n.nspname, c.relname) as text
               from pg_class c join pg_namespace n on n.oid = c.relnamespace
              where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f') and {}
              order by c.relkind <> 'r', 1 limit 10",
            ours("c")
        );
        let rows: Vec<Text> = all(&ctx.db, &sql).await?;
        Ok(rows.into_iter().map(|row| row.text).collect())
    };
    settle(ctx, "backup.in_the_way", work.await)
}

/// The version of PostgreSQL, such as `150013`.
pub async fn postgres_version(ctx: &Ctx) -> Result<u32, Error> {
    settle(ctx, "backup.postgres_version", version(&ctx.db).await)
}

/// Has PostgreSQL count what its plans go by, which a restore does not bring.
///
/// # Errors
/// [`Error::Forbidden`] to everybody but the command line.
pub async fn analyze(ctx: &Ctx) -> Result<(), Error> {
    let work = async {
        system_only(ctx)?;
        // Not a warning for each table of PostgreSQL's own that only a superuser may count.
        let analyze = "set local client_min_messages = error; analyze";
        ctx.db.execute_unprepared(analyze).await?;
        Ok(())
    };
    settle(ctx, "backup.analyze", work.await)
}

/// How two pictures differ, in words, a line a table; empty where they are the same.
#[must_use]
pub fn differences(saved: &[Table], restored: &[Table]) -> Vec<String> {
    let mut differences = Vec::new();
    for table in saved {
        let name = &table.name;
        match restored.iter().find(|other| other.name == *name) {
            None => differences.push(format!("{name} is not there")),
            Some(other) if other.rows != table.rows => differences.push(format!(
                "{name} has {} rows instead of {}",
                other.rows, table.rows
            )),
            Some(other) if other.sum != table.sum => {
                differences.push(format!("{name} has as many rows, but other ones"));
            }
            Some(_) => {}
        }
    }
    for table in restored {
        if !saved.iter().any(|other| other.name == table.name) {
            differences.push(format!("{} was not in the backup", table.name));
        }
    }
    differences
}

fn system_only(ctx: &Ctx) -> Result<()> {
    if ctx.actor.is_system() {
        return Ok(());
    }
    Err(Error::Forbidden("Only the command line may do this.".into()).into())
}

/// A transaction that sees one moment, takes its time, and writes values as every other does,
/// whatever the database is set to.
async fn still(ctx: &Ctx) -> Result<DatabaseTransaction> {
    let tx = ctx
        .db
        .begin_with_config(
            Some(IsolationLevel::RepeatableRead),
            Some(AccessMode::ReadOnly),
        )
        .await?;
    tx.execute_unprepared(
        "set local statement_timeout = 0;
         set local lock_timeout = 0;
         set local idle_in_transaction_session_timeout = 0;
         set local timezone = 'UTC';
         set local datestyle = 'ISO, YMD';
         set local intervalstyle = 'postgres';
         set local bytea_output = 'hex';
         set local extra_float_digits = 1",
    )
    .await?;
    Ok(tx)
}

async fn picture(tx: &DatabaseTransaction) -> Result<Picture> {
    let sql = format!(
        "select format('%I.%I', n.nspname, c.relname) as text
           from pg_class c join pg_namespace n on n.oid = c.relnamespace
          where c.relkind = 'r' and c.relpersistence <> 't' and {} order by 1",
        ours("c")
    );
    let names: Vec<Text> = all(tx, &sql).await?;
    let mut tables = Vec::with_capacity(names.len());
    for Text { text: name } in names {
        let sql = format!(
            "select count(*) as rows,
                    coalesce(sum(('x' || left(md5(the_row::text), 15))::bit(60)::bigint), 0)::text
                      as sum
               from only {name} as the_row"
        );
        let counted: Counted = one(tx, &sql).await?;
        tables.push(Table {
            name,
            rows: counted.rows,
            sum: counted.sum,
        });
    }
    let has_steps = "select coalesce(to_regclass('seaql_migrations')::text, '') as text";
    let has_steps: Text = one(tx, has_steps).await?;
    let steps: Vec<Text> = if has_steps.text.is_empty() {
        Vec::new()
    } else {
        all(
            tx,
            "select version as text from seaql_migrations order by 1",
        )
        .await?
    };
    Ok(Picture {
        postgres: version(tx).await?,
        steps: steps.into_iter().map(|step| step.text).collect(),
        tables,
    })
}

/// Whether a relation is neither PostgreSQL's own nor part of an extension.
fn ours(relation: &str) -> String {
    format!(
        "n.nspname <> 'information_schema' and not starts_with(n.nspname, 'pg_')
         and not exists (select from pg_depend d
                          where d.classid = 'pg_class'::regclass and d.objid = {relation}.oid
                            and d.deptype = 'e')"
    )
}

async fn version(db: &impl ConnectionTrait) -> Result<u32> {
    let row: Text = one(db, "select current_setting('server_version_num') as text").await?;
    Ok(row.text.parse().map_err(anyhow::Error::from)?)
}

#[derive(Debug, FromQueryResult)]
struct Text {
    text: String,
}

#[derive(Debug, FromQueryResult)]
struct Counted {
    rows: i64,
    sum: String,
}

async fn all<T: FromQueryResult>(db: &impl ConnectionTrait, sql: &str) -> Result<Vec<T>> {
    let statement = Statement::from_string(DbBackend::Postgres, sql);
    Ok(T::find_by_statement(statement).all(db).await?)
}

async fn one<T: FromQueryResult>(db: &impl ConnectionTrait, sql: &str) -> Result<T> {
    let statement = Statement::from_string(DbBackend::Postgres, sql);
    let row = T::find_by_statement(statement).one(db).await?;
    row.ok_or_else(|| anyhow::anyhow!("the database gave no answer").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str, rows: i64, sum: &str) -> Table {
        Table {
            name: name.into(),
            rows,
            sum: sum.into(),
        }
    }

    #[test]
    fn every_way_to_differ_is_told() {
        let saved = [table("a", 1, "7"), table("b", 2, "7"), table("c", 3, "7")];
        let restored = [table("a", 1, "7"), table("b", 2, "8"), table("d", 0, "0")];
        assert_eq!(
            differences(&saved, &restored),
            [
                "b has as many rows, but other ones",
                "c is not there",
                "d was not in the backup"
            ]
        );
        assert_eq!(
            differences(&saved[..1], &[table("a", 4, "7")]),
            ["a has 4 rows instead of 1"]
        );
        assert!(differences(&saved, &saved).is_empty());
    }
}
