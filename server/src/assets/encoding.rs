//! Brotli and gzip: which one a browser takes, and making it where the build did not.

use std::{
    collections::HashMap,
    io::Write as _,
    sync::{LazyLock, Mutex, PoisonError},
};

use axum::{
    body::Bytes,
    http::{HeaderValue, header::GetAll},
};

/// How a file may be compressed, the better one first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Encoding {
    Brotli,
    Gzip,
}

/// What was compressed here, as long as we run. The site is a few files.
static COMPRESSED: LazyLock<Mutex<HashMap<(String, Encoding), Bytes>>> =
    LazyLock::new(Mutex::default);

impl Encoding {
    /// The best one that the browser accepts.
    pub(super) fn preferred(accepted: GetAll<'_, HeaderValue>) -> Option<Self> {
        accepted
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .filter_map(|entry| {
                let (token, parameters) = entry.split_once(';').unwrap_or((entry, ""));
                let refused = parameters
                    .trim()
                    .strip_prefix("q=")
                    .is_some_and(|q| q.trim().parse() == Ok(0.0));
                Self::of_token(token.trim()).filter(|_| !refused)
            })
            .min()
    }

    /// The encoding of a file that holds another in compressed form.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        [Self::Brotli, Self::Gzip]
            .into_iter()
            .find(|encoding| name.ends_with(&format!(".{}", encoding.suffix())))
    }

    fn of_token(token: &str) -> Option<Self> {
        match token {
            "br" => Some(Self::Brotli),
            "gzip" => Some(Self::Gzip),
            _ => None,
        }
    }

    /// Its name in HTTP.
    pub(super) const fn token(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }

    /// The end of the names of such files.
    pub(super) const fn suffix(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gz",
        }
    }
}

/// The file in that encoding: made now, or earlier.
pub(super) async fn compressed(name: &str, plain: Bytes, encoding: Encoding) -> Option<Bytes> {
    let key = (name.to_owned(), encoding);
    let known = || {
        COMPRESSED
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&key)
            .cloned()
    };
    if let Some(known) = known() {
        return Some(known);
    }
    let made = tokio::task::spawn_blocking(move || compress(&plain, encoding))
        .await
        .ok()??;
    COMPRESSED
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .insert(key, made.clone());
    Some(made)
}

fn compress(plain: &[u8], encoding: Encoding) -> Option<Bytes> {
    let mut compressed = Vec::new();
    match encoding {
        Encoding::Brotli => {
            // Nearly as small as the most that brotli can do, in a fraction of the time.
            let mut writer = brotli::CompressorWriter::new(&mut compressed, 64 * 1024, 9, 22);
            writer.write_all(plain).ok()?;
            writer.flush().ok()?;
        }
        Encoding::Gzip => {
            let level = flate2::Compression::default();
            let mut writer = flate2::write::GzEncoder::new(&mut compressed, level);
            writer.write_all(plain).ok()?;
            writer.finish().ok()?;
        }
    }
    Some(compressed.into())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, header::ACCEPT_ENCODING};

    use super::*;

    fn preferred(accepted: &'static str) -> Option<Encoding> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(accepted));
        Encoding::preferred(headers.get_all(ACCEPT_ENCODING))
    }

    #[test]
    fn the_best_that_is_accepted_is_taken() {
        assert_eq!(preferred("gzip, deflate, br, zstd"), Some(Encoding::Brotli));
        assert_eq!(preferred("gzip;q=1.0, br;q=0"), Some(Encoding::Gzip));
        assert_eq!(preferred("identity"), None);
        assert_eq!(preferred(""), None);
    }

    #[tokio::test]
    async fn what_is_compressed_can_be_had_back() {
        let plain = Bytes::from("the same words over and over ".repeat(200));
        let brotli = compressed("a.css", plain.clone(), Encoding::Brotli)
            .await
            .expect("made");
        let mut text = Vec::new();
        brotli::BrotliDecompress(&mut brotli.as_ref(), &mut text).expect("brotli");
        assert_eq!(text, plain);
        let gzip = compressed("a.css", plain.clone(), Encoding::Gzip)
            .await
            .expect("made");
        let mut text = Vec::new();
        let mut reader = flate2::read::GzDecoder::new(gzip.as_ref());
        std::io::Read::read_to_end(&mut reader, &mut text).expect("gzip");
        assert_eq!(text, plain);
        assert!(brotli.len() < 200 && gzip.len() < 200);
    }
}
