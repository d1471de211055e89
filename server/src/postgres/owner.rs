//! Whose PostgreSQL it is: ours, or, when root runs us, that of an unprivileged user, since
//! PostgreSQL refuses to run as root.

use std::{
    io,
    os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown},
    path::{Path, PathBuf},
};

use tokio::process::Command;

use super::Error;
use crate::config::is_root;

/// The users that root becomes for PostgreSQL, in this order.
const UNPRIVILEGED: [&str; 2] = ["postgres", "nobody"];

/// The user that PostgreSQL runs as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Owner {
    /// Whoever runs us.
    Ourselves,
    /// Somebody else, whom root may become.
    Other { uid: u32, gid: u32 },
}

impl Owner {
    /// Who is to own the cluster in `cluster`: who owns it already, else who fits.
    pub(super) fn of(cluster: &Path) -> Result<Self, Error> {
        if !is_root() {
            return Ok(Self::Ourselves);
        }
        if let Ok(metadata) = cluster.metadata()
            && metadata.uid() != 0
        {
            return Ok(Self::Other {
                uid: metadata.uid(),
                gid: metadata.gid(),
            });
        }
        let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
        UNPRIVILEGED
            .iter()
            .find_map(|name| user(&users, name))
            .ok_or(Error::NoUnprivilegedUser)
    }

    /// A command that runs as this user, untouched by settings meant for PostgreSQL's clients.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PG") {
                command.env_remove(name);
            }
        }
        // The locale is for messages only: the cluster's own is fixed when it is made.
        command.env("LC_ALL", "C").current_dir("/");
        if let Self::Other { uid, gid } = *self {
            command.uid(uid).gid(gid);
        }
        command
    }

    /// Makes a folder that only this user may enter, or takes one that is so already.
    pub(super) fn private_folder(&self, path: &Path) -> Result<(), Error> {
        let failed = |source| Error::Folder {
            path: path.to_owned(),
            source,
        };
        match std::fs::DirBuilder::new().mode(0o700).create(path) {
            Ok(()) => self.give(path).map_err(failed),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let metadata = path.symlink_metadata().map_err(failed)?;
                if !metadata.is_dir() || metadata.uid() != self.uid() {
                    return Err(Error::NotOurs(path.to_owned()));
                }
                std::fs::set_permissions(path, PermissionsExt::from_mode(0o700)).map_err(failed)
            }
            Err(error) => Err(failed(error)),
        }
    }

    /// Checks that this user can reach what lies under `path`.
    pub(super) fn check_reach(&self, path: &Path) -> Result<(), Error> {
        let Self::Other { uid, gid } = *self else {
            return Ok(());
        };
        for folder in path.ancestors() {
            let Ok(metadata) = folder.metadata() else {
                continue;
            };
            let needed = if metadata.uid() == uid {
                0o100
            } else if metadata.gid() == gid {
                0o010
            } else {
                0o001
            };
            if metadata.mode() & needed == 0 {
                let user = user_name(uid);
                return Err(Error::OutOfReach {
                    folder: folder.to_owned(),
                    user,
                });
            }
        }
        Ok(())
    }

    /// Makes a file or folder this user's.
    pub(super) fn give(&self, path: &Path) -> io::Result<()> {
        match *self {
            Self::Ourselves => Ok(()),
            Self::Other { uid, gid } => chown(path, Some(uid), Some(gid)),
        }
    }

    fn uid(&self) -> u32 {
        match *self {
            Self::Ourselves => rustix::process::geteuid().as_raw(),
            Self::Other { uid, .. } => uid,
        }
    }
}

/// Makes the folder that everything is kept in. PostgreSQL's user must be able to pass through it
/// when it is not ours; nobody else may look inside.
pub(super) fn data_folder(path: &Path) -> Result<(), Error> {
    let mode = if is_root() { 0o711 } else { 0o700 };
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(mode)
        .create(path)
        .map_err(|source| Error::Folder {
            path: path.to_owned(),
            source,
        })
}

/// The folder of the socket: in the data folder, unless that makes its path longer than a socket's
/// address may be.
pub(super) fn socket_folder(data: &Path) -> PathBuf {
    /// What an address holds (107 bytes), less `/.s.PGSQL.5432`.
    const LONGEST: usize = 107 - 14;
    let inside = data.join("socket");
    if inside.as_os_str().len() <= LONGEST {
        return inside;
    }
    let parent = if is_root() && Path::new("/run").is_dir() {
        "/run"
    } else {
        "/tmp"
    };
    Path::new(parent).join(format!("dealwright-{:016x}", fingerprint(data)))
}

/// FNV-1a: the same data folder has the same socket folder in every build.
fn fingerprint(path: &Path) -> u64 {
    path.as_os_str()
        .as_encoded_bytes()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        })
}

fn user(users: &str, name: &str) -> Option<Owner> {
    let line = users
        .lines()
        .find(|line| line.split(':').next() == Some(name))?;
    let mut fields = line.split(':').skip(2);
    let uid = fields.next()?.parse().ok()?;
    let gid = fields.next()?.parse().ok()?;
    (uid != 0).then_some(Owner::Other { uid, gid })
}

fn user_name(uid: u32) -> String {
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let uid = uid.to_string();
    users
        .lines()
        .find(|line| line.split(':').nth(2) == Some(&uid))
        .and_then(|line| line.split(':').next())
        .map_or(uid.clone(), ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_found_by_name() {
        let users = "root:x:0:0::/root:/bin/bash\npostgres:x:101:104:PostgreSQL:/var:/bin/sh\n";
        assert_eq!(
            user(users, "postgres"),
            Some(Owner::Other { uid: 101, gid: 104 })
        );
        assert_eq!(user(users, "root"), None);
        assert_eq!(user(users, "nobody"), None);
    }

    #[test]
    fn a_long_path_moves_the_socket_elsewhere() {
        assert_eq!(
            socket_folder(Path::new("/srv/crm")),
            Path::new("/srv/crm/socket")
        );
        let long = format!("/srv/{}", "x".repeat(100));
        let socket = socket_folder(Path::new(&long));
        assert!(socket.as_os_str().len() <= 93, "{}", socket.display());
        assert_eq!(socket, socket_folder(Path::new(&long)));
    }
}
