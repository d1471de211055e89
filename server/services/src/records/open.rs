//! Everything that a record's page shows, read through the one read path.

use domain::field::{FieldType, Storage};
use domain::query::{Filter, Operator, Query};
use domain::record::{Opened, Related};
use domain::rights::Action;
use domain::value::Linked;
use domain::{Error, FieldDef, Kind, RecordId};

use super::read;
use crate::{Ctx, timeline};

/// Related records that are shown before "more".
const SHOWN: usize = 10;

/// Opens a record: its fields, the newest part of its timeline, and the records that point to it.
///
/// # Errors
/// [`Error::NotFound`] where it does not exist or may not be seen.
pub async fn open(ctx: &Ctx, kind: Kind, id: RecordId) -> Result<Opened, Error> {
    let record = read::get(ctx, kind, id).await?;
    let timeline = timeline::read(ctx, kind, id, None).await?;
    let mut related = Vec::new();
    for (other, field) in pointing_to(kind) {
        let found = pointers(ctx, other, field, id).await?;
        if !found.records.is_empty() {
            related.push(found);
        }
    }
    let standing = read::standing(&record);
    Ok(Opened {
        may_change: ctx.actor.may(Action::Change, kind, &standing),
        may_delete: ctx.actor.may(Action::Delete, kind, &standing),
        record,
        timeline,
        related,
        now: ctx.now,
    })
}

/// The fields of any kind that point to records of this kind, but for those whose way back is a
/// field of this kind itself and stands among its fields already.
fn pointing_to(kind: Kind) -> impl Iterator<Item = (Kind, &'static FieldDef)> {
    let is_shown = move |other: Kind, key: &str| {
        kind.fields().iter().any(|field| {
            matches!(&field.storage, Storage::LinksBack { from, field } if *from == other && field == key)
        })
    };
    Kind::ALL
        .into_iter()
        .flat_map(|other| other.fields().iter().map(move |field| (other, field)))
        .filter(move |(other, field)| {
            let points = matches!(
                field.field_type,
                FieldType::Link(to) | FieldType::Links(to) if to == kind
            );
            let stored = matches!(field.storage, Storage::Column(_) | Storage::Links);
            points && stored && !is_shown(*other, &field.key)
        })
}

async fn pointers(ctx: &Ctx, kind: Kind, field: &FieldDef, id: RecordId) -> Result<Related, Error> {
    let query = Query {
        filter: Filter::is(&field.key, Operator::Is, &[&id.to_string()]),
        columns: vec![kind.title_field().to_owned()],
        limit: u32::try_from(SHOWN).ok(),
        ..Query::default()
    };
    let page = read::list(ctx, kind, &query).await?;
    let records = page.records.iter();
    Ok(Related {
        kind,
        field: field.key.to_string(),
        records: records
            .map(|r| Linked {
                id: r.id,
                title: Some(r.title()),
            })
            .collect(),
        more: page.next.is_some(),
    })
}
