//! Saved views of lists: one's own, and those that somebody shares with everyone.
//!
//! A view is a question, not an answer: whoever opens a shared one sees what they may see, since
//! its filter goes through the read path as theirs. So there is nothing to permit but changing it.

use domain::rights::{Action, Scope};
use domain::view::{MOST_VIEWS, NAME_LENGTH, View, ViewDraft, ViewSpec};
use domain::{Error, Kind, Problem, UserId, ViewId};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, SqlErr, Statement, TransactionTrait};
use serde_json::Value as Json;

use crate::Ctx;
use crate::failure::{Failure, Result, settle};
use crate::live::Announcement;

/// Bytes of a view's spec at most: more is a mistake or an attack, never a question.
const LARGEST_SPEC: usize = 32_768;

/// The views of a kind that the asker has among their tabs, own and shared, in their order.
///
/// # Errors
/// [`Error::Forbidden`] where the asker reads no records of the kind.
pub async fn list(ctx: &Ctx, kind: Kind) -> Result<Vec<View>, Error> {
    settle(ctx, "views.list", read(ctx, kind).await)
}

/// Makes a view of one's own.
///
/// # Errors
/// [`Error::Invalid`] where the name is missing, too long or taken by another of one's own, or
/// where there are [`MOST_VIEWS`] already.
pub async fn create(ctx: &Ctx, kind: Kind, draft: &ViewDraft) -> Result<View, Error> {
    settle(ctx, "views.create", insert(ctx, kind, draft).await)
}

/// Changes a view: its owner, and administrators where it is shared.
///
/// # Errors
/// [`Error::NotFound`] where the asker does not have the view among their tabs,
/// [`Error::Forbidden`] where it is somebody else's, [`Error::Invalid`] as for [`create`].
pub async fn change(ctx: &Ctx, id: ViewId, draft: &ViewDraft) -> Result<View, Error> {
    settle(ctx, "views.change", update(ctx, id, draft).await)
}

/// Takes a view away; [`restore`] brings it back.
///
/// # Errors
/// As for [`change`].
pub async fn delete(ctx: &Ctx, id: ViewId) -> Result<(), Error> {
    settle(ctx, "views.delete", take_away(ctx, id).await)
}

/// Brings a view back that was taken away.
///
/// # Errors
/// As for [`change`]; [`Error::Invalid`] where its name has been given to another one meanwhile.
pub async fn restore(ctx: &Ctx, id: ViewId) -> Result<View, Error> {
    settle(ctx, "views.restore", bring_back(ctx, id).await)
}

/// Puts the asker's tabs of a kind into an order, for the asker alone. Views that they do not have
/// are passed over; those that are not named come last.
///
/// # Errors
/// [`Error::Forbidden`] where the asker reads no records of the kind.
pub async fn order(ctx: &Ctx, kind: Kind, ids: &[ViewId]) -> Result<Vec<View>, Error> {
    settle(ctx, "views.order", put_in_order(ctx, kind, ids).await)
}

#[derive(Debug, FromQueryResult)]
struct Row {
    id: ViewId,
    kind: String,
    name: String,
    owner_id: UserId,
    shared: bool,
    spec: Json,
}

impl Row {
    /// The view to whoever asks; none of a kind that another version knows.
    fn view(self, ctx: &Ctx) -> Option<View> {
        Some(View {
            id: self.id,
            kind: Kind::parse(&self.kind)?,
            name: self.name,
            owner: self.owner_id,
            shared: self.shared,
            may_change: may_change(ctx, self.owner_id, self.shared),
            // One that another version has written and this one cannot read still has its name.
            spec: serde_json::from_value(self.spec).unwrap_or_else(|error| {
                tracing::warn!(view = self.id, %error, "a view's spec cannot be read");
                ViewSpec::default()
            }),
        })
    }
}

fn may_change(ctx: &Ctx, owner: UserId, shared: bool) -> bool {
    ctx.actor.user_id == Some(owner) || (shared && ctx.actor.is_administrator())
}

/// The user who asks: the system itself has no tabs.
fn permit(ctx: &Ctx, kind: Kind) -> Result<UserId, Error> {
    let user = ctx.actor.user_id.ok_or(Error::Unauthenticated)?;
    if ctx.actor.scope(kind, Action::Read) == Scope::None {
        return Err(Error::Forbidden(format!(
            "You may not see {}.",
            kind.plural()
        )));
    }
    Ok(user)
}

async fn read(ctx: &Ctx, kind: Kind) -> Result<Vec<View>> {
    let user = permit(ctx, kind)?;
    let sql = "select v.id, v.kind, v.name, v.owner_id, v.shared, v.spec
                 from saved_view v
                 left join saved_view_place p on p.view_id = v.id and p.user_id = $1
                where v.kind = $2 and v.deleted_at is null and (v.owner_id = $1 or v.shared)
                order by p.position nulls last, v.id";
    let rows = Row::find_by_statement(statement(sql, [user.into(), kind.as_str().into()]));
    let rows = rows.all(&ctx.db).await?;
    Ok(rows.into_iter().filter_map(|row| row.view(ctx)).collect())
}

async fn insert(ctx: &Ctx, kind: Kind, draft: &ViewDraft) -> Result<View> {
    let user = permit(ctx, kind)?;
    let (name, spec) = check(draft)?;
    let tx = ctx.db.begin().await?;
    // Two windows of one person cannot both add the last one that fits.
    lock_user(&tx, user).await?;
    let sql = "select count(*) from saved_view
                where owner_id = $1 and kind = $2 and deleted_at is null";
    let count = tx
        .query_one_raw(statement(sql, [user.into(), kind.as_str().into()]))
        .await?;
    let count: i64 = count.map_or(Ok(0), |row| row.try_get_by_index(0))?;
    if usize::try_from(count).is_ok_and(|count| count >= MOST_VIEWS) {
        let text = format!("You have {MOST_VIEWS} views of this kind already: delete one first.");
        return Err(Error::field("name", "Name", Problem::Other(text)).into());
    }
    let sql = "insert into saved_view
                 (kind, name, owner_id, shared, spec, created_at, updated_at, updated_by)
               values ($1, $2, $3, $4, $5, $6, $6, $3)
               returning id, kind, name, owner_id, shared, spec";
    let values = [
        kind.as_str().into(),
        name.into(),
        user.into(),
        draft.shared.into(),
        spec.into(),
        ctx.now.into(),
    ];
    let view = written(ctx, &tx, statement(sql, values)).await?;
    tx.commit().await?;
    announce(ctx, draft.shared);
    Ok(view)
}

async fn update(ctx: &Ctx, id: ViewId, draft: &ViewDraft) -> Result<View> {
    let (name, spec) = check(draft)?;
    let tx = ctx.db.begin().await?;
    let before = lock(ctx, &tx, id, false).await?;
    if draft.shared != before.shared && ctx.actor.user_id != Some(before.owner) {
        return Err(Error::Forbidden(
            "Only its owner decides whether everyone has this view.".into(),
        )
        .into());
    }
    let sql = "update saved_view
                  set name = $2, shared = $3, spec = $4, updated_at = $5, updated_by = $6
                where id = $1
               returning id, kind, name, owner_id, shared, spec";
    let values = [
        id.into(),
        name.into(),
        draft.shared.into(),
        spec.into(),
        ctx.now.into(),
        ctx.actor.user_id.into(),
    ];
    let view = written(ctx, &tx, statement(sql, values)).await?;
    tx.commit().await?;
    announce(ctx, before.shared || draft.shared);
    Ok(view)
}

async fn take_away(ctx: &Ctx, id: ViewId) -> Result<()> {
    let tx = ctx.db.begin().await?;
    let before = lock(ctx, &tx, id, false).await?;
    let sql = "update saved_view set deleted_at = $2, updated_by = $3 where id = $1";
    let values = [id.into(), ctx.now.into(), ctx.actor.user_id.into()];
    tx.execute_raw(statement(sql, values)).await?;
    tx.commit().await?;
    announce(ctx, before.shared);
    Ok(())
}

async fn bring_back(ctx: &Ctx, id: ViewId) -> Result<View> {
    let tx = ctx.db.begin().await?;
    let before = lock(ctx, &tx, id, true).await?;
    let sql = "update saved_view set deleted_at = null, updated_at = $2, updated_by = $3
                where id = $1
               returning id, kind, name, owner_id, shared, spec";
    let values = [id.into(), ctx.now.into(), ctx.actor.user_id.into()];
    let view = written(ctx, &tx, statement(sql, values)).await?;
    tx.commit().await?;
    announce(ctx, before.shared);
    Ok(view)
}

async fn put_in_order(ctx: &Ctx, kind: Kind, ids: &[ViewId]) -> Result<Vec<View>> {
    let user = permit(ctx, kind)?;
    let tx = ctx.db.begin().await?;
    lock_user(&tx, user).await?;
    let sql = "delete from saved_view_place p using saved_view v
                where v.id = p.view_id and p.user_id = $1 and v.kind = $2";
    tx.execute_raw(statement(sql, [user.into(), kind.as_str().into()]))
        .await?;
    let sql = "insert into saved_view_place (user_id, view_id, position)
               select $1, v.id, min(o.position)
                 from unnest($3::bigint[]) with ordinality as o (id, position)
                 join saved_view v on v.id = o.id
                where v.kind = $2 and v.deleted_at is null and (v.owner_id = $1 or v.shared)
                group by v.id";
    let ids: Vec<ViewId> = ids.iter().copied().take(10 * MOST_VIEWS).collect();
    tx.execute_raw(statement(
        sql,
        [user.into(), kind.as_str().into(), ids.into()],
    ))
    .await?;
    tx.commit().await?;
    read(ctx, kind).await
}

/// Who owns a view, and whether it is shared.
struct Locked {
    owner: UserId,
    shared: bool,
}

/// Locks a view that the asker may change. What they do not have among their tabs does not exist.
async fn lock(ctx: &Ctx, tx: &impl ConnectionTrait, id: ViewId, deleted: bool) -> Result<Locked> {
    let user = ctx.actor.user_id.ok_or(Error::Unauthenticated)?;
    let sql = "select owner_id, shared from saved_view
                where id = $1 and (deleted_at is not null) = $2
                  for update";
    let row = tx
        .query_one_raw(statement(sql, [id.into(), deleted.into()]))
        .await?
        .ok_or(Error::NotFound)?;
    let locked = Locked {
        owner: row.try_get_by_index(0)?,
        shared: row.try_get_by_index(1)?,
    };
    if locked.owner != user && !locked.shared {
        return Err(Error::NotFound.into());
    }
    if !may_change(ctx, locked.owner, locked.shared) {
        return Err(Error::Forbidden(
            "This view is somebody else's: save it under another name as your own.".into(),
        )
        .into());
    }
    Ok(locked)
}

async fn lock_user(tx: &impl ConnectionTrait, user: UserId) -> Result<()> {
    let sql = "select 1 from app_user where id = $1 for no key update";
    tx.execute_raw(statement(sql, [user.into()])).await?;
    Ok(())
}

/// The view that a statement returns; a name that is taken is told beside the name.
async fn written(ctx: &Ctx, tx: &impl ConnectionTrait, statement: Statement) -> Result<View> {
    let row = Row::find_by_statement(statement).one(tx).await;
    let row = row.map_err(|error| match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => {
            let text = "is the name of another view of yours".to_owned();
            Failure::Domain(Error::field("name", "Name", Problem::Other(text)))
        }
        _ => error.into(),
    })?;
    row.and_then(|row| row.view(ctx))
        .ok_or_else(|| Error::NotFound.into())
}

/// The name as it is stored, and the spec.
fn check(draft: &ViewDraft) -> Result<(String, Json)> {
    let name: String = draft
        .name
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .filter(|c| !c.is_control())
        .collect();
    let length = name.chars().count();
    let problem = match length {
        0 => Some(Problem::Required),
        length if length > NAME_LENGTH => Some(Problem::TooLong {
            length,
            most: NAME_LENGTH,
        }),
        _ => None,
    };
    if let Some(problem) = problem {
        return Err(Error::field("name", "Name", problem).into());
    }
    let spec = serde_json::to_value(&draft.spec).map_err(anyhow::Error::from)?;
    if spec.to_string().len() > LARGEST_SPEC || spec.to_string().contains("\\u0000") {
        let text = "is more than a view can keep".to_owned();
        return Err(Error::field("spec", "View", Problem::Other(text)).into());
    }
    Ok((name, spec))
}

/// Tells open pages of a shared view, so that everyone has it among their tabs at once.
fn announce(ctx: &Ctx, shared: bool) {
    if shared {
        ctx.publisher.announce(Announcement::Workspace);
    }
}

fn statement<const N: usize>(sql: &str, values: [sea_orm::Value; N]) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}
