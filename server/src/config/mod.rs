//! Configuration: environment variables first, then `dealwright.toml`, then defaults.
//!
//! This is the only place that reads environment variables of Dealwright's own. Every error names
//! the setting and says what would be right; none repeats a secret.

use std::{
    collections::HashMap,
    ffi::OsString,
    fmt,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use serde::Deserialize;

mod public_url;

pub use public_url::PublicUrl;

/// Where Dealwright listens unless told otherwise.
const DEFAULT_ADDR: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 3000);

/// Connections to PostgreSQL in each of two pools unless told otherwise: enough for two cores, few
/// enough that two nodes fit on a PostgreSQL that takes a hundred.
const DEFAULT_POOL_SIZE: u32 = 16;

/// Seconds that one statement of a page may take unless told otherwise: nobody waits for longer, and
/// meanwhile it holds a connection that others wait for.
const DEFAULT_STATEMENT_TIMEOUT: u64 = 30;
/// What is right for it.
const SECONDS: &str = "a number of seconds from 1 to 3600, or 0 for no limit";

/// What is logged unless told otherwise. A stale cookie is no news, and what the database layers
/// have to say at `info` is about themselves.
const DEFAULT_LOG: &str = "info,sqlx=warn,sqlx::pool=error,sea_orm=warn,sea_orm_migration=warn,\
                           tower_sessions=error,tower_sessions_core=error";

/// Everything that can be set from outside.
#[derive(Debug, Clone)]
pub struct Config {
    /// `DATABASE_URL`: the PostgreSQL to use; without it Dealwright runs its own.
    pub database_url: Option<Secret>,
    /// `DEALWRIGHT_DATA`: where Dealwright keeps its own PostgreSQL and files.
    pub data: PathBuf,
    /// `DEALWRIGHT_ADDR`: where Dealwright listens.
    pub addr: SocketAddr,
    /// `DEALWRIGHT_URL`: the address that users type; decides whether cookies are `Secure`.
    pub url: PublicUrl,
    /// Whether that was said, or only follows from where Dealwright listens.
    pub url_is_given: bool,
    /// `DEALWRIGHT_POOL_SIZE`: how many connections to PostgreSQL each of the two pools
    /// ([`services::Pools`]) holds at most.
    pub pool_size: u32,
    /// `DEALWRIGHT_LOG_FORMAT`: `text` or `json`.
    pub log_format: LogFormat,
    /// `DEALWRIGHT_LOG`: what to log, as `tracing` filter directives.
    pub log: String,
    /// `DEALWRIGHT_PG_BIN`: the folder of the PostgreSQL programs, where it is not found by itself.
    pub pg_bin: Option<PathBuf>,
    /// `DEALWRIGHT_TRUSTED_PROXIES`: whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// `DEALWRIGHT_METRICS_TOKEN`: who names it may see what is measured; without it nobody may.
    pub metrics_token: Option<Secret>,
    /// `DEALWRIGHT_STATEMENT_TIMEOUT`: how long one statement of a page may take; none is without
    /// end.
    pub statement_timeout: Option<Duration>,
    /// Whether `cargo leptos watch` runs us, whose page talks to a web socket of its own.
    pub watched: bool,
}

impl Config {
    /// Reads the environment and, when it is there, `dealwright.toml` in the working folder or the
    /// file that `DEALWRIGHT_CONFIG` names.
    pub fn load() -> Result<Self, Error> {
        let environment = environment(std::env::vars_os())?;
        let named = environment
            .get("DEALWRIGHT_CONFIG")
            .filter(|path| !path.is_empty());
        let path = named.map_or("dealwright.toml", String::as_str);
        let file = match std::fs::read_to_string(path) {
            Ok(text) => parse_file(path, &text)?,
            Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
                File::default()
            }
            Err(source) => {
                return Err(Error::Unreadable {
                    path: path.to_owned(),
                    source,
                });
            }
        };
        Self::from_sources(&environment, file, is_root())
    }

    fn from_sources(
        environment: &HashMap<String, String>,
        file: File,
        root: bool,
    ) -> Result<Self, Error> {
        let env = |name: &str| {
            environment
                .get(name)
                .map(String::as_str)
                .filter(|value| !value.is_empty())
        };
        let text = |name: &str, from_file: Option<String>| {
            env(name)
                .map(ToOwned::to_owned)
                .or(from_file)
                .filter(|value| !value.is_empty())
        };

        let database_url = text("DATABASE_URL", file.database_url)
            .map(database_url)
            .transpose()?;
        let data = match text("DEALWRIGHT_DATA", file.data) {
            Some(path) => PathBuf::from(path),
            None => default_data(env("XDG_DATA_HOME"), env("HOME"), root)?,
        };
        let data = std::path::absolute(&data).map_err(|_| {
            Error::invalid("DEALWRIGHT_DATA", &data.display(), "the path of a folder")
        })?;
        let addr = setting(
            "DEALWRIGHT_ADDR",
            env,
            file.addr,
            "an address such as 127.0.0.1:3000",
        )?
        .unwrap_or(DEFAULT_ADDR);
        let url = text("DEALWRIGHT_URL", file.url);
        let url_is_given = url.is_some();
        let url = match url {
            Some(url) => PublicUrl::parse(&url)?,
            None => PublicUrl::of_address(addr),
        };
        let pool_size = setting(
            "DEALWRIGHT_POOL_SIZE",
            env,
            file.pool_size.map(|size| size.to_string()),
            "a number from 2 to 500",
        )?
        .unwrap_or(DEFAULT_POOL_SIZE);
        if !(2..=500).contains(&pool_size) {
            return Err(Error::invalid(
                "DEALWRIGHT_POOL_SIZE",
                &pool_size,
                "a number from 2 to 500",
            ));
        }
        let statement_timeout = setting(
            "DEALWRIGHT_STATEMENT_TIMEOUT",
            env,
            file.statement_timeout.map(|seconds| seconds.to_string()),
            SECONDS,
        )?
        .unwrap_or(DEFAULT_STATEMENT_TIMEOUT);
        if statement_timeout > 3_600 {
            return Err(Error::invalid(
                "DEALWRIGHT_STATEMENT_TIMEOUT",
                &statement_timeout,
                SECONDS,
            ));
        }
        let metrics_token = text("DEALWRIGHT_METRICS_TOKEN", file.metrics_token)
            .map(metrics_token)
            .transpose()?;
        let log_format = setting(
            "DEALWRIGHT_LOG_FORMAT",
            env,
            file.log_format,
            "“text” or “json”",
        )?
        .unwrap_or_default();
        let log = text("DEALWRIGHT_LOG", file.log).unwrap_or_else(|| DEFAULT_LOG.to_owned());
        let trusted_proxies = match text("DEALWRIGHT_TRUSTED_PROXIES", file.trusted_proxies) {
            Some(list) => list.split(',').map(proxy).collect::<Result<_, _>>()?,
            None => Vec::new(),
        };

        Ok(Self {
            database_url,
            data,
            addr,
            url,
            url_is_given,
            pool_size,
            log_format,
            log,
            pg_bin: text("DEALWRIGHT_PG_BIN", file.pg_bin).map(PathBuf::from),
            trusted_proxies,
            metrics_token,
            statement_timeout: (statement_timeout > 0)
                .then(|| Duration::from_secs(statement_timeout)),
            watched: cfg!(debug_assertions) && env("LEPTOS_WATCH").is_some(),
        })
    }
}

impl Config {
    /// Whether there is a database to look at: one that is named, or an own one that was made.
    pub fn has_database(&self) -> bool {
        self.database_url.is_some() || crate::postgres::is_there(&self.data)
    }
}

/// How log entries are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// A line to read.
    #[default]
    Text,
    /// A JSON object a line, to collect.
    Json,
}

impl FromStr for LogFormat {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(()),
        }
    }
}

/// A text that must not be printed by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one who needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// What can be wrong with the configuration.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A setting's value does not fit.
    #[error("{setting} is “{given}”, but must be {expected}")]
    Invalid {
        /// The setting's name.
        setting: &'static str,
        /// What was given.
        given: String,
        /// What would be right.
        expected: &'static str,
    },
    /// The same for a setting that must not be repeated.
    #[error("{setting} must be {expected}")]
    InvalidSecret {
        /// The setting's name.
        setting: &'static str,
        /// What would be right.
        expected: &'static str,
    },
    /// The file is there but cannot be read.
    #[error("the configuration file {path} cannot be read")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not TOML, or has a setting that does not exist.
    #[error("the configuration file {path} is wrong at line {line}: {message}")]
    Malformed {
        /// The file.
        path: String,
        /// Where.
        line: usize,
        /// Why.
        message: String,
    },
    /// A variable that is no text.
    #[error("{0} is not UTF-8 text")]
    NotText(String),
    /// There is no home folder to keep data in.
    #[error("DEALWRIGHT_DATA must name the folder to keep data in, since HOME is not set")]
    NoHome,
    /// The public address is plain HTTP.
    #[error(
        "DEALWRIGHT_URL is “{0}”, but sign-in cookies only travel over HTTPS, except on localhost. \
         Put a proxy that speaks HTTPS before Dealwright and give its https:// address"
    )]
    PlainHttp(String),
}

impl Error {
    fn invalid(setting: &'static str, given: &dyn fmt::Display, expected: &'static str) -> Self {
        Self::Invalid {
            setting,
            given: given.to_string(),
            expected,
        }
    }
}

/// What `dealwright.toml` may say: the same settings in lower case.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    database_url: Option<String>,
    data: Option<String>,
    addr: Option<String>,
    url: Option<String>,
    pool_size: Option<u32>,
    log_format: Option<String>,
    log: Option<String>,
    pg_bin: Option<String>,
    trusted_proxies: Option<String>,
    metrics_token: Option<String>,
    statement_timeout: Option<u64>,
}

/// The variables that are text. One of ours that is not would be missed without a word.
fn environment(
    variables: impl Iterator<Item = (OsString, OsString)>,
) -> Result<HashMap<String, String>, Error> {
    let mut environment = HashMap::new();
    for (name, value) in variables {
        let Ok(name) = name.into_string() else {
            continue;
        };
        match value.into_string() {
            Ok(value) => {
                environment.insert(name, value);
            }
            Err(_) if name.starts_with("DEALWRIGHT_") || name == "DATABASE_URL" => {
                return Err(Error::NotText(name));
            }
            Err(_) => {}
        }
    }
    Ok(environment)
}

fn parse_file(path: &str, text: &str) -> Result<File, Error> {
    // The library's own message repeats the line, which may be the one with the password.
    toml::from_str(text).map_err(|error| Error::Malformed {
        path: path.to_owned(),
        line: error
            .span()
            .map_or(1, |span| text[..span.start].lines().count().max(1)),
        message: error.message().to_owned(),
    })
}

fn setting<'a, T: FromStr>(
    name: &'static str,
    env: impl Fn(&str) -> Option<&'a str>,
    from_file: Option<String>,
    expected: &'static str,
) -> Result<Option<T>, Error> {
    let Some(text) = env(name).map(ToOwned::to_owned).or(from_file) else {
        return Ok(None);
    };
    match text.trim().parse() {
        Ok(value) => Ok(Some(value)),
        Err(_) => Err(Error::invalid(name, &text, expected)),
    }
}

fn database_url(url: String) -> Result<Secret, Error> {
    const WRONG: Error = Error::InvalidSecret {
        setting: "DATABASE_URL",
        expected: "the URL of a PostgreSQL database such as postgres://user:password@host/database",
    };
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return Err(WRONG);
    }
    match url.parse::<sea_orm::sqlx::postgres::PgConnectOptions>() {
        Ok(_) => Ok(Secret(url)),
        Err(_) => Err(WRONG),
    }
}

fn metrics_token(token: String) -> Result<Secret, Error> {
    if token.len() >= 16 && token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(Secret(token));
    }
    Err(Error::InvalidSecret {
        setting: "DEALWRIGHT_METRICS_TOKEN",
        expected: "at least 16 letters, digits and signs, such as `openssl rand -hex 24` makes",
    })
}

fn proxy(text: &str) -> Result<IpAddr, Error> {
    text.trim().parse().map_err(|_| {
        Error::invalid(
            "DEALWRIGHT_TRUSTED_PROXIES",
            &text,
            "addresses such as 10.0.0.2, with commas between",
        )
    })
}

fn default_data(xdg: Option<&str>, home: Option<&str>, root: bool) -> Result<PathBuf, Error> {
    if root {
        return Ok(PathBuf::from("/var/lib/dealwright"));
    }
    let shared = match (xdg, home) {
        (Some(xdg), _) if Path::new(xdg).is_absolute() => PathBuf::from(xdg),
        (_, Some(home)) => Path::new(home).join(".local/share"),
        _ => return Err(Error::NoHome),
    };
    Ok(shared.join("dealwright"))
}

/// Whether the superuser runs us.
pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(test)]
mod tests;
