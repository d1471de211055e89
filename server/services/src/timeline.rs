//! The timeline of a record.
use domain::timeline::Timeline;
use domain::{Error, EventId, Kind, RecordId};

use crate::Ctx;

/// A page of a record's timeline, newest first: what is older than `older`, or the newest.
pub async fn read(_ctx: &Ctx, _kind: Kind, _id: RecordId, _older: Option<EventId>) -> Result<Timeline, Error> { Err(Error::Unavailable) }
