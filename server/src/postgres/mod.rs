//! The PostgreSQL that Dealwright runs for itself when `DATABASE_URL` names none.
//!
//! A lock on the data folder says who may run the cluster in it; the kernel takes it back however
//! the holder ends. Whoever holds the lock and finds a postmaster still running inherits one from
//! a Dealwright that was killed: it is stopped cleanly, and a new one started under our eyes.

use std::{
    fs::{File, TryLockError},
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
    process::ExitStatus,
    time::Duration,
};

use tokio::{sync::watch, time::sleep};

use crate::room::because;
use cluster::{Cluster, NAME};
use postmaster::Postmaster;

pub mod client;
mod cluster;
mod find;
mod owner;
mod postmaster;
mod tuning;

/// A running PostgreSQL of our own. Stop it with [`Postgres::stop`]; dropping it tells it to stop
/// without waiting.
#[derive(Debug)]
pub struct Postgres {
    cluster: Cluster,
    /// How it ended, once it has.
    exit: watch::Receiver<Option<ExitStatus>>,
    stopped: bool,
    /// Held as long as we live.
    _lock: File,
}

impl Postgres {
    /// Starts the cluster in the data folder, and makes it first when there is none. `connections`
    /// is how many are wanted at once; `pg_bin` is where PostgreSQL's programs are, if they are not
    /// to be looked for.
    pub async fn start(
        data: &Path,
        pg_bin: Option<&Path>,
        connections: u32,
    ) -> Result<Self, Error> {
        owner::data_folder(data)?;
        let lock = lock(data)?;
        let cluster = Cluster::open(data, pg_bin).await?;
        if let Some(orphan) = cluster.postmaster() {
            tracing::warn!(
                pid = orphan.id(),
                "stopping the PostgreSQL of a dealwright that did not end well"
            );
            if !orphan.stop(&cluster::folder(data)).await {
                return Err(Error::DoesNotStop(orphan.id()));
            }
        }
        let mut child = cluster.start(connections + SPARE_CONNECTIONS).await?;
        let (sender, exit) = watch::channel(None);
        tokio::spawn(async move {
            if let Ok(status) = child.wait().await {
                sender.send_replace(Some(status));
            }
        });
        Ok(Self {
            cluster,
            exit,
            stopped: false,
            _lock: lock,
        })
    }

    /// The URL of its database, over its socket.
    pub fn url(&self) -> String {
        url(self.cluster.socket(), 5432)
    }

    /// Waits until it ends without having been told to.
    pub async fn ended(&self) -> ExitStatus {
        let mut exit = self.exit.clone();
        loop {
            if let Some(status) = *exit.borrow_and_update() {
                return status;
            }
            if exit.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// Stops it: open transactions are rolled back, everything is written.
    pub async fn stop(mut self) -> Result<(), Error> {
        self.stopped = true;
        match self.cluster.postmaster() {
            Some(postmaster) if !postmaster.stop(self.cluster.folder()).await => {
                Err(Error::DoesNotStop(postmaster.id()))
            }
            _ => Ok(()),
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if !self.stopped
            && let Some(postmaster) = self.cluster.postmaster()
        {
            postmaster.ask_to_stop();
        }
    }
}

/// Connections beyond the pool's: for live events, for commands beside the server, for a look with
/// psql.
const SPARE_CONNECTIONS: u32 = 40;

/// Whether there is a cluster in this data folder.
pub fn is_there(data: &Path) -> bool {
    cluster::folder(data).join("PG_VERSION").exists()
}

/// The URL of the database that another Dealwright runs in this data folder. Waits a while for it
/// to start; none when it does not.
pub async fn url_of_running(data: &Path) -> Option<String> {
    for _ in 0..200 {
        match Postmaster::of(&cluster::folder(data)) {
            Some(postmaster) if postmaster.is_ready() => {
                return Some(url(postmaster.socket(), postmaster.port()));
            }
            _ => sleep(Duration::from_millis(100)).await,
        }
    }
    None
}

fn url(socket: &Path, port: u16) -> String {
    let host = socket
        .as_os_str()
        .as_encoded_bytes()
        .iter()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                char::from(*byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect::<String>();
    format!("postgres://{NAME}@localhost/{NAME}?host={host}&port={port}&sslmode=disable")
}

/// Takes the data folder for ourselves.
fn lock(data: &Path) -> Result<File, Error> {
    let path = data.join("dealwright.lock");
    let failed = |source| Error::Folder {
        path: path.clone(),
        source,
    };
    let mut file = File::options()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(&path)
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {
            let note = format!("{}\n", std::process::id());
            file.set_len(0)
                .and_then(|()| file.write_all(note.as_bytes()))
                .map_err(failed)?;
            Ok(file)
        }
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            let _ = file.read_to_string(&mut holder);
            let holder = holder.trim().parse().ok();
            Err(Error::InUse {
                data: data.to_owned(),
                holder: Holder(holder),
            })
        }
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

/// Who holds the lock, as far as is known.
#[derive(Debug, Clone, Copy)]
pub struct Holder(Option<u32>);

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(pid) => write!(f, " (process {pid})"),
            None => Ok(()),
        }
    }
}

/// What can go wrong with a PostgreSQL of our own.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another Dealwright runs on the same data folder.
    #[error(
        "another dealwright{holder} uses the data folder {data}. \
         Stop it, or give this one a folder of its own with DEALWRIGHT_DATA"
    )]
    InUse {
        /// The folder.
        data: PathBuf,
        /// Who it is.
        holder: Holder,
    },
    /// There is no PostgreSQL here.
    #[error(
        "PostgreSQL is not installed here. Install version {} or newer \
         (Debian, Ubuntu: apt install postgresql; Fedora: dnf install postgresql-server postgresql-contrib; \
         macOS: brew install postgresql@17), name the folder of its programs with \
         DEALWRIGHT_PG_BIN, or set DATABASE_URL to a PostgreSQL elsewhere",
        find::OLDEST
    )]
    NotInstalled,
    /// `DEALWRIGHT_PG_BIN` names the wrong folder.
    #[error(
        "DEALWRIGHT_PG_BIN is {0}, where there are no programs “postgres” and “initdb”. \
         It must name a folder such as /usr/lib/postgresql/17/bin"
    )]
    NoPrograms(PathBuf),
    /// There are no programs for backups, or only older ones.
    #[error(
        "pg_dump and pg_restore of PostgreSQL {major} or newer are not {}. \
         Install them (Debian, Ubuntu: apt install postgresql-client-{major}; macOS: brew install \
         postgresql@{major}), or name the folder that they are in with DEALWRIGHT_PG_BIN",
        .bin.as_ref().map_or("found here".to_owned(), |bin| format!("in {}", bin.display()))
    )]
    NoClients {
        /// The major version of the server.
        major: u32,
        /// Where alone they were looked for.
        bin: Option<PathBuf>,
    },
    /// PostgreSQL is older than what we can use.
    #[error("PostgreSQL {0} is too old: Dealwright needs version {oldest} or newer", oldest = find::OLDEST)]
    TooOld(u32),
    /// The cluster is of another major version than what is installed.
    #[error(
        "the data folder holds a cluster of PostgreSQL {cluster}, but PostgreSQL {installed} is \
         what is installed. Install PostgreSQL {cluster} beside it, or move the data over with \
         pg_upgrade"
    )]
    OtherVersion {
        /// The cluster's version.
        cluster: u32,
        /// The newest version found.
        installed: u32,
    },
    /// Something else is where the cluster should be.
    #[error("{0} is in the way: it is not a PostgreSQL cluster")]
    NotACluster(PathBuf),
    /// Somebody else's folder is where ours should be.
    #[error("{0} belongs to another user, or is not a folder")]
    NotOurs(PathBuf),
    /// Root, but nobody to become.
    #[error(
        "PostgreSQL refuses to run as root, and there is neither a user “postgres” nor “nobody” \
         here to run it as. Make one, or start Dealwright as an ordinary user"
    )]
    NoUnprivilegedUser,
    /// The user that PostgreSQL runs as cannot get there.
    #[error(
        "PostgreSQL runs as the user “{user}”, since it refuses root, and that user may not pass \
         through {folder}. Name a data folder elsewhere with DEALWRIGHT_DATA, or allow it: \
         chmod o+x {folder}"
    )]
    OutOfReach {
        /// What bars the way.
        folder: PathBuf,
        /// Who may not pass.
        user: String,
    },
    /// A file or folder cannot be made, read or written.
    #[error("cannot use {path}")]
    Folder {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A program cannot be run at all.
    #[error("cannot run {name}")]
    Program {
        /// Which one.
        name: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// A program ran and failed.
    #[error("{name} failed: {said}")]
    Failed {
        /// Which one.
        name: &'static str,
        /// Its own words.
        said: String,
    },
    /// PostgreSQL ended while it started.
    #[error("PostgreSQL did not start ({status}): {log}{}", because(.shortage.as_deref()))]
    Stopped {
        /// How it ended.
        status: ExitStatus,
        /// The end of its log.
        log: String,
        /// What its disk lacks, if that may be why.
        shortage: Option<String>,
    },
    /// PostgreSQL goes on although told to stop.
    #[error("PostgreSQL (process {0}) does not stop")]
    DoesNotStop(u32),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_names_the_socket() {
        let url = url(Path::new("/srv/c rm/socket"), 5432);
        let options = url
            .parse::<sea_orm::sqlx::postgres::PgConnectOptions>()
            .expect("a URL");
        assert_eq!(
            options.get_socket().map(PathBuf::as_path),
            Some(Path::new("/srv/c rm/socket"))
        );
        assert_eq!(options.get_database(), Some("dealwright"));
        assert_eq!(options.get_username(), "dealwright");
    }

    #[test]
    fn the_second_to_lock_is_told_who_holds_it() {
        let data = std::env::temp_dir().join(format!("dealwright-lock-{}", std::process::id()));
        std::fs::create_dir_all(&data).expect("a folder");
        let held = lock(&data).expect("free");
        let error = lock(&data).expect_err("held").to_string();
        assert!(error.contains(&data.display().to_string()), "{error}");
        assert!(
            error.contains(&format!("process {}", std::process::id())),
            "{error}"
        );
        drop(held);
        lock(&data).expect("free again");
        std::fs::remove_dir_all(&data).expect("removed");
    }
}
