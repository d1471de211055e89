//! Of what goes on in PostgreSQL: slow questions, who stands in the way, what is not cleared away.

use super::super::queries::Slow;
use super::super::sessions::Still;
use super::super::{Finding, queries, sessions, vacuum};

pub(in super::super) fn queries(facts: &queries::Facts) -> Vec<Finding> {
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

pub(in super::super) fn sessions(facts: &sessions::Facts) -> Vec<Finding> {
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

pub(in super::super) fn vacuum(facts: &vacuum::Facts) -> Vec<Finding> {
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
