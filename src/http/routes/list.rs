//! Lists whose items are the same on a page and in the whole list.

use super::export;
use crate::domain::page::{Page, PageRequest};
use crate::http::extract::paging;
use crate::http::respond::problem::Problem;
use crate::http::respond::rows::RowFormat;
use crate::http::wire::export::ExportOptions;
use crate::http::wire::page::{PageParameters, TotalBody};
use crate::store::{self, Connection, Db};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

/// What a client requests of a list: a page, or the whole list in a format.
pub struct Requested {
    pub page: PageRequest,
    format: Option<RowFormat>,
}

/// Reads what is requested.
///
/// # Errors
/// 400 when the cursor belongs to another list, or a request for the whole list has a parameter of pages.
pub fn requested(request: &HttpRequest, export: ExportOptions, page: PageParameters) -> Result<Requested, Problem> {
    let format = export::requested(request, export)?;
    Ok(Requested { page: paging::page_request(request, page)?, format })
}

/// Responds with a page, or with the whole list as a file called `name`. `read` reads a page. `body` makes its body from the items, the
/// next cursor and the total.
///
/// # Errors
/// Those of reading.
pub async fn respond<T, B, P>(
    request: &HttpRequest,
    db: &Db,
    name: &str,
    requested: Requested,
    read: impl Fn(&mut Connection, &PageRequest) -> store::Result<Page<T>> + Send + 'static,
    body: impl FnOnce(Vec<B>, Option<String>, Option<TotalBody>) -> P,
) -> Result<HttpResponse, Problem>
where
    T: Send + 'static,
    B: From<T> + Serialize + ToSchema,
    P: Serialize,
{
    let Requested { page, format } = requested;
    if let Some(format) = format {
        let read = move |conn: &mut Connection, page: &PageRequest| Ok(read(conn, page)?.map(B::from));
        return export::respond(db, name, format, false, read).await;
    }
    let page = db.read(move |conn| read(conn, &page)).await?;
    Ok(paging::respond(request, page.map(B::from), body))
}
