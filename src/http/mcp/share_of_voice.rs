//! The tool that counts quotes by speaker or another member.

use super::quotes::{Named, check_entities};
use super::reader::Reader;
use crate::domain::Dimension;
use crate::domain::page::{Range, SetFilter};
use crate::domain::quote::{QuoteFilter, QuoteNames};
use crate::domain::stats::{CountTarget, Coverage, Top};
use crate::http::middleware::limit;
use crate::http::respond::link::Link;
use crate::http::respond::problem::Problem;
use crate::http::routes::stats::{check, shares};
use crate::http::wire::filters;
use crate::http::wire::stats::{DEFAULT_WINDOW, RecordKind, TopBody};
use crate::store::analytics::stats;
use crate::store::{Connection, quotes};
use actix_web::HttpRequest;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

/// The arguments of `share_of_voice`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ShareOfVoice {
    /// The member by whose values quotes are counted; `speaker` by default. Quotes have no `section` and no `entity`.
    by: Option<Dimension>,
    /// Only quotes with these words: all words, `OR` between alternatives, `"a phrase"`, `-excluded`.
    #[schema(min_length = 1, max_length = 500)]
    q: Option<String>,
    /// Only quotes about this person, organisation or thing: an id, or a name in any spelling.
    #[schema(min_length = 1, max_length = 300)]
    about: Option<String>,
    /// Only in articles of this publisher.
    #[schema(min_length = 1, max_length = 200)]
    publisher: Option<String>,
    /// Only in articles published at this time or later: a date such as 2026-03-02, or an RFC 3339 time.
    published_from: Option<DateTime<Utc>>,
    /// Only in articles published before this time.
    published_to: Option<DateTime<Utc>>,
    /// Maximum number of values. The remaining quotes are one more item, `other`.
    #[serde(default = "default_limit")]
    #[schema(minimum = 1, maximum = 20, default = 10)]
    limit: i64,
}

fn default_limit() -> i64 {
    10
}

/// Counts quotes. It costs what a statistic of the API costs.
pub async fn share_of_voice(request: &HttpRequest, reader: &Reader, asked: ShareOfVoice) -> Result<TopBody, Problem> {
    limit::charge_statistic(request)?;
    let by = asked.by.unwrap_or(Dimension::Speaker);
    let link = link(&asked);
    let about = Named::new(asked.about);
    let filter = QuoteFilter {
        search: filters::search(asked.q.as_deref())?,
        about: SetFilter::new(about.ids, Vec::new()),
        publisher: SetFilter::new(asked.publisher.into_iter().collect(), Vec::new()),
        published: Range { from: asked.published_from, to: asked.published_to },
        ..QuoteFilter::default()
    };
    let names = QuoteNames { speaker: Vec::new(), about: about.names };
    let limit = asked.limit;
    check(&CountTarget::Quotes { filter: Box::default(), one_per_cluster: false }, by, "by")?;
    let (statistics, popular) = (reader.statistics.clone(), reader.popular.clone());
    let read = move |conn: &mut Connection| {
        let mut filter = filter.clone();
        check_entities(conn, &filter)?;
        let resolved = quotes::names::resolve(conn, &popular, &names, &mut filter)?;
        let about = filter.about.include.clone();
        if resolved.matches_nothing {
            let considered = Coverage { records: 0, published_from: None };
            return Ok((Top { total: 0, items: Vec::new(), considered }, about));
        }
        let records = CountTarget::Quotes { filter: Box::new(filter), one_per_cluster: false };
        Ok((stats::top(conn, &statistics, &records, by, limit, DEFAULT_WINDOW)?, about))
    };
    let (top, about) = reader.db.read(read).await?;
    let link = about.iter().fold(link, |link, id| link.and("about", &id.to_string()));
    let mut answer = shares(top, by, &link);
    for item in &mut answer.items {
        item.href = reader.links.absolute(&item.href);
    }
    Ok(answer)
}

/// The list of the counted quotes, but for what they are about.
fn link(asked: &ShareOfVoice) -> Link {
    let time = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    let filters = [
        ("q", asked.q.clone()),
        ("publisher", asked.publisher.clone()),
        ("published_from", asked.published_from.map(time)),
        ("published_to", asked.published_to.map(time)),
    ];
    let pairs = filters.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    Link { list: RecordKind::Quotes.list(), pairs }
}
