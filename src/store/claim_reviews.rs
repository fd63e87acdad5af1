//! Claim reviews: fact-checks of quotes, published elsewhere.

use super::grouped::grouped;
use super::sql::{Sql, keyset};
use super::{Expected, Resource, Result, check, tombstones};
use crate::domain::claim_review::{ClaimReview, NewClaimReview};
use crate::domain::new_id;
use crate::domain::page::{Count, Page, PageRequest, Position, Total};
use crate::schema::{claim_reviews, quotes};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::{self, exists};
use diesel::pg::Pg;
use diesel::prelude::*;
use std::collections::HashMap;
use uuid::Uuid;

/// The version of every claim review, because claim reviews do not change.
pub const VERSION: i32 = 1;
/// Maximum number of claim reviews that are shown for a cluster.
const MAX_OF_CLUSTER: i64 = 100;

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = claim_reviews, check_for_backend(Pg))]
struct ClaimReviewRow {
    id: Uuid,
    created_at: DateTime<Utc>,
    actor: Option<String>,
    quote_id: Uuid,
    publisher: String,
    url: String,
    rating: String,
    title: Option<String>,
    date: Option<NaiveDate>,
}

impl ClaimReviewRow {
    /// Converts the row, with the text of the quote.
    fn with(self, claim: String) -> ClaimReview {
        let Self { id, created_at, actor, quote_id, publisher, url, rating, title, date } = self;
        ClaimReview {
            id,
            created_at,
            actor,
            quote_id,
            claim,
            new: NewClaimReview { publisher, url, rating, title, date },
        }
    }
}

/// Claim reviews with the texts of their quotes.
type WithClaim = dsl::Select<
    dsl::InnerJoin<claim_reviews::table, dsl::On<quotes::table, dsl::Eq<quotes::id, claim_reviews::quote_id>>>,
    (dsl::AsSelect<ClaimReviewRow, Pg>, quotes::text),
>;

fn with_claim() -> WithClaim {
    claim_reviews::table
        .inner_join(quotes::table.on(quotes::id.eq(claim_reviews::quote_id)))
        .select((ClaimReviewRow::as_select(), quotes::text))
}

/// Stores a claim review of a quote.
///
/// # Errors
/// [`NotFound`](super::Error::NotFound) or [`Gone`](super::Error::Gone) for the quote, and [`Conflict::ClaimReviewUrl`](super::Conflict::ClaimReviewUrl) when the
/// quote has a claim review at this url.
pub fn create(conn: &mut PgConnection, quote: Uuid, new: &NewClaimReview, actor: Option<&str>) -> Result<ClaimReview> {
    // Locked, so that the quote is not deleted before the commit.
    let found: Option<(Uuid, String)> = quotes::table
        .filter(quotes::id.eq(quote))
        .select((quotes::article_id, quotes::text))
        .for_key_share()
        .first(conn)
        .optional()?;
    let Some((article, claim)) = found else {
        return tombstones::missing(conn, Resource::Quote, quote);
    };
    let row: ClaimReviewRow = diesel::insert_into(claim_reviews::table)
        .values((
            claim_reviews::id.eq(new_id()),
            claim_reviews::actor.eq(actor),
            claim_reviews::quote_id.eq(quote),
            claim_reviews::article_id.eq(article),
            claim_reviews::publisher.eq(&new.publisher),
            claim_reviews::url.eq(&new.url),
            claim_reviews::rating.eq(&new.rating),
            claim_reviews::title.eq(&new.title),
            claim_reviews::date.eq(new.date),
        ))
        .returning(ClaimReviewRow::as_returning())
        .get_result(conn)?;
    Ok(row.with(claim))
}

/// The claim review of this id.
///
/// # Errors
/// [`NotFound`](super::Error::NotFound), or [`Gone`](super::Error::Gone) when it was deleted.
pub fn find(conn: &mut PgConnection, id: Uuid) -> Result<ClaimReview> {
    let found: Option<(ClaimReviewRow, String)> =
        with_claim().filter(claim_reviews::id.eq(id)).first(conn).optional()?;
    let Some((row, claim)) = found else { return tombstones::missing(conn, Resource::ClaimReview, id) };
    Ok(row.with(claim))
}

/// One page of the claim reviews of a quote, in the order in which they were stored.
///
/// # Errors
/// [`NotFound`](super::Error::NotFound) or [`Gone`](super::Error::Gone) for the quote.
pub fn list(conn: &mut PgConnection, quote: Uuid, request: &PageRequest) -> Result<Page<ClaimReview>> {
    let of_quote = || claim_reviews::table.filter(claim_reviews::quote_id.eq(quote));
    let total = match request.count {
        None => None,
        Some(_) => Some(Total { value: of_quote().count().get_result(conn)?, kind: Count::Exact }),
    };
    // Ids are in the order of their creation.
    let mut query = with_claim().filter(claim_reviews::quote_id.eq(quote)).into_boxed();
    if let Some(at) = &request.after {
        keyset::text_key(at)?;
        query = query.filter(claim_reviews::id.gt(at.id));
    }
    let rows: Vec<(ClaimReviewRow, String)> = query.order(claim_reviews::id).limit(request.limit + 1).load(conn)?;
    if rows.is_empty() && !diesel::select(exists(quotes::table.filter(quotes::id.eq(quote)))).get_result(conn)? {
        return tombstones::missing(conn, Resource::Quote, quote);
    }
    let items = rows.into_iter().map(|(row, claim)| row.with(claim)).collect();
    let position = |review: &ClaimReview| Position::of_id(review.id);
    Ok(Page::from_rows(items, request.limit, total, position))
}

/// The first claim reviews of the quotes that meet a condition, in the order in which they were stored.
pub fn of_quotes_where(conn: &mut PgConnection, condition: Sql) -> Result<Vec<ClaimReview>> {
    let rows: Vec<(ClaimReviewRow, String)> =
        with_claim().filter(condition).order(claim_reviews::id).limit(MAX_OF_CLUSTER).load(conn)?;
    Ok(rows.into_iter().map(|(row, claim)| row.with(claim)).collect())
}

/// The claim reviews of these quotes, in the order in which they were stored.
///
/// # Errors
/// Only those of the database.
pub fn of_quotes(conn: &mut PgConnection, quotes: &[Uuid]) -> Result<HashMap<Uuid, Vec<ClaimReview>>> {
    let rows: Vec<(ClaimReviewRow, String)> =
        with_claim().filter(claim_reviews::quote_id.eq_any(quotes)).order(claim_reviews::id).load(conn)?;
    Ok(grouped(rows.into_iter().map(|(row, claim)| (row.quote_id, row.with(claim)))))
}

/// Deletes a claim review.
///
/// # Errors
/// As [`find`], and [`Stale`](super::Error::Stale).
pub fn delete(conn: &mut PgConnection, id: Uuid, expected: &Expected) -> Result<()> {
    find(conn, id)?;
    check(expected, VERSION)?;
    tombstones::delete(conn, Resource::ClaimReview, "id", &[id])
}
