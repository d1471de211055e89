//! A database per test, dropped when the test ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use domain::rights::Actor;
use sea_orm::{ConnectionTrait, DatabaseConnection, QueryResult, Statement};
use services::Ctx;
use services::live::Publisher;

use crate::template;

/// The time zone of tests: an hour east of Greenwich in winter, so that a day cut in UTC shows.
pub const ZONE: Tz = chrono_tz::Europe::Warsaw;

/// The moment at which the clock of tests stands: a Sunday, 11:30 in the morning in [`ZONE`].
///
/// # Panics
/// Never: the moment is well formed.
#[must_use]
pub fn now() -> DateTime<Utc> {
    "2026-11-22T10:30:00Z".parse().expect("a moment")
}

/// A migrated database that belongs to one test.
#[derive(Debug)]
pub struct TestDb {
    /// A pool of up to ten connections.
    pub db: DatabaseConnection,
    /// Its address, for what connects by itself.
    pub url: String,
    name: String,
    server: String,
    numbers: AtomicU64,
}

impl TestDb {
    /// A database with an organisation and nothing else.
    ///
    /// # Panics
    /// Where there is no server to make it on.
    pub async fn new() -> Self {
        let this = Self::empty().await;
        this.run(
            "insert into organisation (name, currency, time_zone, country, created_at) \
             values ('Test', 'EUR', 'Europe/Warsaw', 'PL', '2026-01-01')",
        )
        .await;
        this
    }

    /// A database as before set-up.
    ///
    /// # Panics
    /// Where there is no server to make it on.
    pub async fn empty() -> Self {
        let server = template::server_url();
        let name = template::create(&server)
            .await
            .expect("a database for the test");
        let url = template::url_of(&server, &name);
        let db = template::connect(&url, 10)
            .await
            .expect("a connection to the test's database");
        Self {
            db,
            url,
            name,
            server,
            numbers: AtomicU64::new(0),
        }
    }

    /// A context of somebody who asks.
    #[must_use]
    pub fn ctx(&self, actor: Actor) -> Ctx {
        Ctx {
            db: self.db.clone(),
            questions: self.db.clone(),
            publisher: Publisher::silent(),
            actor: Arc::new(actor),
            now: now(),
            time_zone: ZONE,
            request_id: Arc::from("test"),
            fields: None,
        }
    }

    /// The context of the system itself.
    #[must_use]
    pub fn system(&self) -> Ctx {
        self.ctx(Actor::system())
    }

    /// Runs SQL.
    ///
    /// # Panics
    /// Where PostgreSQL refuses it.
    pub async fn run(&self, sql: &str) {
        self.db.execute_unprepared(sql).await.expect(sql);
    }

    /// The rows of a question.
    ///
    /// # Panics
    /// Where PostgreSQL refuses it.
    pub async fn rows(&self, sql: &str) -> Vec<QueryResult> {
        let question = Statement::from_string(self.db.get_database_backend(), sql);
        self.db.query_all_raw(question).await.expect(sql)
    }

    /// The one number that a question has.
    ///
    /// # Panics
    /// Where the answer is no bigint.
    pub async fn number(&self, sql: &str) -> i64 {
        let rows = self.rows(sql).await;
        rows.first()
            .expect("a row")
            .try_get_by(0)
            .expect("a bigint")
    }

    /// A number that this database has not seen.
    pub(crate) fn next(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }
}

impl Drop for TestDb {
    /// The test's runtime may be ending: another one, on a thread of its own, drops the database.
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .ok()?;
            runtime.block_on(template::drop(&server, &name)).ok()
        });
        // What could not be dropped is cleared away with the next template.
        let _ = dropping.join();
    }
}
