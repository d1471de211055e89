//! Records that may be the same thing as one that somebody is about to add: the same phone, the
//! same e-mail address, the same name.

use std::collections::BTreeMap;

use domain::field::FieldType;
use domain::query::{Filter, Operator, Query};
use domain::record::{Alike, Values};
use domain::{Error, Kind, RecordId, Value};

use super::read;
use crate::failure::{Result, settle};
use crate::{Ctx, schema};

/// Shown at most: more tell nothing new.
const SHOWN: u32 = 4;
/// Characters from which on a name says something.
const TELLING: usize = 3;

/// Records that the asker may see and that are like these values: by phone and e-mail of every
/// kind that has them, by name of the same kind, for kinds whose records have names.
pub async fn alike(ctx: &Ctx, kind: Kind, values: &Values) -> Result<Vec<Alike>, Error> {
    settle(ctx, "records.alike", found(ctx, kind, values).await)
}

async fn found(ctx: &Ctx, kind: Kind, values: &Values) -> Result<Vec<Alike>> {
    let mut alike: BTreeMap<(Kind, RecordId), Alike> = BTreeMap::new();
    let mut add = |kind, id, title: String, field: &str| {
        let entry = alike.entry((kind, id)).or_insert_with(|| Alike {
            kind,
            id,
            title,
            fields: Vec::new(),
        });
        if entry.fields.iter().all(|known| known != field) {
            entry.fields.push(field.to_owned());
        }
    };
    let schemas = schema::load_all(ctx).await?;
    let own = || schemas.iter().filter(|schema| schema.kind == kind);
    for schema in &schemas {
        let other = schema.kind;
        for field in schema.fields.iter() {
            let FieldType::Points(point_type) = field.field_type else {
                continue;
            };
            // Of every field that holds such points, whatever it is called.
            let given = own()
                .flat_map(|own| own.fields.iter())
                .filter(|own| own.field_type == FieldType::Points(point_type))
                .filter_map(|own| values.get(own.key.as_ref()));
            for point in given.flat_map(|value| match value {
                Value::Points(points) => points.as_slice(),
                _ => &[],
            }) {
                let query = Query {
                    filter: Filter::is(&field.key, Operator::Is, &[&point.text]),
                    columns: vec![other.title_field().to_owned()],
                    limit: Some(SHOWN),
                    ..Query::default()
                };
                match read::list(ctx, other, &query).await {
                    Ok(page) => {
                        for record in page.records {
                            add(other, record.id, record.title(), &field.key);
                        }
                    }
                    // Half a phone number is not one yet.
                    Err(Error::Invalid(_)) => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
    }
    let name = name_of(values);
    if kind.title_field() == "name" && name.chars().count() >= TELLING {
        let same = name.to_lowercase();
        for link in read::find(ctx, kind, &name).await? {
            let title = link.title.unwrap_or_default();
            if title.to_lowercase() == same {
                add(kind, link.id, title, kind.title_field());
            }
        }
    }
    let mut alike: Vec<Alike> = alike.into_values().collect();
    // What has most in common comes first.
    alike.sort_by_key(|one| (std::cmp::Reverse(one.fields.len()), one.kind, one.id));
    alike.truncate(SHOWN as usize);
    Ok(alike)
}

/// The name that the values come to; contacts have theirs in two parts.
fn name_of(values: &Values) -> String {
    let part = |key: &str| values.get(key).and_then(Value::as_text).unwrap_or("");
    let whole = part("name").trim();
    if whole.is_empty() {
        format!("{} {}", part("first_name"), part("last_name"))
            .trim()
            .to_owned()
    } else {
        whole.to_owned()
    }
}
