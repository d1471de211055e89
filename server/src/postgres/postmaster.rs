//! The process that runs a cluster, as `postmaster.pid` describes it.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use tokio::time::{Instant, sleep};

/// A live postmaster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Postmaster {
    pid: Pid,
    port: u16,
    socket: PathBuf,
    ready: bool,
}

impl Postmaster {
    /// The postmaster of the cluster in `folder`; none when the file is stale.
    pub(super) fn of(folder: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(folder.join("postmaster.pid")).ok()?;
        let postmaster = Self::parse(&text)?;
        postmaster.runs(folder).then_some(postmaster)
    }

    fn parse(text: &str) -> Option<Self> {
        let lines = text.lines().collect::<Vec<_>>();
        Some(Self {
            // A negative number is a single-user backend's.
            pid: Pid::from_raw(
                lines
                    .first()?
                    .trim()
                    .parse()
                    .ok()
                    .filter(|&pid: &i32| pid > 0)?,
            )?,
            port: lines
                .get(3)
                .and_then(|line| line.trim().parse().ok())
                .unwrap_or(5432),
            socket: lines
                .get(4)
                .map(|line| PathBuf::from(line.trim()))
                .unwrap_or_default(),
            ready: lines.get(7).is_some_and(|line| line.trim() == "ready"),
        })
    }

    pub(super) fn id(&self) -> u32 {
        self.pid.as_raw_nonzero().get().unsigned_abs()
    }

    pub(super) fn is_ready(&self) -> bool {
        self.ready
    }

    pub(super) fn socket(&self) -> &Path {
        &self.socket
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Whether the process lives and is that cluster's, not another that took its number after a
    /// crash: a postmaster works in its cluster's folder.
    fn runs(&self, folder: &Path) -> bool {
        if test_kill_process(self.pid).is_err() {
            return false;
        }
        match std::fs::read_link(format!("/proc/{}/cwd", self.id())) {
            Ok(cwd) => folder.canonicalize().is_ok_and(|folder| folder == cwd),
            // Without /proc, or without the right to look, the file is believed.
            Err(_) => !Path::new("/proc/self/cwd").exists() || alive(self.pid),
        }
    }

    /// Tells it to roll back what is open, write everything and end.
    pub(super) fn ask_to_stop(&self) {
        let _ = kill_process(self.pid, Signal::INT);
    }

    /// Stops it: first so that open transactions are rolled back and everything is written, then
    /// without writing, which the next start makes good from the log.
    pub(super) async fn stop(&self, folder: &Path) -> bool {
        for (signal, wait) in [(Signal::INT, 60), (Signal::QUIT, 10)] {
            let _ = kill_process(self.pid, signal);
            let end = Instant::now() + Duration::from_secs(wait);
            while Instant::now() < end {
                if !self.runs(folder) {
                    return true;
                }
                sleep(Duration::from_millis(10)).await;
            }
        }
        false
    }
}

/// Whether the process is more than an entry that nobody has collected yet.
fn alive(pid: Pid) -> bool {
    std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).is_ok_and(|stat| {
        !stat
            .rsplit(") ")
            .next()
            .is_some_and(|rest| rest.starts_with('Z'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str =
        "4711\n/srv/crm/postgres\n1700000000\n5432\n/srv/crm/socket\n\n  1  2\nready   \n";

    #[test]
    fn the_file_is_read_line_by_line() {
        let postmaster = Postmaster::parse(FILE).expect("complete");
        assert_eq!(postmaster.id(), 4711);
        assert_eq!(postmaster.port(), 5432);
        assert_eq!(postmaster.socket(), Path::new("/srv/crm/socket"));
        assert!(postmaster.is_ready());
        let starting = Postmaster::parse(&FILE.replace("ready   ", "starting")).expect("complete");
        assert!(!starting.is_ready());
        assert_eq!(Postmaster::parse(""), None);
        assert_eq!(Postmaster::parse("-3\n"), None);
    }

    #[test]
    fn a_process_that_took_the_number_is_not_the_postmaster() {
        let folder = std::env::temp_dir().join(format!("dealwright-pid-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let file = FILE.replace("4711", &std::process::id().to_string());
        std::fs::write(folder.join("postmaster.pid"), file).expect("a file");
        assert_eq!(Postmaster::of(&folder), None);
        std::fs::remove_dir_all(&folder).expect("removed");
    }
}
