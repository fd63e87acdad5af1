//! The account that Postgres runs as: that of the service, or another one if the service runs as root, which Postgres refuses.

use super::error::EmbeddedError;
use nix::unistd::{Uid, User, getegid, geteuid};
use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, lchown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The environment variables passed to child processes, which find programs and libraries by them. No others are passed: a `PG*`
/// variable would change the server, and others may contain secrets.
const PASSED_VARIABLES: [&str; 4] = ["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"];

/// The account that Postgres runs as.
#[derive(Debug, Clone)]
pub(super) struct Account {
    /// The user name, for messages.
    pub name: String,
    uid: u32,
    gid: u32,
    /// True if this is not the account of the service. Only root can choose another account.
    is_other: bool,
}

impl Account {
    /// Chooses the account of the service, unless that is root. Root chooses the owner of an existing server folder, so that a
    /// cluster keeps its owner, else `postgres`, else `nobody`.
    pub fn choose(server_dir: &Path) -> Result<Self, EmbeddedError> {
        let me = geteuid();
        if !me.is_root() {
            return Ok(Self { name: name_of(me)?, uid: me.as_raw(), gid: getegid().as_raw(), is_other: false });
        }
        if let Ok(owner) = fs::symlink_metadata(server_dir)
            && owner.is_dir()
            && owner.uid() != 0
        {
            return Ok(Self {
                name: name_of(Uid::from_raw(owner.uid()))?,
                uid: owner.uid(),
                gid: owner.gid(),
                is_other: true,
            });
        }
        ["postgres", "nobody"]
            .into_iter()
            .find_map(|name| User::from_name(name).ok().flatten())
            .map(|user| Self { name: user.name, uid: user.uid.as_raw(), gid: user.gid.as_raw(), is_other: true })
            .ok_or(EmbeddedError::NoAccount)
    }

    /// True if this is not the account of the service.
    pub fn is_other(&self) -> bool {
        self.is_other
    }

    /// A command that runs as this account, in `/`, without input and with a minimal environment.
    ///
    /// It has its own process group, so Ctrl-C in the terminal reaches only the service, which finishes its requests and then stops
    /// Postgres. It has no parent-death signal, because that is sent when the *thread* that started the child ends.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .envs(PASSED_VARIABLES.into_iter().filter_map(|name| Some((name, std::env::var_os(name)?))))
            .env("LC_ALL", "C")
            .current_dir("/")
            .stdin(Stdio::null())
            .process_group(0);
        if self.is_other {
            // The standard library also drops root's supplementary groups.
            command.gid(self.gid).uid(self.uid);
        }
        command
    }

    /// Returns a function for `map_err`: `program` could not be started as this account.
    pub fn cannot_run(&self, program: &Path) -> impl FnOnce(io::Error) -> EmbeddedError {
        let (program, account) = (program.to_owned(), self.name.clone());
        move |source| EmbeddedError::Run { program, account, source }
    }

    /// Returns the output of a program that succeeded, or an error with its output.
    pub fn check(program: &Path, output: Output) -> Result<Output, EmbeddedError> {
        if output.status.success() {
            return Ok(output);
        }
        let printed = [output.stdout, output.stderr].concat();
        Err(EmbeddedError::Failed {
            program: program.to_owned(),
            status: output.status,
            output: String::from_utf8_lossy(&printed).trim_end().to_owned(),
        })
    }

    /// Creates a folder, with its parents, that this account can enter. Returns its path without symbolic links.
    pub fn create_reachable(&self, path: &Path) -> Result<PathBuf, EmbeddedError> {
        let path = std::path::absolute(path).map_err(EmbeddedError::folder(path))?;
        let missing: Vec<&Path> = path.ancestors().take_while(|path| !path.exists()).collect();
        let existing = path.ancestors().nth(missing.len()).unwrap_or(Path::new("/"));
        let existing = existing.canonicalize().map_err(EmbeddedError::folder(existing))?;
        if let Some(barrier) = self.barrier(&existing) {
            return Err(EmbeddedError::OutOfReach { account: self.name.clone(), barrier, path });
        }
        fs::create_dir_all(&path).map_err(EmbeddedError::folder(&path))?;
        if self.is_other {
            for path in missing {
                // The umask of root may be 077.
                set_mode(path, 0o755).map_err(EmbeddedError::folder(path))?;
            }
        }
        path.canonicalize().map_err(EmbeddedError::folder(&path))
    }

    /// Creates a folder that only this account and root can enter, or restricts an existing one in this way.
    pub fn private_folder(&self, path: &Path) -> Result<(), EmbeddedError> {
        let created = fs::DirBuilder::new().mode(0o700).create(path);
        match created {
            Ok(()) if self.is_other => lchown(path, Some(self.uid), Some(self.gid)),
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => self.make_private(path),
            Err(error) => Err(error),
        }
        .map_err(EmbeddedError::folder(path))
    }

    /// Removes the access of others, because Postgres refuses a folder with it. Mount options of a volume may have granted it.
    fn make_private(&self, path: &Path) -> io::Result<()> {
        let found = fs::symlink_metadata(path)?;
        if !found.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        if self.is_other && found.uid() == 0 {
            lchown(path, Some(self.uid), Some(self.gid))?;
        }
        if found.mode() & 0o777 != 0o700 {
            set_mode(path, 0o700)?;
        }
        Ok(())
    }

    /// Whether `path` is a folder that this account owns and that no other account may enter.
    pub fn owns_privately(&self, path: &Path) -> bool {
        fs::symlink_metadata(path)
            .is_ok_and(|found| found.is_dir() && found.uid() == self.uid && found.mode() & 0o077 == 0)
    }

    /// The first folder from `/` to `path` (absolute, without symbolic links) that this account may not enter. Checks the owner,
    /// the group and the mode, but no access control lists.
    pub fn barrier(&self, path: &Path) -> Option<PathBuf> {
        if !self.is_other {
            return None;
        }
        let mut folders: Vec<_> = path.ancestors().collect();
        folders.reverse();
        folders
            .into_iter()
            .find(|folder| fs::metadata(folder).is_ok_and(|found| !self.may_enter(&found)))
            .map(Path::to_owned)
    }

    fn may_enter(&self, folder: &fs::Metadata) -> bool {
        let bit = if folder.uid() == self.uid {
            0o100
        } else if folder.gid() == self.gid {
            0o010
        } else {
            0o001
        };
        folder.mode() & bit != 0
    }
}

pub(super) fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

fn name_of(uid: Uid) -> Result<String, EmbeddedError> {
    let user = User::from_uid(uid).ok().flatten();
    user.map(|user| user.name).ok_or(EmbeddedError::NoUserName { uid: uid.as_raw() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_closed_folder_of_a_path_is_named() {
        let outer = tempfile::tempdir().unwrap();
        let outer = outer.path().canonicalize().unwrap();
        let (open, closed) = (outer.join("open"), outer.join("open/closed"));
        fs::create_dir_all(closed.join("inner")).unwrap();
        set_mode(&outer, 0o755).unwrap();
        set_mode(&open, 0o711).unwrap();
        set_mode(&closed, 0o700).unwrap();
        let stranger = Account { name: "stranger".to_owned(), uid: 54_321, gid: 54_321, is_other: true };
        assert_eq!(stranger.barrier(&closed.join("inner")), Some(closed.clone()));
        assert_eq!(stranger.barrier(&open), None);
        set_mode(&closed, 0o701).unwrap();
        assert_eq!(stranger.barrier(&closed), None);
    }
}
