//! Finds the PostgreSQL programs that are installed on this machine.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    process::Command,
};

use super::Error;

/// The oldest PostgreSQL that Dealwright works with.
pub(super) const OLDEST: u32 = 15;

/// A folder with the programs of one PostgreSQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Programs {
    pub bin: PathBuf,
    pub major: u32,
}

impl Programs {
    /// A program's path.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.bin.join(name)
    }
}

/// Finds the programs: those in `named` when it is given, else those of version `wanted` when a
/// cluster is there already, else the newest.
pub(super) fn find(named: Option<&Path>, wanted: Option<u32>) -> Result<Programs, Error> {
    let found = match named {
        Some(bin) => vec![inspect(bin).ok_or_else(|| Error::NoPrograms(bin.to_owned()))?],
        None => installed(),
    };
    choose(found, wanted)
}

/// Finds `pg_dump` and `pg_restore` for a server of this major version: of the same one, else of
/// the next newer one, since older ones do not know what a newer server has.
pub(super) fn find_clients(named: Option<&Path>, major: u32) -> Result<Programs, Error> {
    let found = match named {
        Some(bin) => vec![inspect_clients(bin).ok_or(Error::NoClients {
            major,
            bin: Some(bin.to_owned()),
        })?],
        None => candidates()
            .iter()
            .filter_map(|bin| inspect_clients(bin))
            .collect(),
    };
    choose_clients(found, major).ok_or(Error::NoClients {
        major,
        bin: named.map(Path::to_owned),
    })
}

fn choose_clients(found: Vec<Programs>, major: u32) -> Option<Programs> {
    found
        .into_iter()
        .filter(|programs| programs.major >= major)
        .min_by_key(|programs| programs.major)
}

/// What PostgreSQL the folder has the programs for backups of. Unlike a server's they need not be
/// where a link leads: Debian's in `/usr/bin` finds out for itself whose programs to run.
fn inspect_clients(bin: &Path) -> Option<Programs> {
    if !bin.join("pg_restore").is_file() {
        return None;
    }
    let output = Command::new(bin.join("pg_dump")).arg("--version").output();
    let major = major(&String::from_utf8_lossy(&output.ok()?.stdout))?;
    Some(Programs {
        bin: bin.to_owned(),
        major,
    })
}

fn choose(found: Vec<Programs>, wanted: Option<u32>) -> Result<Programs, Error> {
    let newest = found
        .iter()
        .map(|programs| programs.major)
        .max()
        .ok_or(Error::NotInstalled)?;
    let major = wanted.unwrap_or(newest);
    if major < OLDEST {
        return Err(Error::TooOld(major));
    }
    found
        .into_iter()
        .find(|programs| programs.major == major)
        .ok_or(Error::OtherVersion {
            cluster: major,
            installed: newest,
        })
}

fn installed() -> Vec<Programs> {
    let mut seen = HashSet::new();
    candidates()
        .into_iter()
        .filter_map(|bin| inspect(&bin))
        .filter(|programs| seen.insert(programs.bin.clone()))
        .collect()
}

/// Where distributions put the programs, in the order in which one version is preferred to itself.
fn candidates() -> Vec<PathBuf> {
    let mut folders = Vec::new();
    // Debian and Ubuntu; Homebrew on both kinds of Mac.
    for parent in ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"] {
        folders.extend(
            children(parent, "")
                .into_iter()
                .map(|folder| folder.join("bin")),
        );
    }
    // The PostgreSQL project's own packages for Fedora and its relatives.
    folders.extend(
        children("/usr", "pgsql-")
            .into_iter()
            .map(|folder| folder.join("bin")),
    );
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output() {
        folders.push(PathBuf::from(
            String::from_utf8_lossy(&output.stdout).trim(),
        ));
    }
    folders.extend(path());
    folders
}

#[expect(
    clippy::disallowed_methods,
    reason = "where programs are is the system's setting"
)]
fn path() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).collect()
}

fn children(parent: &str, prefix: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(parent) else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
        .map(|entry| entry.path())
        .collect()
}

/// What PostgreSQL the folder holds, if it holds one that can make and run a cluster.
fn inspect(bin: &Path) -> Option<Programs> {
    // A link elsewhere on the path leads to the folder where the other programs are.
    let postgres = bin.join("postgres").canonicalize().ok()?;
    let bin = postgres.parent()?.to_owned();
    if !bin.join("initdb").is_file() {
        return None;
    }
    let output = Command::new(&postgres).arg("--version").output().ok()?;
    let major = major(&String::from_utf8_lossy(&output.stdout))?;
    Some(Programs { bin, major })
}

/// The major version in, say, `postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)`.
fn major(version: &str) -> Option<u32> {
    let number = version.split_once("(PostgreSQL) ")?.1;
    number
        .chars()
        .take_while(char::is_ascii_digit)
        .collect::<String>()
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn programs(majors: &[u32]) -> Vec<Programs> {
        majors
            .iter()
            .map(|&major| Programs {
                bin: PathBuf::from(format!("/{major}/bin")),
                major,
            })
            .collect()
    }

    #[test]
    fn the_version_is_read_from_what_postgres_says() {
        assert_eq!(
            major("postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)"),
            Some(15)
        );
        assert_eq!(major("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(major("postgres"), None);
    }

    #[test]
    fn a_new_cluster_takes_the_newest_and_an_old_one_its_own() {
        assert_eq!(
            choose(programs(&[15, 17, 16]), None).expect("found").major,
            17
        );
        assert_eq!(
            choose(programs(&[15, 17, 16]), Some(15))
                .expect("found")
                .major,
            15
        );
    }

    #[test]
    fn a_backup_takes_the_programs_of_the_server_or_the_next_newer_ones() {
        let major = |found: &[u32], wanted| {
            choose_clients(programs(found), wanted).map(|programs| programs.major)
        };
        assert_eq!(major(&[14, 17, 15, 16], 15), Some(15));
        assert_eq!(major(&[14, 17, 16], 15), Some(16));
        assert_eq!(major(&[14], 15), None);
    }

    #[test]
    fn what_does_not_fit_is_said_in_words() {
        let missing = choose(Vec::new(), None).expect_err("nothing is installed");
        assert!(
            missing.to_string().contains("apt install postgresql"),
            "{missing}"
        );
        let old = choose(programs(&[13]), None).expect_err("too old");
        assert!(old.to_string().contains("13"), "{old}");
        let other = choose(programs(&[17]), Some(15)).expect_err("another version");
        assert!(other.to_string().contains("PostgreSQL 15"), "{other}");
        assert!(find(Some(Path::new("/nonexistent")), None).is_err());
    }
}
