//! Whole lists as NDJSON or CSV, streamed.

use crate::domain::page::{Page, PageRequest};
use crate::http::extract::accept;
use crate::http::extract::query::Parameters;
use crate::http::respond::problem::Problem;
use crate::http::respond::rows::{RowFormat, RowWriter};
use crate::http::wire::export::{CSV, ExportOptions, ListFormat, NDJSON};
use crate::http::wire::filters::ParameterError;
use crate::store::db::snapshot::PartSender;
use crate::store::{self, Connection, Db};
use actix_web::http::header::{self, DispositionParam, DispositionType};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use futures_util::TryStreamExt;
use serde::Serialize;
use utoipa::ToSchema;

/// Records that one statement reads.
pub const PAGE: i64 = 500;
/// Articles with mentions or quotes that one statement reads.
pub const PAGE_OF_LARGE: i64 = 50;
/// A part is sent once it has this many bytes.
const PART_BYTES: usize = 64 << 10;
/// Parameters that apply only to pages.
const OF_PAGES: [&str; 3] = ["limit", "cursor", "count"];

/// The format in which the client requests the whole list; `None` when it requests a page.
///
/// # Errors
/// 400 when a request for the whole list has a parameter of pages.
pub fn requested(request: &HttpRequest, options: ExportOptions) -> Result<Option<RowFormat>, Problem> {
    let format = match accept::format(request.headers(), options.format) {
        ListFormat::Json | ListFormat::Jsonld => return Ok(None),
        ListFormat::Ndjson => RowFormat::Ndjson,
        ListFormat::Csv => RowFormat::Csv { bom: options.bom },
    };
    let given = Parameters::of(request);
    let faults = given.names().into_iter().filter(|name| OF_PAGES.contains(name));
    let faults: Vec<_> = faults
        .map(|name| ParameterError::new(name, "applies to pages; NDJSON and CSV contain the whole list"))
        .collect();
    if faults.is_empty() { Ok(Some(format)) } else { Err(Problem::parameters(faults)) }
}

/// Writes rows, and sends them in parts.
pub struct PartWriter<'a> {
    rows: RowWriter,
    parts: &'a PartSender<Bytes>,
}

impl PartWriter<'_> {
    /// Writes items.
    ///
    /// # Errors
    /// When the client has left or is too slow.
    pub fn write(&mut self, items: &[impl Serialize]) -> store::Result<()> {
        self.rows.write(items, |rows| match rows.written() {
            PART_BYTES.. => self.parts.send(rows.take()?),
            _ => Ok(()),
        })
    }
}

/// Responds with what `work` writes to `rows` from one snapshot.
///
/// # Errors
/// Those before the first part. A later error cuts the response off.
pub async fn stream(
    db: &Db,
    rows: RowWriter,
    mut response: HttpResponseBuilder,
    work: impl FnOnce(&mut Connection, &mut PartWriter<'_>) -> store::Result<()> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let parts = db.stream(move |conn, parts| {
        let mut writer = PartWriter { rows, parts };
        work(conn, &mut writer)?;
        parts.send(writer.rows.take()?)
    });
    let parts = parts.await?.inspect_err(|error| log::warn!("an export was cut off: {error}"));
    Ok(response.streaming(parts))
}

/// Responds with the whole list, which `read` returns page by page from one snapshot. Pages of `large` records are smaller.
///
/// # Errors
/// Those of the first page. A later error cuts the response off.
pub async fn respond<T: Serialize + ToSchema>(
    db: &Db,
    name: &str,
    format: RowFormat,
    large: bool,
    mut read: impl FnMut(&mut Connection, &PageRequest) -> store::Result<Page<T>> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let (content_type, ending) = match format {
        RowFormat::Ndjson => (NDJSON.to_owned(), "ndjson"),
        RowFormat::Csv { .. } => (format!("{CSV}; charset=utf-8"), "csv"),
    };
    let disposition = header::ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![DispositionParam::Filename(format!("{name}.{ending}"))],
    };
    let mut response = HttpResponse::Ok();
    response.content_type(content_type).insert_header(disposition);
    let mut page = PageRequest { limit: if large { PAGE_OF_LARGE } else { PAGE }, after: None, count: None };
    let write = move |conn: &mut Connection, writer: &mut PartWriter<'_>| loop {
        let Page { items, next, .. } = read(conn, &page)?;
        writer.write(&items)?;
        if next.is_none() {
            return Ok(());
        }
        page.after = next;
    };
    stream(db, RowWriter::new::<T>(format), response, write).await
}
