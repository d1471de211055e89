//! Of the ground that everything stands on: versions, settings, clocks, disks.

use chrono::TimeDelta;

use super::super::space::Disk;
use super::super::{Asked, Finding, clock, settings, space, versions};
use super::{GB, MB, bytes, listed};

/// The oldest PostgreSQL that Dealwright works with.
const OLDEST_POSTGRES: i32 = 15;

pub(in super::super) fn versions(facts: &versions::Facts) -> Vec<Finding> {
    const SUBJECT: &str = "versions";
    let mut findings = vec![if facts.major < OLDEST_POSTGRES {
        Finding::broken(
            SUBJECT,
            format!("PostgreSQL is {}", facts.postgres),
            format!("Dealwright is written for {OLDEST_POSTGRES} and newer"),
            "move the database over with pg_upgrade",
        )
    } else {
        let (program, postgres) = (&facts.program, &facts.postgres);
        Finding::ok(
            SUBJECT,
            format!("dealwright {program}, PostgreSQL {postgres}"),
        )
    }];
    findings.push(if !facts.missing.is_empty() {
        Finding::broken(
            SUBJECT,
            format!("the schema lacks {}", listed(&facts.missing)),
            "this program would ask for what is not there; tables are not looked at further",
            "run dealwright migrate, or start the server, which does so",
        )
    } else if !facts.unknown.is_empty() {
        Finding::look(
            SUBJECT,
            format!("the schema has {}", listed(&facts.unknown)),
            "a newer dealwright has written here, of which this one knows nothing",
            "use the newer program on every node",
        )
    } else {
        let newest = facts.newest.as_deref().unwrap_or("empty");
        Finding::ok(
            SUBJECT,
            format!("the schema is at {newest}, the newest step"),
        )
    });
    findings
}

pub(in super::super) fn settings(facts: &settings::Facts, asked: &Asked) -> Vec<Finding> {
    const SUBJECT: &str = "settings";
    let mut findings = Vec::new();
    if !facts.fsync {
        findings.push(Finding::broken(
            SUBJECT,
            "fsync is off",
            "after a power cut the database may be beyond repair",
            "set fsync = on and reload PostgreSQL",
        ));
    }
    if !facts.full_page_writes {
        findings.push(Finding::broken(
            SUBJECT,
            "full_page_writes is off",
            "a page that a power cut leaves half written cannot be made whole",
            "set full_page_writes = on and reload PostgreSQL",
        ));
    }
    if facts.encoding != "UTF8" {
        findings.push(Finding::broken(
            SUBJECT,
            format!("the database is encoded as {}", facts.encoding),
            "names that do not fit into that cannot be stored",
            "make a database with encoding UTF8 and move the data over with backup and restore",
        ));
    }
    if let (Some(made), Some(now)) = (&facts.order_made_with, &facts.order_in_use)
        && made != now
    {
        findings.push(Finding::broken(
            SUBJECT,
            format!("indexes were made with version {made} of the rules of order, in use is {now}"),
            "texts are not found, and what is unique may not be",
            "run reindex database, then alter database … refresh collation version",
        ));
    }
    if facts.synchronous_commit == "off" {
        findings.push(Finding::look(
            SUBJECT,
            "synchronous_commit is off",
            "a power cut loses the last moments of what people were told is saved",
            "set synchronous_commit = on",
        ));
    }
    if !facts.autovacuum {
        findings.push(Finding::look(
            SUBJECT,
            "autovacuum is off",
            "tables grow with every change, and questions become slow",
            "set autovacuum = on",
        ));
    }
    if facts.shared_buffers < 128 * MB {
        findings.push(Finding::look(
            SUBJECT,
            format!("shared_buffers is {}", bytes(facts.shared_buffers)),
            "PostgreSQL reads again and again what it could remember",
            "set it to a quarter of the machine's memory",
        ));
    }
    let (connected, most) = (facts.connected, i64::from(facts.max_connections));
    if connected * 10 >= most * 9 {
        findings.push(Finding::look(
            SUBJECT,
            format!("{connected} of max_connections = {most} are in use"),
            "who comes next is turned away",
            "raise max_connections, or lower DEALWRIGHT_POOL_SIZE of the nodes",
        ));
    } else if i64::from(asked.connections) + 5 > most {
        findings.push(Finding::look(
            SUBJECT,
            format!(
                "one server wants {} connections of {most}",
                asked.connections
            ),
            "nothing is left for live events, commands and other nodes",
            "raise max_connections, or lower DEALWRIGHT_POOL_SIZE",
        ));
    }
    if !matches!(facts.time_zone.as_str(), "UTC" | "Etc/UTC" | "GMT") {
        findings.push(Finding::look(
            SUBJECT,
            format!("the time zone is {}", facts.time_zone),
            "days in PostgreSQL's log and in questions by hand begin when those of Dealwright do not",
            "set timezone = 'UTC'",
        ));
    }
    if !facts.checksums {
        findings.push(Finding::look(
            SUBJECT,
            "pages have no checksums",
            "a disk that forgets is noticed only when it is too late",
            "stop PostgreSQL and run pg_checksums --enable",
        ));
    }
    let buffers = bytes(facts.shared_buffers);
    let all = format!("shared_buffers {buffers}, {connected} of {most} connections in use");
    findings.push(Finding::ok(SUBJECT, all));
    findings
}

pub(in super::super) fn clock(facts: &clock::Facts) -> Vec<Finding> {
    const SUBJECT: &str = "clock";
    let apart = (facts.ahead.abs() - facts.took / 2).max(TimeDelta::zero());
    #[expect(clippy::cast_precision_loss, reason = "for reading only")]
    let seconds = facts.ahead.num_milliseconds() as f64 / 1_000.0;
    let what = format!("the database's clock is {seconds:+.1} s from the server's");
    let why = "sessions, days since and the log are stamped with either";
    let todo = "let chrony or systemd-timesyncd set the clocks of both machines";
    vec![if apart > TimeDelta::minutes(5) {
        Finding::broken(SUBJECT, what, why, todo)
    } else if apart > TimeDelta::seconds(2) {
        Finding::look(SUBJECT, what, why, todo)
    } else {
        Finding::ok(SUBJECT, "server and database agree on the time")
    }]
}

pub(in super::super) fn space(facts: &space::Facts) -> Vec<Finding> {
    const SUBJECT: &str = "space";
    let largest: Vec<_> = facts
        .largest
        .iter()
        .map(|table| format!("{} {}", table.name, bytes(table.bytes)))
        .collect();
    let all = bytes(facts.database);
    let what = if largest.is_empty() {
        format!("the database has {all}")
    } else {
        format!("the database has {all}, most in {}", listed(&largest))
    };
    let mut findings = vec![Finding::ok(SUBJECT, what)];
    findings.push(facts.disk.as_ref().map_or_else(
        || {
            let what = "the database's disk is not on this machine, or not ours to see";
            Finding::ok(SUBJECT, what)
        },
        disk,
    ));
    findings
}

pub(super) fn disk(disk: &Disk) -> Finding {
    const SUBJECT: &str = "space";
    let size = |bytes_: u64| bytes(i64::try_from(bytes_).unwrap_or(i64::MAX));
    let what = format!(
        "{} of {} are free in {}",
        size(disk.free),
        size(disk.total),
        disk.folder.display()
    );
    let why = "when it is full nothing can be saved, and PostgreSQL may stop";
    let todo = "make room, or move the data folder to a larger disk";
    if disk.free < GB / 2 || disk.free < disk.total / 50 {
        Finding::broken(SUBJECT, what, why, todo)
    } else if disk.free < 2 * GB || disk.free < disk.total / 10 {
        Finding::look(SUBJECT, what, why, todo)
    } else {
        Finding::ok(SUBJECT, what)
    }
}
