//! Refused rows: a CSV file with the row's number, the reason, and the row as it was, so that it
//! can be mended and imported again.

use std::io::Write;

use super::source::Row;
use crate::failure::Result;

/// The columns that stand before those of the file.
const OWN: [&str; 2] = ["row", "reason"];

/// Where refused rows go. Nothing is written until there is one.
pub(super) struct Refused<'w> {
    writer: csv::Writer<&'w mut (dyn Write + Send)>,
    header: Option<Vec<String>>,
}

impl<'w> Refused<'w> {
    /// Of a file with these columns.
    pub(super) fn new(to: &'w mut (dyn Write + Send), header: &[String]) -> Self {
        let header = OWN
            .iter()
            .map(ToString::to_string)
            .chain(header.iter().cloned())
            .collect();
        // Rows of another length are refused too, and keep their length.
        let writer = csv::WriterBuilder::new().flexible(true).from_writer(to);
        Self {
            writer,
            header: Some(header),
        }
    }

    /// Writes a row with the reason.
    pub(super) fn write(&mut self, row: &Row, why: &str) -> Result<()> {
        if let Some(header) = self.header.take() {
            self.writer
                .write_record(&header)
                .map_err(anyhow::Error::from)?;
        }
        let number = row.number.to_string();
        let cells = [number.as_str(), why]
            .into_iter()
            .chain(row.cells.iter().map(String::as_str));
        self.writer
            .write_record(cells)
            .map_err(anyhow::Error::from)?;
        Ok(())
    }

    /// Sees that everything has arrived.
    pub(super) fn finish(&mut self) -> Result<()> {
        Ok(self.writer.flush().map_err(anyhow::Error::from)?)
    }
}
