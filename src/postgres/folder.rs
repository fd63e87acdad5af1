//! The data folder: its layout, its lock, and the folder of the socket.

use super::account::{Account, set_mode};
use super::error::EmbeddedError;
use super::options::PORT;
use nix::fcntl::OFlag;
use nix::unistd::geteuid;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Maximum length of the path of a Unix socket, without the terminating NUL.
const SOCKET_PATH_MAX: usize = if cfg!(target_os = "macos") { 103 } else { 107 };

pub(super) fn server_dir(data_dir: &Path) -> PathBuf {
    data_dir.join("postgres")
}

pub(super) fn cluster_dir(data_dir: &Path) -> PathBuf {
    server_dir(data_dir).join("cluster")
}

/// An existing data folder that the account can reach.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    path: PathBuf,
}

/// The lock on a folder in use. The kernel releases it when the process ends in any way. Child processes do not inherit it.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Folder {
    /// Creates the folder if it is missing, after checking that the account can reach it.
    pub fn open(data_dir: &Path, account: &Account) -> Result<Self, EmbeddedError> {
        if account.is_other() {
            open_if_empty(data_dir).map_err(EmbeddedError::folder(data_dir))?;
        }
        Ok(Self { path: account.create_reachable(data_dir)? })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn server(&self) -> PathBuf {
        server_dir(&self.path)
    }

    pub fn cluster(&self) -> PathBuf {
        cluster_dir(&self.path)
    }

    pub fn log(&self) -> PathBuf {
        self.path.join("postgres.log")
    }

    /// Locks the folder for this process. The error names the process that holds the lock.
    pub fn lock(&self) -> Result<Lock, EmbeddedError> {
        let path = self.path.join("verbatim.lock");
        let cannot = || EmbeddedError::folder(&path);
        let mut file = open_own(OpenOptions::new().read(true).write(true), &path).map_err(cannot())?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _ = file.read_to_string(&mut holder);
                return Err(EmbeddedError::InUse { data_dir: self.path.clone(), pid: holder.trim().parse().ok() });
            }
            Err(TryLockError::Error(error)) => return Err(cannot()(error)),
        }
        file.set_len(0).map_err(cannot())?;
        writeln!(file, "{}", std::process::id()).map_err(cannot())?;
        Ok(Lock { _file: file })
    }

    /// Creates the private folders, and returns the folder of the socket.
    ///
    /// It is in the data folder, or in the temporary folder if the former path is too long for a socket or cannot be part of a
    /// libpq URL.
    pub fn prepare(&self, account: &Account) -> Result<PathBuf, EmbeddedError> {
        account.private_folder(&self.server())?;
        let own = self.server().join("socket");
        if can_hold_socket(&own) {
            account.private_folder(&own)?;
            return Ok(own);
        }
        let dir = self.short_socket_dir(account)?;
        account.private_folder(&dir)?;
        Ok(dir)
    }

    fn short_socket_dir(&self, account: &Account) -> Result<PathBuf, EmbeddedError> {
        // Named by the inode of the data folder, so the name is unique and the same after a crash.
        let found = fs::metadata(&self.path).map_err(EmbeddedError::folder(&self.path))?;
        let name = format!("verbatim-{:x}-{:x}", found.dev(), found.ino());
        let dir = [std::env::temp_dir(), PathBuf::from("/tmp")]
            .into_iter()
            .filter_map(|temp| temp.canonicalize().ok())
            .filter(|temp| account.barrier(temp).is_none())
            .map(|temp| temp.join(&name))
            .find(|dir| can_hold_socket(dir))
            .ok_or_else(|| EmbeddedError::NoSocketDir { data_dir: self.path.clone() })?;
        // Every user can write to the temporary folder, so a folder of another user is neither trusted nor changed.
        if fs::symlink_metadata(&dir).is_ok() && !account.owns_privately(&dir) {
            return Err(EmbeddedError::ForeignSocketDir { path: dir, account: account.name.clone() });
        }
        Ok(dir)
    }
}

/// Removes the socket folder after the server has stopped, if it is outside of the data folder.
pub(super) fn remove_socket_dir(folder: &Folder, socket_dir: &Path) {
    if !socket_dir.starts_with(folder.path()) {
        // Fails if the folder is not empty, as intended.
        let _ = fs::remove_dir(socket_dir);
    }
}

/// Opens or creates a file in the data folder, without following links. The folder may belong to another user, who must not
/// redirect writes of root.
pub(super) fn open_own(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    options.create(true).mode(0o644).custom_flags(OFlag::O_NOFOLLOW.bits()).open(path)
}

/// The name of the socket in its folder. The server also creates one that ends in `.lock`.
pub(super) fn socket_name() -> String {
    format!(".s.PGSQL.{PORT}")
}

/// Whether the path of a socket in `dir` is short enough and can be part of a libpq URL.
fn can_hold_socket(dir: &Path) -> bool {
    // libpq splits the decoded list of hosts at commas. The path must be UTF-8, because it is a setting of Postgres.
    dir.to_str().is_some_and(|text| !text.contains(',')) && dir.join(socket_name()).as_os_str().len() <= SOCKET_PATH_MAX
}

/// Lets other accounts enter an empty data folder of root, such as one created by `mktemp -d`. Private files are later stored in
/// folders inside it that other accounts cannot enter.
fn open_if_empty(path: &Path) -> io::Result<()> {
    let Ok(found) = fs::metadata(path) else {
        return Ok(());
    };
    let ours = found.is_dir() && found.uid() == geteuid().as_raw();
    if ours && fs::read_dir(path)?.next().is_none() {
        set_mode(path, found.mode() & 0o7777 | 0o011)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_folder_is_short_and_fits_into_an_address() {
        let longest = SOCKET_PATH_MAX - socket_name().len() - 1;
        let of_length = |length: usize| PathBuf::from(format!("/{}", "d".repeat(length - 1)));
        assert!(can_hold_socket(&of_length(longest)));
        assert!(!can_hold_socket(&of_length(longest + 1)));
        assert!(!can_hold_socket(Path::new("/a,b")));
    }
}
