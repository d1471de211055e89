//! Writing a backup's file: under another name until it is whole.

use std::{
    fs::File,
    io::{self, Seek as _, SeekFrom, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};
use tar::Header;

use super::{BLOCK, DUMP, Error, MANIFEST, Manifest, SUMS, hex, padding};

/// A file under way. Dropped, it leaves nothing behind.
#[derive(Debug)]
pub struct Writing {
    path: PathBuf,
    part: PathBuf,
    file: File,
    force: bool,
    /// Seconds since 1970, for the parts.
    made: u64,
    bytes: u64,
    sum: Sha256,
    is_whole: bool,
}

impl Writing {
    /// Begins beside the place where the file is to be. Only its owner may read it: it holds
    /// everything.
    pub fn begin(path: &Path, force: bool, made: u64) -> Result<Self, Error> {
        if path.exists() && !force {
            return Err(Error::Exists(path.to_owned()));
        }
        let failed = |source| Error::Write {
            path: path.to_owned(),
            source,
        };
        let name = path
            .file_name()
            .ok_or_else(|| failed(io::ErrorKind::InvalidFilename.into()))?;
        if path.is_dir() {
            return Err(failed(io::ErrorKind::IsADirectory.into()));
        }
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}.part", std::process::id()));
        let part = path.with_file_name(hidden);
        let file = File::options()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&part)
            .map_err(failed)?;
        let mut writing = Self {
            path: path.to_owned(),
            part,
            file,
            force,
            made,
            bytes: 0,
            sum: Sha256::new(),
            is_whole: false,
        };
        // The dump's length stands before it, and is known only after it.
        let begun = writing.file.write_all(&[0; BLOCK]);
        begun.map_err(|source| writing.failed(source))?;
        Ok(writing)
    }

    /// Takes a piece of the dump.
    pub fn take(&mut self, piece: &[u8]) -> Result<(), Error> {
        self.file
            .write_all(piece)
            .map_err(|source| self.failed(source))?;
        self.sum.update(piece);
        self.bytes += piece.len() as u64;
        Ok(())
    }

    /// Adds what else there is, has the disk keep it, and gives the file its name. Answers its
    /// length in bytes.
    pub fn finish(mut self, manifest: &Manifest) -> Result<u64, Error> {
        let finished = self.close(manifest);
        finished.map_err(|source| self.failed(source))?;
        if self.path.exists() && !self.force {
            return Err(Error::Exists(self.path.clone()));
        }
        std::fs::rename(&self.part, &self.path).map_err(|source| self.failed(source))?;
        self.is_whole = true;
        // So that the name survives a power cut as well.
        if let Some(folder) = self.path.parent()
            && let Ok(folder) = File::open(if folder.as_os_str().is_empty() {
                Path::new(".")
            } else {
                folder
            })
        {
            let _ = folder.sync_all();
        }
        let length = self.file.metadata().map_err(|source| self.failed(source))?;
        Ok(length.len())
    }

    fn close(&mut self, manifest: &Manifest) -> io::Result<()> {
        self.pad(self.bytes)?;
        let manifest = serde_json::to_vec_pretty(manifest)?;
        self.part(MANIFEST, &manifest)?;
        let sums = format!(
            "{}  {DUMP}\n{}  {MANIFEST}\n",
            hex(&self.sum.clone().finalize()),
            hex(&Sha256::digest(&manifest))
        );
        self.part(SUMS, sums.as_bytes())?;
        // Two empty blocks end a tar.
        self.file.write_all(&[0; 2 * BLOCK])?;
        self.file.seek(SeekFrom::Start(0))?;
        let header = self.header(DUMP, self.bytes)?;
        self.file.write_all(header.as_bytes())?;
        self.file.sync_all()
    }

    fn part(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let header = self.header(name, bytes.len() as u64)?;
        self.file.write_all(header.as_bytes())?;
        self.file.write_all(bytes)?;
        self.pad(bytes.len() as u64)
    }

    fn pad(&mut self, bytes: u64) -> io::Result<()> {
        let zeros = [0; BLOCK];
        let padding = usize::try_from(padding(bytes)).unwrap_or_default();
        self.file.write_all(&zeros[..padding])
    }

    fn header(&self, name: &str, bytes: u64) -> io::Result<Header> {
        let mut header = Header::new_gnu();
        header.set_path(name)?;
        header.set_size(bytes);
        header.set_mode(0o600);
        header.set_mtime(self.made);
        header.set_cksum();
        Ok(header)
    }

    fn failed(&self, source: io::Error) -> Error {
        Error::Write {
            path: self.path.clone(),
            source,
        }
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        if !self.is_whole {
            let _ = std::fs::remove_file(&self.part);
        }
    }
}
