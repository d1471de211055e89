//! The one write path.
use domain::board::Written;
use domain::timeline::Via;
use domain::{Draft, Error, Kind, RecordId};

use crate::Ctx;

/// Makes a record.
pub async fn create(_ctx: &Ctx, _via: Via, _kind: Kind, _draft: Draft) -> Result<Written, Error> { Err(Error::Unavailable) }
/// Changes a record: fields, stage (`stage_id`), place on the board (`draft.place`).
pub async fn change(_ctx: &Ctx, _via: Via, _kind: Kind, _id: RecordId, _draft: Draft) -> Result<Written, Error> { Err(Error::Unavailable) }
/// Puts a record into the recycle bin.
pub async fn delete(_ctx: &Ctx, _via: Via, _kind: Kind, _id: RecordId) -> Result<Written, Error> { Err(Error::Unavailable) }
/// Takes a record out of the recycle bin.
pub async fn restore(_ctx: &Ctx, _via: Via, _kind: Kind, _id: RecordId) -> Result<Written, Error> { Err(Error::Unavailable) }
