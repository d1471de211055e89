//! What every command stands on: configuration, a PostgreSQL, a pool of connections, the schema.

use std::{path::PathBuf, process::ExitStatus, sync::Arc, time::Duration};

use migrations::{Migrator, MigratorTrait};
use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DbErr, RuntimeErr,
    TransactionTrait as _,
    sqlx::{ConnectOptions as _, postgres::PgConnectOptions},
};

use services::Pools;

use crate::{
    config::{Config, Secret},
    postgres::{self, Postgres},
    room::because,
};

/// The advisory lock under which the schema is changed: "dealwrig" in ASCII.
const MIGRATION_LOCK: i64 = 0x6465_616c_7772_6967;

/// Whether a command may run beside a server on the same data folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It needs the data folder for itself.
    Alone,
    /// It uses the PostgreSQL that a running server has started, if there is one.
    Beside,
}

/// What a command runs on. End it with [`Runtime::stop`].
#[derive(Debug)]
pub struct Runtime {
    /// How we are configured.
    pub config: Arc<Config>,
    /// The pools of connections.
    pub pools: Pools,
    url: Secret,
    postgres: Option<Postgres>,
}

impl Runtime {
    /// Starts or finds PostgreSQL, connects, and brings the schema up to date.
    pub async fn start(config: Config, access: Access) -> Result<Self, Error> {
        let runtime = Self::start_as_is(config, access).await?;
        runtime.migrate().await?;
        Ok(runtime)
    }

    /// Starts or finds PostgreSQL and connects, and leaves the schema as it is.
    pub async fn start_as_is(config: Config, access: Access) -> Result<Self, Error> {
        let (url, postgres) = database(&config, access).await?;
        let pools = connect_both(&url, config.pool_size, None).await?;
        Ok(Self {
            config: Arc::new(config),
            pools,
            url,
            postgres,
        })
    }

    /// Brings the schema up to date.
    pub async fn migrate(&self) -> Result<(), Error> {
        migrate::<Migrator>(&self.pools.db).await
    }

    /// From here on no statement takes longer than the configuration allows, unless its transaction
    /// says otherwise: for who serves pages. What has come before, such as migrations and the
    /// filling of a demonstration, takes its time.
    pub async fn limit_statements(&mut self) -> Result<(), Error> {
        if let Some(limit) = self.config.statement_timeout {
            let limited = connect_both(&self.url, self.config.pool_size, Some(limit)).await?;
            let before = std::mem::replace(&mut self.pools, limited);
            for pool in [before.db, before.questions] {
                pool.close().await.map_err(Error::Connect)?;
            }
        }
        Ok(())
    }

    /// The URL of the database, with the password that may be in it.
    pub const fn url(&self) -> &Secret {
        &self.url
    }

    /// Waits until PostgreSQL ends by itself. That of somebody else is not ours to watch.
    pub async fn postgres_ended(&self) -> ExitStatus {
        match &self.postgres {
            Some(postgres) => postgres.ended().await,
            None => std::future::pending().await,
        }
    }

    /// Closes the connections, then stops PostgreSQL if it is our own.
    pub async fn stop(self) -> Result<(), Error> {
        // A connection that is still in use is PostgreSQL's to end.
        let Pools { db, questions } = &self.pools;
        let closed = async { tokio::join!(db.close_by_ref(), questions.close_by_ref()) };
        let _ = tokio::time::timeout(Duration::from_secs(2), closed).await;
        if let Some(postgres) = self.postgres {
            postgres.stop().await?;
        }
        Ok(())
    }
}

async fn database(config: &Config, access: Access) -> Result<(Secret, Option<Postgres>), Error> {
    if let Some(url) = &config.database_url {
        return Ok((url.clone(), None));
    }
    let connections = 2 * config.pool_size;
    let started = Postgres::start(&config.data, config.pg_bin.as_deref(), connections).await;
    match started {
        Ok(postgres) => Ok((Secret::new(postgres.url()), Some(postgres))),
        Err(error @ postgres::Error::InUse { .. }) if access == Access::Beside => {
            match postgres::url_of_running(&config.data).await {
                Some(url) => Ok((Secret::new(url), None)),
                None => Err(error.into()),
            }
        }
        Err(error) => Err(error.into()),
    }
}

/// How PostgreSQL plans in [`Pools::db`].
const KEPT: &str = "auto";
/// How it plans in [`Pools::questions`].
const FOR_VALUES: &str = "force_custom_plan";

async fn connect_both(
    url: &Secret,
    pool_size: u32,
    limit: Option<Duration>,
) -> Result<Pools, Error> {
    Ok(Pools {
        db: connect(url, pool_size, limit, KEPT).await?,
        questions: connect(url, pool_size, limit, FOR_VALUES).await?,
    })
}

async fn connect(
    url: &Secret,
    pool_size: u32,
    limit: Option<Duration>,
    plans: &'static str,
) -> Result<DatabaseConnection, Error> {
    // Compiling a plan takes longer than what we ask.
    let planning = [("plan_cache_mode", plans), ("jit", "off")];
    let limit = limit.map(|limit| ("statement_timeout", limit.as_millis().to_string()));
    let mut options = ConnectOptions::new(url.expose());
    options
        .max_connections(pool_size)
        .min_connections(1)
        .connect_timeout(Duration::from_secs(10))
        .acquire_timeout(Duration::from_secs(10))
        .idle_timeout(Duration::from_mins(10))
        .max_lifetime(Duration::from_hours(1))
        // A look at every connection before each use would be a round trip a query.
        .test_before_acquire_if_idle_for(Duration::from_secs(30))
        .sqlx_logging(false)
        .record_stmt_in_spans(false)
        .set_application_name("dealwright")
        .map_sqlx_postgres_opts(move |options| options.options(planning).options(limit.clone()));
    match Database::connect(options).await {
        Ok(connection) => Ok(connection),
        Err(error) => Err(Error::Connect(why(url).await.unwrap_or(error))),
    }
}

/// Why there is no connection, in the words of whoever refuses it: a pool that has waited in vain
/// says only that it has waited.
async fn why(url: &Secret) -> Option<DbErr> {
    const PATIENCE: Duration = Duration::from_secs(5);
    let options: PgConnectOptions = url.expose().parse().ok()?;
    let tried = tokio::time::timeout(PATIENCE, options.connect()).await;
    let error = tried.ok()?.err()?;
    // With a line of PostgreSQL's own source otherwise, which means nothing to anybody here.
    let words = match error.as_database_error() {
        Some(refusal) => refusal.message().to_owned(),
        None => error.to_string(),
    };
    Some(DbErr::Conn(RuntimeErr::Internal(words)))
}

/// Brings the schema up to the last of these steps: all of them or none, and one node at a time.
///
/// # Errors
/// Which step failed. The database is as it was then, and who works on it does not notice.
pub async fn migrate<M: MigratorTrait>(db: &DatabaseConnection) -> Result<(), Error> {
    let transaction = db.begin().await.map_err(Error::Migrate)?;
    let lock = format!("select pg_advisory_xact_lock({MIGRATION_LOCK})");
    let locked = transaction.execute_unprepared(&lock).await;
    locked.map_err(Error::Migrate)?;
    let pending = M::get_pending_migrations(&transaction).await;
    let pending = pending.map_err(Error::Migrate)?;
    if !pending.is_empty() {
        tracing::info!(steps = pending.len(), "bringing the database up to date");
    }
    for step in pending {
        // One by one, to know which one fails.
        let made = M::up(&transaction, Some(1)).await;
        made.map_err(|source| Error::Step {
            step: step.name().to_owned(),
            source,
        })?;
    }
    transaction.commit().await.map_err(Error::Migrate)
}

/// What can go wrong before a command begins.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Our own PostgreSQL.
    #[error(transparent)]
    Postgres(#[from] postgres::Error),
    /// No connection.
    #[error("cannot connect to the database")]
    Connect(#[source] DbErr),
    /// A step of the schema failed; nothing was changed.
    #[error("the database could not be brought up to date and is as it was: step {step} failed")]
    Step {
        /// Its name.
        step: String,
        /// Why.
        source: DbErr,
    },
    /// The steps could not be begun or ended; nothing was changed.
    #[error("the database could not be brought up to date and is as it was")]
    Migrate(#[source] DbErr),
    /// An address is taken or not ours.
    #[error("cannot listen on {addr}")]
    Listen {
        /// The address.
        addr: std::net::SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// PostgreSQL went away under us.
    #[error("PostgreSQL ended by itself ({status}); its log is {log}{}", because(.shortage.as_deref()))]
    PostgresEnded {
        /// How it ended.
        status: ExitStatus,
        /// Where to read on.
        log: PathBuf,
        /// What its disk lacks, if that may be why.
        shortage: Option<String>,
    },
}
