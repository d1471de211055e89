//! Pipelines and stages.
use domain::pipeline::{LostReason, Pipeline};

use crate::failure::Result;
use sea_orm::ConnectionTrait;

/// All pipelines in use with their stages, in order.
pub async fn load(_db: &impl ConnectionTrait) -> Result<Vec<Pipeline>> { Ok(Vec::new()) }
/// The reasons for losing, in order.
pub async fn lost_reasons(_db: &impl ConnectionTrait) -> Result<Vec<LostReason>> { Ok(Vec::new()) }
