//! Reading a CSV file row by row: what stands between cells is found out, and no row, however
//! large or torn, makes it take more memory than a few chunks of rows need.

use std::io::{BufRead, ErrorKind, Read};

use csv::{ByteRecord, Reader, ReaderBuilder};
use domain::{Error, Problem};
use encoding_rs::Encoding;

use super::encoding::Decoded;

/// Rows that are worked on together. What triggers keep is written once for all of them, which made
/// five thousand a fifth quicker than a thousand. What is worked on is in memory, and as much again
/// is read ahead: of narrow rows a hundred megabytes in all, of wide ones [`CHUNK_BYTES`] say.
pub(super) const CHUNK: usize = 5_000;
/// Bytes after which a chunk is full, however few rows it has.
pub(super) const CHUNK_BYTES: usize = 8 * 1024 * 1024;
/// Bytes that a row may have. Larger ones come from a quote that is left open.
const ROW_BYTES: u64 = 32 * 1024 * 1024;

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

/// What a chunk still has room for.
#[derive(Debug)]
pub(super) struct Room {
    rows: usize,
    /// Roughly: the last row may need more.
    bytes: usize,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            rows: CHUNK,
            bytes: CHUNK_BYTES,
        }
    }
}

/// A CSV file under way.
pub(super) struct Source<R: Read> {
    reader: Reader<Decoded<R>>,
    /// The last row that was read, whose memory the next one takes.
    record: ByteRecord,
    header: Vec<String>,
    delimiter: u8,
    number: u64,
}

pub(super) fn unreadable(words: impl Into<String>) -> Error {
    Error::field("file", "The CSV file", Problem::Other(words.into()))
}

impl<R: Read> Source<R> {
    /// Opens a file and reads its header.
    pub(super) fn open(
        reader: R,
        encoding: Option<&'static Encoding>,
        delimiter: Option<u8>,
    ) -> Result<Self, Error> {
        let mut decoded = Decoded::new(reader, encoding);
        decoded.allow(ROW_BYTES);
        let start = decoded
            .fill_buf()
            .map_err(|error| unreadable(error.to_string()))?;
        let delimiter = delimiter.unwrap_or_else(|| find_delimiter(start));
        // Rows of another length are told with their number rather than ending the import.
        let mut reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .from_reader(decoded);
        let header = reader
            .byte_headers()
            .map_err(|error| broken(&error, "the header", 1))?
            .clone();
        let header: Vec<String> = texts(&header)
            .iter()
            .map(|name| name.trim().to_owned())
            .collect();
        if header.iter().all(String::is_empty) {
            return Err(unreadable("is empty; its first line must name the columns"));
        }
        Ok(Self {
            reader,
            record: ByteRecord::new(),
            header,
            delimiter,
            number: 0,
        })
    }

    /// The columns' names.
    pub(super) fn header(&self) -> &[String] {
        &self.header
    }

    /// What stands between cells.
    pub(super) const fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// Whether a file in UTF-8 needs a mark to be read by the same mapping.
    pub(super) fn wants_mark(&self) -> bool {
        self.reader.get_ref().wants_mark()
    }

    /// The rows of the next chunk; at the end none.
    pub(super) fn rows(&mut self) -> Result<Vec<ReadRow>, Error> {
        let mut room = Room::default();
        std::iter::from_fn(|| self.row(&mut room).transpose()).collect()
    }

    /// The next row of a chunk; none where the chunk is full, and at the end.
    pub(super) fn row(&mut self, room: &mut Room) -> Result<Option<ReadRow>, Error> {
        if room.rows == 0 || room.bytes == 0 {
            return Ok(None);
        }
        let number = self.number + 1;
        let line = self.reader.position().line();
        self.reader.get_mut().allow(ROW_BYTES);
        match self.reader.read_byte_record(&mut self.record) {
            Ok(true) => {}
            Ok(false) => return Ok(None),
            Err(error) => return Err(broken(&error, &format!("row {number}"), line)),
        }
        self.number = number;
        room.rows -= 1;
        // A cell takes its place, be it empty: some sheets are saved with thousands of columns.
        let places = self.record.len() * size_of::<String>();
        room.bytes = room
            .bytes
            .saturating_sub(self.record.as_slice().len() + places);
        let cells = texts(&self.record);
        let row = Row { number, cells };
        let (has, wants) = (row.cells.len(), self.header.len());
        let surplus = row
            .cells
            .iter()
            .skip(wants)
            .any(|cell| !cell.trim().is_empty());
        Ok(Some(if has < wants || surplus {
            Err((row, format!("has {has} cells instead of {wants}")))
        } else if let Some(at) = row.cells.iter().position(|cell| cell.contains('\0')) {
            // PostgreSQL stores none in text, and no text that people wrote has one.
            let column = self.header.get(at).map_or("", String::as_str);
            let words = format!("has a zero byte in “{column}”: the file is damaged there");
            Err((row, words))
        } else {
            Ok(row)
        }))
    }
}

/// Why a row could not be read, with the line where it begins.
fn broken(error: &csv::Error, what: &str, line: u64) -> Error {
    match error.kind() {
        csv::ErrorKind::Io(error) if error.kind() == ErrorKind::FileTooLarge => {
            let most = ROW_BYTES / 1024 / 1024;
            unreadable(format!(
                "has more than {most} MB in {what} (line {line}): a quote may be left open there"
            ))
        }
        csv::ErrorKind::Io(error) => unreadable(error.to_string()),
        _ => unreadable(format!("{error} (line {line})")),
    }
}

/// The cells; they come out of the decoder, so nothing is lost.
fn texts(record: &ByteRecord) -> Vec<String> {
    record
        .iter()
        .map(|cell| String::from_utf8_lossy(cell).into_owned())
        .collect()
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
        Source::open(bytes, None, None)
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
        assert!(told(b"n\0a\0m\0e\0").contains("utf-16le"));
        assert!(told(b"\xcf\xf0\xe8,b\n").contains("(line 1)"));
        assert!(told(b"").contains("empty"));
        assert_eq!(open(b"\xff\xfea\0,\0b\0\n\0").unwrap().header(), ["a", "b"]);
    }

    #[test]
    fn empty_cells_fill_a_chunk_too() {
        let names: Vec<String> = (0..16_384).map(|number| format!("c{number}")).collect();
        let row = ",".repeat(names.len() - 1) + "\n";
        let text = names.join(",") + "\n" + &row.repeat(100);
        let rows = open(text.as_bytes()).unwrap().rows().unwrap().len();
        assert!((20..30).contains(&rows), "{rows}");
    }

    #[test]
    fn a_quote_left_open_ends_the_reading_with_its_line() {
        let rest = "x,y\n".repeat(10_000_000);
        let text = format!("a,b\n1,2\n3,\"4\n{rest}");
        let told = open(text.as_bytes()).unwrap().rows().unwrap_err();
        assert_eq!(
            told.to_string(),
            "The CSV file: has more than 32 MB in row 2 (line 3): a quote may be left open there"
        );
    }

    #[test]
    fn large_cells_make_small_chunks() {
        let cell = "x".repeat(1024 * 1024);
        let text = format!("a,b\n{}", format!("1,{cell}\n").repeat(20));
        let mut source = open(text.as_bytes()).unwrap();
        let chunks: Vec<usize> = std::iter::from_fn(|| Some(source.rows().unwrap().len()))
            .take_while(|rows| *rows > 0)
            .collect();
        assert_eq!(chunks.iter().sum::<usize>(), 20);
        assert!(chunks.iter().all(|rows| *rows <= 8), "{chunks:?}");
    }

    #[test]
    fn a_zero_byte_refuses_its_row() {
        let rows = open(b"long name of a column,b\n1,x\0y\n1,2\n");
        let rows = rows.unwrap().rows().unwrap();
        assert!(
            rows[0]
                .as_ref()
                .is_err_and(|(_, words)| words.contains("“b”"))
        );
        assert!(rows[1].is_ok());
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
