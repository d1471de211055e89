//! The recycle bin of a kind: what lies in it, through the one read path. Restoring and deleting
//! for ever are [`crate::bulk`]'s.

use std::collections::{BTreeMap, BTreeSet};

use domain::bulk::{BinPage, Binned};
use domain::field::FieldType;
use domain::query::{Cursor, Query, Sort};
use domain::rights::Action;
use domain::{Error, Kind, Record, RecordId, Value};

use crate::Ctx;
use crate::failure::{Result, settle};
use crate::records::read;
use crate::schema::{self, Schema};

/// A page of the bin, what was deleted last first, of those whose title has the text.
///
/// # Errors
/// The database's.
pub async fn page(
    ctx: &Ctx,
    kind: Kind,
    text: Option<String>,
    cursor: Option<Cursor>,
) -> Result<BinPage, Error> {
    settle(
        ctx,
        "recycle_bin.page",
        read_page(ctx, kind, text, cursor).await,
    )
}

/// The question that finds what lies in the bin.
#[must_use]
pub fn query(text: Option<String>) -> Query {
    Query {
        text: text.filter(|text| !text.trim().is_empty()),
        deleted: true,
        ..Query::default()
    }
}

async fn read_page(
    ctx: &Ctx,
    kind: Kind,
    text: Option<String>,
    cursor: Option<Cursor>,
) -> Result<BinPage> {
    let query = Query {
        // Nothing changes in the bin: the last change is the deletion.
        sort: vec![Sort {
            field: "updated_at".to_owned(),
            descending: true,
        }],
        cursor,
        ..query(text)
    };
    let page = read::list(ctx, kind, &query).await?;
    let count = read::count(ctx, kind, &query, false).await?;
    let schema = schema::load(ctx, kind).await?;
    let mut wanted: BTreeMap<Kind, BTreeSet<RecordId>> = BTreeMap::new();
    for record in &page.records {
        for (to, id) in hidden_links(&schema, record) {
            wanted.entry(to).or_default().insert(id);
        }
    }
    let titles = read::titles_in_bin(ctx, &wanted).await?;
    let records = page.records.into_iter().map(|record| {
        let with_it = hidden_links(&schema, &record)
            .filter_map(|(to, id)| Some((to, id, titles.get(&(to, id))?.clone())))
            .collect();
        Binned {
            with_it,
            may_restore: ctx
                .actor
                .may(Action::Delete, kind, &read::standing(&record)),
            record,
        }
    });
    Ok(BinPage {
        records: records.collect(),
        next: page.next,
        count,
        now: ctx.now,
    })
}

/// The records that a record links to and whose titles it does not know: they lie in the bin, or
/// may not be seen.
fn hidden_links<'a>(
    schema: &'a Schema,
    record: &'a Record,
) -> impl Iterator<Item = (Kind, RecordId)> + 'a {
    schema.fields.iter().flat_map(|field| {
        let links = match (field.field_type, record.value(&field.key)) {
            (FieldType::Link(to) | FieldType::Links(to), Value::Links(links)) => Some((to, links)),
            _ => None,
        };
        links.into_iter().flat_map(|(to, links)| {
            let hidden = links.iter().filter(|link| link.title.is_none());
            hidden.map(move |link| (to, link.id))
        })
    })
}
