//! Who a lead is about may be known already: contacts and companies with the same phone, written
//! in any way, the same address, or the same name. Found by their indexes, shown only as far as
//! the asker may see them.

use std::collections::{BTreeMap, BTreeSet};

use domain::contact_point::PointType;
use domain::conversion::{Same, Twin, points, same_point};
use domain::value::Linked;
use domain::{Kind, Record, RecordId};
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::Ctx;
use crate::contact_points::{country, normalise};
use crate::failure::Result;
use crate::records::read;

/// Twins that are offered.
const OFFERED: usize = 8;
/// Records that share one thing; a switchboard's number is many people's.
const CANDIDATES: i64 = 200;

/// The records of a kind that a lead may be about, the likeliest first.
pub(super) async fn find(ctx: &Ctx, kind: Kind, lead: &Record) -> Result<Vec<Twin>> {
    let name_field = match kind {
        Kind::Contact => "person_name",
        Kind::Company => "company_name",
        // A deal is always a new one.
        _ => return Ok(Vec::new()),
    };
    let mut same: BTreeMap<RecordId, BTreeSet<Same>> = BTreeMap::new();
    let country = country(ctx, &ctx.db).await?;
    let mut by_type: BTreeMap<PointType, Vec<String>> = BTreeMap::new();
    for point in points(lead) {
        let normalised = normalise(point, &country);
        by_type
            .entry(point.point_type)
            .or_default()
            .push(normalised);
    }
    for (point_type, normalised) in by_type {
        let sql = "select record_id from contact_point
                    where normalised = any($1) and point_type = $2 and kind = $3
                    order by record_id desc limit $4";
        let values = [
            normalised.into(),
            point_type.as_str().into(),
            kind.as_str().into(),
            CANDIDATES.into(),
        ];
        for id in ids(ctx, sql, values).await? {
            same.entry(id).or_default().insert(same_point(point_type));
        }
    }
    let name = lead.value(name_field).as_text().unwrap_or("").trim();
    if !name.is_empty() {
        let sql = format!(
            "select id from {kind} where lower(name) = lower($1) and deleted_at is null
              order by id desc limit $2"
        );
        for id in ids(ctx, &sql, [name.into(), CANDIDATES.into()]).await? {
            same.entry(id).or_default().insert(Same::Name);
        }
    }
    let wanted = BTreeMap::from([(kind, same.keys().copied().collect())]);
    let mut titles = read::titles(ctx, &wanted).await?;
    let mut twins: Vec<Twin> = same
        .into_iter()
        .filter_map(|(id, same)| {
            let title = titles.remove(&(kind, id))?;
            Some(Twin {
                record: Linked {
                    id,
                    title: Some(title),
                },
                same: same.into_iter().collect(),
            })
        })
        .collect();
    twins.sort_by_key(|twin| {
        let count = std::cmp::Reverse(twin.same.len());
        (count, twin.same.first().copied(), twin.record.id)
    });
    twins.truncate(OFFERED);
    Ok(twins)
}

async fn ids<const N: usize>(
    ctx: &Ctx,
    sql: &str,
    values: [sea_orm::Value; N],
) -> Result<Vec<RecordId>> {
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
    let rows = ctx.db.query_all_raw(statement).await?;
    rows.iter()
        .map(|row| row.try_get_by_index(0).map_err(Into::into))
        .collect()
}
