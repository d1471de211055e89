//! Refused rows: a CSV file with the row's number, the reason, and the row as it was, so that it
//! can be mended and imported again.

use std::borrow::Cow;
use std::io::{Read, Write};

use super::source::{Row, Source};
use crate::failure::Result;

/// The columns that stand before those of the file.
const OWN: [&str; 2] = ["row", "reason"];

/// Letters of a reason that are told. A cell of a megabyte says no more than its beginning.
const REASON: usize = 2_000;

/// Where refused rows go. Nothing is written until there is one.
pub(super) struct Refused<'w> {
    writer: csv::Writer<&'w mut (dyn Write + Send)>,
    header: Option<Vec<String>>,
}

impl<'w> Refused<'w> {
    /// Of rows of this file. They are written as the mapping reads them: with the same sign
    /// between cells, and with a mark at the beginning where the mapping would take them for another encoding.
    pub(super) fn new<R: Read>(to: &'w mut (dyn Write + Send), source: &Source<R>) -> Self {
        let mark = if source.wants_mark() { "\u{feff}" } else { "" };
        let [first, second] = OWN;
        let header = [format!("{mark}{first}"), second.to_owned()]
            .into_iter()
            .chain(source.header().iter().cloned())
            .collect();
        // Rows of another length are refused too, and keep their length.
        let writer = csv::WriterBuilder::new()
            .flexible(true)
            .delimiter(source.delimiter())
            .from_writer(to);
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
        let why = short(why, REASON);
        let cells = [number.as_str(), &why]
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

/// The beginning of a text, so that a whole novel in a cell is not told again.
pub(super) fn short(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// A cell as a reason quotes it.
pub(super) fn quoted(text: &str) -> String {
    format!("“{}”", short(text, 80))
}
