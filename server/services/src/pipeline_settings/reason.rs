//! Reasons for losing: made, named, ordered, retired. A retired one stays on the records that have
//! it, and keeps its name.

use domain::pipeline_settings::{order_conflict, same_members};
use domain::timeline::What;
use domain::{Error, Problem};
use sea_orm::{ConnectionTrait, DatabaseTransaction, FromQueryResult};
use serde_json::json;

use super::{Desk, check_seen, checked_name, log, statement};
use crate::failure::Result;
use crate::people;
use crate::stages::{self, LOST_REASON};

#[derive(Debug, FromQueryResult)]
struct Row {
    id: i64,
    name: String,
    retired: bool,
}

impl Desk<'_> {
    pub(super) async fn add_reason(&mut self, name: &str) -> Result<i64> {
        let all = all(self.operation.tx()).await?;
        let name = checked_name(name, all.iter().map(|it| it.name.as_str()))?;
        let now = self.ctx.now;
        stages::add_lost_reason(&mut self.operation, now, &name).await
    }

    pub(super) async fn rename_reason(&mut self, id: i64, seen: &str, name: &str) -> Result<()> {
        let all = all(self.operation.tx()).await?;
        let others = all.iter().filter(|it| it.id != id);
        let name = checked_name(name, others.map(|it| it.name.as_str()))?;
        let reason = all.iter().find(|it| it.id == id).ok_or(Error::NotFound)?;
        check_seen(&reason.name, seen, &name)?;
        if reason.name == name {
            return Ok(());
        }
        set_name(self.operation.tx(), id, &name).await?;
        let difference = log::one("name", json!(reason.name), json!(name));
        self.tell(LOST_REASON, id, What::Changed, difference).await
    }

    pub(super) async fn order_reasons(&mut self, seen: &[i64], order: &[i64]) -> Result<()> {
        let all = all(self.operation.tx()).await?;
        let now: Vec<i64> = all
            .iter()
            .filter(|it| !it.retired)
            .map(|it| it.id)
            .collect();
        if now == order {
            return Ok(());
        }
        if now != seen || !same_members(&now, order) {
            return Err(order_conflict().into());
        }
        set_order(self.operation.tx(), order).await?;
        let difference = log::one("order", json!(now), json!(order));
        let first = order.first().copied().unwrap_or_default();
        self.tell(LOST_REASON, first, What::Changed, difference)
            .await
    }

    pub(super) async fn retire_reason(&mut self, id: i64, retired: bool) -> Result<()> {
        let all = all(self.operation.tx()).await?;
        let reason = all.iter().find(|it| it.id == id).ok_or(Error::NotFound)?;
        if reason.retired == retired {
            return Ok(());
        }
        let left = all.iter().filter(|it| !it.retired && it.id != id).count();
        if retired && left == 0 {
            // Losing asks for a reason: there must be one to give.
            let problem = Problem::Other("is the only reason; one has to stay".to_owned());
            return Err(Error::field("reason", "This", problem).into());
        }
        let now = self.ctx.now;
        set_retired(self.operation.tx(), id, retired.then_some(now)).await?;
        let difference = log::one("retired", json!(reason.retired), json!(retired));
        self.tell(LOST_REASON, id, What::Changed, difference).await
    }
}

async fn all(tx: &DatabaseTransaction) -> Result<Vec<Row>> {
    let sql = "select id, name, deleted_at is not null as retired
                 from lost_reason order by position, id";
    Ok(Row::find_by_statement(statement(sql, [])).all(tx).await?)
}

/// The reason's name and whether it is retired; none where it does not exist.
pub(super) async fn state(tx: &DatabaseTransaction, id: i64) -> Result<Option<(String, bool)>> {
    let all = all(tx).await?;
    let found = all.into_iter().find(|row| row.id == id);
    Ok(found.map(|row| (row.name, row.retired)))
}

/// The reasons that are offered, in order.
pub(super) async fn offered(tx: &DatabaseTransaction) -> Result<Vec<i64>> {
    let all = all(tx).await?;
    let offered = all.into_iter().filter(|row| !row.retired);
    Ok(offered.map(|row| row.id).collect())
}

pub(super) async fn set_name(tx: &DatabaseTransaction, id: i64, name: &str) -> Result<()> {
    let sql = "update lost_reason set name = $2 where id = $1";
    people::execute(tx, sql, [id.into(), name.into()]).await
}

pub(super) async fn set_order(tx: &DatabaseTransaction, order: &[i64]) -> Result<()> {
    let sql = "update lost_reason r set position = o.place
                 from unnest($1::bigint[]) with ordinality as o(id, place) where r.id = o.id";
    people::execute(tx, sql, [order.to_vec().into()]).await
}

pub(super) async fn set_retired(
    tx: &DatabaseTransaction,
    id: i64,
    since: Option<chrono::DateTime<chrono::Utc>>,
) -> Result<()> {
    let sql = "update lost_reason set deleted_at = $2 where id = $1";
    tx.execute_raw(statement(sql, [id.into(), since.into()]))
        .await?;
    Ok(())
}
