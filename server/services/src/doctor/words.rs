//! Judges facts, and says in words what is, why it matters and what to do. All wording of the
//! doctor is here.

use chrono::TimeDelta;

use super::queries::Slow;
use super::sessions::Still;
use super::space::Disk;
use super::{Asked, Finding};
use super::{clock, indexes, jobs, queries, sessions, settings, space, totals, vacuum, versions};
use crate::Failure;

const MB: i64 = 1024 * 1024;
const GB: u64 = 1024 * 1024 * 1024;
/// The oldest PostgreSQL that Dealwright works with.
const OLDEST_POSTGRES: i32 = 15;

/// What could not be looked at.
pub(super) fn hidden(subject: &'static str, failure: &Failure) -> Finding {
    Finding::look(
        subject,
        format!("could not be looked at ({})", cause(failure)),
        "what cannot be looked at may be wrong",
        "run doctor again, as the database's owner where rights are missing",
    )
}

/// A failure, with what PostgreSQL said.
pub(super) fn cause(failure: &Failure) -> String {
    match failure {
        Failure::Db(error) => error.to_string(),
        other => other.to_string(),
    }
}

pub(super) fn versions(facts: &versions::Facts) -> Vec<Finding> {
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

pub(super) fn settings(facts: &settings::Facts, asked: &Asked) -> Vec<Finding> {
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

pub(super) fn clock(facts: &clock::Facts) -> Vec<Finding> {
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

pub(super) fn space(facts: &space::Facts) -> Vec<Finding> {
    const SUBJECT: &str = "space";
    let largest: Vec<_> = facts
        .largest
        .iter()
        .map(|table| format!("{} {}", table.name, bytes(table.bytes)))
        .collect();
    let what = format!(
        "the database has {}, most in {}",
        bytes(facts.database),
        listed(&largest)
    );
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

fn disk(disk: &Disk) -> Finding {
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

pub(super) fn indexes(facts: &indexes::Facts) -> Vec<Finding> {
    const SUBJECT: &str = "indexes";
    let mut findings = Vec::new();
    for index in &facts.invalid {
        let (name, table) = (&index.name, &index.table_name);
        findings.push(if index.is_being_built {
            Finding::ok(SUBJECT, format!("{name} of {table} is being built"))
        } else {
            Finding::broken(
                SUBJECT,
                format!("{name} of {table} was not built to its end"),
                "it costs every write and helps no question, and if it is unique it guards nothing",
                format!("run reindex index concurrently {name}"),
            )
        });
    }
    if !facts.missing.is_empty() {
        findings.push(Finding::broken(
            SUBJECT,
            format!("{} is not there", listed(&facts.missing)),
            "questions read whole tables, and what must be unique may not be",
            "make it as the migrations say, or restore a backup into an empty database",
        ));
    }
    if !facts.fields.missing.is_empty() {
        findings.push(Finding::look(
            SUBJECT,
            format!(
                "{} of {} for own fields wait to be built ({})",
                facts.fields.missing.len(),
                facts.fields.wanted,
                listed(&facts.fields.missing)
            ),
            "filters and sorting by these fields are slow until then",
            "wait while a server runs; where none does, start one; where it stays so, read its log \
             for “indexes of custom fields”",
        ));
    }
    if findings.is_empty() {
        let (there, own) = (facts.there, facts.fields.wanted);
        let what = format!("all {there} are there and whole, {own} of them for own fields");
        findings.push(Finding::ok(SUBJECT, what));
    }
    findings
}

pub(super) fn totals(facts: &[totals::Facts]) -> Vec<Finding> {
    const SUBJECT: &str = "totals";
    let mut findings: Vec<_> = facts
        .iter()
        .filter(|facts| facts.wrong > 0)
        .map(|facts| {
            Finding::broken(
                SUBJECT,
                format!(
                    "{} is not what a recount gives (rows that differ: {})",
                    facts.table, facts.wrong
                ),
                "headers of boards and numbers of the funnel are wrong",
                "run dealwright doctor --mend, and find out who has switched triggers off or \
                 written into the table",
            )
        })
        .collect();
    if findings.is_empty() {
        let tables: Vec<_> = facts.iter().map(|facts| facts.table.to_owned()).collect();
        let what = format!("{} are what a recount gives", listed(&tables));
        findings.push(Finding::ok(SUBJECT, what));
    }
    findings
}

pub(super) fn jobs(facts: &jobs::Facts) -> Vec<Finding> {
    const SUBJECT: &str = "jobs";
    let mut findings = Vec::new();
    if !facts.switched_off.is_empty() {
        findings.push(Finding::broken(
            SUBJECT,
            format!(
                "the triggers {} are switched off",
                listed(&facts.switched_off)
            ),
            "totals and versions of fields are not kept while records change",
            "run alter table … enable trigger all, then dealwright doctor --mend",
        ));
    }
    if facts.silent > 0 {
        findings.push(Finding::look(
            SUBJECT,
            format!(
                "changes of many records that stopped half-way: {}",
                facts.silent
            ),
            "their node is gone; they have changed nothing",
            "nothing: whoever began them is told at their next visit",
        ));
    }
    if facts.ended_sessions > 0 {
        findings.push(Finding::look(
            SUBJECT,
            format!(
                "sessions that ended hours ago and are still there: {}",
                facts.ended_sessions
            ),
            "a server deletes them every hour, so none has run for that long or it cannot",
            "see that a server runs, and read its log",
        ));
    }
    let oldest = facts.oldest_run.map_or_else(String::new, |seconds| {
        format!(", the oldest for {seconds} s")
    });
    let what = format!("changes of many records under way: {}{oldest}", facts.runs);
    findings.push(Finding::ok(SUBJECT, what));
    findings
}

pub(super) fn queries(facts: &queries::Facts) -> Vec<Finding> {
    const SUBJECT: &str = "queries";
    let todo = "look at its plan with explain (analyze, buffers), and report it with that";
    match facts {
        queries::Facts::Recorded(slow) if slow.is_empty() => {
            vec![Finding::ok(SUBJECT, "none takes 100 ms on average")]
        }
        queries::Facts::Running(slow) if slow.is_empty() => vec![Finding::ok(
            SUBJECT,
            "none runs for 5 s or more right now; with pg_stat_statements installed, past ones \
             would be looked at too",
        )],
        queries::Facts::Recorded(slow) => {
            let what = |slow: &Slow| {
                let (ms, calls) = (slow.milliseconds, slow.calls);
                format!("{ms:.0} ms on average, {calls} times: {}", slow.text)
            };
            let why = "people wait for it";
            slow.iter()
                .map(|slow| Finding::look(SUBJECT, what(slow), why, todo))
                .collect()
        }
        queries::Facts::Running(slow) => {
            let what =
                |slow: &Slow| format!("{:.0} s by now: {}", slow.milliseconds / 1_000.0, slow.text);
            let why = "somebody waits for it, and others may wait for its locks";
            slow.iter()
                .map(|slow| Finding::look(SUBJECT, what(slow), why, todo))
                .collect()
        }
    }
}

pub(super) fn sessions(facts: &sessions::Facts) -> Vec<Finding> {
    const SUBJECT: &str = "sessions";
    let who = |still: &Still| {
        let name = match still.application.as_str() {
            "" => "an unnamed program",
            name => name,
        };
        format!("process {} of {name}", still.pid)
    };
    let mut findings = Vec::new();
    for still in &facts.idle {
        let what = format!(
            "{} has had a transaction open without a word for {} s",
            who(still),
            still.seconds
        );
        findings.push(Finding::look(
            SUBJECT,
            what,
            "it keeps its locks, and nothing that was deleted since can be cleared away",
            format!(
                "end that program, or run select pg_terminate_backend({})",
                still.pid
            ),
        ));
    }
    for still in &facts.waiting {
        let what = format!(
            "{} has waited for a lock for {} s",
            who(still),
            still.seconds
        );
        findings.push(Finding::look(
            SUBJECT,
            what,
            "somebody waits in front of a screen",
            format!("select pg_blocking_pids({}) tells for whom", still.pid),
        ));
    }
    if findings.is_empty() {
        let what = "nobody keeps a transaction open, nobody waits for a lock";
        findings.push(Finding::ok(SUBJECT, what));
    }
    findings
}

pub(super) fn vacuum(facts: &vacuum::Facts) -> Vec<Finding> {
    const SUBJECT: &str = "vacuum";
    let mut findings = Vec::new();
    for table in facts.tables.iter().filter(|t| t.dead * 4 > t.live + t.dead) {
        let (name, dead, live) = (&table.name, table.dead, table.live);
        let cleared = table.cleared_at.map_or_else(
            || "it was never cleared".to_owned(),
            |at| {
                format!(
                    "it was last cleared on {}",
                    at.format("%Y-%m-%d at %H:%M UTC")
                )
            },
        );
        findings.push(Finding::look(
            SUBJECT,
            format!("{name} has {dead} dead rows beside {live} live ones, and {cleared}"),
            "questions read past all of them",
            format!("end what keeps a transaction open, then run vacuum (analyze) {name}"),
        ));
    }
    let millions = facts.age / 1_000_000;
    let what = format!("{millions} million transactions have not been cleared away");
    let why = "at two thousand million PostgreSQL stops taking changes";
    let todo = "end what keeps a transaction open, then run vacuum (freeze) on the database";
    if millions >= 1_500 {
        findings.push(Finding::broken(SUBJECT, what, why, todo));
    } else if millions >= 500 {
        findings.push(Finding::look(SUBJECT, what, why, todo));
    }
    if findings.is_empty() {
        let large = facts.tables.len();
        let what = format!("{large} tables have 10,000 rows or more, none has too many dead ones");
        findings.push(Finding::ok(SUBJECT, what));
    }
    findings
}

/// The first few, and how many more there are.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown = names[..names.len().min(SHOWN)].join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// A size to read.
fn bytes(bytes: i64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "for reading only")]
    let mb = bytes as f64 / (1024.0 * 1024.0);
    if mb >= 1024.0 {
        format!("{:.1} GB", mb / 1024.0)
    } else {
        format!("{mb:.0} MB")
    }
}

#[cfg(test)]
mod tests {
    use super::super::Health;
    use super::*;

    #[test]
    fn a_disk_that_fills_is_told_before_it_is_full() {
        let health = |free: u64| {
            let (folder, total) = ("/srv".into(), 100 * GB);
            disk(&Disk {
                folder,
                free,
                total,
            })
            .health
        };
        assert_eq!(health(50 * GB), Health::Ok);
        assert_eq!(health(9 * GB), Health::Look);
        assert_eq!(health(GB), Health::Broken);
    }

    #[test]
    fn clocks_are_apart_only_beyond_what_the_question_took() {
        let health = |ahead: i64, took: i64| {
            let facts = clock::Facts {
                ahead: TimeDelta::milliseconds(ahead),
                took: TimeDelta::milliseconds(took),
            };
            clock(&facts)[0].health
        };
        assert_eq!(health(40, 10), Health::Ok);
        assert_eq!(health(-2_500, 2_000), Health::Ok);
        assert_eq!(health(-2_500, 10), Health::Look);
        assert_eq!(health(3_600_000, 10), Health::Broken);
    }

    #[test]
    fn a_finding_is_one_line_that_begins_with_how_it_is() {
        let finding = Finding::look("jobs", "a\nb", "because", "this");
        assert_eq!(
            finding.to_string(),
            "look   jobs: a b: because. To do: this."
        );
        let many: Vec<_> = (0..7).map(|n| n.to_string()).collect();
        assert_eq!(listed(&many), "0, 1, 2, 3, 4 and 2 more");
        assert_eq!(
            (bytes(3 * MB), bytes(1536 * MB)),
            ("3 MB".into(), "1.5 GB".into())
        );
    }

    #[test]
    fn a_table_full_of_dead_rows_and_worn_numbers_are_told() {
        let facts = |dead, age| vacuum::Facts {
            tables: vec![vacuum::Table {
                name: "deal".into(),
                live: 10_000,
                dead,
                cleared_at: None,
            }],
            age,
        };
        assert_eq!(vacuum(&facts(100, 0))[0].health, Health::Ok);
        assert!(vacuum(&facts(9_000, 0))[0].words.contains("never cleared"));
        let worn = vacuum(&facts(0, 1_900_000_000));
        assert_eq!(worn[0].health, Health::Broken);
    }
}
