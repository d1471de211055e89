//! What a file's letters are written in: bytes become UTF-8 as they stream by, and bytes that fit
//! no letter end the reading with their line and the setting that would read them.

use std::fmt;
use std::io::{self, BufRead, ErrorKind, Read};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// Bytes that are read at once.
const BLOCK: usize = 64 * 1024;
/// Signs at the beginning that are looked at for the zeros between the letters of UTF-16.
const LOOK: usize = 200;

/// The encoding of a name such as `windows-1251`, `cp1250`, `latin2` or `utf-16le`.
pub(super) fn named(name: &str) -> Option<&'static Encoding> {
    Encoding::for_label_no_replacement(name.trim().as_bytes())
}

/// A file as UTF-8, without the mark at its beginning.
pub(super) struct Decoded<R> {
    inner: R,
    decoder: Decoder,
    /// What the mapping says.
    given: bool,
    raw: Box<[u8]>,
    /// Where in `raw` stands what is still to be decoded.
    rest: std::ops::Range<usize>,
    text: Box<[u8]>,
    /// Where in `text` stands what is still to be read.
    ready: std::ops::Range<usize>,
    /// Line ends decoded so far.
    lines: u64,
    /// Bytes that may be read before somebody allows more.
    allowed: u64,
    begun: bool,
    ended: bool,
}

/// Why a file cannot be read, in words that follow the file's name.
#[derive(Debug)]
struct Unfit(String);

impl fmt::Display for Unfit {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.0)
    }
}

impl std::error::Error for Unfit {}

fn unfit(words: String) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, Unfit(words))
}

impl<R: Read> Decoded<R> {
    /// A file in the encoding that the mapping gives, in UTF-8 where it gives none. A mark at the
    /// beginning of the file knows better than the mapping.
    pub(super) fn new(inner: R, encoding: Option<&'static Encoding>) -> Self {
        let zeros = || vec![0; BLOCK].into_boxed_slice();
        Self {
            inner,
            decoder: encoding.unwrap_or(UTF_8).new_decoder(),
            given: encoding.is_some(),
            raw: zeros(),
            rest: 0..0,
            text: zeros(),
            ready: 0..0,
            lines: 0,
            allowed: u64::MAX,
            begun: false,
            ended: false,
        }
    }

    /// Whether a file in UTF-8 needs a mark to be read by the same mapping; known once something
    /// was read.
    pub(super) fn wants_mark(&self) -> bool {
        self.given || self.decoder.encoding() != UTF_8
    }

    /// Allows this many bytes from here on; then reading ends with [`ErrorKind::FileTooLarge`].
    pub(super) const fn allow(&mut self, bytes: u64) {
        self.allowed = bytes;
    }

    fn take_block(&mut self) -> io::Result<bool> {
        let count = loop {
            match self.inner.read(&mut self.raw) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                count => break count?,
            }
        };
        self.rest = 0..count;
        if !self.begun && !self.given {
            self.begun = true;
            check_beginning(&self.raw[..count])?;
        }
        Ok(count == 0)
    }

    /// Decodes until there is something to read or the file ends.
    fn decode(&mut self) -> io::Result<()> {
        while !self.ended && self.ready.is_empty() {
            if self.allowed == 0 {
                return Err(ErrorKind::FileTooLarge.into());
            }
            let last = self.rest.is_empty() && self.take_block()?;
            let source = &self.raw[self.rest.clone()];
            let (result, read, written) =
                self.decoder
                    .decode_to_utf8_without_replacement(source, &mut self.text, last);
            self.rest.start += read;
            self.ready = 0..written;
            self.allowed = self.allowed.saturating_sub(written as u64);
            let ends = self.text[..written].iter().filter(|sign| **sign == b'\n');
            self.lines += ends.count() as u64;
            match result {
                DecoderResult::InputEmpty => self.ended = last,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => return Err(self.malformed()),
            }
        }
        Ok(())
    }

    fn malformed(&self) -> io::Error {
        let (line, encoding) = (self.lines + 1, self.decoder.encoding().name());
        if encoding != UTF_8.name() {
            return unfit(format!(
                "is not in {encoding} (line {line}); it may be cut off, or in another encoding"
            ));
        }
        let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
        detector.feed(&self.raw[..self.rest.end], true);
        let guess = detector.guess(None, Utf8Detection::Deny).name();
        let guess = guess.to_lowercase();
        unfit(format!(
            "is not in UTF-8 (line {line}). By its letters it is in {guess}: say so in the mapping \
             file, under [file]: encoding = \"{guess}\""
        ))
    }
}

impl<R: Read> BufRead for Decoded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.decode()?;
        Ok(&self.text[self.ready.clone()])
    }

    fn consume(&mut self, count: usize) {
        self.ready.start = (self.ready.start + count).min(self.ready.end);
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let ready = self.fill_buf()?;
        let count = ready.len().min(to.len());
        to[..count].copy_from_slice(&ready[..count]);
        self.consume(count);
        Ok(count)
    }
}

/// UTF-16 without a mark looks like UTF-8 with zeros between its letters.
fn check_beginning(start: &[u8]) -> io::Result<()> {
    let has_mark = Encoding::for_bom(start).is_some();
    let start = &start[..start.len().min(LOOK)];
    let zeros = |odd: usize| {
        let signs = start.iter().skip(odd).step_by(2);
        signs.filter(|sign| **sign == 0).count()
    };
    let (even, odd) = (zeros(0), zeros(1));
    if has_mark || even + odd <= 2 {
        return Ok(());
    }
    let guess = if odd >= even { UTF_16LE } else { UTF_16BE };
    let guess = guess.name().to_lowercase();
    Err(unfit(format!(
        "is in UTF-16 without a mark at its beginning (line 1): say so in the mapping file, under \
         [file]: encoding = \"{guess}\""
    )))
}

/// Reads a file to its end, only to see whether all of it can be read.
pub(super) fn check(
    reader: impl Read,
    encoding: Option<&'static Encoding>,
) -> Result<(), io::Error> {
    let mut decoded = Decoded::new(reader, encoding);
    loop {
        let count = decoded.fill_buf()?.len();
        if count == 0 {
            return Ok(());
        }
        decoded.consume(count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Имя;Ort\r\nООО «Ромашка»;Łódź\n";

    /// A reader that hands out a few bytes at a time, so that signs are cut in two.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
            let count = self.0.len().min(to.len()).min(3);
            to[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn decoded(bytes: &[u8], name: Option<&str>) -> Result<String, String> {
        let mut text = String::new();
        let encoding = name.map(|name| named(name).expect("an encoding"));
        match Decoded::new(Slow(bytes), encoding).read_to_string(&mut text) {
            Ok(_) => Ok(text),
            Err(error) => Err(error.to_string()),
        }
    }

    fn utf_16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn marks_at_the_beginning_are_understood_and_left_out() {
        let marked = format!("\u{feff}{TEXT}");
        let little = utf_16(&marked, u16::to_le_bytes);
        let big = utf_16(&marked, u16::to_be_bytes);
        for bytes in [TEXT.as_bytes(), marked.as_bytes(), &little, &big] {
            assert_eq!(decoded(bytes, None).as_deref(), Ok(TEXT));
        }
        // The mark knows better than the setting.
        assert_eq!(decoded(&big, Some("windows-1251")).as_deref(), Ok(TEXT));
    }

    #[test]
    fn a_setting_reads_what_has_no_mark() {
        let russian = "Имя;Сделка №1\n".repeat(20_000);
        let (bytes, ..) = encoding_rs::WINDOWS_1251.encode(&russian);
        for name in ["windows-1251", "Windows-1251", "cp1251"] {
            assert_eq!(decoded(&bytes, Some(name)).as_deref(), Ok(&*russian));
        }
        let little = utf_16(TEXT, u16::to_le_bytes);
        assert_eq!(decoded(&little, Some("utf-16le")).as_deref(), Ok(TEXT));
        assert!(named("klingon").is_none());
        assert!(named("iso-2022-kr").is_none(), "not decoded by anybody");
    }

    #[test]
    fn what_is_no_utf_8_is_told_with_its_line_and_the_setting() {
        let told = |text: &str, encoding: &'static Encoding| {
            let bytes = [b"name,town\nAnna,Minsk\n", &*encoding.encode(text).0].concat();
            check(&*bytes, None).expect_err("no UTF-8").to_string()
        };
        assert_eq!(
            told(
                "Общество с ограниченной ответственностью,Москва\n",
                encoding_rs::WINDOWS_1251
            ),
            "is not in UTF-8 (line 3). By its letters it is in windows-1251: say so in the mapping \
             file, under [file]: encoding = \"windows-1251\""
        );
        let polish = "Zażółć gęślą jaźń,Świętochłowice\nŁódź,Białystok\n";
        let words = told(polish, encoding_rs::WINDOWS_1250);
        assert!(words.contains("encoding = \"windows-1250\""), "{words}");
        let words = told("Crème brûlée à côté,Besançon\n", encoding_rs::WINDOWS_1252);
        assert!(words.contains("encoding = \"windows-1252\""), "{words}");
    }

    #[test]
    fn utf_16_without_a_mark_is_told_and_a_torn_one_too() {
        for (bytes, name) in [
            (utf_16("name,b\n1,2\n", u16::to_le_bytes), "utf-16le"),
            (utf_16("name,b\n1,2\n", u16::to_be_bytes), "utf-16be"),
        ] {
            let words = check(&*bytes, None).unwrap_err().to_string();
            assert!(words.contains(&format!("encoding = \"{name}\"")), "{words}");
            assert!(decoded(&bytes, Some(name)).is_ok());
        }
        let mut torn = utf_16("\u{feff}name\nx\n", u16::to_le_bytes);
        torn.pop();
        let words = check(&*torn, None).unwrap_err().to_string();
        assert!(words.starts_with("is not in UTF-16LE (line 2)"), "{words}");
    }

    #[test]
    fn reading_ends_where_no_more_is_allowed() {
        let mut decoded = Decoded::new(io::repeat(b'x'), None);
        decoded.allow(1_000_000);
        let mut sink = Vec::new();
        let error = decoded.read_to_end(&mut sink).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::FileTooLarge);
        assert!(sink.len() < 1_100_000);
    }
}
