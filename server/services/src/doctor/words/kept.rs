//! Of what Dealwright keeps beside the records: indexes, totals, work in the background.

use super::super::{Finding, indexes, jobs, totals};
use super::listed;

pub(in super::super) fn indexes(facts: &indexes::Facts) -> Vec<Finding> {
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

pub(in super::super) fn totals(facts: &[totals::Facts]) -> Vec<Finding> {
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

pub(in super::super) fn jobs(facts: &jobs::Facts) -> Vec<Finding> {
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
