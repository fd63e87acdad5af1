//! Quotes as cards: the words, who said them, and where.

use super::layout::View;
use super::{links, marked_text};
use crate::domain::article::Article;
use crate::domain::entity::Entity;
use crate::domain::quote::Quote;
use crate::domain::span::Span;
use crate::domain::text::Body;
use crate::domain::{QuoteKind, QuoteStatus};
use crate::store::{self, Connection, articles, entities};
use maud::{Markup, html};
use std::collections::HashMap;
use uuid::Uuid;

/// Quotes with the articles and the speakers that their cards name.
pub struct QuoteCards {
    pub quotes: Vec<Quote>,
    articles: HashMap<Uuid, Article>,
    speakers: HashMap<Uuid, Entity>,
}

impl QuoteCards {
    /// Reads the articles and the speakers of some quotes.
    pub fn read(conn: &mut Connection, quotes: Vec<Quote>) -> store::Result<Self> {
        let article_ids: Vec<Uuid> = quotes.iter().map(|quote| quote.article_id).collect();
        let speaker_ids: Vec<Uuid> = quotes.iter().filter_map(|quote| quote.speaker_id).collect();
        let (articles, speakers) = (articles::summaries(conn, &article_ids)?, entities::by_ids(conn, &speaker_ids)?);
        Ok(Self { quotes, articles, speakers })
    }

    /// The list of cards.
    pub fn show(&self, view: View) -> Markup {
        self.show_matches(view, &HashMap::new())
    }

    /// The list of cards, with the matches of a search marked.
    pub fn show_matches(&self, view: View, matches: &HashMap<Uuid, Vec<Span>>) -> Markup {
        html! {
            ol .cards {
                @for quote in &self.quotes {
                    li { (self.card(view, quote, matches.get(&quote.id).map_or(&[], Vec::as_slice))) }
                }
            }
        }
    }

    /// One card.
    pub fn card(&self, view: View, quote: &Quote, matches: &[Span]) -> Markup {
        let article = self.articles.get(&quote.article_id);
        let speaker = quote.speaker_id.and_then(|id| self.speakers.get(&id));
        html! {
            article .card {
                blockquote lang=[article.and_then(language_of)] dir="auto" {
                    p { a href=(links::quote(quote.id)) { (words(view, quote, matches)) } }
                }
                p .attribution { (attribution(view, quote, speaker)) }
                p .source {
                    @if let Some(article) = article {
                        @if let Some(publisher) = &article.publisher { (publisher) ", " }
                        (view.language.day_of(article.published_at)) " · "
                        a href=(links::article(article.id)) lang=[language_of(article)] dir="auto" { (article.headline) }
                    }
                }
                p .badges { (badges(view, quote)) }
            }
        }
    }
}

/// The BCP 47 tag of the language of an article, if it is known.
pub fn language_of(article: &Article) -> Option<&str> {
    (article.language != "und").then_some(article.language.as_str())
}

/// The words of a quote: between quotation marks unless they are reported speech, with the matches of a search marked.
pub fn words(view: View, quote: &Quote, matches: &[Span]) -> Markup {
    let marked = marked(&quote.text, matches);
    match quote.kind {
        QuoteKind::Indirect => marked,
        _ => {
            let marks = view.language.quoted("\0");
            let (open, close) = marks.split_once('\0').unwrap_or_default();
            html! { (open) (marked) (close) }
        }
    }
}

/// A text with some spans marked, which are in order.
fn marked(text: &str, spans: &[Span]) -> Markup {
    let text = Body::new(text);
    let between = |start, end| marked_text::slice(&text, Span { start, end });
    let (mut pieces, mut at) = (Vec::new(), 0);
    for span in spans {
        if at <= span.start && span.start < span.end {
            pieces.push((between(at, span.start), between(span.start, span.end)));
            at = span.end;
        }
    }
    html! { @for (before, hit) in pieces { (before) mark .hit { (hit) } } (between(at, i32::MAX)) }
}

/// Who said it, and how that is known.
pub fn attribution(view: View, quote: &Quote, speaker: Option<&Entity>) -> Markup {
    let label = quote.speaker_label.as_deref();
    html! {
        @match speaker {
            Some(speaker) => a .speaker href=(links::entity(speaker.id)) { (speaker.name) },
            None => span .speaker { (label.unwrap_or(view.text().unknown_speaker)) },
        }
        @if speaker.is_none() { " " span .note { "(" (view.language.speaker_status(quote.speaker_status)) ")" } }
        @if let Some(cue) = &quote.cue { " " span .cue dir="auto" { (cue) } }
    }
}

/// The kind of a quote, its status, and what an edit did to it.
pub fn badges(view: View, quote: &Quote) -> Markup {
    html! {
        span .badge { (view.language.quote_kind(quote.kind)) }
        " " span .badge.(quote.status.as_str()) { (view.language.quote_status(quote.status)) }
        @if let Some(edited) = view.language.anchor(quote.anchor) { " " span .badge.edited { (edited) } }
        @if quote.status == QuoteStatus::Machine {
            " " span .badge { (view.text().confidence) " " (view.language.percent(quote.confidence)) }
        }
    }
}
