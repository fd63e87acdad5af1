//! Pages of lists of quotes, with the related rows of other tables.

use super::filter::is_plain_filter;
use super::list::page;
use super::{complete, complete_page};
use crate::domain::page::Page;
use crate::domain::quote::{Quote, QuoteList, QuoteOrder};
use crate::domain::search::Ranked;
use crate::store::fulltext::Statistics;
use crate::store::references::{self, NamesEntities};
use crate::store::{Error, Result};
use diesel::pg::PgConnection;

/// One page of the matching quotes and, in order of relevance, the number of ranked quotes.
pub fn list(
    conn: &mut PgConnection,
    statistics: &Statistics,
    list: &QuoteList,
) -> Result<(Page<Quote>, Option<Ranked>)> {
    let list = QuoteList { filter: references::followed(conn, &list.filter)?, ..list.clone() };
    let (page, ranked) = page(conn, statistics, &list)?;
    Ok((complete_page(conn, page)?, ranked))
}

/// Whether a list is always fast, so that it can be read in one batch with others.
pub fn is_plain(list: &QuoteList) -> bool {
    let by_date = matches!(list.order, QuoteOrder::NewestPublished | QuoteOrder::OldestPublished);
    by_date && !list.one_per_cluster && list.page.count.is_none() && is_plain_filter(&list.filter)
}

/// The pages of several lists, in the order of the lists. One query for each table reads the related rows of all quotes.
pub fn lists(
    conn: &mut PgConnection,
    statistics: &Statistics,
    lists: &[QuoteList],
) -> Result<Vec<Result<Page<Quote>>>> {
    let mut lists = lists.to_vec();
    let mut entities: Vec<_> = lists.iter_mut().flat_map(|list| list.filter.entity_lists().0).collect();
    references::follow(conn, &mut entities, &mut [])?;
    let mut pages = Vec::with_capacity(lists.len());
    let mut all = Vec::new();
    for list in &lists {
        pages.push(match page(conn, statistics, list) {
            Ok((Page { items, next, total }, _)) => {
                let length = items.len();
                all.extend(items);
                Ok((length, next, total))
            }
            // The other lists would fail too.
            Err(Error::Unavailable(cause)) => return Err(Error::Unavailable(cause)),
            Err(error) => Err(error),
        });
    }
    let mut all = complete(conn, all)?.into_iter();
    let mut filled = |(length, next, total)| Page { items: all.by_ref().take(length).collect(), next, total };
    Ok(pages.into_iter().map(|page| page.map(&mut filled)).collect())
}
