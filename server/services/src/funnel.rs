//! The funnel.
use domain::Error;
use domain::funnel::{Funnel, FunnelQuery};

use crate::Ctx;

/// The funnel as the asker may see it.
pub async fn read(_ctx: &Ctx, _query: &FunnelQuery) -> Result<Funnel, Error> { Err(Error::Unavailable) }
