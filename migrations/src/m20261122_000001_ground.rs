//! People, pipelines, the kinds, the log, and what is kept beside them.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        for part in [
            include_str!("ground/people.sql"),
            include_str!("ground/pipelines.sql"),
            include_str!("ground/records.sql"),
            include_str!("ground/log.sql"),
            include_str!("ground/totals.sql"),
            include_str!("ground/funnel.sql"),
        ] {
            connection.execute_unprepared(part).await?;
        }
        Ok(())
    }
}
