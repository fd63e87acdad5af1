//! The account that Postgres runs as: our own, or, as Postgres refuses root, another one.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, lchown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use nix::unistd::{Uid, User, getegid, geteuid};

use super::error::EmbeddedError;

/// What a child needs to find its libraries, and nothing else: no `PG*` variable that would change the server, and
/// none of the service's secrets.
const PASSED_ON: [&str; 4] = ["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"];

/// Whom Postgres runs as.
#[derive(Debug, Clone)]
pub(super) struct Account {
    /// For messages.
    pub name: String,
    uid: u32,
    gid: u32,
    /// Whether this is not the account we run as, which only root can do.
    switch: bool,
}

impl Account {
    /// Ourselves unless we are root. Root takes the owner of the folder it already has, so that a cluster is never
    /// left to a second account; else `postgres`; else `nobody`.
    pub fn choose(server_dir: &Path) -> Result<Self, EmbeddedError> {
        let me = geteuid();
        if !me.is_root() {
            return Ok(Self { name: name_of(me), uid: me.as_raw(), gid: getegid().as_raw(), switch: false });
        }
        if let Ok(owner) = fs::symlink_metadata(server_dir)
            && owner.is_dir()
            && owner.uid() != 0
        {
            return Ok(Self {
                name: name_of(Uid::from_raw(owner.uid())),
                uid: owner.uid(),
                gid: owner.gid(),
                switch: true,
            });
        }
        ["postgres", "nobody"]
            .into_iter()
            .find_map(|name| User::from_name(name).ok().flatten())
            .map(|user| Self { name: user.name, uid: user.uid.as_raw(), gid: user.gid.as_raw(), switch: true })
            .ok_or(EmbeddedError::NoAccount)
    }

    /// Whether the account is another one than ours.
    pub fn is_other(&self) -> bool {
        self.switch
    }

    /// A command that runs as this account, in `/`, without input and almost without environment.
    ///
    /// It leads a process group of its own: a Ctrl-C at the terminal reaches the service, which drains its requests
    /// and only then stops Postgres. No parent-death signal is asked for: it fires when the *thread* that started
    /// the child ends.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .envs(PASSED_ON.into_iter().filter_map(|name| Some((name, std::env::var_os(name)?))))
            .env("LC_ALL", "C")
            .current_dir("/")
            .stdin(Stdio::null())
            .process_group(0);
        if self.switch {
            // The standard library also drops root's supplementary groups, as none are named.
            command.gid(self.gid).uid(self.uid);
        }
        command
    }

    /// For `map_err`: `program` could not be started as this account.
    pub fn cannot_run(&self, program: &Path) -> impl FnOnce(io::Error) -> EmbeddedError {
        let (program, account) = (program.to_owned(), self.name.clone());
        move |source| EmbeddedError::Run { program, account, source }
    }

    /// Fails unless the program ended well, with what it said.
    pub fn check(program: &Path, output: Output) -> Result<Output, EmbeddedError> {
        if output.status.success() {
            return Ok(output);
        }
        let said = [output.stdout, output.stderr].concat();
        Err(EmbeddedError::Failed {
            program: program.to_owned(),
            status: output.status,
            output: String::from_utf8_lossy(&said).trim_end().to_owned(),
        })
    }

    /// Makes `path` a folder that only this account, and root, can enter. One that exists is closed to others.
    pub fn private_folder(&self, path: &Path) -> Result<(), EmbeddedError> {
        let made = fs::DirBuilder::new().mode(0o700).create(path);
        match made {
            Ok(()) if self.switch => lchown(path, Some(self.uid), Some(self.gid)),
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => self.close(path),
            Err(error) => Err(error),
        }
        .map_err(EmbeddedError::folder(path))
    }

    /// Takes group and others' access away: a volume's mount options may have given it, and Postgres refuses that.
    fn close(&self, path: &Path) -> io::Result<()> {
        let found = fs::symlink_metadata(path)?;
        if !found.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        if self.switch && found.uid() == 0 {
            lchown(path, Some(self.uid), Some(self.gid))?;
        }
        if found.mode() & 0o777 != 0o700 {
            fs::set_permissions(path, fs::Permissions::from_mode(0o700))?;
        }
        Ok(())
    }

    /// Whether `path` is a folder that this account owns and nobody else may enter.
    pub fn owns_privately(&self, path: &Path) -> bool {
        fs::symlink_metadata(path)
            .is_ok_and(|found| found.is_dir() && found.uid() == self.uid && found.mode() & 0o077 == 0)
    }

    /// The first folder on the way to and including `path` (absolute, no symbolic links) that this account may not
    /// enter. Judged by owner, group and mode; access control lists are not read.
    pub fn barrier(&self, path: &Path) -> Option<PathBuf> {
        if !self.switch {
            return None;
        }
        let mut way: Vec<_> = path.ancestors().collect();
        way.reverse();
        way.into_iter()
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

fn name_of(uid: Uid) -> String {
    match User::from_uid(uid) {
        Ok(Some(user)) => user.name,
        _ => uid.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_closed_folder_on_the_way_is_named() {
        let outer = tempfile::tempdir().unwrap();
        let outer = outer.path().canonicalize().unwrap();
        let (open, closed) = (outer.join("open"), outer.join("open/closed"));
        fs::create_dir_all(closed.join("inner")).unwrap();
        let mode = |path: &Path, mode| {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        };
        mode(&outer, 0o755);
        mode(&open, 0o711);
        mode(&closed, 0o700);
        let stranger = Account { name: "stranger".to_owned(), uid: 54_321, gid: 54_321, switch: true };
        assert_eq!(stranger.barrier(&closed.join("inner")), Some(closed.clone()));
        assert_eq!(stranger.barrier(&open), None);
        mode(&closed, 0o701);
        assert_eq!(stranger.barrier(&closed), None);
    }
}
