//! The client programs of Postgres: `pg_dump` and `pg_restore`.

use super::binaries::{major_version, usual_places};
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

/// A client program that was found.
#[derive(Debug, Clone)]
pub struct Tool {
    program: PathBuf,
    /// The major version of its Postgres.
    pub major: u32,
}

/// Why a client program cannot be used. Each message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ToolError {
    /// The program was not found, or only in older versions.
    #[error(
        "{name} of PostgreSQL {oldest} or later is needed, and {found}. Install it (Debian: apt-get install \
         postgresql-client), or name its folder with --pg-bin-dir (PG_BIN_DIR). The PostgreSQL that the service fetches \
         has no {name}."
    )]
    NotFound { name: &'static str, oldest: u32, found: String },

    /// It could not be started.
    #[error("cannot run {program}: {source}")]
    Run { program: PathBuf, source: io::Error },

    /// It exited with an error.
    #[error("{program} failed ({status}); its output:\n{output}")]
    Failed { program: PathBuf, status: ExitStatus, output: String },
}

impl Tool {
    /// Finds the program `name` of at least the major version `oldest`, in `bin_dir` or else in the usual places.
    ///
    /// # Errors
    /// [`ToolError::NotFound`] with the versions that were found.
    pub fn find(name: &'static str, bin_dir: Option<&Path>, oldest: u32) -> Result<Self, ToolError> {
        let places = bin_dir.map_or_else(usual_places, |dir| vec![dir.to_owned()]);
        let mut older = Vec::new();
        for place in places {
            // Skips `/usr/bin/pg_dump` of Debian, a link to a script that chooses a version by its own rules.
            let program =
                place.join(name).canonicalize().ok().filter(|path| path.file_name() == Some(OsStr::new(name)));
            let Some(tool) = program.and_then(Self::inspect) else { continue };
            if tool.major >= oldest {
                return Ok(tool);
            }
            older.push(format!("{} in {}", tool.major, place.display()));
        }
        let found = match &older[..] {
            [] => "none was found".to_owned(),
            _ => format!("only older ones were found: {}", older.join(", ")),
        };
        Err(ToolError::NotFound { name, oldest, found })
    }

    /// Runs the program with `--version`, which prints for example `pg_dump (PostgreSQL) 15.12`.
    fn inspect(program: PathBuf) -> Option<Self> {
        let output = Command::new(&program).arg("--version").output().ok()?;
        let printed = String::from_utf8(output.stdout).ok()?;
        let major = major_version(printed.split_once("(PostgreSQL) ")?.1)?;
        Some(Self { program, major })
    }

    /// Runs the program on a database. The password is passed in the environment, because other users can see the arguments.
    ///
    /// # Errors
    /// If the program cannot be started, or fails.
    pub fn run(&self, url: &str, password: Option<&str>, arguments: &[&OsStr]) -> Result<(), ToolError> {
        let mut command = Command::new(&self.program);
        command.args(arguments).arg("--dbname").arg(url).env("LC_ALL", "C");
        if let Some(password) = password {
            command.env("PGPASSWORD", password);
        }
        let program = || self.program.clone();
        let output = command.output().map_err(|source| ToolError::Run { program: program(), source })?;
        let printed = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        if !output.status.success() {
            return Err(ToolError::Failed { program: program(), status: output.status, output: printed });
        }
        if !printed.is_empty() {
            log::warn!("{}: {printed}", self.program.display());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_error_says_which_versions_were_found() {
        let dir = tempfile::tempdir().unwrap();
        let message = |oldest| Tool::find("pg_dump", Some(dir.path()), oldest).unwrap_err().to_string();
        assert!(message(14).contains("pg_dump of PostgreSQL 14 or later is needed, and none was found."));
        let program = dir.path().join("pg_dump");
        fs::write(&program, "#!/bin/sh\necho 'pg_dump (PostgreSQL) 15.12 (Debian 15.12-0+deb12u2)'\n").unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        assert!(message(16).contains(&format!("only older ones were found: 15 in {}", dir.path().display())));
        assert_eq!(Tool::find("pg_dump", Some(dir.path()), 15).unwrap().major, 15);
    }
}
