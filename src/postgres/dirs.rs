//! The default folders.

use super::error::EmbeddedError;
use nix::unistd::geteuid;
use std::env;
use std::path::PathBuf;

/// A default folder: its path for root, and for an ordinary user.
struct Place {
    root: &'static str,
    variable: &'static str,
    home: &'static str,
}

const DATA: Place = Place {
    root: "/var/lib/verbatim",
    variable: "XDG_DATA_HOME",
    home: if cfg!(target_os = "macos") { "Library/Application Support" } else { ".local/share" },
};

const CACHE: Place = Place {
    root: "/var/cache/verbatim",
    variable: "XDG_CACHE_HOME",
    home: if cfg!(target_os = "macos") { "Library/Caches" } else { ".cache" },
};

/// The default data folder: `/var/lib/verbatim` for root, whose home no other account can enter; else
/// `$XDG_DATA_HOME/verbatim` or `~/.local/share/verbatim` (macOS: `~/Library/Application Support/verbatim`).
///
/// # Errors
/// [`EmbeddedError::NoHome`] if an ordinary user has neither variable.
pub fn default_data_dir() -> Result<PathBuf, EmbeddedError> {
    DATA.dir()
}

/// The folder of a fetched server, by the same rules: `/var/cache/verbatim` for root, else `~/.cache/verbatim`.
pub(super) fn default_cache_dir() -> Result<PathBuf, EmbeddedError> {
    CACHE.dir()
}

impl Place {
    fn dir(&self) -> Result<PathBuf, EmbeddedError> {
        let variable = |name| env::var_os(name).map(PathBuf::from);
        self.dir_of(geteuid().is_root(), variable(self.variable), variable("HOME"))
    }

    fn dir_of(&self, root: bool, xdg: Option<PathBuf>, home: Option<PathBuf>) -> Result<PathBuf, EmbeddedError> {
        if root {
            return Ok(PathBuf::from(self.root));
        }
        // The XDG specification says to ignore a relative path.
        let base = match xdg.filter(|path| path.is_absolute()) {
            Some(path) => path,
            None => home.filter(|path| path.is_absolute()).ok_or(EmbeddedError::NoHome)?.join(self.home),
        };
        Ok(base.join("verbatim"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_has_a_folder_that_another_account_can_reach() {
        let home = || Some(PathBuf::from("/root"));
        assert_eq!(DATA.dir_of(true, home(), home()).unwrap().to_str(), Some("/var/lib/verbatim"));
        assert_eq!(CACHE.dir_of(true, home(), home()).unwrap().to_str(), Some("/var/cache/verbatim"));
    }

    #[test]
    fn an_ordinary_user_has_a_folder_under_xdg_or_home() {
        let home = || Some(PathBuf::from("/home/ann"));
        let xdg = |path: &str| Some(PathBuf::from(path));
        for place in [DATA, CACHE] {
            assert_eq!(place.dir_of(false, xdg("/data"), home()).unwrap().to_str(), Some("/data/verbatim"));
            let default = place.dir_of(false, None, home()).unwrap();
            assert!(default.starts_with("/home/ann"), "{default:?}");
            assert_eq!(place.dir_of(false, xdg("relative"), home()).unwrap(), default);
            assert!(matches!(place.dir_of(false, None, None), Err(EmbeddedError::NoHome)));
        }
    }
}
