//! A cluster on disk: made once, configured at every start, and run by a postmaster.

use std::{
    io::{Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::{
    process::{Child, Command},
    time::{Instant, sleep},
};

use crate::room;

use super::{
    Error,
    find::{self, Programs},
    owner::{self, Owner},
    postmaster::Postmaster,
    tuning,
};

/// The superuser of the cluster and the name of its database.
pub(super) const NAME: &str = "dealwright";

/// How often the postmaster's state is looked at while it starts.
const LOOK: Duration = Duration::from_millis(10);

/// After how long a start is worth a word, and how often again: recovery after a power cut may
/// take minutes.
const PATIENCE: Duration = Duration::from_secs(10);

/// The log starts anew once it is longer than this.
const LONGEST_LOG: u64 = 8 * 1024 * 1024;

/// What `custom.conf` says until somebody writes into it.
const CUSTOM: &str = "# Settings here win over those of dealwright.conf.\n";

/// A cluster, made or to be made.
#[derive(Debug)]
pub(super) struct Cluster {
    data: PathBuf,
    folder: PathBuf,
    socket: PathBuf,
    programs: Programs,
    owner: Owner,
}

impl Cluster {
    /// The cluster in the data folder, made when it is not there yet.
    pub(super) async fn open(data: &Path, pg_bin: Option<&Path>) -> Result<Self, Error> {
        let folder = folder(data);
        let version = version(&folder)?;
        let programs = find::find(pg_bin, version)?;
        let owner = Owner::of(&folder)?;
        let socket = owner::socket_folder(data);
        owner.check_reach(data)?;
        owner.check_reach(&programs.bin)?;
        let cluster = Self {
            data: data.to_owned(),
            folder,
            socket,
            programs,
            owner,
        };
        if version.is_none() {
            cluster.create().await?;
        }
        Ok(cluster)
    }

    /// Where the cluster is.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the socket is.
    pub(super) fn socket(&self) -> &Path {
        &self.socket
    }

    /// The postmaster that runs the cluster, if one does.
    pub(super) fn postmaster(&self) -> Option<Postmaster> {
        Postmaster::of(&self.folder)
    }

    /// Makes the cluster beside its place and moves it there when it is complete, so that a kill
    /// half-way leaves nothing that looks like a cluster.
    async fn create(&self) -> Result<(), Error> {
        tracing::info!(
            folder = %self.folder.display(),
            version = self.programs.major,
            "making a PostgreSQL cluster"
        );
        let new = self.folder.with_extension("new");
        if new.exists() {
            std::fs::remove_dir_all(&new).map_err(|source| Error::Folder {
                path: new.clone(),
                source,
            })?;
        }
        self.owner.private_folder(&new)?;
        self.initdb(&new).await?;
        self.create_database(&new).await?;
        std::fs::rename(&new, &self.folder).map_err(|source| Error::Folder {
            path: self.folder.clone(),
            source,
        })
    }

    async fn initdb(&self, folder: &Path) -> Result<(), Error> {
        let mut command = self.owner.command(&self.programs.path("initdb"));
        command
            .args(["--encoding=UTF8", "--data-checksums", "--no-instructions"])
            .args(["--auth-local=trust", "--auth-host=reject"])
            .arg(format!("--username={NAME}"))
            .arg("-D")
            .arg(folder);
        if self.programs.major >= 17 {
            // The same order and case rules on every system.
            command.args([
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
            ]);
        } else if cfg!(target_os = "macos") {
            command.args(["--locale=C", "--lc-ctype=UTF-8"]);
        } else {
            command.arg("--locale=C.UTF-8");
        }
        run(command, "initdb", "").await
    }

    async fn create_database(&self, folder: &Path) -> Result<(), Error> {
        let mut command = self.owner.command(&self.programs.path("postgres"));
        command
            .args(["--single", "-c", "exit_on_error=on", "-D"])
            .arg(folder)
            .arg("postgres");
        run(
            command,
            "postgres --single",
            &format!("CREATE DATABASE {NAME}\n"),
        )
        .await
    }

    /// Starts the postmaster and waits until it takes connections.
    pub(super) async fn start(&self, connections: u32) -> Result<Child, Error> {
        self.owner.private_folder(&self.socket)?;
        self.configure(connections, self.compression().await)?;
        self.clear_up()?;
        let (log, from) = self.log()?;
        // After a kill of the postmaster alone, its children take a moment to notice.
        for _ in 0..20 {
            match self.launch(&log, from).await {
                Err(Error::Stopped { log, .. }) if log.contains("still in use") => {
                    sleep(Duration::from_millis(250)).await;
                }
                other => return other,
            }
        }
        self.launch(&log, from).await
    }

    /// Removes what a crash has left. PostgreSQL refuses to start while the process that wrote it
    /// seems to live: another has its number now, or nobody has collected it yet, as in a
    /// container without an init.
    fn clear_up(&self) -> Result<(), Error> {
        if self.postmaster().is_some() {
            return Ok(());
        }
        let left = [
            self.folder.join("postmaster.pid"),
            self.socket.join(".s.PGSQL.5432.lock"),
        ];
        for path in left {
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(Error::Folder {
                        path,
                        source: error,
                    });
                }
                _ => {}
            }
        }
        Ok(())
    }

    async fn launch(&self, log: &std::fs::File, from: u64) -> Result<Child, Error> {
        let failed = |source| Error::Program {
            name: "postgres",
            source,
        };
        let mut command = self.owner.command(&self.programs.path("postgres"));
        command
            .arg("-D")
            .arg(&self.folder)
            // Ctrl-C at the terminal is for us; PostgreSQL stops after the last request.
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(log.try_clone().map_err(failed)?)
            .stderr(log.try_clone().map_err(failed)?);
        let mut child = command.spawn().map_err(failed)?;
        let started = Instant::now();
        let mut told = PATIENCE;
        loop {
            if let Some(status) = child.try_wait().map_err(failed)? {
                return Err(Error::Stopped {
                    status,
                    log: self.tail(from),
                    shortage: room::shortage(&self.data),
                });
            }
            let ours = self
                .postmaster()
                .filter(|postmaster| Some(postmaster.id()) == child.id());
            if ours.is_some_and(|postmaster| postmaster.is_ready()) {
                return Ok(child);
            }
            if started.elapsed() > told {
                tracing::info!(
                    seconds = started.elapsed().as_secs(),
                    "PostgreSQL still starts"
                );
                told += PATIENCE;
            }
            sleep(LOOK).await;
        }
    }

    /// How pages are compressed in the log: by LZ4 where this PostgreSQL was built with it, which takes
    /// a fifth of the time of its own way. One that was not does not start when it is told to.
    async fn compression(&self) -> &'static str {
        const LZ4: &str = "lz4";
        let mut command = self.owner.command(&self.programs.path("postgres"));
        command
            .args(["-C", "wal_compression", "-c", "config_file=/dev/null", "-c"])
            .arg(format!("wal_compression={LZ4}"))
            .arg("-D")
            .arg(&self.folder);
        match run(command, "postgres -C", "").await {
            Ok(()) => LZ4,
            Err(_) => "on",
        }
    }

    /// Writes the settings and has the cluster's own configuration include them.
    fn configure(&self, connections: u32, compression: &str) -> Result<(), Error> {
        const INCLUDE: &str = "include 'dealwright.conf'";
        let write = |name: &str, text: &str| {
            let path = self.folder.join(name);
            // What says the same already is left alone: writing empties it first, and on a full disk
            // it would stay empty.
            if std::fs::read_to_string(&path).is_ok_and(|there| there == text) {
                return Ok(());
            }
            std::fs::write(&path, text)
                .and_then(|()| self.owner.give(&path))
                .map_err(|source| Error::Folder { path, source })
        };
        let main = self.folder.join("postgresql.conf");
        let text = std::fs::read_to_string(&main)
            .map_err(|source| Error::Folder { path: main, source })?;
        let memory = tuning::memory();
        let settings = tuning::configuration(&self.socket, memory, connections, compression);
        write("dealwright.conf", &settings)?;
        if !self.folder.join("custom.conf").exists() {
            write("custom.conf", CUSTOM)?;
        }
        if !text.contains(INCLUDE) {
            write("postgresql.conf", &format!("{text}\n{INCLUDE}\n"))?;
        }
        Ok(())
    }

    /// The log and how long it is so far.
    fn log(&self) -> Result<(std::fs::File, u64), Error> {
        let path = self.data.join("postgres.log");
        let failed = |source| Error::Folder {
            path: path.clone(),
            source,
        };
        if path
            .metadata()
            .is_ok_and(|metadata| metadata.len() > LONGEST_LOG)
        {
            std::fs::rename(&path, path.with_extension("log.old")).map_err(failed)?;
        }
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .map_err(failed)?;
        let length = log.metadata().map_err(failed)?.len();
        Ok((log, length))
    }

    /// The last lines of what was logged since.
    fn tail(&self, from: u64) -> String {
        let mut text = Vec::new();
        if let Ok(mut log) = std::fs::File::open(self.data.join("postgres.log"))
            && log.seek(SeekFrom::Start(from)).is_ok()
        {
            let _ = log.read_to_end(&mut text);
        }
        last_lines(&String::from_utf8_lossy(&text))
    }
}

/// Where the cluster is within the data folder.
pub(super) fn folder(data: &Path) -> PathBuf {
    data.join("postgres")
}

/// The major version of the cluster that is there, if one is.
fn version(folder: &Path) -> Result<Option<u32>, Error> {
    let path = folder.join("PG_VERSION");
    match std::fs::read_to_string(&path) {
        Ok(text) => text
            .trim()
            .parse()
            .map(Some)
            .map_err(|_| Error::NotACluster(folder.into())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            // Whatever else is there, we did not put it there.
            if folder.exists() {
                Err(Error::NotACluster(folder.into()))
            } else {
                Ok(None)
            }
        }
        Err(source) => Err(Error::Folder { path, source }),
    }
}

/// Runs a program to its end, and fails with what it said.
async fn run(mut command: Command, name: &'static str, input: &str) -> Result<(), Error> {
    use tokio::io::AsyncWriteExt as _;

    let failed = |source| Error::Program { name, source };
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().map_err(failed)?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that fails at once does not read; its own words say why.
        let _ = stdin.write_all(input.as_bytes()).await;
    }
    let output = child.wait_with_output().await.map_err(failed)?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(Error::Failed {
        name,
        said: last_lines(&String::from_utf8_lossy(&said)),
    })
}

fn last_lines(text: &str) -> String {
    let lines = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect::<Vec<_>>();
    lines[lines.len().saturating_sub(8)..].join("\n")
}
