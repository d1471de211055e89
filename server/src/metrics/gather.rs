//! What is looked up when it is asked for: the pool, open pages, jobs, the process.

use std::time::{Duration, Instant};

use services::Ctx;
use services::doctor::{self, Work};

use super::{Metrics, signed};
use crate::state::AppState;

/// How long a look may wait for the database. Prometheus gives up after ten seconds.
const PATIENCE: Duration = Duration::from_secs(3);

impl Metrics {
    /// Brings up to date what is not counted as it happens.
    pub(super) async fn gather(&self, state: &AppState) {
        self.process();
        let hub = &state.live.hub;
        self.live_pages.set(signed(hub.pages()));
        self.live_listening.set(i64::from(hub.is_listening()));
        let pool = state.pools.db.get_postgres_connection_pool();
        let questions = state.pools.questions.get_postgres_connection_pool();
        let size = i64::from(pool.size() + questions.size());
        let idle = signed(pool.num_idle() + questions.num_idle());
        let set = |name: &str, number: i64| self.pool.with_label_values(&[name]).set(number);
        set("in_use", (size - idle).max(0));
        set("idle", idle);
        set("most", 2 * i64::from(state.config.pool_size));
        let began = Instant::now();
        let connection = tokio::time::timeout(PATIENCE, pool.acquire()).await;
        self.pool_wait.set(began.elapsed().as_secs_f64());
        let is_there = matches!(connection, Ok(Ok(_)));
        // Back into the pool: the question takes one of its own.
        drop(connection);
        let work = if is_there { work(state).await } else { None };
        self.database_up.set(i64::from(work.is_some()));
        self.jobs(work);
    }

    /// What is not known is not told, rather than told as nothing.
    fn jobs(&self, work: Option<Work>) {
        let Some(work) = work else {
            self.jobs.reset();
            self.oldest_job.set(f64::NAN);
            return;
        };
        let set = |name: &str, number: i64| self.jobs.with_label_values(&[name]).set(number);
        set("bulk_running", work.runs);
        set("bulk_silent", work.silent);
        set("index_waiting", work.indexes);
        self.oldest_job.set(work.oldest_run.as_secs_f64());
    }

    /// Where the kernel tells it: Linux.
    fn process(&self) {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        if let Some(bytes) = resident(&status) {
            self.memory.set(bytes);
        }
        if let Ok(files) = std::fs::read_dir("/proc/self/fd") {
            // One of them is the folder itself, open while it is read.
            self.files.set(signed(files.count()) - 1);
        }
    }
}

async fn work(state: &AppState) -> Option<Work> {
    let publisher = state.live.publisher.clone();
    let ctx = Ctx::system(state.pools.clone(), publisher, state.now());
    let asked = tokio::time::timeout(PATIENCE, doctor::work(&ctx)).await;
    asked.ok()?.ok()
}

fn resident(status: &str) -> Option<i64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: i64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_as_the_kernel_writes_it() {
        assert_eq!(
            resident("Name:\tx\nVmRSS:\t    2048 kB\n"),
            Some(2 * 1024 * 1024)
        );
        assert_eq!(resident("Name:\tx\n"), None);
    }
}
