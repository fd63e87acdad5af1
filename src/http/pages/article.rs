//! `/articles/{id}`: the text as it was received, with its quotes marked, and its versions.

use super::cards::{attribution, badges, language_of, words};
use super::layout::{Part, View};
use super::links;
use super::marked_text::{self, Marks};
use crate::app::embed::{self, Embedded};
use crate::app::text_analysis::TEXT_ANALYSIS;
use crate::domain::article::{Article, ArticleVersion};
use crate::domain::entity::Entity;
use crate::domain::mention::Mention;
use crate::domain::page::PageRequest;
use crate::domain::quote::Quote;
use crate::domain::{Origin, QuoteKind, QuoteStatus};
use crate::http::extract::query::Query;
use crate::http::respond::problem::Problem;
use crate::http::routes::docs::Page;
use crate::store::{self, Connection, Db, articles, entities};
use actix_web::{HttpResponse, get, web};
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::HashMap;
use utoipa::IntoParams;
use uuid::Uuid;

/// The newest versions that are listed.
const VERSIONS: i64 = 50;

/// The version of the text to show.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ShownVersion {
    #[param(minimum = 1, maximum = 2_147_483_647)]
    version: Option<i32>,
}

/// Shows an article.
#[utoipa::path(tag = "pages", security(("key" = ["read"])), params(ShownVersion), responses(
    (status = 200, description = "The page", body = inline(Page), content_type = "text/html; charset=utf-8"),
))]
#[get("/articles/{id}")]
pub async fn show_article(
    view: View,
    db: web::Data<Db>,
    id: web::Path<Uuid>,
    query: Query<ShownVersion>,
) -> Result<HttpResponse, Problem> {
    let (id, version) = (id.into_inner(), query.version);
    let found = db.read(move |conn| Annotated::read(conn, id, version)).await?;
    Ok(view.page(Part::Other, &found.article.headline, found.show(view)))
}

/// An article with what was found in it.
struct Annotated {
    article: Article,
    quotes: Vec<Quote>,
    mentions: Vec<Mention>,
    is_cut: bool,
    speakers: HashMap<Uuid, Entity>,
    versions: Vec<ArticleVersion>,
    is_current: bool,
}

impl Annotated {
    fn read(conn: &mut Connection, id: Uuid, version: Option<i32>) -> store::Result<Self> {
        let article = articles::find(conn, id)?;
        let found = embed::one(conn, article, Embedded::ALL)?;
        let (quotes, mentions) = (found.findings.quotes, found.findings.mentions);
        let is_cut = quotes.as_ref().is_some_and(|page| page.next.is_some())
            || mentions.as_ref().is_some_and(|page| page.next.is_some());
        let quotes = quotes.map(|page| page.items).unwrap_or_default();
        let speakers: Vec<Uuid> = quotes.iter().filter_map(|quote| quote.speaker_id).collect();
        let present = found.article;
        let is_current = version.is_none_or(|version| version == present.body_version);
        let article = match version {
            Some(version) if !is_current => earlier(conn, present, version)?,
            _ => present,
        };
        Ok(Self {
            article,
            quotes,
            mentions: mentions.map(|page| page.items).unwrap_or_default(),
            is_cut,
            speakers: entities::by_ids(conn, &speakers)?,
            versions: articles::versions(conn, id, &PageRequest { limit: VERSIONS, after: None, count: None })?.items,
            is_current,
        })
    }

    fn show(&self, view: View) -> Markup {
        let text = view.text();
        let marks = Marks::new(self.article.body_version, &self.quotes, &self.mentions);
        html! {
            article .reading {
                header {
                    h1 lang=[language_of(&self.article)] dir="auto" { (self.article.headline) }
                    p .source { (self.source(view)) }
                    @if !self.is_current {
                        p .notice { (text.earlier_version) " " a href=(links::article(self.article.id)) { (text.current_version) } }
                    }
                    @if self.is_cut { p .notice { (text.only_first_marked) } }
                }
                div .columns {
                    section .text aria-label=(text.text_as_received) lang=[language_of(&self.article)] {
                        (marked_text::show(view, &self.article, &marks))
                    }
                    aside {
                        h2 { (text.in_article) " " span .count { (view.language.number(self.quotes.len() as i64)) } }
                        (self.panel(view, &marks))
                        (legend(view))
                        @if self.versions.len() > 1 { (self.version_list(view)) }
                    }
                }
            }
        }
    }

    fn source(&self, view: View) -> Markup {
        let article = &self.article;
        html! {
            @if let Some(publisher) = &article.publisher { strong { (publisher) } ", " }
            (view.language.day_of(article.published_at))
            @if !article.authors.is_empty() { " · " (article.authors.join(", ")) }
            @if let Some(section) = &article.section { " · " (section) }
            " · " (view.language.name_of(&article.language))
            @if let Some(url) = &article.url { " · " a rel="noreferrer" href=(url) { (view.text().original) } }
        }
    }

    fn panel(&self, view: View, marks: &Marks) -> Markup {
        let text = view.text();
        html! {
            @if self.quotes.is_empty() { p { (text.no_quotes) } }
            ol .panel {
                @for quote in &self.quotes {
                    li {
                        p .words lang=[language_of(&self.article)] dir="auto" { a href=(links::quote(quote.id)) { (words(view, quote, &[])) } }
                        p .attribution { (attribution(view, quote, quote.speaker_id.and_then(|id| self.speakers.get(&id)))) }
                        p .badges { (badges(view, quote)) }
                        p .note {
                            (text.found_by) " " (found_by(view, quote))
                            @if marks.has(quote.id) { " · " a href=(format!("#{}", marked_text::anchor(quote.id))) { (text.shown_in_text) } }
                        }
                    }
                }
            }
        }
    }

    fn version_list(&self, view: View) -> Markup {
        let text = view.text();
        html! {
            h2 { (text.versions) }
            ol .versions reversed {
                @for version in &self.versions {
                    @let label = format!("{}, {} UTC", view.language.day(version.created_at.date_naive()), version.created_at.format("%H:%M"));
                    li value=(version.body_version) {
                        @if version.body_version == self.article.body_version {
                            (label) " (" (text.this_version) ")"
                        } @else {
                            a href=(format!("{}?version={}", links::article(self.article.id), version.body_version)) { (label) }
                        }
                    }
                }
            }
        }
    }
}

/// The article with an earlier text of it.
pub fn earlier(conn: &mut Connection, article: Article, version: i32) -> store::Result<Article> {
    let ArticleVersion { body_version, headline, body, language, .. } = articles::version(conn, article.id, version)?;
    let blocks = (TEXT_ANALYSIS.find_blocks)(&headline, body.as_deref().unwrap_or_default());
    Ok(Article { body_version, headline, body, blocks: Some(blocks), language, ..article })
}

/// What found a quote, or who.
pub fn found_by(view: View, quote: &Quote) -> Markup {
    html! {
        (view.language.origin(quote.origin))
        @if quote.origin == Origin::Machine { @if let Some(extractor) = &quote.extractor { " (" (extractor) ")" } }
    }
}

/// What the marks mean.
fn legend(view: View) -> Markup {
    let text = view.text();
    html! {
        details .legend {
            summary { (text.legend) }
            ul {
                @for kind in QuoteKind::ALL {
                    li { mark .quote.(kind.as_str()) { (view.language.quote_kind(*kind)) } }
                }
                @for status in QuoteStatus::ALL {
                    li { mark .quote.(status.as_str()) { (view.language.quote_status(*status)) } }
                }
                li { span .name { (text.legend_name) } }
                li { span .cue { (text.legend_cue) } }
            }
        }
    }
}
