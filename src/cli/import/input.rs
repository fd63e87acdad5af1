//! The files of an import, split into parts of records.

use super::ImportError;
use super::encoding;
use super::formats::DocumentFormat;
use super::pages::Pages;
use crate::http::extract::records::{Framing, RawRecord, Splitter};
use clap::ValueEnum;
use clap::builder::PossibleValue;
use flate2::read::MultiGzDecoder;
use serde_json::{Map, Value};
use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// A part is complete with this many records or bytes.
const PART_RECORDS: usize = 1000;
const PART_BYTES: usize = 4 << 20;
/// A part of fetched pages is complete with this many.
const PART_PAGES: usize = 20;

/// Bytes from which the encoding and the format of a file are detected.
const SAMPLE_BYTES: usize = 64 << 10;
/// Largest document that is read as a whole, in bytes.
const MAX_DOCUMENT: usize = 64 << 20;

/// The format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Ndjson,
    Csv,
    Json,
    Urls,
    Document(DocumentFormat),
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        use DocumentFormat::{Feed, Html, Newsml, Ninjs, Nitf};
        &[
            Self::Ndjson,
            Self::Csv,
            Self::Json,
            Self::Urls,
            Self::Document(Html),
            Self::Document(Feed),
            Self::Document(Nitf),
            Self::Document(Newsml),
            Self::Document(Ninjs),
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            Self::Ndjson => Some(PossibleValue::new("ndjson")),
            Self::Csv => Some(PossibleValue::new("csv")),
            Self::Json => Some(PossibleValue::new("json").help("An array of records")),
            Self::Urls => Some(
                PossibleValue::new("urls").help("Addresses of web pages or feeds, one per line, which are fetched"),
            ),
            Self::Document(format) => format.to_possible_value(),
        }
    }
}

/// A file that is imported.
pub struct Input {
    name: String,
    reader: Option<Box<dyn Read>>,
    /// The format of a document that is read as a whole.
    document: Option<DocumentFormat>,
    /// Fetches the pages of a list of addresses.
    pages: Option<Pages>,
    framing: Framing,
    splitter: Splitter,
    /// The header of CSV, with which each part begins.
    header: Option<Vec<u8>>,
    /// Each member that is renamed, with its name in the file.
    map: Vec<(String, String)>,
    waiting: VecDeque<RawRecord>,
    /// The error that ends the file, after the records that wait.
    broken: Option<String>,
    number: u64,
    /// The records up to this number are skipped.
    done: u64,
}

/// Some records of a file, as NDJSON or CSV.
pub struct Part {
    pub media_type: &'static str,
    pub body: Vec<u8>,
    /// The lines of the body before its first record.
    pub header_lines: u64,
    /// The number of each record in its file.
    pub numbers: Vec<u64>,
    /// Records that cannot be read: the number of each in its file, and why.
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

    /// Adds a record as NDJSON, or why it cannot be read.
    fn add(&mut self, number: u64, record: Result<Value, String>) {
        match record {
            Ok(record) => {
                self.body.extend(record.to_string().bytes());
                self.body.push(b'\n');
                self.numbers.push(number);
            }
            Err(why) => self.failures.push((number, why)),
        }
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
    /// Opens a file, and skips the records up to the number `done`. Detects its encoding, and its format unless it is given. `pages`
    /// fetches the pages of a list of addresses.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn open(
        path: &Path,
        format: Option<Format>,
        map: &[(String, String)],
        pages: Option<&Pages>,
        done: u64,
    ) -> Result<Self, ImportError> {
        let failed = |error: io::Error| unreadable(path, &error);
        let reader: Box<dyn Read> = match path.as_os_str() == "-" {
            true => Box::new(io::stdin()),
            false => Box::new(File::open(path).map_err(failed)?),
        };
        let mut reader: Box<dyn Read> = match path.extension().and_then(|extension| extension.to_str()) {
            Some("gz") => Box::new(MultiGzDecoder::new(reader)),
            Some("zst") => Box::new(zstd::Decoder::new(reader).map_err(failed)?),
            _ => reader,
        };
        let mut sample = Vec::new();
        reader.by_ref().take(SAMPLE_BYTES as u64).read_to_end(&mut sample).map_err(failed)?;
        let encoding = encoding::detect(&sample);
        let beginning = encoding.decode(&sample).0;
        let format = format.or_else(|| format_of(path)).or_else(|| format_of_content(&beginning));
        let is_object = sample.trim_ascii_start().starts_with(b"{");
        let document = match format {
            Some(Format::Document(format)) => Some(format),
            // A JSON file of one object is a document, or else a record.
            Some(Format::Json) if is_object => DocumentFormat::detect(&beginning),
            _ => None,
        };
        let framing = match format {
            Some(Format::Csv) => Framing::Rows,
            Some(Format::Json) if !is_object => Framing::Items,
            _ => Framing::Lines,
        };
        let reader = io::Cursor::new(sample).chain(reader);
        Ok(Self {
            name: path.display().to_string(),
            reader: Some(encoding::to_utf8(encoding, reader)),
            document,
            pages: pages.cloned(),
            framing,
            splitter: Splitter::new(framing),
            header: None,
            map: map.to_vec(),
            waiting: VecDeque::new(),
            broken: None,
            number: 0,
            done,
        })
    }

    /// The number of the last record of the parts so far.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The next records, `None` after the last.
    ///
    /// # Errors
    /// When the rest of the file cannot be read.
    pub fn next_part(&mut self) -> Result<Option<Part>, ImportError> {
        if let Some(format) = self.document {
            return self.reader.take().map(|reader| self.read_document(format, reader)).transpose();
        }
        let mut part = Part::new();
        if let Some(header) = &self.header {
            part.begin_csv(header);
        }
        let most = if self.pages.is_some() { PART_PAGES } else { PART_RECORDS };
        while part.numbers.len() + part.failures.len() < most && part.body.len() < PART_BYTES {
            if let Some(record) = self.waiting.pop_front() {
                self.number = record.number;
                let is_header = self.framing == Framing::Rows && self.header.is_none();
                if is_header || record.number > self.done {
                    self.add(record, &mut part)?;
                }
                continue;
            }
            if let Some(why) = self.broken.take() {
                return Err(self.failed(&why));
            }
            if self.reader.is_none() {
                break;
            }
            part.bytes_read += self.read_records()?;
        }
        Ok((part.bytes_read > 0 || !part.numbers.is_empty() || !part.failures.is_empty()).then_some(part))
    }

    /// Reads the next bytes of the file, and splits them into records. Returns how many bytes there were.
    fn read_records(&mut self) -> Result<u64, ImportError> {
        let Some(reader) = &mut self.reader else { return Ok(0) };
        let mut buffer = vec![0; 64 << 10];
        let read = match reader.read(&mut buffer) {
            Ok(read) => read,
            Err(error) => return Err(self.failed(&error.to_string())),
        };
        let mut records = Vec::new();
        let split = match read {
            0 => {
                self.reader = None;
                self.splitter.finish(&mut records)
            }
            read => self.splitter.push(&buffer[..read], &mut records),
        };
        self.waiting.extend(records);
        self.broken = split.err().map(|problem| problem.to_string());
        Ok(read as u64)
    }

    /// The records of a document.
    fn read_document(&mut self, format: DocumentFormat, reader: Box<dyn Read>) -> Result<Part, ImportError> {
        let mut text = String::new();
        let read = reader.take(MAX_DOCUMENT as u64 + 1).read_to_string(&mut text);
        let mut part = Part { bytes_read: text.len() as u64, ..Part::new() };
        let records = match read {
            Ok(size) if size > MAX_DOCUMENT => Err(format!("it is larger than {MAX_DOCUMENT} bytes")),
            Ok(_) => format.records(&text, None),
            Err(error) => Err(error.to_string()),
        };
        self.number = 1;
        match records {
            Ok(records) => {
                self.number = records.len() as u64;
                for (index, record) in records.into_iter().enumerate() {
                    let record = record.map(|record| with_key(record, &self.name, index));
                    part.add(index as u64 + 1, record);
                }
            }
            Err(why) => part.failures.push((1, why)),
        }
        Ok(part)
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
        if let Some(pages) = &self.pages {
            for article in pages.articles(&String::from_utf8_lossy(&bytes)) {
                part.add(number, article);
            }
            return Ok(());
        }
        if self.framing == Framing::Rows && self.header.is_none() {
            let header = self.renamed_header(&bytes)?;
            part.begin_csv(&header);
            self.header = Some(header);
            return Ok(());
        }
        match self.framing {
            Framing::Rows => part.body.extend(bytes),
            _ if self.map.is_empty() => part.body.extend(bytes.into_iter().map(|byte| match byte {
                // Line breaks only occur between members: JSON strings contain none.
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

    /// The member of a record that a column or a member of the file becomes.
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

/// The files among these paths, and the files in the folders among them that have the extension of a format.
///
/// # Errors
/// When a folder cannot be read.
pub fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, ImportError> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let entries = fs::read_dir(path).map_err(|error| unreadable(path, &error))?;
            let mut inside: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
            inside.retain(|file| file.is_file() && (format_of(file).is_some() || is_xml(file)));
            inside.sort();
            files.extend(inside);
        } else {
            files.push(path.clone());
        }
    }
    Ok(files)
}

/// Reads `member=column` pairs.
///
/// # Errors
/// When one is not of this form.
pub fn renames(pairs: &[String]) -> Result<Vec<(String, String)>, ImportError> {
    let rename = |pair: &String| {
        let split = pair.split_once('=').map(|(member, column)| (member.to_owned(), column.to_owned()));
        split.ok_or_else(|| ImportError::Input(format!("--map {pair:?} must be MEMBER=COLUMN")))
    };
    pairs.iter().map(rename).collect()
}

/// Gives a record without a key the name of its file as `external_id`, with its place when it is not the first. Standard input
/// has no name.
fn with_key(mut record: Value, file: &str, index: usize) -> Value {
    if record["external_id"].is_null() && record["url"].is_null() && file != "-" {
        record["external_id"] = if index == 0 { file.into() } else { format!("{file}#{}", index + 1).into() };
    }
    record
}

fn unreadable(path: &Path, error: &io::Error) -> ImportError {
    ImportError::Input(format!("{} cannot be read: {error}", path.display()))
}

/// The extension of a file in lower case, without that of its compression.
fn extension_of(path: &Path) -> Option<String> {
    let mut path = path.to_owned();
    if path.extension().is_some_and(|extension| extension == "gz" || extension == "zst") {
        path.set_extension("");
    }
    Some(path.extension()?.to_str()?.to_ascii_lowercase())
}

/// The format of a file by its extension.
fn format_of(path: &Path) -> Option<Format> {
    match extension_of(path)?.as_str() {
        "ndjson" | "jsonl" => Some(Format::Ndjson),
        "csv" => Some(Format::Csv),
        "json" => Some(Format::Json),
        "html" | "htm" => Some(Format::Document(DocumentFormat::Html)),
        "rss" | "atom" => Some(Format::Document(DocumentFormat::Feed)),
        "nitf" => Some(Format::Document(DocumentFormat::Nitf)),
        _ => None,
    }
}

fn is_xml(path: &Path) -> bool {
    extension_of(path).is_some_and(|extension| extension == "xml")
}

/// The format of a file by its first bytes.
fn format_of_content(text: &str) -> Option<Format> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let array = || text.starts_with('[').then_some(Format::Json);
    DocumentFormat::detect(text).map(Format::Document).or_else(array)
}
