//! What is installed, and how far the schema has come.

use sea_orm::{DatabaseConnection, FromQueryResult};

use super::{Asked, all, one};
use crate::failure::Result;

/// Versions on both sides.
#[derive(Debug)]
pub(super) struct Facts {
    /// The program's.
    pub(super) program: String,
    /// PostgreSQL's, in its own words.
    pub(super) postgres: String,
    /// Its major version.
    pub(super) major: i32,
    /// The newest step that the database has.
    pub(super) newest: Option<String>,
    /// Steps that the program knows and the database lacks.
    pub(super) missing: Vec<String>,
    /// Steps that the database has and the program does not know.
    pub(super) unknown: Vec<String>,
}

impl Facts {
    /// Whether program and database fit each other.
    pub(super) fn is_current(&self) -> bool {
        self.missing.is_empty()
    }
}

#[derive(Debug, FromQueryResult)]
struct Server {
    version: String,
    number: i32,
    has_steps: bool,
}

#[derive(Debug, FromQueryResult)]
struct Step {
    version: String,
}

pub(super) async fn ask(db: &DatabaseConnection, asked: &Asked) -> Result<Facts> {
    let sql = "select current_setting('server_version') as version,
                      current_setting('server_version_num')::integer as number,
                      to_regclass('seaql_migrations') is not null as has_steps";
    let server: Server = one(db, sql).await?;
    let steps: Vec<Step> = if server.has_steps {
        all(db, "select version from seaql_migrations order by version").await?
    } else {
        Vec::new()
    };
    let there: Vec<String> = steps.into_iter().map(|step| step.version).collect();
    let lacks = |these: &[String], those: &[String]| -> Vec<String> {
        these
            .iter()
            .filter(|step| !those.contains(step))
            .cloned()
            .collect()
    };
    Ok(Facts {
        program: asked.version.clone(),
        postgres: server.version,
        major: server.number / 10_000,
        newest: there.last().cloned(),
        missing: lacks(&asked.steps, &there),
        unknown: lacks(&there, &asked.steps),
    })
}
