//! How far the clock of the database is from the server's.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{DatabaseConnection, FromQueryResult};

use super::one;
use crate::failure::Result;

/// Two clocks.
#[derive(Debug)]
pub(super) struct Facts {
    /// How much the database's is ahead; negative where it is behind.
    pub(super) ahead: TimeDelta,
    /// How long the question took, which is how well this is known.
    pub(super) took: TimeDelta,
}

#[derive(Debug, FromQueryResult)]
struct Theirs {
    now: DateTime<Utc>,
}

pub(super) async fn ask(db: &DatabaseConnection, clock: fn() -> DateTime<Utc>) -> Result<Facts> {
    // Once before: making a connection would count as the question's time.
    let sql = "select clock_timestamp() as now";
    let _: Theirs = one(db, sql).await?;
    let before = clock();
    let theirs: Theirs = one(db, sql).await?;
    let took = clock() - before;
    Ok(Facts {
        ahead: theirs.now - (before + took / 2),
        took,
    })
}
