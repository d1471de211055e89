//! PostgreSQL's own programs for a database that is already there, such as `pg_dump`. Unlike the
//! server they run as whoever runs us, root too.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
};

use tokio::process::Command;
use url::Url;

use super::{Error, find};

/// The programs of one PostgreSQL, and a database to use them on.
#[derive(Debug)]
pub struct Client {
    programs: find::Programs,
    settings: Vec<(&'static str, String)>,
}

impl Client {
    /// Finds programs that fit a server of this major version: the same, else the next newer ones.
    /// `pg_bin` is where they are, if they are not to be looked for. `url` names the database; its
    /// password goes to the programs by the environment, where other users do not see it.
    pub fn find(pg_bin: Option<&Path>, major: u32, url: &str) -> Result<Self, Error> {
        Ok(Self {
            programs: find::find_clients(pg_bin, major)?,
            settings: settings(url),
        })
    }

    /// The major version of the programs.
    pub const fn major(&self) -> u32 {
        self.programs.major
    }

    /// The name of the database, empty where it is that of its user.
    pub fn database(&self) -> &str {
        self.settings
            .iter()
            .find(|(name, _)| *name == "PGDATABASE")
            .map_or("", |(_, value)| value)
    }

    /// A command that knows its database. Dropped, it is killed.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.path(program));
        // The rest of libpq's environment stays: sqlx reads it too where the URL is silent.
        for elsewhere in ["PGSERVICE", "PGSERVICEFILE", "PGHOSTADDR"] {
            command.env_remove(elsewhere);
        }
        command
            .env("LC_ALL", "C")
            .envs(self.settings.iter().map(|(name, value)| (*name, value)))
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    fn path(&self, program: &str) -> PathBuf {
        self.programs.path(program)
    }
}

/// What libpq is told by the environment of what sqlx is told by a URL. What is only sqlx's stays
/// out.
fn settings(url: &str) -> Vec<(&'static str, String)> {
    let mut settings = vec![
        ("PGAPPNAME", "dealwright".to_owned()),
        ("PGCONNECT_TIMEOUT", "10".to_owned()),
        // Neither the server's limit of time nor the database's is meant for a whole table.
        (
            "PGOPTIONS",
            "-c statement_timeout=0 -c idle_in_transaction_session_timeout=0".to_owned(),
        ),
    ];
    let Ok(url) = Url::parse(url) else {
        return settings;
    };
    let mut set = |name, value: &str| {
        if !value.is_empty() {
            settings.retain(|(known, _)| *known != name);
            settings.push((name, decoded(value)));
        }
    };
    set("PGHOST", url.host_str().unwrap_or_default());
    set(
        "PGPORT",
        &url.port().map(|port| port.to_string()).unwrap_or_default(),
    );
    set("PGUSER", url.username());
    set("PGPASSWORD", url.password().unwrap_or_default());
    set("PGDATABASE", url.path().trim_start_matches('/'));
    for (name, value) in url.query_pairs() {
        let name = match name.as_ref() {
            "host" | "hostaddr" => "PGHOST",
            "port" => "PGPORT",
            "user" => "PGUSER",
            "password" => "PGPASSWORD",
            "dbname" => "PGDATABASE",
            "sslmode" | "ssl-mode" => "PGSSLMODE",
            "sslrootcert" | "ssl-root-cert" | "ssl-ca" => "PGSSLROOTCERT",
            "sslcert" | "ssl-cert" => "PGSSLCERT",
            "sslkey" | "ssl-key" => "PGSSLKEY",
            _ => continue,
        };
        settings.retain(|(known, _)| *known != name);
        settings.push((name, value.into_owned()));
    }
    settings
}

/// A part of a URL as it was meant.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hex = after.get(..2).filter(|_| first == b'%');
        let byte = hex
            .and_then(|two| std::str::from_utf8(two).ok())
            .and_then(|two| u8::from_str_radix(two, 16).ok());
        bytes.push(byte.unwrap_or(first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(url: &str, name: &str) -> Option<String> {
        settings(url)
            .into_iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    }

    #[test]
    fn programs_are_told_what_the_url_says() {
        let url = "postgres://ada:p%40ss%2Fw@db.example:6432/crm?sslmode=require&statement-cache-capacity=7";
        for (name, value) in [
            ("PGHOST", "db.example"),
            ("PGPORT", "6432"),
            ("PGUSER", "ada"),
            ("PGPASSWORD", "p@ss/w"),
            ("PGDATABASE", "crm"),
            ("PGSSLMODE", "require"),
        ] {
            assert_eq!(get(url, name).as_deref(), Some(value), "{name}");
        }
        assert!(!settings(url).iter().any(|(_, value)| value == "7"));
    }

    #[test]
    fn a_socket_wins_over_the_host_before_it() {
        let url = "postgres://dealwright@localhost/dealwright?host=%2Fsrv%2Fc%20rm&port=5432";
        assert_eq!(get(url, "PGHOST").as_deref(), Some("/srv/c rm"));
        assert_eq!(get(url, "PGPASSWORD"), None);
    }

    #[test]
    fn missing_programs_are_told_with_what_to_install() {
        let error = Client::find(Some(Path::new("/etc")), 15, "postgres://localhost/crm");
        let error = error.expect_err("there are none").to_string();
        assert!(
            error.contains("pg_dump") && error.contains("/etc"),
            "{error}"
        );
    }
}
