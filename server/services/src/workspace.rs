//! What every page needs to know.
use domain::Error;
use domain::workspace::Workspace;

use crate::Ctx;

/// The workspace of the user who asks.
pub async fn load(_ctx: &Ctx) -> Result<Workspace, Error> { Err(Error::Unavailable) }
