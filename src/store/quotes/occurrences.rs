//! The occurrences of a quote: quotes with the same words in all articles.

use crate::domain::QuoteStatus;
use crate::domain::quote::{Occurrences, PublisherCount, Variant};
use crate::schema::quotes;
use crate::store::sql::filter::is_any;
use crate::store::{Resource, Result, claim_reviews, tombstones};
use chrono::{DateTime, Utc};
use diesel::dsl::{count_star, min};
use diesel::prelude::*;
use uuid::Uuid;

/// Maximum number of variants, and of publishers, that are listed.
const MAX_SHOWN: i64 = 100;

/// The occurrences of a quote: the quotes of its cluster that are not rejected. A quote without a cluster has one occurrence.
///
/// # Errors
/// [`NotFound`](crate::store::Error::NotFound), or [`Gone`](crate::store::Error::Gone) if it was deleted.
pub fn occurrences(conn: &mut PgConnection, id: Uuid) -> Result<Occurrences> {
    let found: Option<Option<Uuid>> =
        quotes::table.filter(quotes::id.eq(id)).select(quotes::cluster_id).first(conn).optional()?;
    let Some(cluster_id) = found else {
        return tombstones::missing(conn, Resource::Quote, id);
    };
    let is_in_cluster = || match cluster_id {
        Some(cluster) => is_any("quotes.cluster_id", &[cluster]),
        None => is_any("quotes.id", &[id]),
    };
    let in_cluster = || quotes::table.filter(is_in_cluster()).filter(quotes::status.ne(QuoteStatus::Rejected));
    let variants: Vec<(String, i64, Option<DateTime<Utc>>)> = in_cluster()
        .group_by(quotes::text)
        .select((quotes::text, count_star(), min(quotes::published_at)))
        .order((count_star().desc(), min(quotes::published_at).asc(), quotes::text.asc()))
        .limit(MAX_SHOWN)
        .load(conn)?;
    let publishers: Vec<(Option<String>, i64, Option<DateTime<Utc>>)> = in_cluster()
        .group_by(quotes::publisher)
        .select((quotes::publisher, count_star(), min(quotes::published_at)))
        .order((count_star().desc(), min(quotes::published_at).asc(), quotes::publisher.asc()))
        .limit(MAX_SHOWN)
        .load(conn)?;
    let first: Option<(Uuid, Option<DateTime<Utc>>)> = in_cluster()
        .filter(quotes::published_at.is_not_null())
        .order((quotes::published_at, quotes::id))
        .select((quotes::id, quotes::published_at))
        .first(conn)
        .optional()?;
    Ok(Occurrences {
        cluster_id,
        claim_reviews: claim_reviews::of_quotes_where(conn, is_in_cluster())?,
        count: in_cluster().count().get_result(conn)?,
        first_published_at: first.and_then(|(_, at)| at),
        first_quote_id: first.map(|(id, _)| id),
        variants: variants
            .into_iter()
            .map(|(text, count, first_published_at)| Variant { text, count, first_published_at })
            .collect(),
        publishers: publishers
            .into_iter()
            .map(|(publisher, count, first_published_at)| PublisherCount { publisher, count, first_published_at })
            .collect(),
    })
}
