//! My day: what waits for whoever asks. Everything comes through the one read path, section by
//! section and kind by kind; what others did is read for all records at once.
//!
//! One sees what is one's own. Who sees everything and has nothing of the own (a director, an
//! administrator) sees what the organisation should not overlook.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, SecondsFormat, TimeDelta, Utc};
use domain::my_day::{Changed, Item, MyDay, News, SHOWN, Section, Topic, Whole};
use domain::pipeline::{Meaning, Pipeline};
use domain::query::filter::ME;
use domain::query::{Count, Filter, Operator, Query, Sort};
use domain::rights::{Action, Scope, Standing};
use domain::timeline::What;
use domain::view::ViewSpec;
use domain::{Error, EventId, Kind, Record, RecordId, UserId, Value};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement};
use serde_json::Value as Json;

use crate::failure::{Result, settle};
use crate::records::read;
use crate::records::write::POSITION;
use crate::{Ctx, pipelines, schema};

/// Of each changed record so many of the newest things that others did.
const NEWS: i64 = 3;
/// The newest notes among which those on own records are looked for: notes of two days, in an
/// organisation that writes one every half minute.
const NOTES: i64 = 5_000;
/// What a line shows, as far as its kind has it; and what the rule about changing needs.
const COLUMNS: [&str; 14] = [
    "title",
    "amount",
    "company_id",
    "contacts",
    "company_name",
    "person_name",
    "owner_id",
    "observers",
    "everyone",
    "stage_id",
    "stage_since",
    "next_step",
    "next_step_on",
    "expected_close",
];
/// The kinds whose records others may have changed.
const KINDS: [Kind; 4] = [Kind::Deal, Kind::Lead, Kind::Contact, Kind::Company];

/// What waits for whoever asks.
///
/// # Errors
/// [`Error::Unauthenticated`] for nobody and for the system, whose day it would be.
pub async fn read(ctx: &Ctx) -> Result<MyDay, Error> {
    settle(ctx, "my_day.read", day(ctx).await)
}

async fn day(ctx: &Ctx) -> Result<MyDay> {
    let me = ctx
        .actor
        .user_id
        .filter(|_| !ctx.actor.roles.is_empty())
        .ok_or(Error::Unauthenticated)?;
    let seen = newest_event(ctx).await?;
    let pipelines = pipelines::load(&ctx.db).await?;
    let mut sections = Vec::new();
    if ctx.actor.scope(Kind::Deal, Action::Change) > Scope::None {
        for topic in [Topic::Due, Topic::NoStep, Topic::NewLeads, Topic::Stale] {
            sections.extend(section(ctx, topic, &pipelines).await?);
        }
    }
    if sections.is_empty() && ctx.actor.scope(Kind::Deal, Action::Read) == Scope::All {
        for topic in [Topic::StaleOfAll, Topic::Closing, Topic::Closed] {
            sections.extend(section(ctx, topic, &pipelines).await?);
        }
    }
    Ok(MyDay {
        now: ctx.now,
        today: ctx.today(),
        seen,
        sections,
        changes: changes(ctx, me).await?,
    })
}

async fn newest_event(ctx: &Ctx) -> Result<EventId> {
    let sql = "select coalesce(max(id), 0) from event";
    let row = ctx
        .db
        .query_one_raw(Statement::from_string(DbBackend::Postgres, sql))
        .await?;
    Ok(row.map(|row| row.try_get_by(0)).transpose()?.unwrap_or(0))
}

/// The records of a topic; none where nothing waits.
async fn section(ctx: &Ctx, topic: Topic, pipelines: &[Pipeline]) -> Result<Option<Section>> {
    let mut items = Vec::new();
    let mut all = Vec::new();
    for kind in [Kind::Deal, Kind::Lead] {
        let Some(spec) = question(ctx, topic, kind, pipelines) else {
            continue;
        };
        if ctx.actor.scope(kind, Action::Read) == Scope::None {
            continue;
        }
        let query = Query {
            columns: columns(kind, &COLUMNS),
            limit: Some(few() + 1),
            ..spec.query()
        };
        let page = read::list(ctx, kind, &query).await?;
        if page.records.is_empty() {
            continue;
        }
        let count = if page.records.len() > SHOWN {
            read::count(ctx, kind, &spec.query(), false).await?
        } else {
            Count {
                value: u64::try_from(page.records.len()).unwrap_or_default(),
                capped: false,
            }
        };
        all.push(Whole { kind, spec, count });
        items.extend(page.records.into_iter().map(|record| Item {
            may_change: ctx.actor.may(Action::Change, kind, &standing(&record)),
            record,
        }));
    }
    // Each kind came in order; so do both of them together.
    items.sort_by_key(|item| urgency(topic, &item.record));
    items.truncate(SHOWN);
    Ok((!items.is_empty()).then_some(Section { topic, items, all }))
}

fn few() -> u32 {
    u32::try_from(SHOWN).unwrap_or(u32::MAX)
}

fn columns(kind: Kind, wanted: &[&str]) -> Vec<String> {
    let has = |key: &&&str| domain::field::find(kind.fields(), key).is_some();
    let title = std::iter::once(kind.title_field()).filter(|title| !wanted.contains(title));
    wanted
        .iter()
        .filter(has)
        .copied()
        .chain(title)
        .map(str::to_owned)
        .collect()
}

fn standing(record: &Record) -> Standing {
    Standing {
        owner: record.owner(),
        observers: match record.value("observers") {
            Value::Ids(ids) => ids.clone(),
            _ => Vec::new(),
        },
        everyone: *record.value("everyone") == Value::YesNo(true),
    }
}

/// What comes first of two records.
fn urgency(topic: Topic, record: &Record) -> (Option<String>, RecordId) {
    // Values of one field compare as their stored text does: days and moments in ISO form.
    let key = match topic {
        Topic::Due => "next_step_on",
        Topic::Stale | Topic::StaleOfAll => "stage_since",
        Topic::Closing => "expected_close",
        // One kind only, in the order in which it came.
        Topic::NoStep | Topic::NewLeads | Topic::Closed => return (None, 0),
    };
    let text = record.value(key).to_json().as_str().map(str::to_owned);
    (text, record.id)
}

/// Which records of a kind belong to a topic, as its list asks for them; none where the kind has
/// none.
fn question(ctx: &Ctx, topic: Topic, kind: Kind, pipelines: &[Pipeline]) -> Option<ViewSpec> {
    let is = |key: &str, operands: &[&str]| Filter::is(key, Operator::Is, operands);
    let none = |key: &str| Filter::is(key, Operator::Empty, &[]);
    let mine = || is("owner_id", &[ME]).and(none("closed_at"));
    let today = ctx.today().to_string();
    let only_deals = |filter: Filter| (kind == Kind::Deal).then_some(filter);
    let (filter, sort, descending) = match topic {
        Topic::Due => {
            let due = Filter::is("next_step_on", Operator::AtMost, &[&today]);
            (mine().and(due), "next_step_on", false)
        }
        Topic::NoStep => (
            only_deals(mine().and(none("next_step_on")))?,
            "stage_since",
            false,
        ),
        Topic::NewLeads => {
            if kind != Kind::Lead {
                return None;
            }
            let first: Vec<String> = pipelines
                .iter()
                .filter(|pipeline| pipeline.kind == kind)
                .filter_map(|pipeline| Some(pipeline.first_stage()?.id.to_string()))
                .collect();
            let first: Vec<&str> = first.iter().map(String::as_str).collect();
            if first.is_empty() {
                return None;
            }
            let untouched = is("owner_id", &[ME]).and(is("stage_id", &first));
            let new = Filter::Or(vec![none("owner_id"), untouched]);
            (none("closed_at").and(new), "created_at", true)
        }
        Topic::Stale => (
            is("owner_id", &[ME]).and(stale(ctx, kind, pipelines)?),
            "stage_since",
            false,
        ),
        Topic::StaleOfAll => (stale(ctx, kind, pipelines)?, "stage_since", false),
        Topic::Closing => {
            let due = Filter::is("expected_close", Operator::AtMost, &[&today]);
            (
                only_deals(none("closed_at").and(due))?,
                "expected_close",
                false,
            )
        }
        Topic::Closed => {
            let today = Filter::is("closed_at", Operator::During, &["today"]);
            (only_deals(today)?, "closed_at", true)
        }
    };
    Some(ViewSpec {
        filter,
        sort: vec![Sort {
            field: sort.to_owned(),
            descending,
        }],
        ..ViewSpec::default()
    })
}

/// Records that stand in a stage for more days than it allows, as cards count them: whole days of
/// 24 hours. None where no stage counts.
fn stale(ctx: &Ctx, kind: Kind, pipelines: &[Pipeline]) -> Option<Filter> {
    let mut by_days: BTreeMap<u16, Vec<String>> = BTreeMap::new();
    let of_kind = pipelines.iter().filter(|pipeline| pipeline.kind == kind);
    for stage in of_kind.flat_map(|pipeline| &pipeline.stages) {
        if let Some(days) = stage.stale_days.filter(|_| stage.meaning == Meaning::Open) {
            by_days.entry(days).or_default().push(stage.id.to_string());
        }
    }
    let mut parts: Vec<Filter> = by_days
        .into_iter()
        .map(|(days, stages)| {
            let stages: Vec<&str> = stages.iter().map(String::as_str).collect();
            let since = ctx.now - TimeDelta::days(i64::from(days) + 1);
            let since = since.to_rfc3339_opts(SecondsFormat::Secs, true);
            Filter::is("stage_id", Operator::Is, &stages).and(Filter::is(
                "stage_since",
                Operator::AtMost,
                &[&since],
            ))
        })
        .collect();
    match parts.len() {
        0 => None,
        1 => parts.pop(),
        _ => Some(Filter::Or(parts)),
    }
}

/// What others did since yesterday with own records, and where they named the reader, the newest
/// first.
async fn changes(ctx: &Ctx, me: UserId) -> Result<Vec<Changed>> {
    let yesterday = ctx.today() - Days::new(1);
    let since = ctx.start_of(yesterday);
    let mut records = changed(ctx, &yesterday.to_string()).await?;
    records.extend(noted(ctx, me, since).await?);
    let mut news = news(ctx, me, since, &records).await?;
    news.sort_by_key(|(_, event)| std::cmp::Reverse(event.event));
    let mut wanted: BTreeMap<Kind, BTreeSet<RecordId>> = BTreeMap::new();
    for ((kind, id), _) in &news {
        wanted.entry(*kind).or_default().insert(*id);
    }
    // Whoever named the reader in a note may have done so where the reader may not look.
    let titles = read::titles(ctx, &wanted).await?;
    let mut changes: Vec<Changed> = Vec::new();
    for ((kind, id), event) in news {
        match changes.iter_mut().find(|c| c.kind == kind && c.id == id) {
            Some(change) => change.news.push(event),
            None => {
                if let Some(title) = titles.get(&(kind, id)) {
                    changes.push(Changed {
                        kind,
                        id,
                        title: title.clone(),
                        news: vec![event],
                    });
                }
            }
        }
    }
    changes.truncate(SHOWN);
    Ok(changes)
}

/// Own records that somebody else changed last. What one has changed again since, one has seen.
async fn changed(ctx: &Ctx, since: &str) -> Result<BTreeSet<(Kind, RecordId)>> {
    let mut found = BTreeSet::new();
    for kind in KINDS {
        if ctx.actor.scope(kind, Action::Read) == Scope::None {
            continue;
        }
        let filter = Filter::is("owner_id", Operator::Is, &[ME])
            .and(Filter::is("updated_at", Operator::AtLeast, &[since]))
            .and(Filter::is("updated_by", Operator::IsNot, &[ME]))
            .and(Filter::is("updated_by", Operator::Filled, &[]));
        let query = Query {
            filter,
            sort: vec![Sort {
                field: "updated_at".to_owned(),
                descending: true,
            }],
            columns: vec![kind.title_field().to_owned()],
            limit: Some(few()),
            ..Query::default()
        };
        let page = read::list(ctx, kind, &query).await?;
        found.extend(page.records.into_iter().map(|record| (kind, record.id)));
    }
    Ok(found)
}

/// Records on which others wrote notes that name the reader, and own ones on which they wrote any:
/// a note leaves the record as it is.
async fn noted(ctx: &Ctx, me: UserId, since: DateTime<Utc>) -> Result<Vec<(Kind, RecordId)>> {
    let own: Vec<String> = KINDS
        .iter()
        .map(|kind| {
            format!(
                "select n.kind, n.record_id from newest n join {kind} r on r.id = n.record_id \
                 where n.kind = '{kind}' and r.owner_id = $1",
                kind = kind.as_str()
            )
        })
        .collect();
    let sql = format!(
        "with newest as (
           select * from (select * from note order by id desc limit {NOTES}) n
            where n.created_at >= $2 and n.author_id <> $1 and n.deleted_at is null)
         select n.kind, n.record_id
           from note_mention m
           join note n on n.id = m.note_id and n.author_id <> $1 and n.deleted_at is null
          where m.user_id = $1 and m.at >= $2
          union {}
          limit 100",
        own.join(" union ")
    );
    let statement =
        Statement::from_sql_and_values(DbBackend::Postgres, sql, [me.into(), since.into()]);
    let mut found = Vec::new();
    for row in ctx.questions.query_all_raw(statement).await? {
        let kind: String = row.try_get_by(0)?;
        if let Some(kind) = Kind::parse(&kind) {
            found.push((kind, row.try_get_by(1)?));
        }
    }
    Ok(found)
}

#[derive(Debug, FromQueryResult)]
struct EventRow {
    kind: String,
    record_id: RecordId,
    id: EventId,
    at: DateTime<Utc>,
    user_id: UserId,
    what: String,
    difference: Json,
    names_me: bool,
}

/// The newest things that others did with these records.
async fn news(
    ctx: &Ctx,
    me: UserId,
    since: DateTime<Utc>,
    records: &BTreeSet<(Kind, RecordId)>,
) -> Result<Vec<((Kind, RecordId), News)>> {
    if records.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "select e.kind, e.record_id, e.id, e.at, e.user_id, e.what, e.difference,
                exists (select 1 from note_mention m
                         where m.note_id = e.note_id and m.user_id = $3) as names_me
           from unnest($1::text[], $2::bigint[]) as r (kind, id)
          cross join lateral (
                select * from event e
                 where e.kind = r.kind and e.record_id = r.id and e.at >= $4 and e.user_id <> $3
                   and (e.note_id is null
                        or exists (select 1 from note n
                                    where n.id = e.note_id and n.deleted_at is null))
                   and (e.what <> 'changed' or e.difference - '{POSITION}' <> '{{}}')
                 order by e.id desc
                 limit {NEWS}) e"
    );
    let kinds: Vec<String> = records.iter().map(|(k, _)| k.as_str().to_owned()).collect();
    let ids: Vec<RecordId> = records.iter().map(|(_, id)| *id).collect();
    let values = [kinds.into(), ids.into(), me.into(), since.into()];
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
    let rows = EventRow::find_by_statement(statement)
        .all(&ctx.questions)
        .await?;
    let mut schemas = BTreeMap::new();
    for kind in records
        .iter()
        .map(|(kind, _)| *kind)
        .collect::<BTreeSet<_>>()
    {
        schemas.insert(kind, schema::load(ctx, kind).await?);
    }
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let kind = Kind::parse(&row.kind)?;
            let schema = schemas.get(&kind)?;
            let label = |key: &str| {
                let field = schema.field(key);
                field.map_or_else(|| key.to_owned(), |field| field.label.to_string())
            };
            let changed = row.difference.as_object();
            let fields = changed
                .into_iter()
                .flat_map(|changed| changed.keys())
                .filter(|key| key.as_str() != POSITION)
                // A field that is gone since tells nobody anything.
                .filter(|key| schema.field(key).is_some())
                .map(|key| (key.clone(), label(key)))
                .collect();
            let stage = row
                .difference
                .get("stage_id")
                .and_then(|pair| pair.get(1)?.as_i64());
            let news = News {
                event: row.id,
                at: row.at,
                by: row.user_id,
                what: What::parse(&row.what),
                fields,
                stage,
                names_me: row.names_me,
            };
            Some(((kind, row.record_id), news))
        })
        .collect())
}
