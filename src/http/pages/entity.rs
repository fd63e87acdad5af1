//! `/people/{id}`: what a person or another entity said, who speaks about it, and with whom it is named.

use super::cards::QuoteCards;
use super::layout::{Part, View};
use super::links;
use crate::domain::Dimension;
use crate::domain::article::ArticleFilter;
use crate::domain::duplicate::Duplicate;
use crate::domain::entity::{Entity, Identifier};
use crate::domain::graph::{Related, RelatedTo};
use crate::domain::page::{Count, PageRequest, SetFilter, Total};
use crate::domain::quote::{QuoteFilter, QuoteList, QuoteOrder};
use crate::domain::stats::{CountTarget, Group, Top};
use crate::http::respond::problem::Problem;
use crate::http::routes::docs::Page;
use crate::http::wire::graph::DEFAULT_ARTICLES;
use crate::http::wire::stats::DEFAULT_WINDOW;
use crate::store::analytics::{graph, stats};
use crate::store::entities::duplicates;
use crate::store::entities::names::PopularNames;
use crate::store::fulltext::Statistics;
use crate::store::{self, Connection, Db, Resource, entities, quotes};
use actix_web::http::header;
use actix_web::{HttpResponse, get, web};
use maud::{Markup, html};
use uuid::Uuid;

/// Quotes by the entity on its page.
const QUOTES: i64 = 10;
/// Quotes about it.
const QUOTES_ABOUT: i64 = 5;
/// Entities in each ranking.
const TOP: i64 = 8;

/// Shows an entity.
#[utoipa::path(tag = "statistics", security(("key" = ["read"])), responses(
    (status = 200, description = "The page", body = inline(Page), content_type = "text/html; charset=utf-8"),
))]
#[get("/people/{id}")]
pub async fn show_entity(
    view: View,
    db: web::Data<Db>,
    statistics: web::Data<Statistics>,
    popular: web::Data<PopularNames>,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    match db.read(move |conn| Portrait::read(conn, &statistics, &popular, id)).await {
        Err(store::Error::Merged { into }) => Ok(HttpResponse::PermanentRedirect()
            .insert_header((header::LOCATION, links::entity(into)))
            .insert_header((header::CACHE_CONTROL, "no-cache"))
            .finish()),
        found => {
            let found = found?;
            Ok(view.page(Part::People, &found.entity.name, found.show(view)))
        }
    }
}

/// An entity with what is known about it.
struct Portrait {
    entity: Entity,
    said: (QuoteCards, Option<Total>),
    said_about: (QuoteCards, Option<Total>),
    speakers: Top,
    subjects: Top,
    related: Vec<Related>,
    duplicates: Vec<Duplicate>,
}

impl Portrait {
    fn read(conn: &mut Connection, statistics: &Statistics, popular: &PopularNames, id: Uuid) -> store::Result<Self> {
        let entity = entities::find_all(conn, &[id])?.pop().ok_or(store::Error::NotFound(Resource::Entity))??;
        let only = || SetFilter::new(vec![id], Vec::new());
        let by = QuoteFilter { speaker: only(), ..QuoteFilter::default() };
        let about = QuoteFilter { about: only(), ..QuoteFilter::default() };
        let mut cards = |filter: &QuoteFilter, limit| -> store::Result<_> {
            let page = PageRequest { limit, after: None, count: Some(Count::Exact) };
            let order = QuoteOrder::NewestPublished;
            let list = QuoteList { filter: filter.clone(), one_per_cluster: false, order, page };
            let (page, _) = quotes::list(conn, statistics, &list)?;
            Ok((QuoteCards::read(conn, page.items)?, page.total))
        };
        let (said, said_about) = (cards(&by, QUOTES)?, cards(&about, QUOTES_ABOUT)?);
        let mut top = |filter, dimension| {
            let records = CountTarget::Quotes { filter: Box::new(filter), one_per_cluster: false };
            stats::top(conn, statistics, &records, dimension, TOP, DEFAULT_WINDOW)
        };
        let (speakers, subjects) = (top(about, Dimension::Speaker)?, top(by, Dimension::About)?);
        let asked = RelatedTo { entity: id, limit: TOP as usize, min_articles: 2, window: DEFAULT_ARTICLES };
        let related = graph::related(conn, statistics, asked, &ArticleFilter::default())?.items;
        let duplicates = duplicates::of_entity(conn, popular, id)?;
        Ok(Self { entity, said, said_about, speakers, subjects, related, duplicates })
    }

    fn show(&self, view: View) -> Markup {
        let (text, entity) = (view.text(), &self.entity);
        let id = entity.id.to_string();
        html! {
            header .portrait {
                p .badges { span .badge { (view.language.entity_kind(entity.kind)) } }
                h1 dir="auto" { (entity.name) }
                @if let Some(description) = &entity.description { p dir="auto" { (description) } }
                (names(view, entity))
                p .exports { a href=(links::with_query("/articles", [("mentions", &*id)])) { (text.all_articles) } }
            }
            div .columns {
                section {
                    (quote_list(view, text.said, &self.said, ("speaker", &id)))
                    (quote_list(view, text.said_about, &self.said_about, ("about", &id)))
                }
                aside {
                    (ranking(view, text.speaks_of, &self.subjects))
                    (ranking(view, text.who_speaks, &self.speakers))
                    @if !self.related.is_empty() {
                        h2 { (text.named_with) }
                        ol .ranking {
                            @for Related { entity, articles, .. } in &self.related {
                                li { a href=(links::entity(entity.id)) { (entity.name) } " " span .count { (view.language.number(*articles)) } }
                            }
                        }
                    }
                    @if !self.duplicates.is_empty() {
                        h2 { (text.likely_same) }
                        ul { @for Duplicate { entity, score, .. } in &self.duplicates {
                            li { a href=(links::entity(entity.id)) { (entity.name) } " " span .count { (view.language.percent(*score)) } }
                        } }
                    }
                }
            }
        }
    }
}

fn names(view: View, entity: &Entity) -> Markup {
    let text = view.text();
    html! {
        @if !entity.aliases.is_empty() {
            p .source {
                (text.also_named) " "
                @for (index, alias) in entity.aliases.iter().enumerate() {
                    @if index > 0 { ", " }
                    span lang=[alias.language.as_deref()] dir="auto" { (alias.name) } " (" (view.language.alias_kind(alias.kind)) ")"
                }
            }
        }
        @if !entity.identifiers.is_empty() {
            p .source {
                (text.identifiers) " "
                @for Identifier { scheme, value } in &entity.identifiers {
                    " "
                    @if scheme == "wikidata" {
                        a rel="noreferrer" href=(format!("https://www.wikidata.org/wiki/{value}")) { "wikidata:" (value) }
                    } @else { (scheme) ":" (value) }
                }
            }
        }
    }
}

/// The newest quotes under a title, with a link to all of them.
fn quote_list(view: View, title: &str, (cards, total): &(QuoteCards, Option<Total>), filter: (&str, &str)) -> Markup {
    html! {
        @if !cards.quotes.is_empty() {
            h2 { (title) @if let Some(total) = total { " " span .count { (view.language.number(total.value)) } } }
            (cards.show(view))
            p { a .more href=(links::with_query("/search", [filter])) { (view.text().all_quotes) " →" } }
        }
    }
}

fn ranking(view: View, title: &str, top: &Top) -> Markup {
    html! {
        @if top.items.iter().any(|(group, _)| matches!(group, Group::Value { .. })) {
            h2 { (title) }
            ol .ranking {
                @for (group, count) in &top.items {
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
