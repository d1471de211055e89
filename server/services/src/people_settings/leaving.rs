//! Somebody leaves: their sessions end at once, and what they had under way goes to somebody else,
//! in one operation that can be undone. And somebody comes back.

use domain::people::{MemberState, OpenRecords};
use domain::pipeline::Meaning;
use domain::query::{Filter, LARGEST_PAGE, Operator, Query};
use domain::{Error, Kind, OperationId, Problem, RecordId, UserId, Value};
use serde_json::json;

use super::{administrator, begin, check_administrators, commit, log, member};
use crate::failure::{Result, retried, settle};
use crate::people::execute;
use crate::records::read;
use crate::records::write::{Operation, Wish};
use crate::{Ctx, pipelines, sessions};

/// How much somebody has under way. For administrators.
///
/// # Errors
/// [`Error::NotFound`] for nobody.
pub async fn open_records(ctx: &Ctx, user: UserId) -> Result<OpenRecords, Error> {
    let count = async {
        administrator(ctx)?;
        member(&ctx.db, user).await?;
        let mut open = OpenRecords::new();
        for (kind, query) in queries(ctx, user).await? {
            let count = read::count(ctx, kind, &query, true).await?.value;
            if count > 0 {
                open.push((kind, count));
            }
        }
        Ok(open)
    };
    settle(ctx, "people_settings.open_records", count.await)
}

/// Ends somebody's sessions and keeps them out, after all that they have under way has gone `to`
/// somebody. For administrators.
///
/// # Errors
/// [`Error::Invalid`] for oneself, for the last administrator, where there are open records and
/// nobody to take them, and where who is to take them cannot come in either.
pub async fn deactivate(
    ctx: &Ctx,
    user: UserId,
    to: Option<UserId>,
) -> Result<Option<OperationId>, Error> {
    let work = retried(|| leave(ctx, user, to));
    settle(ctx, "people_settings.deactivate", work.await)
}

async fn leave(ctx: &Ctx, user: UserId, to: Option<UserId>) -> Result<Option<OperationId>> {
    administrator(ctx)?;
    let refuse = |field, label, text: &str| {
        let problem = Problem::Other(text.into());
        Err(Error::field(field, label, problem).into())
    };
    if ctx.actor.user_id == Some(user) {
        return refuse("user", "User", "You cannot deactivate yourself.");
    }
    let mut operation = begin(ctx).await?;
    let leaver = member(operation.tx(), user).await?;
    if leaver.state == MemberState::Deactivated {
        return Ok(None);
    }
    if let Some(to) = to {
        let heir = member(operation.tx(), to).await;
        let comes_in = heir.is_ok_and(|heir| heir.state != MemberState::Deactivated);
        if to == user || !comes_in {
            return refuse("to", "Goes to", "Choose somebody who works here.");
        }
    }
    // Out first: what they send from now on is refused, whatever takes long below.
    set_active(ctx, &mut operation, user, false).await?;
    check_administrators(operation.tx()).await?;
    sessions::delete_for_user(operation.tx(), user, None).await?;
    for (kind, query) in queries(ctx, user).await? {
        let ids = ids(ctx, kind, query).await?;
        match to {
            Some(to) => hand_over(&mut operation, kind, &ids, to).await?,
            None if !ids.is_empty() => {
                return refuse("to", "Goes to", "Choose who takes over the open records.");
            }
            None => {}
        }
    }
    commit(ctx, operation).await
}

/// Lets somebody sign in again, with the password that they had. For administrators.
pub async fn reactivate(ctx: &Ctx, user: UserId) -> Result<Option<OperationId>, Error> {
    let work = async {
        let mut operation = begin(ctx).await?;
        if member(operation.tx(), user).await?.state != MemberState::Deactivated {
            return Ok(None);
        }
        set_active(ctx, &mut operation, user, true).await?;
        commit(ctx, operation).await
    };
    settle(ctx, "people_settings.reactivate", work.await)
}

/// Lets somebody in who has been kept out, or keeps out somebody who could come in.
async fn set_active(
    ctx: &Ctx,
    operation: &mut Operation,
    user: UserId,
    active: bool,
) -> Result<()> {
    let sql = "update app_user set active = $2 where id = $1";
    execute(operation.tx(), sql, [user.into(), active.into()]).await?;
    let difference = log::one("active", json!(!active), json!(active));
    log::user_changed(operation, ctx.now, user, difference).await
}

/// What finds somebody's open records, kind by kind.
async fn queries(ctx: &Ctx, user: UserId) -> Result<Vec<(Kind, Query)>> {
    let pipelines = pipelines::load(&ctx.db).await?;
    let mut queries = Vec::new();
    for kind in Kind::ALL {
        let mut filter = Filter::is("owner_id", Operator::Is, &[&user.to_string()]);
        if kind.has_stages() {
            let open: Vec<String> = pipelines
                .iter()
                .filter(|pipeline| pipeline.kind == kind)
                .flat_map(|pipeline| &pipeline.stages)
                .filter(|stage| stage.meaning == Meaning::Open)
                .map(|stage| stage.id.to_string())
                .collect();
            if open.is_empty() {
                continue;
            }
            let open: Vec<&str> = open.iter().map(String::as_str).collect();
            filter = Filter::And(vec![filter, Filter::is("stage_id", Operator::Is, &open)]);
        }
        let query = Query {
            filter,
            columns: vec![kind.title_field().to_owned()],
            limit: Some(LARGEST_PAGE),
            ..Query::default()
        };
        queries.push((kind, query));
    }
    Ok(queries)
}

/// The ids of all records of a query.
async fn ids(ctx: &Ctx, kind: Kind, mut query: Query) -> Result<Vec<RecordId>> {
    let mut ids = Vec::new();
    loop {
        let page = read::list(ctx, kind, &query).await?;
        ids.extend(page.records.iter().map(|record| record.id));
        match page.next {
            Some(next) => query.cursor = Some(next),
            None => break,
        }
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// Gives records to somebody, a thousand in a statement.
async fn hand_over(
    operation: &mut Operation,
    kind: Kind,
    ids: &[RecordId],
    to: UserId,
) -> Result<()> {
    const CHUNK: usize = 1000;
    for chunk in ids.chunks(CHUNK) {
        let wishes = chunk.iter().map(|&id| {
            let mut wish = Wish::default();
            wish.values.insert("owner_id".into(), Value::Id(to));
            (id, wish)
        });
        for answer in operation.fulfil(kind, wishes.collect()).await? {
            match answer {
                // Gone meanwhile: there is nothing to take over.
                Ok(_) | Err(Error::NotFound) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(())
}
