//! `/search`: quotes by words, speaker, subject and every other filter of the API, with counts.

use super::cards::QuoteCards;
use super::facets::{self, Facets, ListLinks};
use super::layout::{Part, View};
use crate::domain::Dimension;
use crate::domain::page::{Count, Page as ListPage, PageRequest, Position, Total};
use crate::domain::quote::QuoteList;
use crate::domain::search::Ranked;
use crate::domain::span::Span;
use crate::domain::stats::CountTarget;
use crate::http::context::public_path;
use crate::http::extract::paging;
use crate::http::extract::query::Query;
use crate::http::respond::problem::Problem;
use crate::http::routes::docs::Page;
use crate::http::wire::quote_list::{ListQuotes, QuoteFilters};
use crate::store::entities::names::PopularNames;
use crate::store::fulltext::{Statistics, highlight};
use crate::store::{self, Connection, Db, quotes};
use actix_web::{HttpRequest, HttpResponse, get, web};
use maud::{Markup, html};
use std::collections::HashMap;
use uuid::Uuid;

/// The members by which the matches are counted.
const FACETS: [Dimension; 6] = [
    Dimension::Speaker,
    Dimension::Publisher,
    Dimension::Language,
    Dimension::Kind,
    Dimension::Status,
    Dimension::SpeakerStatus,
];
/// The parameters that the form has a field for.
const FIELDS: [&str; 7] = ["q", "speaker_name", "about_name", "published_from", "published_to", "sort", "dedupe"];

/// Searches quotes.
#[utoipa::path(tag = "statistics", security(("key" = ["read"])), params(QuoteFilters, ListQuotes), responses(
    (status = 200, description = "The page", body = inline(Page), content_type = "text/html; charset=utf-8"),
))]
#[get("/search")]
pub async fn search_quotes(
    request: HttpRequest,
    view: View,
    db: web::Data<Db>,
    statistics: web::Data<Statistics>,
    popular: web::Data<PopularNames>,
    query: Query<ListQuotes>,
) -> Result<HttpResponse, Problem> {
    let names = query.names();
    let page = PageRequest { count: Some(Count::Exact), ..paging::page_request(&request, query.page())? };
    let list = query.0.into_list(page)?;
    let read = move |conn: &mut Connection| {
        let mut list = list.clone();
        let resolved = quotes::names::resolve(conn, &popular, &names, &mut list.filter)?;
        if resolved.matches_nothing { Ok(None) } else { Found::read(conn, &statistics, &list).map(Some) }
    };
    let found = db.read(read).await?;
    let links = ListLinks::new(&request, "/search", "/v1/quotes");
    let content = html! {
        h1 { (view.text().search_quotes) }
        (form(view, &links))
        @match &found {
            None => p { (view.text().nothing_found) },
            Some(found) => { (found.show(view, &request, &links)) },
        }
    };
    Ok(view.page(Part::Quotes, links.given("q").unwrap_or(view.text().search_quotes), content))
}

/// A page of the matches, and what they have in common.
struct Found {
    next: Option<Position>,
    total: Option<Total>,
    cards: QuoteCards,
    matches: HashMap<Uuid, Vec<Span>>,
    ranked: Option<Ranked>,
    facets: Facets,
}

impl Found {
    fn read(conn: &mut Connection, statistics: &Statistics, list: &QuoteList) -> store::Result<Self> {
        let (ListPage { items, next, total }, ranked) = quotes::list(conn, statistics, list)?;
        let ids: Vec<Uuid> = items.iter().map(|quote| quote.id).collect();
        let records =
            CountTarget::Quotes { filter: Box::new(list.filter.clone()), one_per_cluster: list.one_per_cluster };
        Ok(Self {
            next,
            total,
            matches: highlight::quotes(conn, &list.filter, &ids)?,
            ranked,
            cards: QuoteCards::read(conn, items)?,
            facets: Facets::read(conn, statistics, &records, &FACETS)?,
        })
    }

    fn show(&self, view: View, request: &HttpRequest, links: &ListLinks) -> Markup {
        html! {
            div .columns {
                section {
                    (facets::total(view, self.total))
                    @if self.ranked.as_ref().is_some_and(|ranked| !ranked.complete) { p .note { (view.text().only_newest_ranked) } }
                    @if self.cards.quotes.is_empty() { p { (view.text().nothing_found) } }
                    (self.cards.show_matches(view, &self.matches))
                    (facets::next_page(view, request, self.next.as_ref()))
                    (links.exports(view))
                }
                aside aria-label=(view.text().filters) { (self.facets.show(view, links)) }
            }
        }
    }
}

fn form(view: View, links: &ListLinks) -> Markup {
    let text = view.text();
    let field = |name: &str| links.given(name).unwrap_or_default().to_owned();
    html! {
        form .filters role="search" action=(public_path("/search")) method="get" {
            (links.hidden(&FIELDS))
            label .wide { span .visually-hidden { (text.search_quotes) } input type="search" name="q" maxlength="500" value=(field("q")) placeholder=(text.search_quotes); }
            label { (text.spoken_by) input name="speaker_name" maxlength="300" value=(field("speaker_name")); }
            label { (text.spoken_about) input name="about_name" maxlength="300" value=(field("about_name")); }
            label { (text.from) input type="date" name="published_from" value=(field("published_from")); }
            label { (text.before) input type="date" name="published_to" value=(field("published_to")); }
            label { (text.order) select name="sort" {
                (links.options("sort", &[
                    ("", text.newest), ("published_at", text.oldest), ("-confidence", text.most_confident), ("relevance", text.most_relevant),
                ]))
            } }
            label .check { input type="checkbox" name="dedupe" value="cluster" checked[links.given("dedupe").is_some()]; " " (text.once) }
            button { (text.search) }
        }
    }
}
