//! One change of the settings of fields: permission, a transaction in which nobody else changes
//! them, a line in the log, and the word to everybody.

use domain::field_settings::FieldDraft;
use domain::timeline::{Via, What};
use domain::{Error, EventId, Kind, Problem};
use sea_orm::{ConnectionTrait, DatabaseTransaction, TransactionTrait};
use serde_json::{Map, Value as Json, json};

use super::rows::{self, Kept};
use super::{index, statement};
use crate::Ctx;
use crate::failure::{Failure, Result, sql_state};
use crate::live::Announcement;

/// What an event of the log names a field.
const LOGGED_AS: &str = "field";

/// Fields are the administrator's.
pub(super) fn may(ctx: &Ctx) -> Result<()> {
    if ctx.actor.is_administrator() {
        return Ok(());
    }
    Err(Error::Forbidden("Only administrators may change fields.".to_owned()).into())
}

/// A change under way. Dropped, it leaves everything as it was.
pub(super) struct Change<'a> {
    ctx: &'a Ctx,
    tx: DatabaseTransaction,
}

impl<'a> Change<'a> {
    /// Begins one, once nobody else changes fields.
    pub(super) async fn begin(ctx: &'a Ctx) -> Result<Self> {
        let tx = ctx.db.begin().await?;
        // Behind a lock that is waited for, everybody who writes a record waits too.
        // What follows may go through all records, which may take longer than a page.
        tx.execute_unprepared("set local lock_timeout = '4s'; set local statement_timeout = 0")
            .await?;
        let sql = "update custom_field_version set version = gen_random_uuid()";
        tx.execute_unprepared(sql).await.map_err(busy)?;
        Ok(Self { ctx, tx })
    }

    /// Who asks.
    pub(super) const fn ctx(&self) -> &Ctx {
        self.ctx
    }

    /// The transaction.
    pub(super) const fn tx(&self) -> &DatabaseTransaction {
        &self.tx
    }

    /// Lets nobody write records of the kind until the change is through.
    pub(super) async fn lock_records(&self, kind: Kind) -> Result<()> {
        let hold = statement("select hold_records($1)", [kind.as_str().into()]);
        self.tx.execute_raw(hold).await.map_err(busy)?;
        Ok(())
    }

    /// Logs it: what was, and what is.
    pub(super) async fn log(
        &self,
        kept: &Kept,
        what: What,
        was: Option<&FieldDraft>,
        is: Option<&FieldDraft>,
    ) -> Result<EventId> {
        let columns = |draft: Option<&FieldDraft>| draft.map_or(Json::Null, rows::columns);
        let (was, is) = (columns(was), columns(is));
        let mut difference = Map::new();
        for name in [&was, &is]
            .into_iter()
            .filter_map(Json::as_object)
            .flat_map(Map::keys)
        {
            if was[name] != is[name] {
                difference.insert(name.clone(), json!([was[name], is[name]]));
            }
        }
        let sql = "with o as (insert into operation (at, user_id, via, label)
                              values ($1, $2, $3, $4) returning id)
                   insert into event
                     (operation_id, at, user_id, kind, record_id, what, version, difference)
                   select o.id, $1, $2, $5, $6, $7, 1, $8 from o returning id";
        let values = [
            self.ctx.now.into(),
            self.ctx.actor.user_id.into(),
            Via::Form.as_str().into(),
            format!("{}: {}", kept.kind, kept.field.label).into(),
            LOGGED_AS.into(),
            kept.id.into(),
            what.as_str().into(),
            Json::Object(difference).into(),
        ];
        let row = self.tx.query_one_raw(statement(sql, values)).await?;
        Ok(row
            .ok_or_else(|| anyhow::anyhow!("an inserted event has no id"))?
            .try_get_by_index(0)?)
    }

    /// Makes it so, and tells everybody. `cards` says that cards on boards look different now.
    pub(super) async fn commit(self, kind: Kind, cards: bool) -> Result<()> {
        let row = self
            .tx
            .query_one_raw(statement("select coalesce(max(id), 0) from event", []))
            .await?;
        let event = row.map_or(Ok(0), |row| row.try_get_by_index(0))?;
        self.tx.commit().await?;
        self.ctx.publisher.announce(Announcement::Workspace);
        if cards {
            let kind = Some(kind);
            self.ctx
                .publisher
                .announce(Announcement::Reload { kind, event });
        }
        if self.ctx.publisher.is_heard() {
            index::wake(&self.ctx.db);
        }
        Ok(())
    }
}

/// SQLSTATE 55P03: somebody holds the lock for too long.
fn busy(error: sea_orm::DbErr) -> Failure {
    if sql_state(&error).as_deref() != Some("55P03") {
        return error.into();
    }
    let problem = Problem::Other(
        "cannot be changed while many records are written, by an import or a bulk edit. Try again \
         in a moment"
            .to_owned(),
    );
    Error::field("label", "The field", problem).into()
}
