//! The disk is full while people work, and has room again later. The folder of the data must be a
//! small file system of its own; `bench/faults/disk_full.sh` mounts one.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use sea_orm::ConnectionTrait as _;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::users::Crowd;
use super::{begin, left};
use crate::measure::client::Client;
use crate::seed::{self, ADMINISTRATOR};
use crate::server::Server;
use crate::settings::Settings;

/// A file system larger than this is somebody's disk, and not filled.
const LARGEST: u64 = 4_000_000_000;
/// How long people work before and afterwards.
const WORK: Duration = Duration::from_secs(4);
/// How long anything may take until it is noticed.
const NOTICED: Duration = Duration::from_mins(1);
/// How long nothing happens until it counts as not happening.
const QUIET: Duration = Duration::from_secs(10);

/// Fails where something is not as it must be.
pub(super) async fn run(settings: &Settings, seconds: u64) -> Result<()> {
    let log = std::path::absolute(settings.data.join("server.log"))?;
    let mut server = Server::new(settings)?.log_to(log);
    let disk = rustix::fs::statvfs(settings.folder())?;
    ensure!(
        disk.f_blocks * disk.f_frsize <= LARGEST,
        "{} is too large to be filled: mount a small file system there",
        settings.folder().display()
    );
    let done = work(&mut server, settings, seconds).await;
    let stopped = server.stop().await;
    done.and(stopped)
}

async fn work(server: &mut Server, settings: &Settings, seconds: u64) -> Result<()> {
    let mut out = std::io::stdout();
    seed::ensure(server, settings).await?;
    let db = server.connect().await?;
    begin(&db).await?;
    let client = Client::sign_in(&server.url(), ADMINISTRATOR).await?;
    let crowd = Crowd::default();
    let users = crowd.gather(server, &client, &db, &settings.data).await?;
    db.close().await?;
    sleep(WORK).await;
    well(&crowd, "before")?;
    writeln!(out, "before: {}", done(&crowd))?;

    let ballast = Ballast::drop_into(&settings.folder());
    refused_in_words(&mut out, server, &crowd, seconds).await?;
    crowd.let_import(false);
    log_meets_it(&mut out, server).await?;

    ballast.away().await?;
    let room = Instant::now();
    supervised(server, room).await?;
    crowd.let_import(true);
    let before = (crowd.told.changes().len(), crowd.imports_done());
    while crowd.told.changes().len() == before.0 || crowd.imports_done() == before.1 {
        ensure!(
            room.elapsed() < NOTICED,
            "people cannot work again: {:?}",
            crowd.refused()
        );
        supervised(server, room).await?;
        sleep(Duration::from_millis(50)).await;
    }
    writeln!(
        out,
        "room again: changes and imports are written after {} ms, in the same session",
        room.elapsed().as_millis()
    )?;
    // What was refused until then has been said.
    crowd.forget();
    sleep(WORK).await;
    well(&crowd, "afterwards")?;
    writeln!(out, "afterwards: {}", done(&crowd))?;
    crowd.dismiss(users).await?;

    let db = server.connect().await?;
    let mut wrong = left::wrong(server, &db, &crowd.told).await?;
    db.close().await?;
    if server.said()?.contains("panicked") {
        wrong.push("the server panicked".to_owned());
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("; "));
    writeln!(
        out,
        "everything that was acknowledged is there, nothing is half there, totals equal a recount\nall is well"
    )?;
    Ok(())
}

/// Nobody may have been refused.
fn well(crowd: &Crowd, when: &str) -> Result<()> {
    let (refused, unread) = (crowd.refused(), crowd.unread());
    ensure!(
        refused.is_empty() && unread.is_empty(),
        "{when}, with room on the disk: {refused:?} {unread:?}"
    );
    Ok(())
}

fn done(crowd: &Crowd) -> String {
    format!(
        "{} changes and {} imports acknowledged, {} pages read so far",
        crowd.told.changes().len(),
        crowd.imports_done(),
        crowd.read()
    )
}

/// While tables cannot grow, changes are refused in words and reading goes on.
async fn refused_in_words(
    out: &mut impl Write,
    server: &Server,
    crowd: &Crowd,
    seconds: u64,
) -> Result<()> {
    let full = Instant::now();
    let mut refused = BTreeMap::new();
    while refused.is_empty() {
        ensure!(full.elapsed() < NOTICED, "nobody notices the full disk");
        sleep(Duration::from_millis(50)).await;
        refused = crowd.refused();
    }
    writeln!(
        out,
        "full: the first change is refused after {} ms",
        full.elapsed().as_millis()
    )?;
    let read = crowd.read();
    let acknowledged = crowd.told.changes().len();
    sleep(Duration::from_secs(seconds)).await;
    for (words, times) in crowd.refused() {
        *refused.entry(words).or_default() += times;
    }
    for (words, times) in &refused {
        writeln!(out, "full: {times} times: {words}")?;
    }
    for words in refused.keys() {
        let told = words.contains("507") || words.contains("disk is full");
        ensure!(told, "the words do not tell that the disk is full: {words}");
    }
    let unread = crowd.unread();
    ensure!(unread.is_empty(), "reading does not go on: {unread:?}");
    let answer = reqwest::get(format!("{}/readyz", server.url())).await?;
    let (status, words) = (answer.status(), answer.text().await?);
    ensure!(
        words.contains("the disk is full"),
        "/readyz says {status} {words}"
    );
    writeln!(
        out,
        "full for {seconds} s: {} changes that still fitted were acknowledged, {} pages read, \
         /readyz {status} “{}”",
        crowd.told.changes().len() - acknowledged,
        crowd.read() - read,
        words.trim()
    )?;
    Ok(())
}

/// Fills PostgreSQL's log until it cannot grow either. Then PostgreSQL crashes, and cannot recover
/// for the same reason; the server must say why it ends, and so must a start until there is room.
async fn log_meets_it(out: &mut impl Write, server: &mut Server) -> Result<()> {
    let db = server.connect().await?;
    let megabyte = "select pg_logical_emit_message(false, 'bench', repeat('x', 1000000))";
    let mut written = 0;
    while db.execute_unprepared(megabyte).await.is_ok() {
        written += 1;
        ensure!(written < 4_000, "the log goes on");
    }
    // The connections are broken.
    drop(db);
    writeln!(out, "log full: PostgreSQL crashes after {written} MB more")?;
    let crashed = Instant::now();
    let status = loop {
        if let Some(status) = server.has_ended()? {
            break status;
        }
        if crashed.elapsed() > QUIET {
            writeln!(out, "log full: PostgreSQL has recovered by itself")?;
            return Ok(());
        }
        sleep(Duration::from_millis(50)).await;
    };
    ensure!(!status.success(), "the server ended as if all were well");
    let said = server.said()?;
    let last = ended_with(&said).context("the server ended without a word")?;
    ensure!(
        last.contains("the disk is full"),
        "the server ended with: {last}"
    );
    writeln!(
        out,
        "log full: the server ends after {} ms with {status}: {last}",
        crashed.elapsed().as_millis()
    )?;
    let again = Instant::now();
    if server.start().await.is_ok() {
        writeln!(out, "log full: a start finds room for its recovery")?;
        return Ok(());
    }
    let said_now = server.said()?;
    let since = said_now.get(said.len()..).unwrap_or(&said_now);
    let last = ended_with(since).context("a start on a full disk fails without a word")?;
    ensure!(
        last.contains("disk is full") || last.contains("No space left on device"),
        "a start on a full disk ends with: {last}"
    );
    writeln!(
        out,
        "log full: a start is refused after {} ms: {last}",
        again.elapsed().as_millis()
    )?;
    Ok(())
}

/// What a program has said of its end, and what it gave as the cause.
fn ended_with(said: &str) -> Option<String> {
    let from = said.rfind("dealwright: ")?;
    let mut lines = said[from..].lines();
    let mut words = lines.next()?.to_owned();
    for cause in lines.filter(|line| line.starts_with("  because: ")) {
        words = format!("{words}; {}", cause.trim());
    }
    Some(words)
}

/// Starts a server that has ended, as a service manager does, until it runs.
async fn supervised(server: &mut Server, since: Instant) -> Result<()> {
    if server.runs()? {
        return Ok(());
    }
    server
        .take_over(NOTICED.saturating_sub(since.elapsed()))
        .await?;
    Ok(())
}

/// A file that takes all the room there is, and whatever becomes free.
struct Ballast {
    file: PathBuf,
    stop: Arc<AtomicBool>,
    filling: Option<JoinHandle<std::io::Result<()>>>,
}

impl Ballast {
    fn drop_into(folder: &Path) -> Self {
        let (file, stop) = (folder.join("ballast"), Arc::new(AtomicBool::new(false)));
        let (path, told) = (file.clone(), stop.clone());
        let filling = tokio::task::spawn_blocking(move || fill(&path, &told));
        Self {
            file,
            stop,
            filling: Some(filling),
        }
    }

    /// Makes room, and tells if it was not filled to the end.
    async fn away(mut self) -> Result<()> {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(filling) = self.filling.take() {
            filling.await??;
        }
        Ok(())
    }
}

impl Drop for Ballast {
    /// However a run ends: PostgreSQL cannot stop in order on a full disk.
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let _ = std::fs::remove_file(&self.file);
    }
}

fn fill(path: &Path, stop: &AtomicBool) -> std::io::Result<()> {
    /// What a file system gives at least.
    const PAGE: usize = 4_096;
    let mut ballast = File::create(path)?;
    let block = vec![0_u8; 1_024 * 1_024];
    while !stop.load(Ordering::Relaxed) {
        let mut length = block.len();
        while length >= PAGE {
            match ballast.write(&block[..length]) {
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::StorageFull => length /= 2,
                Err(error) => return Err(error),
            }
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_words_are_those_of_the_end() {
        let said =
            "INFO serving\ndealwright: old\nINFO x\ndealwright: no room\n  because: full\nINFO y\n";
        assert_eq!(
            ended_with(said).as_deref(),
            Some("dealwright: no room; because: full")
        );
        assert_eq!(ended_with("INFO serving\n"), None);
    }

    #[test]
    fn a_ballast_ends_when_it_is_told_to() {
        let stop = AtomicBool::new(true);
        let path = std::env::temp_dir().join(format!("dealwright-ballast-{}", std::process::id()));
        fill(&path, &stop).expect("nothing is written");
        assert_eq!(path.metadata().expect("there").len(), 0);
        std::fs::remove_file(path).expect("removed");
    }
}
