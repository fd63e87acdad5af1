//! `/articles`: the articles, newest first, by words and filters.

use super::cards::language_of;
use super::facets::{self, Facets, ListLinks};
use super::layout::{Part, View};
use super::links;
use crate::domain::Dimension;
use crate::domain::article::Article;
use crate::domain::article_url::UrlNormalizer;
use crate::domain::page::{Count, PageRequest};
use crate::domain::stats::CountTarget;
use crate::http::context::public_path;
use crate::http::extract::paging;
use crate::http::extract::query::Query;
use crate::http::respond::problem::Problem;
use crate::http::routes::docs::Page;
use crate::http::wire::article_list::{ArticleFilters, ListArticles};
use crate::store::fulltext::Statistics;
use crate::store::{Connection, Db, articles};
use actix_web::{HttpRequest, HttpResponse, get, web};
use maud::{Markup, html};

const FACETS: [Dimension; 3] = [Dimension::Publisher, Dimension::Section, Dimension::Language];
/// The parameters that the form has a field for.
const FIELDS: [&str; 3] = ["q", "published_from", "published_to"];

/// Lists articles.
#[utoipa::path(tag = "statistics", security(("key" = ["read"])), params(ArticleFilters, ListArticles), responses(
    (status = 200, description = "The page", body = inline(Page), content_type = "text/html; charset=utf-8"),
))]
#[get("/articles")]
pub async fn list_articles(
    request: HttpRequest,
    view: View,
    db: web::Data<Db>,
    statistics: web::Data<Statistics>,
    urls: web::Data<UrlNormalizer>,
    query: Query<ListArticles>,
) -> Result<HttpResponse, Problem> {
    let page = PageRequest { count: Some(Count::Exact), ..paging::page_request(&request, query.page())? };
    let mut list = query.0.into_list(page, &urls)?;
    list.with_body = false;
    let read = move |conn: &mut Connection| {
        let (page, _) = articles::list(conn, &statistics, &list)?;
        let records = CountTarget::Articles(list.filter.clone());
        Ok((page, Facets::read(conn, &statistics, &records, &FACETS)?))
    };
    let (page, facets) = db.read(read).await?;
    let links = ListLinks::new(&request, "/articles", "/v1/articles");
    let text = view.text();
    let content = html! {
        h1 { (text.articles) }
        (form(view, &links))
        div .columns {
            section {
                (facets::total(view, page.total))
                @if page.items.is_empty() { p { (text.nothing_found) } }
                ol .cards { @for article in &page.items { li { (card(view, article)) } } }
                (facets::next_page(view, &request, page.next.as_ref()))
                (links.exports(view))
            }
            aside aria-label=(text.filters) { (facets.show(view, &links)) }
        }
    };
    Ok(view.page(Part::Articles, text.articles, content))
}

fn card(view: View, article: &Article) -> Markup {
    html! {
        article .card {
            h3 lang=[language_of(article)] dir="auto" { a href=(links::article(article.id)) { (article.headline) } }
            p .source {
                @if let Some(publisher) = &article.publisher { (publisher) ", " }
                (view.language.day_of(article.published_at))
                @if let Some(section) = &article.section { " · " (section) }
            }
        }
    }
}

fn form(view: View, links: &ListLinks) -> Markup {
    let text = view.text();
    let field = |name: &str| links.given(name).unwrap_or_default().to_owned();
    html! {
        form .filters role="search" action=(public_path("/articles")) method="get" {
            (links.hidden(&FIELDS))
            label .wide { span .visually-hidden { (text.search_articles) } input type="search" name="q" maxlength="500" value=(field("q")) placeholder=(text.search_articles); }
            label { (text.from) input type="date" name="published_from" value=(field("published_from")); }
            label { (text.before) input type="date" name="published_to" value=(field("published_to")); }
            button { (text.search) }
        }
    }
}
