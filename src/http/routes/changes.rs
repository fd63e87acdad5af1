//! `/v1/changes`: the change feed.

use super::event_stream;
use crate::app::change_feed::ChangeFeed;
use crate::domain::change::ChangePosition;
use crate::http::context::{self, Draining};
use crate::http::extract::accept::weight;
use crate::http::extract::query::Query;
use crate::http::respond::json;
use crate::http::respond::problem::Problem;
use crate::http::wire::change::{ChangePageBody, EventStream, LastEventId, ListChanges};
use crate::http::wire::problem::Code;
use crate::store::Db;
use crate::store::changes::{self, After};
use actix_web::http::header::{Accept, Header};
use actix_web::{HttpRequest, HttpResponse, get, mime, web};

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
///
/// With `Accept: text/event-stream` the answer stays open and has each change as an event, whose id is its cursor, moments after
/// its commit. A client that connects again continues with `Last-Event-ID`.
#[utoipa::path(
    tag = "changes",
    security(("key" = ["read"])),
    params(
        ListChanges,
        ("Last-Event-ID" = inline(Option<LastEventId>), Header, description = "For a stream of events: continues behind the event with this id, whatever `after` is."),
    ),
    responses(
        (status = 200, description = "Changes, oldest first", content((ChangePageBody = "application/json"), (EventStream = "text/event-stream"))),
        (status = 410, description = "Changes behind this cursor were removed, or it is of a database from before a restore."),
    ),
)]
#[get("/v1/changes")]
pub async fn list_changes(
    request: HttpRequest,
    db: web::Data<Db>,
    feed: web::Data<ChangeFeed>,
    draining: web::Data<Draining>,
    query: Query<ListChanges>,
) -> Result<HttpResponse, Problem> {
    if wants_events(&request) {
        let last = request.headers().get("last-event-id").and_then(|id| id.to_str().ok());
        let after = after("Last-Event-ID", last.or(query.after.as_deref()))?;
        let news = feed.follow(after, query.0.filter()).await?;
        let is_head = context::is_head(&request);
        let stopping = draining.started();
        let end = async move {
            if !is_head {
                stopping.await;
            }
        };
        return Ok(event_stream::respond(news, end));
    }
    let after = after("after", query.after.as_deref())?;
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
    let filter = query.0.filter();
    let page = db.read_primary(move |conn| changes::read(conn, after, &filter, limit)).await?;
    Ok(json::ok(&ChangePageBody::from(page)))
}

/// Whether the caller prefers a stream of events to a page.
fn wants_events(request: &HttpRequest) -> bool {
    let Ok(accept) = Accept::parse(request) else { return false };
    weight(&accept, &mime::TEXT_EVENT_STREAM) > weight(&accept, &mime::APPLICATION_JSON)
}

fn after(name: &str, cursor: Option<&str>) -> Result<After, Problem> {
    let refused = || Problem::new(Code::InvalidCursor, format!("{name}: was not given by this feed"));
    match cursor {
        None => Ok(After::Beginning),
        Some("now") => Ok(After::Now),
        Some(cursor) => ChangePosition::parse(cursor).map(After::Position).ok_or_else(refused),
    }
}
