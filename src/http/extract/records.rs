//! Splits a body of any length into records: lines of NDJSON, rows of CSV, or items of a JSON array.

use super::body::MAX_BODY;
use super::schema::{Invalid, Schema};
use crate::http::respond::problem::Problem;
use crate::http::wire::export::is_formula;
use crate::http::wire::problem::Code;
use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use csv::ReaderBuilder;
use futures_util::{Stream, StreamExt};
use serde_json::{Map, Value};
use std::time::Duration;

/// Largest record in bytes.
const MAX_RECORD: usize = MAX_BODY;
/// A batch is complete with this many records or bytes.
const BATCH_RECORDS: usize = 200;
const BATCH_BYTES: usize = 1 << 20;
/// A batch is also complete when nothing arrives for this long.
const LULL: Duration = Duration::from_millis(20);
/// How long the client of an import may send nothing, or read nothing of the response.
pub const STALL_TIMEOUT: Duration = Duration::from_secs(30);

/// How a body separates its records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    Lines,
    Rows,
    Items,
}

impl Framing {
    /// The framing of a body of this media type.
    pub fn of(media_type: &str) -> Self {
        match media_type {
            "text/csv" => Self::Rows,
            "application/json" => Self::Items,
            _ => Self::Lines,
        }
    }
}

/// A record as it was received, or why it cannot be read.
pub struct RawRecord {
    /// The line of NDJSON, the row of CSV or the item of an array, from 1.
    pub number: u64,
    pub bytes: Result<Vec<u8>, Problem>,
}

/// Splits bytes into records. Buffers at most one record.
pub struct Splitter {
    framing: Framing,
    /// The bytes of the current record.
    record: Vec<u8>,
    number: u64,
    /// The record is too large: its bytes are dropped.
    overflows: bool,
    in_text: bool,
    after_backslash: bool,
    /// Open brackets within an item.
    depth: u32,
    /// Whether the array is open; `None` before its beginning.
    array: Option<bool>,
}

impl Splitter {
    /// Splits a body of this framing.
    pub fn new(framing: Framing) -> Self {
        Self {
            framing,
            record: Vec::new(),
            number: 1,
            overflows: false,
            in_text: false,
            after_backslash: false,
            depth: 0,
            array: None,
        }
    }

    /// Reads the next bytes, and appends the records that end in them.
    ///
    /// # Errors
    /// When the body is malformed, so that the rest of it cannot be read.
    pub fn push(&mut self, bytes: &[u8], records: &mut Vec<RawRecord>) -> Result<(), Problem> {
        match self.framing {
            Framing::Lines => {
                let mut rest = bytes;
                while let Some(end) = memchr::memchr(b'\n', rest) {
                    self.append(&rest[..end]);
                    self.end_record(records);
                    rest = &rest[end + 1..];
                }
                self.append(rest);
            }
            Framing::Rows => {
                for byte in bytes {
                    self.in_text ^= *byte == b'"';
                    match byte {
                        b'\n' if !self.in_text => self.end_record(records),
                        byte => self.append(&[*byte]),
                    }
                }
                if self.overflows && self.in_text {
                    return Err(malformed(format!("a quotation mark that is not closed before row {}", self.number)));
                }
            }
            Framing::Items => bytes.iter().try_for_each(|byte| self.push_item(*byte, records))?,
        }
        Ok(())
    }

    /// Handles the end of the body.
    ///
    /// # Errors
    /// When the body is incomplete.
    pub fn finish(&mut self, records: &mut Vec<RawRecord>) -> Result<(), Problem> {
        match (self.framing, self.array) {
            (Framing::Items, Some(false)) => Ok(()),
            (Framing::Items, None) if self.record.is_empty() => {
                Err(malformed("the body is not a JSON array".to_owned()))
            }
            (Framing::Items, _) => Err(malformed("the array is not closed".to_owned())),
            (Framing::Rows, _) if self.in_text => Err(malformed("a quotation mark is not closed".to_owned())),
            _ => {
                self.end_record(records);
                Ok(())
            }
        }
    }

    fn push_item(&mut self, byte: u8, records: &mut Vec<RawRecord>) -> Result<(), Problem> {
        let is_space = byte.is_ascii_whitespace();
        match self.array {
            None if byte == b'[' => self.array = Some(true),
            // A byte order mark.
            None if is_space || [0xef, 0xbb, 0xbf].contains(&byte) => {}
            None => return Err(malformed("the body is not a JSON array".to_owned())),
            Some(false) if is_space => {}
            Some(false) => return Err(malformed("something follows the array".to_owned())),
            Some(true) if self.in_text => {
                self.in_text = self.after_backslash || byte != b'"';
                self.after_backslash = byte == b'\\' && !self.after_backslash;
                self.append(&[byte]);
            }
            Some(true) => {
                match byte {
                    b'"' => self.in_text = true,
                    b'{' | b'[' => self.depth += 1,
                    b'}' | b']' if self.depth > 0 => self.depth -= 1,
                    b',' | b']' if self.depth == 0 => {
                        // An empty array has no item.
                        if byte == b',' || self.number > 1 || !self.is_blank() {
                            self.end_item(records);
                        }
                        self.array = Some(byte == b',');
                        return Ok(());
                    }
                    _ => {}
                }
                self.append(&[byte]);
            }
        }
        Ok(())
    }

    fn append(&mut self, bytes: &[u8]) {
        if self.record.len() + bytes.len() > MAX_RECORD {
            self.overflows = true;
            self.record = Vec::new();
        }
        if !self.overflows {
            self.record.extend_from_slice(bytes);
        }
    }

    fn is_blank(&self) -> bool {
        !self.overflows && self.record.trim_ascii().is_empty()
    }

    /// Ends a line or a row. Blank ones are counted, but are not records.
    fn end_record(&mut self, records: &mut Vec<RawRecord>) {
        if self.number == 1 && self.record.starts_with(b"\xef\xbb\xbf") {
            self.record.drain(..3);
        }
        if self.is_blank() {
            self.record.clear();
            self.number += 1;
        } else {
            self.end_item(records);
        }
    }

    fn end_item(&mut self, records: &mut Vec<RawRecord>) {
        let bytes = std::mem::take(&mut self.record);
        let bytes = match std::mem::take(&mut self.overflows) {
            false => Ok(bytes),
            true => Err(Problem::new(Code::BodyTooLarge, format!("a record must be at most {MAX_RECORD} bytes"))),
        };
        records.push(RawRecord { number: self.number, bytes });
        self.number += 1;
    }
}

fn malformed(detail: String) -> Problem {
    Problem::new(Code::MalformedBody, detail)
}

/// The records of a body as they arrive.
pub struct RecordStream<S> {
    body: S,
    splitter: Splitter,
}

/// Some records of a body.
pub struct Batch {
    pub records: Vec<RawRecord>,
    /// The bytes received for this batch.
    pub bytes: usize,
    /// The end of the body, or the error that ends it with the number of its record.
    pub end: Option<Result<(), (u64, Problem)>>,
}

impl<S: Stream<Item = Result<Bytes, PayloadError>> + Unpin> RecordStream<S> {
    /// Reads the records of a body of this framing.
    pub fn new(body: S, framing: Framing) -> Self {
        Self { body, splitter: Splitter::new(framing) }
    }

    /// Waits for records, then takes more while they arrive without a pause of [`LULL`].
    pub async fn next_batch(&mut self) -> Batch {
        let mut batch = Batch { records: Vec::new(), bytes: 0, end: None };
        while batch.end.is_none() && batch.records.len() < BATCH_RECORDS && batch.bytes < BATCH_BYTES {
            let patience = if batch.records.is_empty() { STALL_TIMEOUT } else { LULL };
            let end = match tokio::time::timeout(patience, self.body.next()).await {
                Ok(Some(Ok(piece))) => {
                    batch.bytes += piece.len();
                    self.splitter.push(&piece, &mut batch.records).err().map(Err)
                }
                Ok(Some(Err(error))) => Some(Err(malformed(format!("receiving the body: {error}")))),
                Ok(None) => Some(self.splitter.finish(&mut batch.records)),
                Err(_) if batch.records.is_empty() => {
                    Some(Err(Problem::new(Code::RequestTimeout, "nothing was received for too long")))
                }
                Err(_) => break,
            };
            batch.end = end.map(|end| end.map_err(|problem| (self.splitter.number, problem)));
        }
        batch
    }
}

/// Parses records and checks them against their schema.
pub struct RecordReader {
    schema: &'static Schema,
    framing: Framing,
    /// The header of CSV, once it is read.
    columns: Option<Vec<String>>,
}

impl RecordReader {
    /// Reads records of a body of this framing.
    pub fn new(schema: &'static Schema, framing: Framing) -> Self {
        Self { schema, framing, columns: None }
    }

    /// Reads a record as a value of the schema; `None` for the header of CSV.
    ///
    /// # Errors
    /// `Err(Ok(_))` when the record is not valid, `Err(Err(_))` when the header of CSV is not, so that no row can be read.
    pub fn read(&mut self, bytes: &[u8]) -> Result<Option<Value>, Result<Problem, Problem>> {
        let value = match (self.framing, &self.columns) {
            (Framing::Rows, None) => {
                self.columns = Some(self.read_header(bytes).map_err(Err)?);
                return Ok(None);
            }
            (Framing::Rows, Some(columns)) => self.schema.check(self.read_row(bytes, columns).map_err(Ok)?),
            _ => self.schema.parse(bytes),
        };
        value.map(Some).map_err(|invalid| {
            Ok(match invalid {
                Invalid::Malformed(error) => malformed(format!("the record is not JSON: {error}")),
                Invalid::Mismatch(errors) => Problem::content(errors),
            })
        })
    }

    fn read_header(&self, bytes: &[u8]) -> Result<Vec<String>, Problem> {
        let columns: Vec<String> = cells(bytes)?.into_iter().map(|cell| cell.trim().to_owned()).collect();
        let unknown: Vec<&str> =
            columns.iter().map(String::as_str).filter(|column| self.schema.member(column).is_none()).collect();
        if !unknown.is_empty() {
            return Err(malformed(format!("the header has unknown columns: {}", unknown.join(", "))));
        }
        let has = |column: &str| columns.iter().any(|known| known == column);
        if let Some(twice) = columns.iter().find(|column| columns.iter().filter(|other| other == column).count() > 1) {
            return Err(malformed(format!("the header has the column {twice} twice")));
        }
        if !["id", "external_id", "url", "name"].into_iter().any(has) {
            return Err(malformed(
                "a column is missing: articles need id, external_id or url, and entities id or name".to_owned(),
            ));
        }
        Ok(columns)
    }

    fn read_row(&self, bytes: &[u8], columns: &[String]) -> Result<Value, Problem> {
        let cells = cells(bytes)?;
        if cells.len() != columns.len() {
            return Err(malformed(format!("the row has {} cells, and the header {}", cells.len(), columns.len())));
        }
        let mut record = Map::new();
        for (column, cell) in columns.iter().zip(cells) {
            if let Some(member) = self.schema.member(column).filter(|_| !cell.is_empty()) {
                record.insert(column.clone(), member.read_cell(with_formula(&cell)));
            }
        }
        Ok(Value::Object(record))
    }
}

/// Removes the apostrophe that an export puts before a text that a spreadsheet would treat as a formula.
fn with_formula(cell: &str) -> &str {
    if is_formula(cell) { cell.strip_prefix('\'').unwrap_or(cell) } else { cell }
}

fn cells(row: &[u8]) -> Result<Vec<String>, Problem> {
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(row);
    let record = reader.records().next().transpose();
    let record = record.map_err(|error| malformed(format!("the row is not CSV in UTF-8: {error}")))?;
    Ok(record.iter().flatten().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The records of a body that comes in pieces of `size` bytes.
    fn split(framing: Framing, body: &[u8], size: usize) -> Result<Vec<(u64, String)>, String> {
        let mut splitter = Splitter::new(framing);
        let mut records = Vec::new();
        let problem = |problem: Problem| problem.to_string();
        body.chunks(size).try_for_each(|piece| splitter.push(piece, &mut records)).map_err(problem)?;
        splitter.finish(&mut records).map_err(problem)?;
        let text = |record: RawRecord| (record.number, String::from_utf8(record.bytes.unwrap()).unwrap());
        Ok(records.into_iter().map(text).collect())
    }

    fn texts(framing: Framing, body: &str) -> Vec<(u64, String)> {
        split(framing, body.as_bytes(), 3).unwrap()
    }

    fn numbered(all: &[(u64, &str)]) -> Vec<(u64, String)> {
        all.iter().map(|(number, text)| (*number, (*text).to_owned())).collect()
    }

    #[test]
    fn lines_end_at_line_feeds_and_blank_ones_are_no_records() {
        assert_eq!(texts(Framing::Lines, "\u{feff}{}\r\n\n {\"a\": 1}"), numbered(&[(1, "{}\r"), (3, " {\"a\": 1}")]));
        assert!(texts(Framing::Lines, "\n\n").is_empty());
    }

    #[test]
    fn rows_go_on_within_quotation_marks() {
        let body = "a,b\r\n\"1\n\"\"2\",x\n3,4";
        assert_eq!(texts(Framing::Rows, body), numbered(&[(1, "a,b\r"), (2, "\"1\n\"\"2\",x"), (3, "3,4")]));
        assert!(split(Framing::Rows, b"a\n\"b", 1).unwrap_err().contains("not closed"));
    }

    #[test]
    fn items_may_have_brackets_commas_and_escapes() {
        let body = " [ {\"a\": [1, {}], \"b\": \"],\\\"\\\\\"} , {}\n] ";
        let expected = [(1, " {\"a\": [1, {}], \"b\": \"],\\\"\\\\\"} "), (2, " {}\n")];
        assert_eq!(texts(Framing::Items, body), numbered(&expected));
        assert!(texts(Framing::Items, "[ ]").is_empty());
        for (body, detail) in
            [("[{}", "not closed"), ("{}", "not a JSON array"), ("", "not a JSON array"), ("[{}] 1", "follows")]
        {
            assert!(split(Framing::Items, body.as_bytes(), 1).unwrap_err().contains(detail), "{body}");
        }
    }

    #[test]
    fn a_record_that_is_too_large_is_refused_and_the_next_one_is_not() {
        let mut splitter = Splitter::new(Framing::Lines);
        let mut records = Vec::new();
        for _ in 0..20 {
            splitter.push(&[b'x'; 1 << 20], &mut records).unwrap();
            assert!(splitter.record.capacity() <= 4 * MAX_RECORD);
        }
        splitter.push(b"\n{}\n", &mut records).unwrap();
        assert!(records[0].bytes.is_err() && records[1].bytes.as_deref().unwrap() == b"{}");
    }

    proptest! {
        #[test]
        fn the_pieces_of_a_body_make_no_difference(body in "[\\[\\]{},\"\\\\\n a]{0,60}", size in 1_usize..8) {
            for framing in [Framing::Lines, Framing::Rows, Framing::Items] {
                prop_assert_eq!(split(framing, body.as_bytes(), size), split(framing, body.as_bytes(), 100));
            }
        }
    }
}
