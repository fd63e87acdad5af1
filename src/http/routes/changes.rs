//! `/v1/changes`: the change feed.

use crate::domain::change::ChangePosition;
use crate::http::extract::query::Query;
use crate::http::respond::json;
use crate::http::respond::problem::Problem;
use crate::http::wire::change::{ChangePageBody, ListChanges};
use crate::http::wire::problem::Code;
use crate::store::Db;
use crate::store::changes::{self, After};
use actix_web::{HttpResponse, get, web};

/// The number of changes in an answer, unless the caller gives another.
const DEFAULT_LIMIT: i64 = 100;

/// Read the change feed
///
/// Every change of articles, entities, mentions and quotes, and every new review, in the order in which they were committed.
/// A change that is answered stays where it is, and no other appears before it later. Changes that are made together, such as
/// the deletion of an article with its quotes, follow each other.
///
/// To keep a copy of the records: take the `next_cursor` of `after=now`, read all records, then follow the feed from that cursor
/// on. Changes are kept for the days of `--changes-retention-days`; an older cursor is 410.
#[utoipa::path(
    tag = "changes",
    security(("key" = ["read"])),
    params(ListChanges),
    responses(
        (status = 200, description = "Changes, oldest first", body = ChangePageBody),
        (status = 410, description = "Changes behind this cursor were removed, or it is of a database from before a restore."),
    ),
)]
#[get("/v1/changes")]
pub async fn list_changes(db: web::Data<Db>, query: Query<ListChanges>) -> Result<HttpResponse, Problem> {
    let after = after(query.after.as_deref())?;
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
    let filter = query.0.filter();
    let page = db.read_primary(move |conn| changes::read(conn, after, &filter, limit)).await?;
    Ok(json::ok(&ChangePageBody::from(page)))
}

fn after(cursor: Option<&str>) -> Result<After, Problem> {
    let refused = || Problem::new(Code::InvalidCursor, "after: was not given by this feed");
    match cursor {
        None => Ok(After::Beginning),
        Some("now") => Ok(After::Now),
        Some(cursor) => ChangePosition::parse(cursor).map(After::Position).ok_or_else(refused),
    }
}
