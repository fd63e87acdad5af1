//! `/quotes/{id}`: the words in their context, where else they were printed, their reviews, and how to cite them.

use super::article::{earlier, found_by};
use super::cards::{QuoteCards, attribution, badges, language_of, words};
use super::citation::Citation;
use super::layout::{Part, View};
use super::links;
use super::marked_text::{self, Marks};
use crate::domain::article::Article;
use crate::domain::entity::Entity;
use crate::domain::page::{PageRequest, SetFilter};
use crate::domain::quote::{Occurrences, PublisherCount, Quote, QuoteFilter, QuoteList, QuoteOrder, Variant};
use crate::domain::review::Review;
use crate::domain::span::Span;
use crate::http::context::public_origin;
use crate::http::respond::problem::Problem;
use crate::http::routes::docs::Page;
use crate::store::fulltext::Statistics;
use crate::store::{self, Connection, Db, articles, entities, quotes};
use actix_web::{HttpRequest, HttpResponse, get, web};
use maud::{Markup, html};
use std::slice;
use uuid::Uuid;

/// Quotes with the same words that are listed.
const OTHERS: i64 = 20;

/// Shows a quote.
#[utoipa::path(tag = "pages", security(("key" = ["read"])), responses(
    (status = 200, description = "The page", body = inline(Page), content_type = "text/html; charset=utf-8"),
))]
#[get("/quotes/{id}")]
pub async fn show_quote(
    request: HttpRequest,
    view: View,
    db: web::Data<Db>,
    statistics: web::Data<Statistics>,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let found = db.read(move |conn| Passage::read(conn, &statistics, id)).await?;
    let link = format!("{}{}", public_origin(&request), links::quote(id));
    let title: String = found.quote.text.chars().take(80).collect();
    Ok(view.page(Part::Quotes, &title, found.show(view, &title, &link)))
}

/// A quote with the article that it is in and its occurrences elsewhere.
struct Passage {
    quote: Quote,
    /// With the text that the spans of the quote refer to.
    article: Article,
    speaker: Option<Entity>,
    about: Vec<Entity>,
    occurrences: Occurrences,
    others: QuoteCards,
}

impl Passage {
    fn read(conn: &mut Connection, statistics: &Statistics, id: Uuid) -> store::Result<Self> {
        let quote = quotes::find(conn, id)?;
        let article = articles::find(conn, quote.article_id)?;
        let article = match article.body_version == quote.body_version {
            true => article,
            false => earlier(conn, article, quote.body_version)?,
        };
        let named: Vec<Uuid> = quote.speaker_id.iter().chain(&quote.about).copied().collect();
        let mut entities = entities::by_ids(conn, &named)?;
        let about = quote.about.iter().filter_map(|id| entities.get(id).cloned()).collect();
        let speaker = quote.speaker_id.and_then(|id| entities.remove(&id));
        let occurrences = quotes::occurrences(conn, id)?;
        let others = others(conn, statistics, &quote)?;
        Ok(Self { quote, article, speaker, about, occurrences, others })
    }

    fn show(&self, view: View, title: &str, link: &str) -> Markup {
        let (text, quote) = (view.text(), &self.quote);
        html! {
            h1 .visually-hidden { (title) }
            article .passage {
                blockquote lang=[language_of(&self.article)] dir="auto" { p { (words(view, quote, &[])) } }
                p .attribution { (attribution(view, quote, self.speaker.as_ref())) }
                p .source {
                    @if let Some(publisher) = &self.article.publisher { (publisher) ", " }
                    (view.language.day_of(self.article.published_at)) " · "
                    a href=(format!("{}#{}", links::article(quote.article_id), marked_text::anchor(quote.id))) { (self.article.headline) }
                    @if let Some(day) = quote.said_on { " · " (text.said_on) " " (view.language.day(day)) }
                }
                p .badges { (badges(view, quote)) " " span .note { (text.found_by) " " (found_by(view, quote)) } }
                @if !self.about.is_empty() {
                    p .source { (text.spoken_about) ": " @for (index, entity) in self.about.iter().enumerate() {
                        @if index > 0 { ", " } a href=(links::entity(entity.id)) { (entity.name) }
                    } }
                }
            }
            div .columns {
                section {
                    h2 { (text.in_context) }
                    div .reading { div .text lang=[language_of(&self.article)] { (self.context(view)) } }
                    @if !self.others.quotes.is_empty() { h2 { (text.elsewhere) } (self.others.show(view)) }
                }
                aside {
                    (show_occurrences(view, &self.occurrences))
                    (show_reviews(view, &quote.reviews))
                    (self.citation(view, link))
                }
            }
        }
    }

    /// The paragraphs that the words are in.
    fn context(&self, view: View) -> Markup {
        let marks = Marks::new(self.quote.body_version, slice::from_ref(&self.quote), &[]);
        let (start, end) = (self.quote.spans.first(), self.quote.spans.last());
        let span = Span { start: start.map_or(0, |span| span.start), end: end.map_or(0, |span| span.end) };
        marked_text::show_within(view, &self.article, &marks, span)
    }

    fn citation(&self, view: View, link: &str) -> Markup {
        let speaker =
            self.speaker.as_ref().map(|speaker| speaker.name.as_str()).or(self.quote.speaker_label.as_deref());
        let citation = Citation { quote: &self.quote, article: &self.article, speaker, link };
        html! {
            h2 { (view.text().cite) }
            h3 { "APA" }
            p .cite { (citation.apa()) }
            h3 { "BibTeX" }
            pre tabindex="0" { code { (citation.bibtex()) } }
            p {
                a rel="bookmark" href=(links::quote(self.quote.id)) { (view.text().permanent_link) }
                " · " a href=(links::with_query(&format!("/v1/quotes/{}", self.quote.id), [("format", "jsonld")])) { "JSON-LD" }
            }
        }
    }
}

/// Other quotes with the same words, those printed first first.
fn others(conn: &mut Connection, statistics: &Statistics, quote: &Quote) -> store::Result<QuoteCards> {
    let Some(cluster) = quote.cluster_id else { return QuoteCards::read(conn, Vec::new()) };
    let filter = QuoteFilter { cluster: SetFilter::new(vec![cluster], Vec::new()), ..QuoteFilter::default() };
    let page = PageRequest { limit: OTHERS, after: None, count: None };
    let list = QuoteList { filter, one_per_cluster: false, order: QuoteOrder::OldestPublished, page };
    let (page, _) = quotes::list(conn, statistics, &list)?;
    QuoteCards::read(conn, page.items.into_iter().filter(|other| other.id != quote.id).collect())
}

fn show_occurrences(view: View, found: &Occurrences) -> Markup {
    let (text, language) = (view.text(), view.language);
    html! {
        h2 { (text.occurrences) " " span .count { (language.number(found.count)) } }
        ol .ranking {
            @for PublisherCount { publisher, count, first_published_at } in &found.publishers {
                li {
                    span {
                        (publisher.as_deref().unwrap_or("—")) " "
                        span .note {
                            (language.day_of(*first_published_at))
                            @if first_published_at.is_some() && *first_published_at == found.first_published_at { ", " (text.printed_first) }
                        }
                    }
                    span .count { (language.number(*count)) }
                }
            }
        }
        @if found.variants.len() > 1 {
            h3 { (text.variants) }
            ul .variants { @for Variant { text, count, .. } in &found.variants {
                li { span dir="auto" { (text) } " " span .count { (language.number(*count)) } }
            } }
        }
    }
}

fn show_reviews(view: View, reviews: &[Review]) -> Markup {
    let (text, language) = (view.text(), view.language);
    html! {
        h2 { (text.reviews) }
        @if reviews.is_empty() { p .note { (text.no_reviews) } }
        ol .reviews {
            @for review in reviews {
                li {
                    strong { (review.actor.as_deref().unwrap_or(text.somebody)) } " " (language.review_action(review.action))
                    span .note { ", " (language.day(review.at.date_naive())) }
                    @if let Some(note) = &review.note { p dir="auto" { (note) } }
                }
            }
        }
    }
}
