//! Whole lists as NDJSON or CSV, streamed.

use crate::domain::page::{Page, PageRequest};
use crate::http::extract::accept::list_format;
use crate::http::extract::query::Parameters;
use crate::http::respond::problem::Problem;
use crate::http::respond::rows::{RowFormat, RowWriter};
use crate::http::wire::export::{CSV, ExportOptions, ListFormat, NDJSON};
use crate::http::wire::filters::ParameterError;
use crate::store::{self, Connection, Db};
use actix_web::http::header::{self, DispositionParam, DispositionType};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::TryStreamExt;
use serde::Serialize;
use utoipa::ToSchema;

/// Records that one statement reads.
pub const PAGE: i64 = 500;
/// Articles with mentions or quotes that one statement reads.
pub const PAGE_OF_LARGE: i64 = 50;
/// A part is sent once it has this many bytes.
pub const PART_BYTES: usize = 64 << 10;
/// Parameters that apply only to pages.
const OF_PAGES: [&str; 3] = ["limit", "cursor", "count"];

/// The format in which the client requests the whole list; `None` when it requests a page.
///
/// # Errors
/// 400 when a request for the whole list has a parameter of pages.
pub fn requested(request: &HttpRequest, options: ExportOptions) -> Result<Option<RowFormat>, Problem> {
    let format = match list_format(request.headers(), options.format) {
        ListFormat::Json => return Ok(None),
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
    let mut page = PageRequest { limit: if large { PAGE_OF_LARGE } else { PAGE }, after: None, count: None };
    let parts = db.stream(move |conn, parts| {
        let mut rows = RowWriter::new::<T>(format);
        loop {
            let Page { items, next, .. } = read(conn, &page)?;
            rows.write(&items, |rows| match rows.written() {
                PART_BYTES.. => parts.send(rows.take()?),
                _ => Ok(()),
            })?;
            if next.is_none() {
                return parts.send(rows.take()?);
            }
            page.after = next;
        }
    });
    let parts = parts.await?.inspect_err(|error| log::warn!("an export was cut off: {error}"));
    let (content_type, ending) = match format {
        RowFormat::Ndjson => (NDJSON.to_owned(), "ndjson"),
        RowFormat::Csv { .. } => (format!("{CSV}; charset=utf-8"), "csv"),
    };
    let disposition = header::ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![DispositionParam::Filename(format!("{name}.{ending}"))],
    };
    Ok(HttpResponse::Ok().content_type(content_type).insert_header(disposition).streaming(parts))
}
