//! The program that is measured: started with a PostgreSQL of its own, as its users start it.

use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};
use sea_orm::{ConnectOptions, Database, DatabaseConnection};
use services::Pools;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use crate::settings::Settings;

/// How long a start may take: the first one makes a cluster.
const START: Duration = Duration::from_mins(3);
/// How long a stop may take: a checkpoint of all that was seeded.
const STOP: Duration = Duration::from_mins(3);

/// A server that can be started and stopped again on the same data.
#[derive(Debug)]
pub struct Server {
    binary: PathBuf,
    data: PathBuf,
    log: PathBuf,
    port: u16,
    site: PathBuf,
    /// Somebody else's PostgreSQL; none for its own.
    database: Option<String>,
    /// What else it finds in its environment, and its PostgreSQL with it.
    environment: Vec<(&'static str, String)>,
    running: Option<Child>,
}

impl Server {
    /// One on the folder of the size that is asked for, on a free port; not started.
    pub fn new(settings: &Settings) -> Result<Self> {
        let binary = std::path::absolute(&settings.binary)?;
        ensure!(binary.exists(), "{} is missing", binary.display());
        let data = std::path::absolute(settings.folder())?;
        std::fs::create_dir_all(&data)?;
        Ok(Self {
            binary,
            log: data.join("server.log"),
            data,
            port: free_port()?,
            site: settings.repository.join("target/site"),
            database: None,
            environment: Vec::new(),
            running: None,
        })
    }

    /// The same with its words kept elsewhere than in its data folder.
    pub fn log_to(mut self, log: PathBuf) -> Self {
        self.log = log;
        self
    }

    /// The same with something in its environment, for its next start.
    pub fn with(mut self, environment: Vec<(&'static str, String)>) -> Self {
        self.environment = environment;
        self
    }

    /// Everything that it has said so far.
    pub fn said(&self) -> Result<String> {
        let said = std::fs::read(&self.log)?;
        Ok(String::from_utf8_lossy(&said).into_owned())
    }

    /// Where it answers, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Its command line with the settings that it runs under.
    pub fn command(&self, arguments: &[&str]) -> Result<Command> {
        let log = File::options().create(true).append(true).open(&self.log)?;
        let mut command = Command::new(&self.binary);
        command
            .args(arguments)
            .current_dir(&self.data)
            .env_remove("DEALWRIGHT_URL")
            .env("DATABASE_URL", self.database.as_deref().unwrap_or_default())
            .env("DEALWRIGHT_DATA", &self.data)
            .env("DEALWRIGHT_ADDR", format!("127.0.0.1:{}", self.port))
            // Of a debug build only; a release has its files within.
            .env("LEPTOS_SITE_ROOT", std::path::absolute(&self.site)?)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .kill_on_drop(true);
        Ok(command)
    }

    /// Starts it, and tells how long it took until it could answer a page.
    pub async fn start(&mut self) -> Result<Duration> {
        let started = Instant::now();
        let mut child = self.command(&["serve"])?.spawn()?;
        let client = reqwest::Client::builder().no_proxy().build()?;
        let ready = format!("{}/readyz", self.url());
        loop {
            if let Some(status) = child.try_wait()? {
                bail!("the server ended with {status}; see {}", self.log.display());
            }
            let answer = client.get(&ready).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                break;
            }
            ensure!(started.elapsed() < START, "the server does not answer");
            sleep(Duration::from_millis(2)).await;
        }
        self.running = Some(child);
        Ok(started.elapsed())
    }

    /// Starts it as a service manager does: again, until it runs. Somebody who was killed with the
    /// last one may hold the data folder for a moment still.
    pub async fn take_over(&mut self, within: Duration) -> Result<Duration> {
        let began = Instant::now();
        while let Err(error) = self.start().await {
            if began.elapsed() > within {
                return Err(error);
            }
            sleep(Duration::from_millis(200)).await;
        }
        Ok(began.elapsed())
    }

    /// Stops it as a service manager would.
    pub async fn stop(&mut self) -> Result<()> {
        let Some(mut child) = self.running.take() else {
            return Ok(());
        };
        let pid = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        if let Some(pid) = pid {
            kill_process(pid, Signal::TERM)?;
        }
        timeout(STOP, child.wait())
            .await
            .context("the server does not stop")??;
        Ok(())
    }

    /// Kills it without a word. Its PostgreSQL is left behind.
    pub async fn kill(&mut self) -> Result<()> {
        let mut child = self.running.take().context("the server does not run")?;
        child.kill().await?;
        Ok(())
    }

    /// Kills its PostgreSQL without a word.
    pub fn kill_postgres(&self) -> Result<()> {
        let told = std::fs::read_to_string(self.data.join("postgres/postmaster.pid"))?;
        let pid = told
            .lines()
            .next()
            .and_then(|line| line.trim().parse().ok());
        let pid = pid
            .and_then(Pid::from_raw)
            .context("PostgreSQL does not tell its number")?;
        Ok(kill_process(pid, Signal::KILL)?)
    }

    /// Waits until it ends by itself, and tells how.
    pub async fn ended(&mut self) -> Result<ExitStatus> {
        let mut child = self.running.take().context("the server does not run")?;
        let status = timeout(STOP, child.wait()).await;
        Ok(status.context("the server goes on without PostgreSQL")??)
    }

    /// Whether it runs.
    pub fn runs(&mut self) -> Result<bool> {
        Ok(self.running.is_some() && self.has_ended()?.is_none())
    }

    /// Whether it has ended by itself, and how; it does not wait.
    pub fn has_ended(&mut self) -> Result<Option<ExitStatus>> {
        let child = self.running.as_mut().context("the server does not run")?;
        let status = child.try_wait()?;
        if status.is_some() {
            self.running = None;
        }
        Ok(status)
    }

    /// Starts a second one beside it, on its PostgreSQL, and tells how long that took.
    pub async fn second(&self) -> Result<(Self, Duration)> {
        let mut second = self.beside()?;
        let took = second.start().await?;
        Ok((second, took))
    }

    /// A second one beside it, on its PostgreSQL; not started.
    pub fn beside(&self) -> Result<Self> {
        Ok(Self {
            binary: self.binary.clone(),
            data: self.data.clone(),
            log: self.log.clone(),
            port: free_port()?,
            site: self.site.clone(),
            database: Some(url_of(&self.data.join("postgres"))?),
            environment: Vec::new(),
            running: None,
        })
    }

    /// `debug` or `release`, by the folder that the program is in.
    pub fn build(&self) -> &'static str {
        let is_debug = self.binary.iter().any(|part| part == "debug");
        if is_debug { "debug" } else { "release" }
    }

    /// Removes its data. It must not run.
    pub fn forget(&self) -> Result<()> {
        ensure!(self.running.is_none(), "the server still runs");
        // Only what a server makes: a folder that somebody named by mistake stays as it is.
        let cluster = self.data.join("postgres");
        if cluster.exists() {
            std::fs::remove_dir_all(cluster)?;
        }
        Ok(())
    }

    /// The memory that its process holds now, in megabytes (`VmRSS`).
    pub fn memory(&self) -> Result<f64> {
        let id = self
            .running
            .as_ref()
            .and_then(Child::id)
            .context("the server does not run")?;
        memory_of(id)
    }

    /// The memory that its PostgreSQL holds now, in megabytes: of all its processes, what they share
    /// counted once (`Pss`).
    pub fn postgres_memory(&self) -> Result<f64> {
        let told = std::fs::read_to_string(self.data.join("postgres/postmaster.pid"))?;
        let postmaster = told.lines().next().unwrap_or_default().trim();
        let tasks = format!("/proc/{postmaster}/task/{postmaster}/children");
        let children = std::fs::read_to_string(tasks)?;
        let held = std::iter::once(postmaster)
            .chain(children.split_whitespace())
            // A backend may have gone meanwhile.
            .filter_map(|process| {
                let rollup = format!("/proc/{process}/smaps_rollup");
                kilobytes(&std::fs::read_to_string(rollup).ok()?, "Pss:")
            });
        Ok(held.sum::<f64>() / 1_000.0)
    }

    /// A pool of connections to its PostgreSQL, which keeps plans where that pays (`auto`), as the
    /// server's own for most of its work and as PostgreSQL does unless told otherwise.
    pub async fn connect(&self) -> Result<DatabaseConnection> {
        self.pool("auto").await
    }

    /// Pools set up as its own are (`server::runtime`), so that what is measured beside it is planned
    /// alike.
    pub async fn pools(&self) -> Result<Pools> {
        Ok(Pools {
            db: self.connect().await?,
            questions: self.pool("force_custom_plan").await?,
        })
    }

    async fn pool(&self, plans: &'static str) -> Result<DatabaseConnection> {
        let mut options = ConnectOptions::new(url_of(&self.data.join("postgres"))?);
        options
            .max_connections(8)
            .min_connections(1)
            .sqlx_logging(false)
            .test_before_acquire_if_idle_for(Duration::from_secs(30))
            .map_sqlx_postgres_opts(move |options| {
                options.options([("plan_cache_mode", plans), ("jit", "off")])
            });
        Ok(Database::connect(options).await?)
    }
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// What a process holds, in megabytes.
pub fn memory_of(process: u32) -> Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    kilobytes(&status, "VmRSS:")
        .map(|kilobytes| kilobytes / 1_000.0)
        .context("the process tells no memory")
}

/// A line such as `VmRSS:  12345 kB`, in units of 1,000 bytes.
fn kilobytes(status: &str, name: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let blocks: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(blocks * 1.024)
}

/// The URL of the cluster that runs in a folder, over its socket.
fn url_of(cluster: &Path) -> Result<String> {
    let told = std::fs::read_to_string(cluster.join("postmaster.pid"))?;
    let (port, socket) = address(&told).context("PostgreSQL does not tell where it listens")?;
    Ok(format!(
        "postgres://dealwright@localhost/dealwright?host={}&port={port}&sslmode=disable",
        socket.replace('/', "%2F").replace(' ', "%20")
    ))
}

/// Port and folder of the socket, the fourth and the fifth line of `postmaster.pid`.
fn address(told: &str) -> Option<(u16, &str)> {
    let mut lines = told.lines().skip(3);
    Some((lines.next()?.trim().parse().ok()?, lines.next()?.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_postmaster_tells_its_socket() {
        let told = "41\n/data/postgres\n1763800000\n5432\n/run/x\n\n  5432001  0\nready   \n";
        assert_eq!(address(told), Some((5432, "/run/x")));
        assert_eq!(address("41\n/data\n"), None);
    }

    #[test]
    fn memory_is_read_from_the_kernels_words() {
        let status = "Name:\tx\nVmPeak:\t  900 kB\nVmRSS:\t   1000 kB\n";
        assert_eq!(kilobytes(status, "VmRSS:"), Some(1_024.0));
        assert_eq!(kilobytes(status, "VmSwap:"), None);
    }
}
