//! Indexes are cheaper to make of what is there than to keep up row by row: those that no trigger
//! needs are set aside while deals and events come in, and brought back as they were.

use anyhow::Result;
use sqlx::PgConnection;

use super::{run, tell};

/// Definitions of the indexes that were set aside.
#[derive(Debug)]
pub(super) struct Aside(Vec<String>);

/// Drops the indexes of the large tables, but for keys and those that triggers look records up by.
pub(super) async fn set_aside(connection: &mut PgConnection) -> Result<Aside> {
    let sql = "select c.relname::text, pg_get_indexdef(i.indexrelid)
                 from pg_index i
                 join pg_class c on c.oid = i.indexrelid
                where i.indrelid = any(array['deal', 'event', 'operation', 'note',
                                             'record_link', 'stage_stay']::regclass[])
                  and not i.indisunique
                  and c.relname <> 'stage_stay_record'
                order by 1";
    let found: Vec<(String, String)> = sqlx::query_as(sql).fetch_all(&mut *connection).await?;
    for (name, _) in &found {
        run(connection, &format!("drop index {name}")).await?;
    }
    Ok(Aside(found.into_iter().map(|(_, made)| made).collect()))
}

/// Makes them again.
pub(super) async fn bring_back(connection: &mut PgConnection, aside: Aside) -> Result<()> {
    tell("Making the indexes.");
    for definition in aside.0 {
        run(connection, &definition).await?;
    }
    run(connection, "analyze").await
}
