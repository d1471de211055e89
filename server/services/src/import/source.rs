//! Reading a CSV file row by row: what stands between cells is found out, and what is no UTF-8 is
//! told in words.

use std::io::{BufRead, BufReader, Read};

use csv::{ByteRecord, Reader, ReaderBuilder};
use domain::{Error, Problem};

/// Rows that are worked on together.
pub(super) const CHUNK: usize = 1_000;
/// Bytes of the beginning that are looked at.
const LOOK: usize = 64 * 1024;

/// A row as it stands in the file.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// Its number; the first row below the header is 1.
    pub(super) number: u64,
    /// Its cells.
    pub(super) cells: Vec<String>,
}

/// A row, or the row and why it cannot be taken.
pub(super) type ReadRow = Result<Row, (Row, String)>;

/// A CSV file under way.
pub(super) struct Source<R: Read> {
    reader: Reader<BufReader<R>>,
    header: Vec<String>,
    number: u64,
}

fn unreadable(words: impl Into<String>) -> Error {
    Error::field("file", "The CSV file", Problem::Other(words.into()))
}

impl<R: Read> Source<R> {
    /// Opens a file and reads its header.
    pub(super) fn open(reader: R, delimiter: Option<u8>) -> Result<Self, Error> {
        let mut buffered = BufReader::with_capacity(LOOK, reader);
        let start = buffered
            .fill_buf()
            .map_err(|error| unreadable(error.to_string()))?;
        check_encoding(start)?;
        let delimiter = delimiter.unwrap_or_else(|| find_delimiter(start));
        if start.starts_with(&[0xEF, 0xBB, 0xBF]) {
            buffered.consume(3);
        }
        // Rows of another length are told with their number rather than ending the import.
        let mut reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .from_reader(buffered);
        let header = reader
            .byte_headers()
            .map_err(|error| unreadable(error.to_string()))?
            .clone();
        let header = text(&header).ok_or_else(|| unreadable(not_utf8("the header")))?;
        let header: Vec<String> = header
            .into_iter()
            .map(|name| name.trim().to_owned())
            .collect();
        if header.iter().all(String::is_empty) {
            return Err(unreadable("is empty; its first line must name the columns"));
        }
        Ok(Self {
            reader,
            header,
            number: 0,
        })
    }

    /// The columns' names.
    pub(super) fn header(&self) -> &[String] {
        &self.header
    }

    /// The next rows, up to [`CHUNK`]; at the end none.
    pub(super) fn rows(&mut self) -> Result<Vec<ReadRow>, Error> {
        let mut rows = Vec::new();
        let mut record = ByteRecord::new();
        while rows.len() < CHUNK {
            match self.reader.read_byte_record(&mut record) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => return Err(unreadable(error.to_string())),
            }
            self.number += 1;
            let number = self.number;
            let Some(cells) = text(&record) else {
                return Err(unreadable(not_utf8(&format!("row {number}"))));
            };
            let row = Row { number, cells };
            let (has, wants) = (row.cells.len(), self.header.len());
            let surplus = row
                .cells
                .iter()
                .skip(wants)
                .any(|cell| !cell.trim().is_empty());
            rows.push(if has < wants || surplus {
                Err((row, format!("has {has} cells instead of {wants}")))
            } else {
                Ok(row)
            });
        }
        Ok(rows)
    }
}

fn text(record: &ByteRecord) -> Option<Vec<String>> {
    record
        .iter()
        .map(|cell| String::from_utf8(cell.to_vec()).ok())
        .collect()
}

fn not_utf8(place: &str) -> String {
    format!(
        "is not in UTF-8 ({place}), maybe in Windows-1250, 1251 or 1252. Save it as “CSV UTF-8”, \
         or convert it: iconv -f WINDOWS-1251 -t UTF-8"
    )
}

fn check_encoding(start: &[u8]) -> Result<(), Error> {
    let utf16 = start.starts_with(&[0xFF, 0xFE])
        || start.starts_with(&[0xFE, 0xFF])
        || start.iter().take(200).filter(|byte| **byte == 0).count() > 2;
    if utf16 {
        let words = "is in UTF-16. Save it as “CSV UTF-8”, or convert it: iconv -f UTF-16 -t UTF-8";
        return Err(unreadable(words));
    }
    Ok(())
}

/// The sign that stands most often in the first line, outside quotes.
fn find_delimiter(start: &[u8]) -> u8 {
    let mut quoted = false;
    let line: Vec<u8> = start
        .iter()
        .copied()
        .take_while(|&byte| {
            quoted ^= byte == b'"';
            quoted || byte != b'\n'
        })
        .collect();
    let mut quoted = false;
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0), (b'|', 0)];
    for byte in line {
        quoted ^= byte == b'"';
        if let Some((_, count)) = counts.iter_mut().find(|(sign, _)| *sign == byte && !quoted) {
            *count += 1;
        }
    }
    let best = counts.into_iter().rev().max_by_key(|(_, count)| *count);
    best.map_or(b',', |(sign, _)| sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(bytes: &[u8]) -> Result<Source<&[u8]>, Error> {
        Source::open(bytes, None)
    }

    #[test]
    fn the_delimiter_is_found() {
        for text in ["a,b\n1,2", "a;b\n1;2", "a\tb\n1\t2", "\"a;;\",b\n1,2"] {
            assert_eq!(open(text.as_bytes()).unwrap().header().len(), 2, "{text}");
        }
        assert_eq!(open(b"one\n1").unwrap().header(), ["one"]);
    }

    #[test]
    fn a_mark_at_the_beginning_is_no_part_of_the_first_name() {
        assert_eq!(
            open("\u{feff}name,b\n1,2".as_bytes()).unwrap().header()[0],
            "name"
        );
    }

    #[test]
    fn other_encodings_are_told_in_words() {
        let told = |bytes: &[u8]| open(bytes).err().expect("an error").to_string();
        assert!(told(b"\xff\xfen\0a\0m\0e\0").contains("UTF-16"));
        assert!(told(b"\xcf\xf0\xe8,b\n").contains("Windows"));
        assert!(told(b"").contains("empty"));
    }

    #[test]
    fn a_row_of_another_length_is_told_with_its_number() {
        let rows = open(b"a,b\n1\n1,2,\n1,2,3\n").unwrap().rows().unwrap();
        assert!(
            rows[0]
                .as_ref()
                .is_err_and(|(row, words)| row.number == 1 && words.contains("1 cells"))
        );
        assert!(rows[1].is_ok());
        assert!(rows[2].is_err());
    }
}
