//! Reading ahead: while PostgreSQL writes one chunk of rows, the next is read and prepared.

use std::io::Read;

use super::plan::{Known, Plan, Prepared, Verdict};
use super::source::{Room, Row, Source};
use crate::failure::Result;

/// Rows that are read and prepared in one go. Then it is looked whether PostgreSQL has answered: a
/// few hundred microseconds, which its next statement waits at most.
const STRETCH: usize = 50;

/// A file whose rows become values.
pub(super) struct Ahead<'a, R: Read> {
    source: Source<R>,
    plan: &'a Plan<'a>,
    known: Known<'a>,
}

/// Rows that are written together.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    /// Rows that it was read from.
    pub(super) read: u64,
    /// Rows that the mapping leaves out.
    pub(super) skipped: u64,
    /// Rows that cannot be taken, each with the reason.
    pub(super) refused: Vec<(Row, String)>,
    /// Rows that can.
    pub(super) ready: Vec<Prepared>,
}

impl<'a, R: Read> Ahead<'a, R> {
    pub(super) const fn new(source: Source<R>, plan: &'a Plan<'a>, known: Known<'a>) -> Self {
        Self {
            source,
            plan,
            known,
        }
    }

    /// The next chunk, in stretches between which others are let on; none at the end of the file.
    pub(super) async fn chunk(&mut self) -> Result<Option<Chunk>> {
        let mut room = Room::default();
        let mut chunk = Chunk::default();
        while let Some(row) = self.source.row(&mut room)? {
            chunk.read += 1;
            match row.map(|row| self.plan.prepare(row, &self.known)) {
                Ok(Verdict::Ready(prepared)) => chunk.ready.push(prepared),
                Ok(Verdict::Skipped) => chunk.skipped += 1,
                Ok(Verdict::Refused(row, why)) | Err((row, why)) => chunk.refused.push((row, why)),
            }
            if chunk.read.is_multiple_of(STRETCH as u64) {
                tokio::task::yield_now().await;
            }
        }
        Ok((chunk.read > 0).then_some(chunk))
    }
}
