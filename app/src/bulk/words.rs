//! How changes of many records are told: before, meanwhile and afterwards.

use domain::Kind;
use domain::bulk::{BulkChange, Preview, Run, RunState, Task};
use domain::money::group_thousands;
use domain::query::Count;

use crate::i18n::t_string;
use crate::labels::{self, I18n};

/// `1,204`
pub(crate) fn number(count: u64) -> String {
    group_thousands(&count.to_string())
}

/// `10,000+`
pub(crate) fn count_text(count: Count) -> String {
    format!(
        "{}{}",
        number(count.value),
        if count.capped { "+" } else { "" }
    )
}

/// `1,204 deals`
pub(crate) fn records(i18n: I18n, kind: Option<Kind>, count: u64) -> String {
    records_as(i18n, kind, count == 1, number(count))
}

/// The same of a number that is written already, such as `10,000+`.
pub(crate) fn records_as(i18n: I18n, kind: Option<Kind>, is_one: bool, count: String) -> String {
    match (kind, is_one) {
        (Some(Kind::Lead), true) => t_string!(i18n, bulk.one.lead).to_owned(),
        (Some(Kind::Deal), true) => t_string!(i18n, bulk.one.deal).to_owned(),
        (Some(Kind::Contact), true) => t_string!(i18n, bulk.one.contact).to_owned(),
        (Some(Kind::Company), true) => t_string!(i18n, bulk.one.company).to_owned(),
        (Some(Kind::Product), true) => t_string!(i18n, bulk.one.product).to_owned(),
        (None, true) => t_string!(i18n, bulk.one.record).to_owned(),
        (Some(Kind::Lead), false) => t_string!(i18n, bulk.many.lead, count = count),
        (Some(Kind::Deal), false) => t_string!(i18n, bulk.many.deal, count = count),
        (Some(Kind::Contact), false) => t_string!(i18n, bulk.many.contact, count = count),
        (Some(Kind::Company), false) => t_string!(i18n, bulk.many.company, count = count),
        (Some(Kind::Product), false) => t_string!(i18n, bulk.many.product, count = count),
        (None, false) => t_string!(i18n, bulk.many.record, count = count),
    }
}

/// “1,204 deals: 1,180 will change, 24 are not yours to change.”
pub(super) fn preview(i18n: I18n, kind: Kind, change: &BulkChange, preview: &Preview) -> String {
    let one_or_many = |count: u64, one: &'static str, many: fn(I18n, String) -> String| {
        (count > 0).then(|| {
            if count == 1 {
                one.to_owned()
            } else {
                many(i18n, number(count))
            }
        })
    };
    let will = match change {
        BulkChange::Delete => t_string!(i18n, bulk.will_delete, count = number(preview.change)),
        BulkChange::Restore => t_string!(i18n, bulk.will_restore, count = number(preview.change)),
        BulkChange::Purge => t_string!(i18n, bulk.will_purge, count = number(preview.change)),
        _ => t_string!(i18n, bulk.will_change, count = number(preview.change)),
    };
    let same = one_or_many(
        preview.same,
        t_string!(i18n, bulk.same_one),
        |i18n, count| t_string!(i18n, bulk.same_many, count = count),
    );
    let forbidden = one_or_many(
        preview.forbidden,
        t_string!(i18n, bulk.forbidden_one),
        |i18n, count| t_string!(i18n, bulk.forbidden_many, count = count),
    );
    let parts: Vec<String> = [Some(will), same, forbidden]
        .into_iter()
        .flatten()
        .collect();
    t_string!(
        i18n,
        bulk.preview,
        records = records(i18n, Some(kind), preview.meant),
        parts = parts.join(", ")
    )
}

/// “Changing 1,204 deals”, “1,180 deals changed.”
pub(super) fn run(i18n: I18n, run: &Run) -> String {
    let is_over = run.state != RunState::Running;
    if matches!(run.state, RunState::Cancelled) {
        return t_string!(i18n, bulk.cancelled).to_owned();
    }
    if matches!(run.state, RunState::Failed) {
        return match &run.failure {
            Some(error) => t_string!(i18n, bulk.failed_why, why = labels::error(i18n, error)),
            None => t_string!(i18n, bulk.failed).to_owned(),
        };
    }
    let records = records(
        i18n,
        run.kind,
        if is_over { run.changed } else { run.total },
    );
    match (&run.task, is_over) {
        (Task::Undo(_), false) => t_string!(i18n, bulk.undoing, records = records),
        (Task::Undo(_), true) => t_string!(i18n, bulk.undone, records = records),
        (Task::Change(BulkChange::Delete), false) => {
            t_string!(i18n, bulk.deleting, records = records)
        }
        (Task::Change(BulkChange::Delete), true) => {
            t_string!(i18n, bulk.deleted, records = records)
        }
        (Task::Change(BulkChange::Restore), false) => {
            t_string!(i18n, bulk.restoring, records = records)
        }
        (Task::Change(BulkChange::Restore), true) => {
            t_string!(i18n, bulk.restored, records = records)
        }
        (Task::Change(BulkChange::Purge), false) => {
            t_string!(i18n, bulk.purging, records = records)
        }
        (Task::Change(BulkChange::Purge), true) => t_string!(i18n, bulk.purged, records = records),
        (Task::Change(_), false) => t_string!(i18n, bulk.changing, records = records),
        (Task::Change(_), true) => t_string!(i18n, bulk.changed, records = records),
    }
}
