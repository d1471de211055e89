//! Notes on records.
use domain::board::Written;
use domain::{Error, Kind, RecordId};

use crate::Ctx;

/// Writes a note on a record that one may see and change. 1 to 50,000 characters.
pub async fn add(_ctx: &Ctx, _kind: Kind, _id: RecordId, _body: &str) -> Result<Written, Error> { Err(Error::Unavailable) }
