//! Everything that a record's page shows, read through the one read path.

use domain::field::{FieldType, Storage};
use domain::query::{Count, Filter, Operator, Query};
use domain::record::{Opened, Related};
use domain::rights::Action;
use domain::timeline::Told;
use domain::{Error, FieldDef, Kind, RecordId};

use super::read;
use crate::failure::{Result, settle};
use crate::{Ctx, schema, timeline};

/// Related records that are shown before "all".
const SHOWN: u32 = 10;

/// Opens a record: its fields, the newest part of its timeline, and the records that point to it.
///
/// # Errors
/// [`Error::NotFound`] where it does not exist or may not be seen.
pub async fn open(ctx: &Ctx, kind: Kind, id: RecordId) -> Result<Opened, Error> {
    let record = read::get(ctx, kind, id).await?;
    let timeline = timeline::read(ctx, kind, id, Told::All, None).await?;
    let mut related = Vec::new();
    for (other, field) in settle(ctx, "records.open", pointing_to(ctx, kind).await)? {
        related.push(pointers(ctx, other, &field, id).await?);
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

/// The fields of any kind that the reader may read and that point to records of this kind.
async fn pointing_to(ctx: &Ctx, kind: Kind) -> Result<Vec<(Kind, FieldDef)>> {
    let mut found = Vec::new();
    for schema in schema::load_all(ctx).await? {
        let other = schema.kind;
        if ctx.actor.scope(other, Action::Read) == domain::rights::Scope::None {
            continue;
        }
        let pointing = schema.fields.iter().filter(|field| {
            let points = matches!(
                field.field_type,
                FieldType::Link(to) | FieldType::Links(to) if to == kind
            );
            points && !matches!(field.storage, Storage::LinksBack { .. })
        });
        found.extend(pointing.map(|field| (other, field.clone())));
    }
    Ok(found)
}

async fn pointers(ctx: &Ctx, kind: Kind, field: &FieldDef, id: RecordId) -> Result<Related, Error> {
    let mut columns = vec![kind.title_field().to_owned()];
    if kind.has_stages() {
        columns.extend(["stage_id", "amount"].map(str::to_owned));
    }
    let query = Query {
        filter: Filter::is(&field.key, Operator::Is, &[&id.to_string()]),
        columns,
        limit: Some(SHOWN),
        ..Query::default()
    };
    let page = read::list(ctx, kind, &query).await?;
    let count = if page.next.is_some() {
        read::count(ctx, kind, &query, false).await?
    } else {
        Count {
            value: page.records.len() as u64,
            capped: false,
        }
    };
    Ok(Related {
        kind,
        field: field.key.to_string(),
        records: page.records,
        count,
    })
}
