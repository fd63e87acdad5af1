//! The progress of an import, kept in a file.

use super::ImportError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The number of the last record of each file that is imported.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct State {
    #[serde(skip)]
    path: Option<PathBuf>,
    done: BTreeMap<String, u64>,
}

impl State {
    /// Reads the state from its file. Without one, or when it does not exist yet, nothing is imported.
    pub fn open(path: Option<&Path>) -> Result<Self, ImportError> {
        let Some(path) = path else { return Ok(Self::default()) };
        let cannot = |why: String| ImportError::Input(format!("{} cannot be used: {why}", path.display()));
        let state = match fs::read_to_string(path) {
            Ok(text) => serde_json::from_str(&text).map_err(|error| cannot(error.to_string()))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Self::default(),
            Err(error) => return Err(cannot(error.to_string())),
        };
        Ok(Self { path: Some(path.to_owned()), ..state })
    }

    /// The number of the last record of a file that is imported.
    pub fn done(&self, file: &str) -> u64 {
        self.done.get(file).copied().unwrap_or(0)
    }

    /// Records that a file is imported up to this record.
    pub fn record(&mut self, file: &str, number: u64) -> Result<(), ImportError> {
        self.done.insert(file.to_owned(), number);
        let Some(path) = &self.path else { return Ok(()) };
        let cannot = |why: String| ImportError::Input(format!("{} cannot be written: {why}", path.display()));
        // Replaces the file at once, so that it is never incomplete.
        let part = path.with_added_extension("part");
        let text = serde_json::to_string_pretty(self).map_err(|error| cannot(error.to_string()))?;
        fs::write(&part, text).and_then(|()| fs::rename(&part, path)).map_err(|error| cannot(error.to_string()))
    }
}
