//! The search for a text over all kinds, each in a statement of its own, asked at the same time: half
//! the time that one for all takes goes into planning it. Each way of finding stops as soon as it has
//! enough, so that nobody waits for all that has an "a" in it.

use domain::field::{FieldType, Group, Storage};
use domain::query::filter::Filter;
use domain::search::{HITS_OF_A_KIND, Hit, Why, phone_digits, record_number};
use domain::{FieldDef, Kind, RecordId};
use futures::future::try_join_all;
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, SelectStatement};

use super::question::Question;
use super::reach;
use super::sql::{fill, name, not, pattern, plain, statement, subquery, text, word};
use crate::failure::Result;
use crate::schema::Schema;
use crate::{Ctx, schema};

/// How a record was found, the best way first: the order of the hits.
#[derive(Debug, Clone, Copy)]
enum Way {
    Number = 0,
    Begins = 1,
    Point = 2,
    Has = 3,
    Beside = 4,
    Linked = 5,
    Note = 6,
}

/// Linked records that are followed: whoever means others writes more of their name.
const FOLLOWED: u64 = 50;
/// Characters of a note that are shown around what was found.
const EXCERPT: i64 = 120;
/// Of these so many before it.
const BEFORE: i64 = 40;
/// Characters below which a text in the midst of a title is found by no index.
const SHORTEST_PART: usize = 3;

/// The best hits of every kind.
pub(crate) async fn search(ctx: &Ctx, sought: &str) -> Result<Vec<Hit>> {
    let schemas = schema::load_all(ctx).await?.into_iter();
    let seen = schemas.filter(|schema| ctx.actor.sees(schema.kind));
    let asked = seen.map(|schema| hits_of(ctx, schema, sought));
    let mut found = try_join_all(asked).await?.concat();
    // Kind by kind they are in order already.
    found.sort_by_key(|found| found.way);
    Ok(found.into_iter().map(|found| found.hit).collect())
}

/// A hit, and the best of the ways that led to it.
#[derive(Debug, Clone)]
struct Found {
    way: i32,
    hit: Hit,
}

/// The best hits of a kind, the best first.
async fn hits_of(ctx: &Ctx, schema: Schema, sought: &str) -> Result<Vec<Found>> {
    let question = Question::about_all(ctx, schema);
    let kind = question.schema.kind;
    let ways = ways_to(&question, sought)?;
    let marks: Vec<String> = (1..=ways.len()).map(|n| format!("${n}")).collect();
    let all = Expr::cust_with_exprs(
        format!(
            "h.way, h.id, h.title, h.found FROM ({}) h ORDER BY h.way, lower(h.title), h.id",
            marks.join(" UNION ALL ")
        ),
        ways.into_iter().map(subquery),
    );
    let rows = ctx.questions.query_all(&statement("$1", [all])).await?;
    let mut found: Vec<Found> = Vec::new();
    for row in rows {
        let (way, id): (i32, RecordId) = (row.try_get_by(0)?, row.try_get_by(1)?);
        let words: Option<String> = row.try_get_by(3)?;
        if found.len() < HITS_OF_A_KIND && found.iter().all(|there| there.hit.id != id) {
            found.push(Found {
                way,
                hit: Hit {
                    kind,
                    id,
                    title: row.try_get_by(2)?,
                    why: why(way, words.unwrap_or_default()),
                },
            });
        }
    }
    Ok(found)
}

fn why(way: i32, found: String) -> Why {
    const NUMBER: i32 = Way::Number as i32;
    const POINT: i32 = Way::Point as i32;
    const BESIDE: i32 = Way::Beside as i32;
    const LINKED: i32 = Way::Linked as i32;
    const NOTE: i32 = Way::Note as i32;
    match way {
        NUMBER => Why::Number,
        POINT | BESIDE | LINKED => Why::Text(found),
        NOTE => Why::Note(found.split_whitespace().collect::<Vec<_>>().join(" ")),
        _ => Why::Title,
    }
}

/// A statement for each way in which records of a kind can be found by a text.
fn ways_to(question: &Question<'_>, sought: &str) -> Result<Vec<SelectStatement>> {
    let kind = question.schema.kind;
    let title = format!("r.{}", name(kind.title_field()));
    let base = question.conditions(&Filter::everything(), None, false)?;
    let hit = |way: Way, found: Expr, more: Vec<Expr>| {
        let mut select = question.select(base.iter().cloned().chain(more).collect());
        select
            .expr_as(plain((way as i32).to_string()), "way")
            .expr_as(plain("r.id"), "id")
            .expr_as(plain(title.clone()), "title")
            .expr_as(found, "found")
            .limit(HITS_OF_A_KIND as u64);
        select
    };
    let nothing = || plain("NULL::text");
    let begins = || fill(format!("{title} ILIKE $1"), [pattern("", sought, "%")]);
    let mut ways = vec![hit(Way::Begins, nothing(), vec![begins()])];
    if let Some(id) = record_number(sought) {
        let is = fill("r.id = $1", [Expr::val(id)]);
        ways.push(hit(Way::Number, nothing(), vec![is]));
    }
    if has_points(&question.schema.fields) {
        let sought = phone_digits(sought).unwrap_or_else(|| sought.to_lowercase());
        if sought.chars().count() >= SHORTEST_PART {
            let mut select = hit(Way::Point, plain("p.text"), Vec::new());
            let of_record = fill(
                format!(
                    "p.record_id = r.id AND p.kind = {} AND p.normalised LIKE $1",
                    word(kind.as_str())
                ),
                [pattern("%", &sought, "%")],
            );
            select.from_as("contact_point", "p").and_where(of_record);
            ways.push(select);
        }
    }
    if sought.chars().count() < SHORTEST_PART {
        return Ok(ways);
    }
    let has = |column: &str| fill(format!("{column} ILIKE $1"), [pattern("%", sought, "%")]);
    ways.push(hit(Way::Has, nothing(), vec![has(&title), not(begins())]));
    for column in beside_title(&question.schema.fields) {
        let column = format!("r.{}", name(column));
        ways.push(hit(
            Way::Beside,
            plain(column.clone()),
            vec![has(&column), not(has(&title))],
        ));
    }
    for (field, linked) in people_of(&question.schema.fields) {
        let named = || {
            let title = format!("l.{}", name(linked.title_field()));
            let mut named = SelectStatement::new();
            named
                .expr(plain("l.id"))
                .from_as(linked.as_str(), "l")
                .and_where(plain("l.deleted_at IS NULL"))
                .and_where(has(&title));
            if let Some(visible) = reach::visible(&question.ctx.actor, linked, "l") {
                named.and_where(visible);
            }
            named
        };
        let ids = subquery(named().limit(FOLLOWED).take());
        let (leads_there, is_it) = if let Storage::Column(column) = &field.storage {
            let column = format!("r.{}", name(column));
            (
                fill(format!("{column} IN $1"), [ids]),
                format!("l.id = {column}"),
            )
        } else {
            let links = format!(
                "record_link k WHERE k.from_kind = {} AND k.field = {} AND k.to_kind = {}",
                word(kind.as_str()),
                word(&field.key),
                word(linked.as_str())
            );
            (
                fill(
                    format!("r.id IN (SELECT k.from_id FROM {links} AND k.to_id IN $1)"),
                    [ids],
                ),
                format!("l.id IN (SELECT k.to_id FROM {links} AND k.from_id = r.id)"),
            )
        };
        let mut found = named();
        found
            .clear_selects()
            .expr(plain(format!("l.{}", name(linked.title_field()))))
            .and_where(plain(is_it))
            .limit(1);
        ways.push(hit(
            Way::Linked,
            subquery(found),
            vec![leads_there, not(has(&title))],
        ));
    }
    let around = fill(
        format!(
            "substr(n.body, greatest(1, strpos(lower(n.body), lower($1)) - {BEFORE})::int, {EXCERPT})"
        ),
        [text(sought)],
    );
    let mut notes = hit(Way::Note, around, vec![has("n.body")]);
    let of_record = plain(format!(
        "n.record_id = r.id AND n.kind = {} AND n.deleted_at IS NULL",
        word(kind.as_str())
    ));
    notes.from_as("note", "n").and_where(of_record);
    ways.push(notes);
    Ok(ways)
}

fn has_points(fields: &[FieldDef]) -> bool {
    fields
        .iter()
        .any(|field| matches!(field.field_type, FieldType::Points(_)))
}

/// The links to people and companies, and the kind that each leads to.
fn people_of(fields: &[FieldDef]) -> impl Iterator<Item = (&FieldDef, Kind)> {
    fields
        .iter()
        .filter_map(|field| match (field.field_type, &field.storage) {
            (
                FieldType::Link(kind) | FieldType::Links(kind),
                Storage::Column(_) | Storage::Links,
            ) if field.group == Group::People => Some((field, kind)),
            _ => None,
        })
}

/// The columns beside the title that name people: a lead's person and company.
fn beside_title(fields: &[FieldDef]) -> impl Iterator<Item = &str> {
    fields
        .iter()
        .filter_map(|field| match (&field.storage, field.field_type) {
            (Storage::Column(column), FieldType::Text) if field.group == Group::People => {
                Some(column.as_ref())
            }
            _ => None,
        })
}
