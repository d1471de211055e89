//! Fields that users make: the settings of a kind. What a field is for lists, forms, filters and
//! writes follows from its description, which [`crate::schema`] gives to everybody.
//!
//! [`rows`] keeps them, [`unique`] looks after those in which no two records may have the same,
//! [`index`] after what makes filters and orders fast, [`change`] is one change of the settings.

mod change;
pub mod index;
pub(crate) mod rows;
pub(crate) mod unique;

use std::collections::BTreeMap;

use domain::field::{ChoiceOption, FieldType};
use domain::field_settings::{DeletedField, FieldDraft, FieldSettings, MOST_FIELDS};
use domain::timeline::What;
use domain::value::Linked;
use domain::{Error, FieldDef, FieldError, Kind, Problem, Value};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Statement};

use self::change::Change;
use self::rows::Kept;
use crate::failure::{Result, settle};
use crate::{Ctx, pipelines};

/// The fields of a kind as their settings show them, with those in the bin.
///
/// # Errors
/// [`Error::Forbidden`] where the asker is no administrator, as for everything here.
pub async fn settings(ctx: &Ctx, kind: Kind) -> Result<FieldSettings, Error> {
    settle(ctx, "fields.settings", read(ctx, kind).await)
}

/// Makes a field. It is everywhere at once.
///
/// # Errors
/// [`Error::Invalid`] with the inputs of the draft that do not fit.
pub async fn create(ctx: &Ctx, kind: Kind, draft: FieldDraft) -> Result<FieldDef, Error> {
    settle(ctx, "fields.create", make(ctx, kind, draft).await)
}

/// Changes a field. Choices that are left out go, or are retired where records hold them.
///
/// # Errors
/// [`Error::NotFound`] where there is no such field in use; [`Error::Invalid`] with the inputs of
/// the draft that do not fit, and with the duplicates where no two may be the same from now on.
pub async fn change(ctx: &Ctx, id: i64, draft: FieldDraft) -> Result<FieldDef, Error> {
    settle(ctx, "fields.change", alter(ctx, id, draft).await)
}

/// Puts the fields of a kind in an order. Those that are not named stand last, as they did.
pub async fn order(ctx: &Ctx, kind: Kind, ids: Vec<i64>) -> Result<(), Error> {
    settle(ctx, "fields.order", put_in_order(ctx, kind, &ids).await)
}

/// Puts a field into the bin, with its values: records, filters and forms know nothing of it any
/// more.
///
/// # Errors
/// [`Error::NotFound`] where there is no such field in use.
pub async fn delete(ctx: &Ctx, id: i64) -> Result<(), Error> {
    settle(ctx, "fields.delete", bin(ctx, id).await)
}

/// Takes a field out of the bin, with its values.
///
/// # Errors
/// [`Error::NotFound`] where there is no such field in the bin; [`Error::Invalid`] where another
/// one has its label by now, or records have the same in a field in which they may not.
pub async fn restore(ctx: &Ctx, id: i64) -> Result<FieldDef, Error> {
    settle(ctx, "fields.restore", unbin(ctx, id).await)
}

async fn read(ctx: &Ctx, kind: Kind) -> Result<FieldSettings> {
    change::may(ctx)?;
    let (deleted, fields): (Vec<Kept>, Vec<Kept>) = rows::of_kind(&ctx.db, kind)
        .await?
        .into_iter()
        .partition(|kept| kept.deleted_at.is_some());
    let counts = filled(ctx, kind, &deleted).await?;
    let mut deleted: Vec<DeletedField> = deleted
        .into_iter()
        .filter_map(|kept| {
            Some(DeletedField {
                deleted_at: kept.deleted_at?,
                records: counts.get(&kept.id).copied().unwrap_or_default(),
                field: kept.field,
            })
        })
        .collect();
    deleted.sort_by_key(|field| std::cmp::Reverse(field.deleted_at));
    Ok(FieldSettings {
        fields: fields.into_iter().map(|kept| kept.field).collect(),
        deleted,
    })
}

/// How many records in use have a value in each of these fields.
async fn filled(ctx: &Ctx, kind: Kind, fields: &[Kept]) -> Result<BTreeMap<i64, u64>> {
    if fields.is_empty() {
        return Ok(BTreeMap::new());
    }
    let counts: Vec<String> = fields
        .iter()
        .map(|kept| format!("count(custom -> '{}')", kept.id))
        .collect();
    let sql = format!(
        "select array_to_string(array[{}], ' ') from {kind} where deleted_at is null",
        counts.join(", ")
    );
    let row = ctx
        .db
        .query_one_raw(Statement::from_string(DbBackend::Postgres, sql))
        .await?;
    let counts: String = row
        .map(|row| row.try_get_by_index(0))
        .transpose()?
        .unwrap_or_default();
    Ok(fields
        .iter()
        .map(|kept| kept.id)
        .zip(counts.split(' ').filter_map(|count| count.parse().ok()))
        .collect())
}

async fn make(ctx: &Ctx, kind: Kind, draft: FieldDraft) -> Result<FieldDef> {
    change::may(ctx)?;
    let draft = fitting(kind, draft.checked(None)?);
    let change = Change::begin(ctx).await?;
    let there = rows::of_kind(change.tx(), kind).await?;
    if there
        .iter()
        .filter(|kept| kept.deleted_at.is_none())
        .count()
        >= MOST_FIELDS
    {
        let problem = Problem::Other(format!(
            "is one field too many: a {kind} has {MOST_FIELDS} already"
        ));
        return Err(Error::field("label", "Label", problem).into());
    }
    check(&change, kind, &draft, &there, None).await?;
    let sql = "insert into custom_field
                 (kind, field_type, label, help, section, on_card, required, required_from,
                  is_unique, options, default_value, position, created_at)
               select $1, n.field_type, n.label, n.help, n.section, n.on_card, n.required,
                      n.required_from, n.is_unique, n.options, n.default_value,
                      (select coalesce(max(f.position), 0) + 1 from custom_field f where f.kind = $1),
                      $3
                 from jsonb_to_record($2) as n(field_type jsonb, label text, help text,
                      section text, on_card boolean, required boolean, required_from jsonb,
                      is_unique boolean, options jsonb, default_value jsonb)
               returning id";
    let values = [
        kind.as_str().into(),
        rows::columns(&draft).into(),
        ctx.now.into(),
    ];
    let row = change.tx().query_one_raw(statement(sql, values)).await?;
    let id: i64 = row
        .ok_or_else(|| anyhow::anyhow!("an inserted field has no id"))?
        .try_get_by_index(0)?;
    let made = in_use(change.tx(), id).await?;
    change.log(&made, What::Created, None, Some(&draft)).await?;
    change.commit(kind, false).await?;
    Ok(made.field)
}

async fn alter(ctx: &Ctx, id: i64, draft: FieldDraft) -> Result<FieldDef> {
    change::may(ctx)?;
    let change = Change::begin(ctx).await?;
    let before = in_use(change.tx(), id).await?;
    let mut draft = fitting(before.kind, draft.checked(Some(&before.field))?);
    keep_held(change.tx(), &before, &mut draft).await?;
    let there = rows::of_kind(change.tx(), before.kind).await?;
    check(&change, before.kind, &draft, &there, Some(id)).await?;
    match (before.field.unique, draft.unique) {
        (false, true) => unique::claim(&change, &before).await?,
        (true, false) => unique::release(change.tx(), id).await?,
        _ => {}
    }
    let sql = "update custom_field f
                  set field_type = n.field_type, label = n.label, help = n.help,
                      section = n.section, on_card = n.on_card, required = n.required,
                      required_from = n.required_from, is_unique = n.is_unique,
                      options = n.options, default_value = n.default_value
                 from jsonb_to_record($2) as n(field_type jsonb, label text, help text,
                      section text, on_card boolean, required boolean, required_from jsonb,
                      is_unique boolean, options jsonb, default_value jsonb)
                where f.id = $1";
    let values = [id.into(), rows::columns(&draft).into()];
    change.tx().execute_raw(statement(sql, values)).await?;
    let after = in_use(change.tx(), id).await?;
    let was = FieldDraft::of(&before.field);
    change
        .log(&after, What::Changed, Some(&was), Some(&draft))
        .await?;
    change
        .commit(before.kind, before.field.on_card != draft.on_card)
        .await?;
    Ok(after.field)
}

async fn put_in_order(ctx: &Ctx, kind: Kind, ids: &[i64]) -> Result<()> {
    change::may(ctx)?;
    let change = Change::begin(ctx).await?;
    let sql = "update custom_field f set position = n.position
                 from (select id, row_number() over (
                                order by array_position($2, id) nulls last, position, id) as position
                         from custom_field where kind = $1) n
                where f.id = n.id and f.position <> n.position";
    let values = [kind.as_str().into(), ids.to_vec().into()];
    change.tx().execute_raw(statement(sql, values)).await?;
    change.commit(kind, false).await
}

async fn bin(ctx: &Ctx, id: i64) -> Result<()> {
    change::may(ctx)?;
    let change = Change::begin(ctx).await?;
    let kept = in_use(change.tx(), id).await?;
    if kept.field.unique || matches!(kept.field.field_type, FieldType::Points(_)) {
        change.lock_records(kept.kind).await?;
    }
    let sql = "update custom_field set deleted_at = $2 where id = $1";
    let values = [id.into(), ctx.now.into()];
    change.tx().execute_raw(statement(sql, values)).await?;
    unique::release(change.tx(), id).await?;
    move_points(change.tx(), &kept, "contact_point", "contact_point_bin").await?;
    let was = FieldDraft::of(&kept.field);
    change.log(&kept, What::Deleted, Some(&was), None).await?;
    change.commit(kept.kind, kept.field.on_card).await
}

async fn unbin(ctx: &Ctx, id: i64) -> Result<FieldDef> {
    change::may(ctx)?;
    let change = Change::begin(ctx).await?;
    let kept = rows::one(change.tx(), id)
        .await?
        .filter(|kept| kept.deleted_at.is_some())
        .ok_or(Error::NotFound)?;
    let there = rows::of_kind(change.tx(), kept.kind).await?;
    if is_taken(kept.kind, &kept.field.label, &there, Some(id)) {
        let problem = Problem::Other(format!(
            "“{}” is another field's by now; rename that one first",
            kept.field.label
        ));
        return Err(Error::field("label", "Label", problem).into());
    }
    let sql = "update custom_field set deleted_at = null where id = $1";
    change.tx().execute_raw(statement(sql, [id.into()])).await?;
    if matches!(kept.field.field_type, FieldType::Points(_)) {
        change.lock_records(kept.kind).await?;
        move_points(change.tx(), &kept, "contact_point_bin", "contact_point").await?;
    }
    if kept.field.unique {
        unique::claim(&change, &kept).await?;
    }
    let is = FieldDraft::of(&kept.field);
    change.log(&kept, What::Restored, None, Some(&is)).await?;
    change.commit(kept.kind, kept.field.on_card).await?;
    Ok(kept.field)
}

/// A field that is not in the bin.
async fn in_use(db: &impl ConnectionTrait, id: i64) -> Result<Kept> {
    let kept = rows::one(db, id).await?;
    Ok(kept
        .filter(|kept| kept.deleted_at.is_none())
        .ok_or(Error::NotFound)?)
}

/// Without what only kinds with stages have.
fn fitting(kind: Kind, mut draft: FieldDraft) -> FieldDraft {
    if !kind.has_stages() {
        draft.on_card = false;
        draft.required_from.clear();
    }
    draft
}

/// What only the database knows: whether the label is free, the stages are there, and what the
/// default points to is.
async fn check(
    change: &Change<'_>,
    kind: Kind,
    draft: &FieldDraft,
    there: &[Kept],
    id: Option<i64>,
) -> Result<()> {
    let mut errors = Vec::new();
    if is_taken(kind, &draft.label, there, id) {
        errors.push(FieldError::new("label", "Label", Problem::Taken));
    }
    if !draft.required_from.is_empty() {
        let pipelines = pipelines::load(change.tx()).await?;
        let known = |stage| {
            pipelines
                .iter()
                .any(|pipeline| pipeline.kind == kind && pipeline.stage(stage).is_some())
        };
        if !draft.required_from.iter().all(|&stage| known(stage)) {
            let problem = Problem::NoSuchRecord;
            errors.push(FieldError::new("required_from", "Needed from", problem));
        }
    }
    let (table, ids): (&str, Vec<i64>) = match (draft.field_type, &draft.default) {
        (FieldType::User, Value::Id(id)) => ("app_user", vec![*id]),
        (FieldType::Link(kind) | FieldType::Links(kind), Value::Links(links)) => (
            kind.as_str(),
            links.iter().map(|link: &Linked| link.id).collect(),
        ),
        _ => ("", Vec::new()),
    };
    if !ids.is_empty() {
        let sql = format!("select count(*) from {table} where id = any($1)");
        let row = change
            .tx()
            .query_one_raw(statement(&sql, [ids.clone().into()]))
            .await?;
        let found: i64 = row.map_or(Ok(0), |row| row.try_get_by_index(0))?;
        if usize::try_from(found).unwrap_or_default() < ids.len() {
            errors.push(FieldError::new("default", "Default", Problem::NoSuchRecord));
        }
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(errors).into())
    }
}

/// Whether another field of the kind, in use, is called so.
fn is_taken(kind: Kind, label: &str, there: &[Kept], id: Option<i64>) -> bool {
    let wanted = label.to_lowercase();
    let custom = there
        .iter()
        .filter(|kept| kept.deleted_at.is_none() && Some(kept.id) != id)
        .map(|kept| &kept.field);
    kind.fields()
        .iter()
        .chain(custom)
        .any(|field| field.label.to_lowercase() == wanted)
}

/// Choices that were left out but that records hold stay, retired and last.
async fn keep_held(tx: &DatabaseTransaction, before: &Kept, draft: &mut FieldDraft) -> Result<()> {
    let gone = |option: &&ChoiceOption| draft.options.iter().all(|kept| kept.key != option.key);
    let gone: Vec<ChoiceOption> = before.field.options.iter().filter(gone).cloned().collect();
    for option in gone {
        let id = before.id;
        let sql = format!(
            "select exists (select 1 from {} where custom ->> '{id}' = $1
                              or (jsonb_typeof(custom -> '{id}') = 'array'
                                  and jsonb_exists(custom -> '{id}', $1)))",
            before.kind
        );
        let row = tx
            .query_one_raw(statement(&sql, [option.key.as_ref().into()]))
            .await?;
        if row.map_or(Ok(false), |row| row.try_get_by_index(0))? {
            draft.options.push(ChoiceOption {
                retired: true,
                ..option
            });
        }
    }
    Ok(())
}

/// Moves the phones or addresses of a field into the bin, or out of it.
async fn move_points(tx: &DatabaseTransaction, kept: &Kept, from: &str, to: &str) -> Result<()> {
    if !matches!(kept.field.field_type, FieldType::Points(_)) {
        return Ok(());
    }
    let sql = format!(
        "with moved as (delete from {from} where kind = $1 and field = $2 returning *)
         insert into {to} select * from moved"
    );
    let values = [kept.kind.as_str().into(), kept.field.key.as_ref().into()];
    tx.execute_raw(statement(&sql, values)).await?;
    Ok(())
}

fn statement<const N: usize>(sql: &str, values: [sea_orm::Value; N]) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}
