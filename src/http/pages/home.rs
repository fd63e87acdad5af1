//! `/` in a browser: what the collection holds, its newest quotes, and who was quoted most.

use super::cards::QuoteCards;
use super::layout::{Part, View};
use super::links;
use crate::domain::article::{ArticleFilter, ArticleList, ArticleOrder};
use crate::domain::entity::{EntityFilter, EntityOrder};
use crate::domain::page::{Count, PageRequest, Range, SetFilter};
use crate::domain::quote::{QuoteFilter, QuoteList, QuoteOrder};
use crate::domain::stats::{CountTarget, Group, Top};
use crate::domain::{Dimension, EntityKind};
use crate::http::context::{page_guard, public_path};
use crate::http::respond::problem::Problem;
use crate::http::routes::docs::Page;
use crate::http::wire::stats::DEFAULT_WINDOW;
use crate::store::analytics::stats;
use crate::store::entities::names::PopularNames;
use crate::store::fulltext::Statistics;
use crate::store::{self, Connection, Db, articles, entities, quotes};
use actix_web::{HttpResponse, get, web};
use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc};
use maud::{Markup, html};

/// Quotes on the page.
const QUOTES: i64 = 8;
/// Speakers on the page, and languages.
const TOP: i64 = 8;

/// Shows the collection.
#[utoipa::path(tag = "pages", security(("key" = ["read"])), responses(
    (status = 200, description = "The page", body = inline(Page), content_type = "text/html; charset=utf-8"),
))]
#[get("/", guard = "page_guard")]
pub async fn show_home(
    view: View,
    db: web::Data<Db>,
    statistics: web::Data<Statistics>,
    popular: web::Data<PopularNames>,
) -> Result<HttpResponse, Problem> {
    let found = db.read(move |conn| Collection::read(conn, &statistics, &popular)).await?;
    Ok(view.page(Part::Home, "Verbatim", found.show(view)))
}

/// What the collection holds.
struct Collection {
    languages: Top,
    quotes: i64,
    people: i64,
    /// The first and the last day of publication.
    days: Option<(NaiveDate, NaiveDate)>,
    newest: QuoteCards,
    /// The speakers of the last month with a quote.
    speakers: Option<(NaiveDate, Top)>,
}

impl Collection {
    fn read(conn: &mut Connection, statistics: &Statistics, popular: &PopularNames) -> store::Result<Self> {
        let all = CountTarget::Articles(ArticleFilter::default());
        let languages = stats::top(conn, statistics, &all, Dimension::Language, TOP, DEFAULT_WINDOW)?;
        let all = CountTarget::Quotes { filter: Box::default(), one_per_cluster: false };
        let quotes = stats::top(conn, statistics, &all, Dimension::Kind, 1, DEFAULT_WINDOW)?.total;
        let first = published(conn, statistics, ArticleOrder::OldestPublished)?;
        let last = published(conn, statistics, ArticleOrder::NewestPublished)?;
        let list = QuoteList {
            filter: QuoteFilter::default(),
            one_per_cluster: true,
            order: QuoteOrder::NewestPublished,
            page: page(QUOTES, None),
        };
        let (newest, _) = quotes::list(conn, statistics, &list)?;
        let last_quoted = newest.items.first().and_then(|quote| quote.published_at);
        Ok(Self {
            languages,
            quotes,
            people: people(conn, popular)?,
            days: first.zip(last).map(|(first, last)| (first.date_naive(), last.date_naive())),
            speakers: last_quoted.map(|time| speakers_of_month(conn, statistics, time)).transpose()?,
            newest: QuoteCards::read(conn, newest.items)?,
        })
    }

    fn show(&self, view: View) -> Markup {
        let text = view.text();
        html! {
            section .hero {
                h1 { (text.tagline) }
                form .search role="search" action=(public_path("/search")) method="get" {
                    label .visually-hidden for="q" { (text.search_quotes) }
                    input #q type="search" name="q" maxlength="500" placeholder=(text.search_quotes);
                    button { (text.search) }
                }
                (self.numbers(view))
            }
            @if self.languages.total == 0 {
                (empty(view))
            } @else {
                div .columns {
                    section {
                        h2 { (text.newest_quotes) }
                        (self.newest.show(view))
                        p { a .more href=(public_path("/search")) { (text.all_quotes) " →" } }
                    }
                    @if let Some((month, speakers)) = &self.speakers { (most_quoted(view, *month, speakers)) }
                }
            }
        }
    }

    fn numbers(&self, view: View) -> Markup {
        let (text, language) = (view.text(), view.language);
        let total = [
            (self.languages.total, text.articles_counted),
            (self.quotes, text.quotes_counted),
            (self.people, text.persons),
        ];
        html! {
            ul .numbers {
                @for (count, unit) in total { li { strong { (language.number(count)) } " " (unit) } }
                @if let Some((first, last)) = self.days {
                    li { (language.month(first)) " – " (language.month(last)) }
                }
                @for (group, _) in &self.languages.items {
                    @if let Group::Value { key, .. } = group { li { (language.name_of(key)) } }
                }
            }
        }
    }
}

fn page(limit: i64, count: Option<Count>) -> PageRequest {
    PageRequest { limit, after: None, count }
}

/// The publication of the first article in an order by publication.
fn published(
    conn: &mut Connection,
    statistics: &Statistics,
    order: ArticleOrder,
) -> store::Result<Option<DateTime<Utc>>> {
    let list = ArticleList { filter: ArticleFilter::default(), order, with_body: false, page: page(1, None) };
    let (found, _) = articles::list(conn, statistics, &list)?;
    Ok(found.items.first().and_then(|article| article.published_at))
}

/// The number of persons.
fn people(conn: &mut Connection, popular: &PopularNames) -> store::Result<i64> {
    let filter = EntityFilter {
        q: None,
        kind: SetFilter::new(vec![EntityKind::Person], Vec::new()),
        identifier: SetFilter::default(),
        order: EntityOrder::Name,
        page: page(1, Some(Count::Exact)),
    };
    Ok(entities::list(conn, popular, &filter)?.total.map_or(0, |total| total.value))
}

/// The first day of the month of a time, and those who are quoted most in it.
fn speakers_of_month(
    conn: &mut Connection,
    statistics: &Statistics,
    time: DateTime<Utc>,
) -> store::Result<(NaiveDate, Top)> {
    let day = time.date_naive();
    let month = day.with_day(1).unwrap_or(day);
    let mut filter = QuoteFilter {
        published: Range { from: Some(month.and_time(NaiveTime::MIN).and_utc()), to: None },
        ..QuoteFilter::default()
    };
    filter.speaker.exclude_null = true;
    let quotes = CountTarget::Quotes { filter: Box::new(filter), one_per_cluster: true };
    Ok((month, stats::top(conn, statistics, &quotes, Dimension::Speaker, TOP, DEFAULT_WINDOW)?))
}

fn most_quoted(view: View, month: NaiveDate, speakers: &Top) -> Markup {
    html! {
        aside {
            h2 { (view.text().most_quoted) " " small { (view.language.month(month)) } }
            ol .ranking {
                @for (group, count) in &speakers.items {
                    @if let Group::Value { key, label } = group {
                        li {
                            @match key.parse() {
                                Ok(id) => a href=(links::entity(id)) { (label) },
                                Err(_) => (label),
                            }
                            " " span .count { (view.language.number(*count)) }
                        }
                    }
                }
            }
        }
    }
}

/// How to load something, for a service that has nothing yet.
fn empty(view: View) -> Markup {
    let text = view.text();
    html! {
        section .empty {
            h2 { (text.empty_title) }
            p { (text.empty_sample) }
            pre { code { "verbatim demo" } }
            p { (text.empty_archive) }
            pre { code { "verbatim import archive.ndjson" } }
            p { (text.empty_api) ": " a href=(public_path("/docs")) { (public_path("/docs")) } }
        }
    }
}
