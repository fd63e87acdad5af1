//! The files of an import, cut into parts of records.

use super::ImportError;
use crate::http::extract::records::{Framing, RawRecord, Splitter};
use clap::ValueEnum;
use flate2::read::MultiGzDecoder;
use serde_json::{Map, Value};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Records and bytes of a part.
const PART_RECORDS: usize = 1000;
const PART_BYTES: usize = 4 << 20;

/// The format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Ndjson,
    Csv,
    Json,
}

/// A file that is imported.
pub struct Input {
    name: String,
    bytes: u64,
    reader: Option<Box<dyn Read>>,
    framing: Framing,
    splitter: Splitter,
    /// The header of CSV, with which each part begins.
    header: Option<Vec<u8>>,
    /// Each member that is renamed, with its name in the file.
    map: Vec<(String, String)>,
    waiting: Vec<RawRecord>,
    number: u64,
}

/// Some records of a file, as NDJSON or CSV.
pub struct Part {
    pub media_type: &'static str,
    pub body: Vec<u8>,
    /// The lines of the body before its first record.
    pub header_lines: u64,
    /// The number of each record in its file.
    pub numbers: Vec<u64>,
    /// Records that are none.
    pub failures: Vec<(u64, String)>,
    pub bytes_read: u64,
}

impl Part {
    fn new() -> Self {
        Self {
            media_type: "application/x-ndjson",
            body: Vec::new(),
            header_lines: 0,
            numbers: Vec::new(),
            failures: Vec::new(),
            bytes_read: 0,
        }
    }

    fn begin_csv(&mut self, header: &[u8]) {
        self.media_type = "text/csv";
        self.body.extend(header);
        self.header_lines = 1;
    }

    /// The number in the file of the record that is at this line of the body.
    pub fn number_at(&self, line: u64) -> u64 {
        let index = line.checked_sub(self.header_lines + 1).and_then(|index| usize::try_from(index).ok());
        index.and_then(|index| self.numbers.get(index)).copied().unwrap_or(line)
    }

    /// The number of its last record.
    pub fn last_number(&self) -> u64 {
        let failed = self.failures.last().map_or(0, |(number, _)| *number);
        self.numbers.last().copied().unwrap_or(0).max(failed)
    }
}

impl Input {
    /// Opens the files, and those in the folders by name.
    pub fn all(paths: &[PathBuf], format: Option<Format>, map: &[String]) -> Result<Vec<Self>, ImportError> {
        let map: Vec<(String, String)> = map.iter().map(|pair| rename(pair)).collect::<Result<_, _>>()?;
        let mut files = Vec::new();
        for path in paths {
            if path.is_dir() {
                let entries = fs::read_dir(path).map_err(|error| unreadable(path, &error))?;
                let mut inside: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
                inside.retain(|file| file.is_file() && format_of(file).is_some());
                inside.sort();
                files.extend(inside);
            } else {
                files.push(path.clone());
            }
        }
        files.iter().map(|path| Self::open(path, format, &map)).collect()
    }

    fn open(path: &Path, format: Option<Format>, map: &[(String, String)]) -> Result<Self, ImportError> {
        let is_standard_input = path.as_os_str() == "-";
        let (reader, bytes): (Box<dyn Read>, u64) = match is_standard_input {
            true => (Box::new(io::stdin()), 0),
            false => {
                let file = File::open(path).map_err(|error| unreadable(path, &error))?;
                let bytes = file.metadata().map(|metadata| metadata.len()).unwrap_or(0);
                (Box::new(file), bytes)
            }
        };
        let reader: Box<dyn Read> = match path.extension().and_then(|extension| extension.to_str()) {
            Some("gz") => Box::new(MultiGzDecoder::new(reader)),
            Some("zst") => Box::new(zstd::Decoder::new(reader).map_err(|error| unreadable(path, &error))?),
            _ => reader,
        };
        let framing = match format.or_else(|| format_of(path)) {
            Some(Format::Csv) => Framing::Rows,
            Some(Format::Json) => Framing::Items,
            Some(Format::Ndjson) | None => Framing::Lines,
        };
        Ok(Self {
            name: path.display().to_string(),
            bytes,
            reader: Some(reader),
            framing,
            splitter: Splitter::new(framing),
            header: None,
            map: map.to_vec(),
            waiting: Vec::new(),
            number: 0,
        })
    }

    /// The name of the file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The size of the file; 0 when it is not known.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The number of the last record of the parts so far.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The next records, `None` after the last.
    ///
    /// # Errors
    /// When the file cannot be read on.
    pub fn next_part(&mut self) -> Result<Option<Part>, ImportError> {
        let mut part = Part::new();
        if let Some(header) = &self.header {
            part.begin_csv(header);
        }
        let mut buffer = vec![0; 64 << 10];
        while part.numbers.len() < PART_RECORDS && part.body.len() < PART_BYTES {
            let Some(reader) = &mut self.reader else { break };
            let read = reader.read(&mut buffer).map_err(|error| self.failed(&error.to_string()))?;
            part.bytes_read += read as u64;
            let split = match read {
                0 => {
                    self.reader = None;
                    self.splitter.finish(&mut self.waiting)
                }
                read => self.splitter.push(&buffer[..read], &mut self.waiting),
            };
            for record in std::mem::take(&mut self.waiting) {
                self.number = record.number;
                self.add(record, &mut part)?;
            }
            split.map_err(|problem| self.failed(&problem.to_string()))?;
        }
        Ok((part.bytes_read > 0 || !part.numbers.is_empty() || !part.failures.is_empty()).then_some(part))
    }

    fn failed(&self, why: &str) -> ImportError {
        ImportError::Input(format!("{}: after record {}: {why}", self.name, self.number))
    }

    fn add(&mut self, record: RawRecord, part: &mut Part) -> Result<(), ImportError> {
        let number = record.number;
        let bytes = match record.bytes {
            Ok(bytes) => bytes,
            Err(problem) => {
                part.failures.push((number, problem.to_string()));
                return Ok(());
            }
        };
        if self.framing == Framing::Rows && self.header.is_none() {
            let header = self.renamed_header(&bytes)?;
            part.begin_csv(&header);
            self.header = Some(header);
            return Ok(());
        }
        match self.framing {
            Framing::Rows => part.body.extend(bytes),
            _ if self.map.is_empty() => part.body.extend(bytes.into_iter().map(|byte| match byte {
                // Between the members: a text has no line feed.
                b'\n' | b'\r' => b' ',
                byte => byte,
            })),
            _ => match serde_json::from_slice(&bytes) {
                Ok(value) => part.body.extend(self.renamed(value).to_string().bytes()),
                Err(error) => {
                    part.failures.push((number, format!("the record is not JSON: {error}")));
                    return Ok(());
                }
            },
        }
        part.body.push(b'\n');
        part.numbers.push(number);
        Ok(())
    }

    fn renamed_header(&self, header: &[u8]) -> Result<Vec<u8>, ImportError> {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(header);
        let columns = reader.records().next().transpose().map_err(|error| self.failed(&error.to_string()))?;
        let columns = columns.unwrap_or_default();
        let mut writer = csv::Writer::from_writer(Vec::new());
        let names = columns.iter().map(|column| self.name_of(column.trim()));
        writer.write_record(names).map_err(|error| self.failed(&error.to_string()))?;
        writer.into_inner().map_err(|error| self.failed(&error.to_string()))
    }

    /// The member that a column or a member of the file is.
    fn name_of<'a>(&'a self, given: &'a str) -> &'a str {
        let renamed = self.map.iter().find(|(_, column)| column == given);
        renamed.map_or(given, |(member, _)| member)
    }

    fn renamed(&self, value: Value) -> Value {
        match value {
            Value::Object(members) => {
                let renamed = members.into_iter().map(|(given, value)| (self.name_of(&given).to_owned(), value));
                Value::Object(renamed.collect::<Map<_, _>>())
            }
            value => value,
        }
    }
}

fn rename(pair: &str) -> Result<(String, String), ImportError> {
    let pair =
        pair.split_once('=').ok_or_else(|| ImportError::Input(format!("--map {pair:?} must be MEMBER=COLUMN")))?;
    Ok((pair.0.to_owned(), pair.1.to_owned()))
}

fn unreadable(path: &Path, error: &io::Error) -> ImportError {
    ImportError::Input(format!("{} cannot be read: {error}", path.display()))
}

/// The format of a file by its name.
fn format_of(path: &Path) -> Option<Format> {
    let mut path = path.to_owned();
    if path.extension().is_some_and(|extension| extension == "gz" || extension == "zst") {
        path.set_extension("");
    }
    match path.extension()?.to_str()? {
        "ndjson" | "jsonl" => Some(Format::Ndjson),
        "csv" => Some(Format::Csv),
        "json" => Some(Format::Json),
        _ => None,
    }
}
