//! The queue of quotes to review next.

use super::complete_page;
use super::list::{by_ids, newest, page};
use super::row::QuoteRow;
use crate::domain::QuoteStatus;
use crate::domain::page::{Key, Page, PageRequest, Position, SetFilter};
use crate::domain::quote::{QueueOrder, Quote, QuoteFilter, QuoteList, QuoteOrder, ReviewQueue};
use crate::store::fulltext::Statistics;
use crate::store::sql::{Sql, keyset};
use crate::store::{Result, references};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Uuid as SqlUuid};
use std::collections::HashMap;
use uuid::Uuid;

/// Number of the newest quotes whose clusters are compared.
const RECENT: i64 = 10_000;

/// One page of the quotes that a machine found and nobody decided about, or of those with a suggestion.
pub fn queue(conn: &mut PgConnection, statistics: &Statistics, queue: &ReviewQueue) -> Result<Page<Quote>> {
    let status = SetFilter::new(vec![QuoteStatus::Machine], Vec::new());
    let filter = references::followed(conn, &queue.filter)?;
    let filter = match filter.suggested {
        true => filter,
        false => QuoteFilter { status, undecided: true, ..filter },
    };
    let order = match queue.order {
        QueueOrder::Uncertain => QuoteOrder::LeastConfident,
        QueueOrder::Recent => QuoteOrder::NewestPublished,
        QueueOrder::Frequent => return frequent(conn, statistics, &filter, &queue.page),
    };
    let list = QuoteList { filter, one_per_cluster: false, order, page: queue.page.clone() };
    let (page, _) = page(conn, statistics, &list)?;
    complete_page(conn, page)
}

/// The newest quote of each cluster, the cluster with the most quotes first.
fn frequent(
    conn: &mut PgConnection,
    statistics: &Statistics,
    filter: &QuoteFilter,
    request: &PageRequest,
) -> Result<Page<Quote>> {
    #[derive(QueryableByName)]
    struct Head {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
        #[diesel(sql_type = BigInt)]
        quotes: i64,
    }
    let matching = newest(conn, statistics, filter, true, "''", RECENT)?;
    let heads = Sql::new("WITH matching AS MATERIALIZED (").append(matching).sql(format!(
        "), recent AS (SELECT * FROM matching ORDER BY published_desc DESC, id DESC LIMIT {RECENT}),
        heads AS (
            SELECT (array_agg(id ORDER BY published_desc DESC, id DESC))[1] AS id, count(*) AS quotes FROM recent GROUP BY unit
        )
        SELECT id, quotes FROM heads WHERE "
    ));
    let after = match &request.after {
        None => Sql::new("true"),
        Some(at) => keyset::after("quotes", "id", "<", keyset::count_key(at)?, at.id),
    };
    let heads = heads.append(after).sql(" ORDER BY quotes DESC, id DESC LIMIT ").bind(request.limit + 1);
    let heads: Vec<Head> = heads.rows(conn)?;
    let rows = by_ids(conn, heads.iter().map(|head| head.id).collect())?;
    let mut rows: HashMap<Uuid, QuoteRow> = rows.into_iter().map(|row| (row.id, row)).collect();
    let rows: Vec<(i64, QuoteRow)> =
        heads.iter().filter_map(|head| Some((head.quotes, rows.remove(&head.id)?))).collect();
    let position = |(quotes, row): &(i64, QuoteRow)| Position { key: Key::Count(*quotes), id: row.id };
    let page = Page::from_rows(rows, request.limit, None, position);
    let page = page.map(|found| (position(&found), found.1)).within_bytes(QuoteRow::text_bytes);
    complete_page(conn, page)
}
