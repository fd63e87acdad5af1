//! The server's log file, which is kept small.

use super::error::EmbeddedError;
use super::folder::open_own;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

/// Number of bytes at the end of the file that are kept when it is shortened.
const KEPT_BYTES: u64 = 64 << 10;
/// Maximum number of log lines in an error message.
const TAIL_LINES: usize = 12;

#[derive(Debug)]
pub(super) struct ServerLog {
    pub path: PathBuf,
    /// The file is shortened if it is larger than this.
    pub max_bytes: u64,
}

impl ServerLog {
    /// A handle for the output of a child process, and the length of the file so far.
    pub fn append(&self) -> Result<(File, u64), EmbeddedError> {
        let open = || {
            let file = open_own(OpenOptions::new().append(true), &self.path)?;
            let length = file.metadata()?.len();
            Ok((file, length))
        };
        open().map_err(EmbeddedError::folder(&self.path))
    }

    /// The last lines written since the file was `from` bytes long.
    pub fn tail(&self, from: u64) -> String {
        let read = || {
            let mut file = File::open(&self.path)?;
            let length = file.metadata()?.len();
            last_bytes(&mut file, from.min(length).max(length.saturating_sub(KEPT_BYTES)))
        };
        let text = String::from_utf8_lossy(&read().unwrap_or_default()).into_owned();
        let lines: Vec<&str> = text.lines().collect();
        match lines.len() {
            0 => "(nothing was written)".to_owned(),
            count => lines[count.saturating_sub(TAIL_LINES)..].join("\n"),
        }
    }

    /// Keeps only the end of a file that is too large. The server has opened the file for appending, so its next line follows the
    /// kept ones. A line written at the same time may be lost.
    pub fn trim(&self) {
        if let Err(error) = self.shorten() {
            log::debug!("cannot shorten {}: {error}", self.path.display());
        }
    }

    fn shorten(&self) -> io::Result<()> {
        let mut file = open_own(OpenOptions::new().read(true).append(true), &self.path)?;
        let length = file.metadata()?.len();
        if length <= self.max_bytes {
            return Ok(());
        }
        let end = last_bytes(&mut file, length.saturating_sub(KEPT_BYTES))?;
        let line = end.iter().position(|&byte| byte == b'\n').map_or(0, |newline| newline + 1);
        file.set_len(0)?;
        file.write_all(&end[line..])
    }
}

fn last_bytes(file: &mut File, from: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(from))?;
    file.take(KEPT_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(range: std::ops::Range<u32>) -> String {
        range.map(|number| format!("line {number}\n")).collect()
    }

    #[test]
    fn a_long_log_keeps_its_end() {
        let dir = tempfile::tempdir().unwrap();
        let log = ServerLog { path: dir.path().join("log"), max_bytes: 1 << 20 };
        let (mut server, _) = log.append().unwrap();
        server.write_all(lines(0..200_000).as_bytes()).unwrap();
        log.trim();
        server.write_all(b"the next\n").unwrap();

        let left = std::fs::read_to_string(&log.path).unwrap();
        assert!(left.len() as u64 <= KEPT_BYTES + 9, "{}", left.len());
        assert!(left.starts_with("line "), "cut within a line: {:.20}", left);
        assert!(left.ends_with("line 199998\nline 199999\nthe next\n"));
        log.trim();
        assert_eq!(std::fs::read_to_string(&log.path).unwrap(), left);
    }

    #[test]
    fn the_tail_has_the_last_lines_of_this_start_only() {
        let dir = tempfile::tempdir().unwrap();
        let log = ServerLog { path: dir.path().join("log"), max_bytes: 1 << 20 };
        log.append().unwrap().0.write_all(b"of an earlier start\n").unwrap();
        let (mut server, from) = log.append().unwrap();
        assert_eq!(log.tail(from), "(nothing was written)");
        server.write_all(b"FATAL: no\n").unwrap();
        assert_eq!(log.tail(from), "FATAL: no");
        server.write_all(lines(0..100).as_bytes()).unwrap();
        assert_eq!(log.tail(from), lines(88..100).trim_end());
    }
}
