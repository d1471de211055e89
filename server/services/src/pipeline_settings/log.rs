//! What the log keeps of a change of settings: an event about the pipeline, stage or reason, with
//! the difference, by which it can be taken back.

use domain::timeline::What;

use super::Desk;
use crate::failure::Result;
pub(super) use crate::operations::log::{Difference, one, write};

/// The log's word for a stage; those for the others are in [`crate::stages`].
pub(super) const STAGE: &str = "stage";

impl Desk<'_> {
    /// Writes an event about a pipeline, a stage or a reason.
    pub(super) async fn tell(
        &mut self,
        kind: &str,
        id: i64,
        what: What,
        difference: Difference,
    ) -> Result<()> {
        let now = self.ctx.now;
        write(&mut self.operation, now, kind, id, what, difference).await
    }
}
