//! Undo of a whole operation.
use domain::timeline::Undone;
use domain::{Error, OperationId};

use crate::Ctx;

/// Takes back an operation, as far as nobody changed the same fields since.
pub async fn undo(_ctx: &Ctx, _operation: OperationId) -> Result<Undone, Error> { Err(Error::Unavailable) }
