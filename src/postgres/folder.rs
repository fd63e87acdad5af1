//! The data folder: where things lie in it, who may enter, and who holds it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::fcntl::OFlag;
use nix::unistd::geteuid;

use super::PORT;
use super::account::Account;
use super::error::EmbeddedError;

/// What the kernel takes as the path of a unix socket, without the closing NUL.
const SOCKET_PATH_MAX: usize = if cfg!(target_os = "macos") { 103 } else { 107 };

pub(super) fn server_dir(data_dir: &Path) -> PathBuf {
    data_dir.join("postgres")
}

pub(super) fn cluster_dir(data_dir: &Path) -> PathBuf {
    server_dir(data_dir).join("cluster")
}

/// The data folder, there and within the account's reach.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    path: PathBuf,
}

/// Held while the folder is in use. The kernel lets go of it when the process ends, however it ends; children do
/// not inherit it.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Folder {
    /// Makes the folder when absent, after seeing that the account can reach it.
    pub fn open(data_dir: &Path, account: &Account) -> Result<Self, EmbeddedError> {
        let wanted = std::path::absolute(data_dir).map_err(EmbeddedError::folder(data_dir))?;
        if account.is_other() {
            open_if_empty(&wanted).map_err(EmbeddedError::folder(&wanted))?;
        }
        let missing: Vec<&Path> = wanted.ancestors().take_while(|path| !path.exists()).collect();
        let deepest = wanted.ancestors().nth(missing.len()).unwrap_or(Path::new("/"));
        let deepest = deepest.canonicalize().map_err(EmbeddedError::folder(deepest))?;
        if let Some(barrier) = account.barrier(&deepest) {
            return Err(EmbeddedError::OutOfReach { account: account.name.clone(), barrier, path: wanted });
        }
        fs::create_dir_all(&wanted).map_err(EmbeddedError::folder(&wanted))?;
        if account.is_other() {
            for path in missing {
                // Root's umask may be 077.
                set_mode(path, 0o755).map_err(EmbeddedError::folder(path))?;
            }
        }
        let path = wanted.canonicalize().map_err(EmbeddedError::folder(&wanted))?;
        Ok(Self { path })
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

    /// Takes the folder for this process, or says which one has it.
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

    /// Makes the private folders and returns the socket's: in the data folder, or, where that path is too long for
    /// a socket or no libpq address can carry it, one under the temporary folder.
    pub fn prepare(&self, account: &Account) -> Result<PathBuf, EmbeddedError> {
        account.private_folder(&self.server())?;
        let own = self.server().join("socket");
        if carries_socket(&own) {
            account.private_folder(&own)?;
            return Ok(own);
        }
        let dir = self.short_socket_dir(account)?;
        account.private_folder(&dir)?;
        Ok(dir)
    }

    fn short_socket_dir(&self, account: &Account) -> Result<PathBuf, EmbeddedError> {
        // Named after the data folder's inode: the same again after a crash, and never that of another folder.
        let found = fs::metadata(&self.path).map_err(EmbeddedError::folder(&self.path))?;
        let name = format!("verbatim-{:x}-{:x}", found.dev(), found.ino());
        let dir = [std::env::temp_dir(), PathBuf::from("/tmp")]
            .into_iter()
            .filter_map(|temp| temp.canonicalize().ok())
            .filter(|temp| account.barrier(temp).is_none())
            .map(|temp| temp.join(&name))
            .find(|dir| carries_socket(dir))
            .ok_or_else(|| EmbeddedError::NoSocketDir { data_dir: self.path.clone() })?;
        // Anybody may write there: what another user put in our way is not to be trusted, nor changed.
        if fs::symlink_metadata(&dir).is_ok() && !account.owns_privately(&dir) {
            return Err(EmbeddedError::ForeignSocketDir { path: dir, account: account.name.clone() });
        }
        Ok(dir)
    }
}

/// Leaves nothing in the temporary folder when the server has stopped.
pub(super) fn leave_socket_dir(folder: &Folder, socket_dir: &Path) {
    if !socket_dir.starts_with(folder.path()) {
        // Fails when it is not empty, which is right.
        let _ = fs::remove_dir(socket_dir);
    }
}

/// Opens or makes a file of ours in the data folder. Root writes here, and the folder may be another user's, who
/// must not lead it elsewhere: links are not followed.
pub(super) fn open_own(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    options.create(true).mode(0o644).custom_flags(OFlag::O_NOFOLLOW.bits()).open(path)
}

/// The name of the socket in its folder; the server also makes one with `.lock` behind it.
pub(super) fn socket_name() -> String {
    format!(".s.PGSQL.{PORT}")
}

fn carries_socket(dir: &Path) -> bool {
    // libpq splits its host list at commas after decoding, and Postgres takes the folder as text.
    dir.to_str().is_some_and(|text| !text.contains(',')) && dir.join(socket_name()).as_os_str().len() <= SOCKET_PATH_MAX
}

/// Lets others pass through an empty folder of root's, such as `mktemp -d` makes: it is to be the data folder, and
/// what it will hold is closed by itself.
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

fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_folder_is_short_and_can_stand_in_an_address() {
        let longest = SOCKET_PATH_MAX - socket_name().len() - 1;
        let of_length = |length: usize| PathBuf::from(format!("/{}", "d".repeat(length - 1)));
        assert!(carries_socket(&of_length(longest)));
        assert!(!carries_socket(&of_length(longest + 1)));
        assert!(!carries_socket(Path::new("/a,b")));
    }
}
