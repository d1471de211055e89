//! The timeline of a record: the events of the one log that are about it, newest first.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::field::FieldType;
use domain::markdown::Names;
use domain::timeline::{Change, Entry, Note, Timeline, Told, Via, What};
use domain::{Error, EventId, Kind, OperationId, RecordId, UserId, Value};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement};
use serde_json::Value as Json;

use crate::failure::{Result, settle};
use crate::records::read;
use crate::schema::{self, Schema};
use crate::{Ctx, markdown, notes, records::write::POSITION};

/// Entries on a page.
const PAGE: usize = 30;

/// Pinned notes at most; more are a list, and stand in the timeline.
const PINNED: u64 = 20;

/// A page of a record's timeline, newest first: what is older than `older`, or the newest.
///
/// # Errors
/// [`Error::NotFound`] where the record does not exist, was deleted or may not be seen.
pub async fn read(
    ctx: &Ctx,
    kind: Kind,
    id: RecordId,
    told: Told,
    older: Option<EventId>,
) -> Result<Timeline, Error> {
    settle(ctx, "timeline.read", page(ctx, kind, id, told, older).await)
}

async fn page(
    ctx: &Ctx,
    kind: Kind,
    id: RecordId,
    told: Told,
    older: Option<EventId>,
) -> Result<Timeline> {
    if read::visible_ids(ctx, &ctx.db, kind, &[id])
        .await?
        .is_empty()
    {
        return Err(Error::NotFound.into());
    }
    let schema = schema::load(ctx, kind).await?;
    let mut rows = events(&ctx.db, kind, id, told, older).await?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let with_notes = matches!(told, Told::All | Told::Notes);
    let pinned = if older.is_none() && with_notes {
        pinned(&ctx.db, kind, id).await?
    } else {
        Vec::new()
    };
    let has_notes = rows.iter().chain(&pinned).any(|row| row.note_id.is_some());
    let names = if has_notes {
        notes::names(&ctx.db).await?
    } else {
        Names::default()
    };
    let entry = |row: Row| row.entry(ctx, &schema, &names);
    let mut entries: Vec<Entry> = rows.into_iter().map(entry).collect();
    let pinned: Vec<Entry> = pinned.into_iter().map(entry).collect();
    name_links(ctx, &schema, &mut entries).await?;
    let older = entries.last().filter(|_| more).map(|entry| entry.event);
    Ok(Timeline {
        pinned,
        entries,
        older,
    })
}

/// An event with its operation and its note.
#[derive(Debug, FromQueryResult)]
struct Row {
    id: EventId,
    operation_id: OperationId,
    at: DateTime<Utc>,
    user_id: Option<UserId>,
    what: String,
    difference: Json,
    via: String,
    note_id: Option<i64>,
    body: Option<String>,
    author_id: Option<UserId>,
    edits: Option<i32>,
    edited_at: Option<DateTime<Utc>>,
    pinned: bool,
    undone: bool,
}

/// What an entry is made of. Notes that were deleted are absent, and so is what became of notes
/// since, which they show themselves.
const ENTRY: &str = "\
    select e.id, e.operation_id, e.at, e.user_id, e.what, e.difference, o.via,
           n.id as note_id, n.body, n.author_id, n.edits, n.edited_at,
           n.pinned_at is not null as pinned,
           e.note_id is null
             and exists (select 1 from operation u where u.undoes = o.id) as undone
      from event e
      join operation o on o.id = e.operation_id
      left join note n on n.id = e.note_id and n.deleted_at is null";

/// The events of a record, one more than a page, without changes of the place within a column,
/// which tell nobody anything.
async fn events(
    db: &impl ConnectionTrait,
    kind: Kind,
    id: RecordId,
    told: Told,
    older: Option<EventId>,
) -> Result<Vec<Row>> {
    let sql = format!(
        "{ENTRY}
          where e.kind = $1 and e.record_id = $2 and e.id < $3 and e.what = any($5)
            and (e.note_id is null or (n.id is not null and n.pinned_at is null))
            and (e.what <> 'changed' or e.difference - '{POSITION}' <> '{{}}')
          order by e.id desc
          limit $4"
    );
    let told: Vec<String> = told.events().into_iter().map(str::to_owned).collect();
    let values = [
        kind.as_str().into(),
        id.into(),
        older.unwrap_or(EventId::MAX).into(),
        i64::try_from(PAGE + 1).unwrap_or(i64::MAX).into(),
        told.into(),
    ];
    let question = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
    Ok(Row::find_by_statement(question).all(db).await?)
}

/// The pinned notes of a record, the last pinned first.
async fn pinned(db: &impl ConnectionTrait, kind: Kind, id: RecordId) -> Result<Vec<Row>> {
    let sql = format!(
        "{ENTRY}
          where e.kind = $1 and e.record_id = $2 and e.what = 'noted' and n.pinned_at is not null
          order by n.pinned_at desc, e.id desc
          limit $3"
    );
    let values = [kind.as_str().into(), id.into(), PINNED.into()];
    let question = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
    Ok(Row::find_by_statement(question).all(db).await?)
}

impl Row {
    fn entry(self, ctx: &Ctx, schema: &Schema, names: &Names) -> Entry {
        let note = self.note_id.zip(self.body.as_ref()).map(|(id, body)| Note {
            id,
            text: markdown::read(body),
            source: notes::is_editor(ctx, self.author_id).then(|| names.untie(body)),
            edits: self.edits.unwrap_or_default(),
            edited_at: self.edited_at,
            pinned: self.pinned,
        });
        Entry {
            event: self.id,
            operation: self.operation_id,
            at: self.at,
            by: self.user_id,
            via: Via::parse(&self.via),
            what: What::parse(&self.what),
            changes: changes(schema, &self.difference),
            note,
            undone: self.undone,
        }
    }
}

/// The changed fields in the order of the form; those that are gone since come last, under their
/// keys.
fn changes(schema: &Schema, difference: &Json) -> Vec<Change> {
    let Json::Object(difference) = difference else {
        return Vec::new();
    };
    let mut changes: Vec<(usize, Change)> = difference
        .iter()
        .filter(|(key, _)| key.as_str() != POSITION)
        .map(|(key, pair)| {
            let place = schema.fields.iter().position(|field| field.key == *key);
            let field = place.and_then(|place| schema.fields.get(place));
            let value = |index: usize| {
                let json = pair.get(index).unwrap_or(&Json::Null);
                field.map_or_else(
                    || as_written(json),
                    |field| field.field_type.from_json(json),
                )
            };
            let change = Change {
                field: key.clone(),
                label: field.map_or_else(|| key.clone(), |field| field.label.to_string()),
                old: value(0),
                new: value(1),
            };
            (place.unwrap_or(usize::MAX), change)
        })
        .collect();
    changes.sort_by_key(|(place, _)| *place);
    changes.into_iter().map(|(_, change)| change).collect()
}

/// A value whose field nobody knows any more.
fn as_written(json: &Json) -> Value {
    match json {
        Json::Null => Value::Empty,
        Json::String(text) => Value::Text(text.clone()),
        other => Value::Text(other.to_string()),
    }
}

/// Gives linked records their titles, as far as the reader may see them.
async fn name_links(ctx: &Ctx, schema: &Schema, entries: &mut [Entry]) -> Result<()> {
    let kind_of = |key: &str| match schema.field(key)?.field_type {
        FieldType::Link(kind) | FieldType::Links(kind) => Some(kind),
        _ => None,
    };
    let mut wanted: BTreeMap<Kind, BTreeSet<RecordId>> = BTreeMap::new();
    for change in entries.iter().flat_map(|entry| &entry.changes) {
        if let Some(kind) = kind_of(&change.field) {
            for value in [&change.old, &change.new] {
                if let Value::Links(links) = value {
                    wanted
                        .entry(kind)
                        .or_default()
                        .extend(links.iter().map(|link| link.id));
                }
            }
        }
    }
    let titles = read::titles(ctx, &wanted).await?;
    for change in entries.iter_mut().flat_map(|entry| &mut entry.changes) {
        let Some(kind) = kind_of(&change.field) else {
            continue;
        };
        for value in [&mut change.old, &mut change.new] {
            if let Value::Links(links) = value {
                for link in links {
                    link.title = titles.get(&(kind, link.id)).cloned();
                }
            }
        }
    }
    Ok(())
}
