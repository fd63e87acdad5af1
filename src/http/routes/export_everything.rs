//! `/v1/export`: everything, in one snapshot.

use super::articles::article_body;
use super::export::{self, PAGE, PAGE_OF_LARGE, PartWriter};
use super::quotes::embed_claim_reviews;
use crate::app::embed::{self, ArticleWithFindings, Embedded};
use crate::domain::article::{ArticleFilter, ArticleList, ArticleOrder};
use crate::domain::judgement::Judgement;
use crate::domain::page::{Page, PageRequest};
use crate::domain::split::Split;
use crate::http::respond::problem::Problem;
use crate::http::respond::rows::{RowFormat, RowWriter};
use crate::http::wire::article::ArticleBody;
use crate::http::wire::entity::EntityBody;
use crate::http::wire::export::{
    DeletedRecordBody, ExportedRecord, JudgementRecordBody, MergeRecordBody, MovesRecordBody, NDJSON, SplitRecordBody,
};
use crate::http::wire::merge::MoveListBody;
use crate::store::fulltext::Statistics;
use crate::store::merges::transfer;
use crate::store::{self, Connection, Db, articles, entities, judgements, splits, tombstones};
use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use uuid::Uuid;

/// Export everything
///
/// Every entity, those that were merged last, then every article with all its texts, mentions and quotes, the judgements, splits and
/// merges, and the ids of deleted records, as they are at one moment. An import with the scope `admin` into an empty service restores
/// them with their ids, versions, times, reviews and claim reviews; the order is the same every time. Merges can be undone there. The
/// history of records is not exported: `verbatim backup` has it.
#[utoipa::path(
    tag = "bulk",
    security(("key" = ["read"])),
    responses((status = 200, description = "The records", content((ExportedRecord = "application/x-ndjson")))),
)]
#[get("/v1/export")]
pub async fn export_everything(db: web::Data<Db>, statistics: web::Data<Statistics>) -> Result<HttpResponse, Problem> {
    let rows = RowWriter::new::<EntityBody>(RowFormat::Ndjson);
    let mut response = HttpResponse::Ok();
    response.content_type(NDJSON);
    let write = move |conn: &mut Connection, writer: &mut PartWriter<'_>| {
        for merged in [false, true] {
            let read = |conn: &mut Connection, after| entities::by_id(conn, merged, after, PAGE);
            write_all(conn, writer, read, |entity| entity.id, EntityBody::from)?;
        }
        let page = PageRequest { limit: PAGE_OF_LARGE, after: None, count: None };
        let filter = ArticleFilter::default();
        let mut list = ArticleList { filter, order: ArticleOrder::NewestCreated, with_body: true, page };
        loop {
            let (Page { items, next, .. }, _) = articles::list(conn, &statistics, &list)?;
            let ids: Vec<Uuid> = items.iter().map(|article| article.id).collect();
            let mut texts = articles::texts_of(conn, &ids)?;
            let whole = |found: ArticleWithFindings| {
                let versions = texts.remove(&found.article.id).unwrap_or_default();
                let versions = versions.into_iter().map(Into::into).collect();
                ArticleBody { versions: Some(versions), ..article_body(found) }
            };
            let items = embed::all(conn, items, Embedded::ALL, i64::from(i32::MAX))?;
            let mut bodies: Vec<ArticleBody> = items.into_iter().map(whole).collect();
            embed_claim_reviews(conn, bodies.iter_mut().flat_map(|article| article.quotes.iter_mut().flatten()))?;
            writer.write(&bodies)?;
            if next.is_none() {
                let read = |conn: &mut Connection, after| judgements::by_id(conn, after, PAGE);
                let body = |judgement: Judgement| JudgementRecordBody { judgement: judgement.into() };
                write_all(conn, writer, read, |judgement| judgement.id, body)?;
                let read = |conn: &mut Connection, after| splits::by_id(conn, after, PAGE);
                let body = |split: Split| SplitRecordBody { split: split.into() };
                write_all(conn, writer, read, |split| split.id, body)?;
                write_merges(conn, writer)?;
                let read = |conn: &mut Connection, after| tombstones::list(conn, after, PAGE);
                return write_all(conn, writer, read, |deleted| deleted.id, DeletedRecordBody::from);
            }
            list.page.after = next;
        }
    };
    export::stream(&db, rows, response, write).await
}

/// Writes all records that `read` reads behind an id, page by page.
fn write_all<T, B: Serialize>(
    conn: &mut Connection,
    writer: &mut PartWriter<'_>,
    read: impl Fn(&mut Connection, Option<Uuid>) -> store::Result<Vec<T>>,
    id: impl Fn(&T) -> Uuid,
    body: impl Fn(T) -> B,
) -> store::Result<()> {
    let mut after = None;
    loop {
        let page = read(conn, after)?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(id(last));
        writer.write(&page.into_iter().map(&body).collect::<Vec<_>>())?;
    }
}

/// Writes the merges, each before the references that it moved.
fn write_merges(conn: &mut Connection, writer: &mut PartWriter<'_>) -> store::Result<()> {
    let mut after = None;
    loop {
        let merges = transfer::by_id(conn, after, PAGE_OF_LARGE)?;
        let Some((last, _)) = merges.last() else { return Ok(()) };
        after = Some(last.id);
        for (merge, sources) in merges {
            let merge_id = merge.id;
            let taken = sources.into_iter().map(Into::into).collect();
            writer.write(&[MergeRecordBody { merge: merge.into(), taken }])?;
            let mut last = None;
            loop {
                let moves = transfer::moves(conn, merge_id, last.as_ref(), PAGE)?;
                let Some(end) = moves.last() else { break };
                last = Some(end.clone());
                let records = moves.into_iter().map(Into::into).collect();
                writer.write(&[MovesRecordBody { moves: MoveListBody { merge_id, records } }])?;
            }
        }
    }
}
