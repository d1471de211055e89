//! Reading a backup's file. Nothing is taken from one before all of it has been checked.

use std::{
    fs::File,
    io::{self, Read, Seek as _, SeekFrom},
    path::{Path, PathBuf},
};

use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use tar::Header;

use super::{BLOCK, DUMP, Error, FORM, MANIFEST, Manifest, SUMS, hex, padding};

/// The longest manifest that is believed: many times that of a thousand tables.
const LONGEST: u64 = 64 * 1024 * 1024;

/// A backup that is whole.
#[derive(Debug)]
pub struct Archive {
    /// What it says about itself.
    pub manifest: Manifest,
    file: File,
    /// The length of the dump, which begins after the first block.
    bytes: u64,
}

/// What every form of the file says about itself.
#[derive(Deserialize)]
struct Form {
    form: u32,
    dealwright: String,
}

impl Archive {
    /// Opens a file and checks every byte of it.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let file = File::open(path).map_err(|source| Error::Read {
            path: path.to_owned(),
            source,
        })?;
        let mut reader = Reader {
            path: path.to_owned(),
            file,
        };
        let bytes = reader.header(DUMP)?;
        reader.skip(bytes + padding(bytes))?;
        let manifest = reader.part(MANIFEST)?;
        let sums = reader.part(SUMS)?;
        let form: Form = serde_json::from_slice(&manifest)
            .map_err(|_| reader.not_whole("its manifest cannot be read"))?;
        if form.form > FORM {
            return Err(Error::Newer {
                path: path.to_owned(),
                program: form.dealwright,
            });
        }
        let dump = reader.sum(bytes)?;
        let expected = format!(
            "{dump}  {DUMP}\n{}  {MANIFEST}\n",
            hex(&Sha256::digest(&manifest))
        );
        if sums != expected.as_bytes() {
            return Err(reader.not_whole("its checksums are others"));
        }
        let manifest = serde_json::from_slice(&manifest)
            .map_err(|_| reader.not_whole("its manifest cannot be read"))?;
        Ok(Self {
            manifest,
            file: reader.file,
            bytes,
        })
    }

    /// The dump, from its beginning.
    pub fn dump(&mut self) -> io::Result<impl Read> {
        self.file.seek(SeekFrom::Start(BLOCK as u64))?;
        Ok((&self.file).take(self.bytes))
    }

    /// Refuses a backup whose schema this program does not know.
    pub fn check_steps(&self, path: &Path, known: &[String]) -> Result<(), Error> {
        let steps = &self.manifest.database.steps;
        if steps.iter().all(|step| known.contains(step)) {
            return Ok(());
        }
        Err(Error::Newer {
            path: path.to_owned(),
            program: self.manifest.dealwright.clone(),
        })
    }
}

struct Reader {
    path: PathBuf,
    file: File,
}

impl Reader {
    /// The length of the part that begins here, if it is the one that should.
    fn header(&mut self, name: &str) -> Result<u64, Error> {
        let mut block = [0; BLOCK];
        self.fill(&mut block, name)?;
        let header = Header::from_byte_slice(&block);
        match (header.path(), header.entry_size()) {
            (Ok(path), Ok(bytes)) if *path == *Path::new(name) => Ok(bytes),
            _ => Err(self.not_whole(&format!("where {name} should begin is something else"))),
        }
    }

    /// A short part, whole.
    fn part(&mut self, name: &str) -> Result<Vec<u8>, Error> {
        let bytes = self.header(name)?;
        if bytes > LONGEST {
            return Err(self.not_whole(&format!("{name} is too long")));
        }
        let mut part = vec![0; usize::try_from(bytes).unwrap_or_default()];
        self.fill(&mut part, name)?;
        self.skip(padding(bytes))?;
        Ok(part)
    }

    /// The checksum of the dump.
    fn sum(&mut self, bytes: u64) -> Result<String, Error> {
        let failed = |source| Error::Read {
            path: self.path.clone(),
            source,
        };
        self.file
            .seek(SeekFrom::Start(BLOCK as u64))
            .map_err(failed)?;
        let mut sum = Sha256::new();
        let mut buffer = vec![0; 256 * 1024];
        let mut dump = (&self.file).take(bytes);
        loop {
            match dump.read(&mut buffer).map_err(failed)? {
                0 => return Ok(hex(&sum.finalize())),
                read => sum.update(&buffer[..read]),
            }
        }
    }

    fn skip(&mut self, bytes: u64) -> Result<(), Error> {
        let bytes = i64::try_from(bytes).map_err(|_| self.not_whole("it is too long"))?;
        self.file
            .seek(SeekFrom::Current(bytes))
            .map(drop)
            .map_err(|source| Error::Read {
                path: self.path.clone(),
                source,
            })
    }

    fn fill(&mut self, buffer: &mut [u8], name: &str) -> Result<(), Error> {
        match self.file.read_exact(buffer) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Err(self.not_whole(&format!("it ends before the end of {name}")))
            }
            Err(source) => Err(Error::Read {
                path: self.path.clone(),
                source,
            }),
        }
    }

    fn not_whole(&self, why: &str) -> Error {
        Error::NotWhole {
            path: self.path.clone(),
            why: why.to_owned(),
        }
    }
}
