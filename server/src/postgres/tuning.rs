//! How PostgreSQL is set up: for a CRM on a small machine that it shares with us.

use std::{fmt::Write as _, path::Path};

const MB: u64 = 1024 * 1024;

/// The text of `dealwright.conf`, which the cluster's own configuration includes.
pub(super) fn configuration(
    socket: &Path,
    memory: u64,
    connections: u32,
    compression: &str,
) -> String {
    let shared = (memory / 4).clamp(32 * MB, 4096 * MB) / MB;
    let cache = (memory / 2).max(64 * MB) / MB;
    let maintenance = (memory / 16).clamp(32 * MB, 512 * MB) / MB;
    let work = (memory / 256).clamp(4 * MB, 32 * MB) / MB;
    let socket = quoted(&socket.to_string_lossy());
    let mut text = String::from(
        "# Written by Dealwright at every start. To change a setting, put it into custom.conf beside\n\
         # this file.\n",
    );
    let settings = [
        // Only we and whoever may read our folder can connect; nothing listens on the network.
        ("listen_addresses", "''".to_owned()),
        ("unix_socket_directories", socket),
        ("unix_socket_permissions", "0700".to_owned()),
        ("port", "5432".to_owned()),
        ("max_connections", connections.to_string()),
        ("shared_buffers", format!("{shared}MB")),
        ("effective_cache_size", format!("{cache}MB")),
        ("maintenance_work_mem", format!("{maintenance}MB")),
        ("work_mem", format!("{work}MB")),
        ("max_wal_size", "2GB".to_owned()),
        ("min_wal_size", "128MB".to_owned()),
        // A card that is moved touches a page of each of fifty indexes, and the first touch of a page
        // after a checkpoint puts all of it into the log.
        ("wal_compression", compression.to_owned()),
        ("checkpoint_timeout", "15min".to_owned()),
        // Storage of today: a random page costs little more than the next one.
        ("random_page_cost", "1.1".to_owned()),
        // Our queries are short; compiling them takes longer than running them.
        ("jit", "off".to_owned()),
        ("timezone", "'UTC'".to_owned()),
        ("log_timezone", "'UTC'".to_owned()),
        // Statements and details may hold personal data.
        ("log_min_messages", "warning".to_owned()),
        ("log_min_error_statement", "panic".to_owned()),
        ("log_error_verbosity", "terse".to_owned()),
        ("log_checkpoints", "off".to_owned()),
        ("log_line_prefix", "'%m [%p] '".to_owned()),
    ];
    for (name, value) in settings {
        writeln!(text, "{name} = {value}").expect("writing to a string does not fail");
    }
    text.push_str("include_if_exists 'custom.conf'\n");
    text
}

fn quoted(text: &str) -> String {
    // A comma separates folders, so a path with one goes into double quotes.
    let inner = format!("\"{}\"", text.replace('"', "\"\""));
    format!("'{}'", inner.replace('\\', "\\\\").replace('\'', "''"))
}

/// The memory this process may use: the machine's, or less if its control group says so.
pub(super) fn memory() -> u64 {
    let machine = std::fs::read_to_string("/proc/meminfo")
        .ok()
        .and_then(|text| total(&text));
    let group = std::fs::read_to_string("/sys/fs/cgroup/memory.max")
        .ok()
        .and_then(|text| text.trim().parse().ok());
    // Where neither is known (a Mac), a modest machine is assumed.
    machine.into_iter().chain(group).min().unwrap_or(4096 * MB)
}

fn total(meminfo: &str) -> Option<u64> {
    let line = meminfo
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_shared_out_within_bounds() {
        let small = configuration(Path::new("/s"), 1024 * MB, 60, "on");
        assert!(small.contains("shared_buffers = 256MB"), "{small}");
        assert!(small.contains("work_mem = 4MB"), "{small}");
        let large = configuration(Path::new("/s"), 64 * 1024 * MB, 60, "lz4");
        assert!(large.contains("shared_buffers = 4096MB"), "{large}");
        assert!(large.contains("wal_compression = lz4"), "{large}");
        assert!(large.contains("maintenance_work_mem = 512MB"), "{large}");
    }

    #[test]
    fn a_folder_with_odd_letters_is_quoted() {
        assert_eq!(quoted("/a, b/o'c"), "'\"/a, b/o''c\"'");
    }

    #[test]
    fn the_machines_memory_is_read() {
        assert_eq!(
            total("MemTotal:       2048 kB\nMemFree: 1 kB\n"),
            Some(2 * MB)
        );
    }
}
