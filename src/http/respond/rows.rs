//! The items of a list as lines of NDJSON or CSV.

use crate::http::wire::export::is_formula;
use crate::store::{Error, Result};
use actix_web::web::Bytes;
use csv::{Terminator, Writer, WriterBuilder};
use serde::Serialize;
use serde_json::Value;
use std::borrow::Cow;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::{PartialSchema, ToSchema};

/// The format of the lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowFormat {
    Ndjson,
    Csv { bom: bool },
}

/// Writes items as lines.
pub enum RowWriter {
    Ndjson(Vec<u8>),
    Csv(Box<CsvWriter>),
}

/// Writes objects as lines of CSV, under a header.
pub struct CsvWriter {
    /// The members of an item in order, and whether each is required.
    members: Vec<(String, bool)>,
    /// The members that are written. Set with the first items.
    columns: Option<Vec<String>>,
    bom: bool,
    lines: Writer<Vec<u8>>,
}

impl RowWriter {
    /// A writer of items of this type.
    pub fn new<T: ToSchema>(format: RowFormat) -> Self {
        match format {
            RowFormat::Ndjson => Self::Ndjson(Vec::new()),
            RowFormat::Csv { bom } => Self::Csv(Box::new(CsvWriter {
                members: members_of::<T>(),
                columns: None,
                bom,
                lines: new_lines(Vec::new()),
            })),
        }
    }

    /// Writes the next items. In CSV, optional members are columns when one of the first items has them.
    ///
    /// # Errors
    /// When an item cannot be serialized, which is a bug.
    pub fn write<T: Serialize>(&mut self, items: &[T], mut flush: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        if let Self::Csv(csv) = self {
            csv.write_header(items)?;
        }
        for item in items {
            match self {
                Self::Ndjson(lines) => {
                    serde_json::to_writer(&mut *lines, item).map_err(unwritable)?;
                    lines.push(b'\n');
                }
                Self::Csv(csv) => csv.write(item)?,
            }
            flush(self)?;
        }
        Ok(())
    }

    /// The number of bytes that were written and not taken yet.
    pub fn written(&self) -> usize {
        match self {
            Self::Ndjson(lines) => lines.len(),
            Self::Csv(csv) => csv.lines.get_ref().len(),
        }
    }

    /// Takes the lines written so far.
    ///
    /// # Errors
    /// When they cannot be written, which is a bug.
    pub fn take(&mut self) -> Result<Bytes> {
        let lines = match self {
            Self::Ndjson(lines) => std::mem::take(lines),
            Self::Csv(csv) => {
                let lines = std::mem::replace(&mut csv.lines, new_lines(Vec::new()));
                lines.into_inner().map_err(unwritable)?
            }
        };
        Ok(lines.into())
    }
}

impl CsvWriter {
    fn write_header<T: Serialize>(&mut self, first: &[T]) -> Result<()> {
        if self.columns.is_some() {
            return Ok(());
        }
        let first: Vec<Value> =
            first.iter().map(serde_json::to_value).collect::<serde_json::Result<_>>().map_err(unwritable)?;
        let is_written =
            |(name, always): &&(String, bool)| *always || first.iter().any(|item| item.get(name).is_some());
        let columns: Vec<String> = self.members.iter().filter(is_written).map(|(name, _)| name.clone()).collect();
        if self.bom {
            self.lines = new_lines("\u{feff}".into());
        }
        self.lines.write_record(&columns).map_err(unwritable)?;
        self.columns = Some(columns);
        Ok(())
    }

    fn write<T: Serialize>(&mut self, item: &T) -> Result<()> {
        let item = serde_json::to_value(item).map_err(unwritable)?;
        let cells = self.columns.iter().flatten().map(|column| cell(item.get(column)));
        let cells: Vec<Cow<str>> = cells.collect();
        self.lines.write_record(cells.iter().map(|cell| cell.as_bytes())).map_err(unwritable)?;
        self.lines.flush().map_err(unwritable)
    }
}

fn new_lines(begun: Vec<u8>) -> Writer<Vec<u8>> {
    WriterBuilder::new().terminator(Terminator::CRLF).from_writer(begun)
}

fn unwritable(error: impl std::fmt::Display) -> Error {
    Error::Internal(format!("an item cannot be written: {error}"))
}

/// The members of a type in the order of its schema, and whether each is required.
fn members_of<T: ToSchema>() -> Vec<(String, bool)> {
    match <T as PartialSchema>::schema() {
        RefOr::T(Schema::Object(object)) => {
            object.properties.keys().map(|name| (name.clone(), object.required.contains(name))).collect()
        }
        _ => Vec::new(),
    }
}

fn cell(value: Option<&Value>) -> Cow<'_, str> {
    match value {
        None | Some(Value::Null) => Cow::Borrowed(""),
        Some(Value::String(text)) => without_formula(text),
        Some(value) => Cow::Owned(value.to_string()),
    }
}

/// Puts an apostrophe before a text that a spreadsheet would treat as a formula (CSV injection). A formula that already has
/// apostrophes before it gets one more, so that an import can always remove one.
fn without_formula(text: &str) -> Cow<'_, str> {
    match is_formula(text) {
        true => Cow::Owned(format!("'{text}")),
        false => Cow::Borrowed(text),
    }
}
