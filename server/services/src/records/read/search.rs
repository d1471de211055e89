//! The search for a text over all kinds, in one statement. Each way of finding stops as soon as it
//! has enough, so that nobody waits for all that has an "a" in it.

use std::collections::BTreeSet;

use domain::field::{FieldType, Group, Storage};
use domain::query::filter::Filter;
use domain::search::{HITS_OF_A_KIND, Hit, Why, phone_digits, record_number};
use domain::{FieldDef, Kind, RecordId};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, SelectStatement};

use super::question::Question;
use super::reach;
use super::sql::{fill, name, not, pattern, plain, statement, subquery, text, word};
use crate::Ctx;
use crate::failure::Result;

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
    let mut ways: Vec<SelectStatement> = Vec::new();
    for kind in Kind::ALL {
        if !ctx.actor.sees(kind) {
            continue;
        }
        let question = Question::about(ctx, kind, &Filter::everything()).await?;
        ways.extend(ways_to(&question, sought)?);
    }
    if ways.is_empty() {
        return Ok(Vec::new());
    }
    let marks: Vec<String> = (1..=ways.len()).map(|n| format!("${n}")).collect();
    let all = Expr::cust_with_exprs(
        format!(
            "h.way, h.kind, h.id, h.title, h.found FROM ({}) h \
             ORDER BY h.way, h.place, lower(h.title), h.id",
            marks.join(" UNION ALL ")
        ),
        ways.into_iter().map(subquery),
    );
    let rows = ctx.questions.query_all(&statement("$1", [all])).await?;
    let mut seen: BTreeSet<(Kind, RecordId)> = BTreeSet::new();
    let mut hits: Vec<Hit> = Vec::new();
    for row in rows {
        let (way, kind): (i32, String) = (row.try_get_by(0)?, row.try_get_by(1)?);
        let Some(kind) = Kind::parse(&kind) else {
            continue;
        };
        let (id, title): (RecordId, String) = (row.try_get_by(2)?, row.try_get_by(3)?);
        let found: Option<String> = row.try_get_by(4)?;
        let of_kind = hits.iter().filter(|hit| hit.kind == kind).count();
        if of_kind < HITS_OF_A_KIND && seen.insert((kind, id)) {
            hits.push(Hit {
                kind,
                id,
                title,
                why: why(way, found.unwrap_or_default()),
            });
        }
    }
    Ok(hits)
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
            .expr_as(plain(word(kind.as_str())), "kind")
            .expr_as(plain("r.id"), "id")
            .expr_as(plain(title.clone()), "title")
            .expr_as(found, "found")
            .expr_as(plain(place_of(kind).to_string()), "place")
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

/// Where a kind's hits stand among equally good ones.
fn place_of(kind: Kind) -> usize {
    Kind::ALL
        .iter()
        .position(|other| *other == kind)
        .unwrap_or_default()
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
