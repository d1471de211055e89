//! What the server's process holds when nobody is there, and the machine that it runs on.

use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::time::sleep;

use super::Bench;
use crate::figures::{Figure, Goal, Unit};
use crate::server::Server;

const GROUP: &str = "memory";

/// After the start, the sign-ins and one board: what it holds when it has come to rest.
pub(super) async fn idle(bench: &Bench<'_>, server: &Server) -> Result<Vec<Figure>> {
    bench.administrator.get("/deals/board").await?;
    sleep(Duration::from_secs(bench.settings.choose(10, 2))).await;
    let held = server.memory()?;
    Ok(vec![
        Figure::single(GROUP, "Server's memory, idle", held, Unit::Megabytes)
            .goal(Goal::AtMost(60.0)),
    ])
}

/// Cores and memory, as the table names them.
pub(super) fn machine() -> Result<String> {
    let cores = std::thread::available_parallelism()?;
    let told = std::fs::read_to_string("/proc/meminfo")?;
    let gigabytes = total(&told).context("the kernel tells no memory")?;
    Ok(format!("{cores} cores, {gigabytes} GB"))
}

/// The machine's memory in whole gigabytes of 2^30 bytes.
fn total(meminfo: &str) -> Option<u64> {
    let line = meminfo
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some((kilobytes + 524_288) / 1_048_576)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_told_in_gigabytes() {
        assert_eq!(
            total("MemTotal:       24640000 kB\nMemFree: 1 kB"),
            Some(23)
        );
        assert_eq!(total("MemFree: 1 kB"), None);
    }
}
