//! Looks at the database as somebody would who has to keep it alive: what is set, what is broken,
//! what is slow, what has been left behind. One file a subject asks for facts; [`words`] alone
//! judges them and says what follows.
//!
//! Nothing here writes but [`mend`], which counts anew what can be counted.

mod clock;
mod indexes;
mod jobs;
mod queries;
mod sessions;
mod settings;
mod space;
mod totals;
mod vacuum;
mod versions;
mod words;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::Error;
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement};

use crate::Ctx;
use crate::failure::{Result, settle};

/// What the database cannot know by itself.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The program's version.
    pub version: String,
    /// The steps of the schema that the program knows, in order.
    pub steps: Vec<String>,
    /// The data folder of a PostgreSQL of our own; none where it is somebody else's.
    pub data: Option<PathBuf>,
    /// Connections that one server holds at most.
    pub connections: u32,
    /// The server's clock, to hold against the database's.
    pub clock: fn() -> DateTime<Utc>,
}

/// How it stands with a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Health {
    /// As it should be.
    Ok,
    /// Somebody should look at it some day soon.
    Look,
    /// Wrong now, or about to lose something.
    Broken,
}

/// One line of the report: what is, and where it is not as it should be, why that matters and what
/// to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How it stands.
    pub health: Health,
    /// What it is about, in a word.
    pub subject: &'static str,
    /// All of it in words.
    pub words: String,
}

impl Finding {
    fn ok(subject: &'static str, what: impl fmt::Display) -> Self {
        Self {
            health: Health::Ok,
            subject,
            words: format!("{what}."),
        }
    }

    fn look(
        subject: &'static str,
        what: impl fmt::Display,
        why: impl fmt::Display,
        todo: impl fmt::Display,
    ) -> Self {
        Self {
            health: Health::Look,
            subject,
            words: format!("{what}: {why}. To do: {todo}."),
        }
    }

    fn broken(
        subject: &'static str,
        what: impl fmt::Display,
        why: impl fmt::Display,
        todo: impl fmt::Display,
    ) -> Self {
        Self {
            health: Health::Broken,
            ..Self::look(subject, what, why, todo)
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let health = match self.health {
            Health::Ok => "ok",
            Health::Look => "look",
            Health::Broken => "broken",
        };
        // A finding is one line, whatever somebody has called a table.
        let words = self.words.replace(['\n', '\r'], " ");
        write!(f, "{health:<7}{}: {words}", self.subject)
    }
}

/// Looks at everything. What cannot be looked at is a finding of its own, so that one thing that
/// is not allowed hides nothing else.
///
/// # Errors
/// [`Error::Forbidden`] to everybody but the command line.
pub async fn examine(ctx: &Ctx, asked: &Asked) -> Result<Vec<Finding>, Error> {
    system_only(ctx)?;
    let db = &ctx.db;
    let mut findings = Vec::new();
    let mut tell = |subject, told: Result<Vec<Finding>>| match told {
        Ok(told) => findings.extend(told),
        Err(failure) => findings.push(words::hidden(subject, &failure)),
    };
    let versions = versions::ask(db, asked).await;
    // Where that cannot be told, the rest is asked and says for itself what it may not see.
    let is_current = versions.as_ref().map_or(true, versions::Facts::is_current);
    tell(
        "versions",
        versions.as_ref().map(words::versions).map_err(again),
    );
    tell(
        "settings",
        settings::ask(db)
            .await
            .map(|facts| words::settings(&facts, asked)),
    );
    tell(
        "clock",
        clock::ask(db, asked.clock)
            .await
            .map(|facts| words::clock(&facts)),
    );
    tell(
        "space",
        space::ask(db, asked.data.as_deref())
            .await
            .map(|facts| words::space(&facts)),
    );
    // The rest asks tables that are there only when all steps are.
    if is_current {
        tell(
            "indexes",
            indexes::ask(db).await.map(|facts| words::indexes(&facts)),
        );
        tell(
            "totals",
            totals::ask(db).await.map(|facts| words::totals(&facts)),
        );
        tell("jobs", jobs::ask(db).await.map(|facts| words::jobs(&facts)));
    }
    tell(
        "queries",
        queries::ask(db).await.map(|facts| words::queries(&facts)),
    );
    tell(
        "sessions",
        sessions::ask(db).await.map(|facts| words::sessions(&facts)),
    );
    tell(
        "vacuum",
        vacuum::ask(db).await.map(|facts| words::vacuum(&facts)),
    );
    Ok(findings)
}

/// Counts anew what triggers keep, while nobody else writes records, and names the tables that
/// were wrong.
///
/// # Errors
/// [`Error::Forbidden`] to everybody but the command line.
pub async fn mend(ctx: &Ctx) -> Result<Vec<&'static str>, Error> {
    system_only(ctx)?;
    settle(ctx, "doctor.mend", totals::mend(&ctx.db).await)
}

/// Work in the background that is not done yet, of all nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Work {
    /// Changes of many records under way.
    pub runs: i64,
    /// Those of them whose node has been silent for a minute.
    pub silent: i64,
    /// How long the oldest of them has run.
    pub oldest_run: Duration,
    /// Indexes of custom fields that wait to be built.
    pub indexes: i64,
}

/// How much work waits.
///
/// # Errors
/// [`Error::Forbidden`] to everybody but the system itself.
pub async fn work(ctx: &Ctx) -> Result<Work, Error> {
    system_only(ctx)?;
    let work = async {
        let jobs = jobs::ask(&ctx.db).await?;
        let indexes = crate::fields::index::tended(&ctx.db).await?.missing.len();
        let oldest = jobs.oldest_run.unwrap_or_default();
        Ok(Work {
            runs: jobs.runs,
            silent: jobs.silent,
            oldest_run: Duration::from_secs(u64::try_from(oldest).unwrap_or_default()),
            indexes: i64::try_from(indexes).unwrap_or(i64::MAX),
        })
    };
    settle(ctx, "doctor.work", work.await)
}

fn system_only(ctx: &Ctx) -> Result<(), Error> {
    if ctx.actor.is_system() {
        return Ok(());
    }
    Err(Error::Forbidden(
        "Only the command line may do this.".into(),
    ))
}

/// The same failure once more, for words only.
fn again(failure: &crate::Failure) -> crate::Failure {
    anyhow::anyhow!("{}", words::cause(failure)).into()
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
