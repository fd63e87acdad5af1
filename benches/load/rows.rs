//! Rows in the text format of `COPY`, with their columns in the order of `copy.rs`.

use crate::article::{Article, Collection};
use crate::dice::Dice;
use crate::names::{Alias, Entity};
use crate::prose::{Mention, Quote};
use crate::time;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::io::Write;
use uuid::Uuid;
use verbatim::annotate;
use verbatim::domain::AliasKind;
use verbatim::domain::article::content_hash;
use verbatim::domain::quote::canonical;
use verbatim::domain::span::Span;
use verbatim::domain::text::{Body, name_key};

const EXTRACTOR: &str = "load 1";

/// Rows of one table.
#[derive(Default)]
pub struct Rows(pub Vec<u8>);

impl Rows {
    /// A value without special characters.
    fn raw(&mut self, value: impl Display) -> &mut Self {
        // Writing to memory cannot fail.
        let _ = write!(self.0, "{value}\t");
        self
    }

    fn null(&mut self) -> &mut Self {
        self.raw("\\N")
    }

    fn maybe(&mut self, value: Option<impl Display>) -> &mut Self {
        match value {
            Some(value) => self.raw(value),
            None => self.null(),
        }
    }

    fn text(&mut self, text: &str) -> &mut Self {
        for byte in text.bytes() {
            match byte {
                b'\\' => self.0.extend(b"\\\\"),
                b'\n' => self.0.extend(b"\\n"),
                b'\r' => self.0.extend(b"\\r"),
                b'\t' => self.0.extend(b"\\t"),
                byte => self.0.push(byte),
            }
        }
        self.0.push(b'\t');
        self
    }

    fn maybe_text(&mut self, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.text(text),
            None => self.null(),
        }
    }

    fn texts(&mut self, texts: &[String]) -> &mut Self {
        let quoted = texts.iter().map(|text| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")));
        let list = format!("{{{}}}", quoted.collect::<Vec<_>>().join(","));
        self.text(&list)
    }

    fn end(&mut self) {
        self.0.pop();
        self.0.push(b'\n');
    }
}

/// The rows of some articles, by table.
#[derive(Default)]
pub struct Batch {
    pub articles: Rows,
    pub mentions: Rows,
    pub quotes: Rows,
    pub about: Rows,
    pub reviews: Rows,
}

impl Batch {
    /// Adds the rows of an article.
    pub fn add(&mut self, article: &mut Article, collection: &Collection) {
        let text = article.body.clone();
        let body = Body::new(&text);
        let common =
            Common { body: &body, received: time::sql(article.received), published: article.published.map(time::sql) };
        self.article(article, &common);
        let (mentions, quotes) = (std::mem::take(&mut article.mentions), std::mem::take(&mut article.quotes));
        for mention in &mentions {
            self.mention(mention, article, collection, &common);
        }
        for quote in &quotes {
            self.quote(quote, &mentions, article, collection, &common);
        }
    }

    fn article(&mut self, article: &Article, common: &Common) {
        let blocks = annotate::blocks::find(&annotate::text::Text::new(&article.body), Some(&article.headline));
        let block = |block: &annotate::Block| {
            let annotate::Span { start, end } = block.span;
            format!("{},{start},{end}", block.role as i32)
        };
        let blocks = format!("{{{}}}", blocks.iter().map(block).collect::<Vec<_>>().join(","));
        let hash: String = content_hash(&article.body).iter().map(|byte| format!("{byte:02x}")).collect();
        let row = &mut self.articles;
        row.raw(article.id).raw(&common.received).raw(&common.received).raw(&common.received);
        row.text(&article.headline)
            .text(&article.body)
            .raw(format_args!("\\\\x{hash}"))
            .raw(article.language)
            .raw(blocks);
        row.maybe_text(article.url.as_deref()).text(article.publisher).maybe_text(article.external_id.as_deref());
        row.texts(&article.authors).text(article.section).texts(&article.keywords);
        row.maybe(common.published.as_ref()).end();
    }

    fn mention(&mut self, mention: &Mention, article: &mut Article, collection: &Collection, common: &Common) {
        let Span { start, end } = mention.span;
        let entity = mention.entity.map(|rank| collection.cast.entities[rank].id);
        let row = &mut self.mentions;
        row.raw(time::id(article.received, &mut article.dice)).raw(&common.received).raw(&common.received);
        row.raw(article.id).raw(1).maybe(entity).null().raw(start).raw(end).text(common.slice(mention.span));
        row.text(common.body.prefix(start)).text(common.body.suffix(end)).raw(mention.kind.as_str());
        row.raw(confidence(&mut article.dice)).raw("machine").raw(EXTRACTOR);
        row.maybe(common.published.as_ref()).raw(article.language).text(article.publisher).end();
    }

    fn quote(
        &mut self,
        quote: &Quote,
        mentions: &[Mention],
        article: &mut Article,
        collection: &Collection,
        common: &Common,
    ) {
        let id = time::id(article.received, &mut article.dice);
        let entities = &collection.cast.entities;
        let status = self.review(id, article);
        let text = common.body.slice_all(&quote.spans).expect("the spans of a quote lie in its article, in order");
        let (canonical_text, cluster) = canonical(&text).unzip();
        let bounds: Vec<String> =
            quote.spans.iter().flat_map(|span| [span.start, span.end]).map(|n| n.to_string()).collect();
        let (first, last) = (quote.spans[0].start, quote.spans[quote.spans.len() - 1].end);
        let range = |span: Span| format!("[{},{})", span.start, span.end);
        let said_on = article.published.filter(|_| article.dice.chance(5)).map(|time| time::day(time - 86_400_000));
        let row = &mut self.quotes;
        row.raw(id).raw(1 + i32::from(status != "machine")).raw(&common.received).raw(&common.received);
        row.raw(article.id).raw(1).text(&text).raw(format_args!("{{{}}}", bounds.join(",")));
        row.text(common.body.prefix(first)).text(common.body.suffix(last)).raw(quote.kind.as_str());
        row.maybe(quote.speaker.map(|rank| entities[rank].id)).maybe_text(quote.label.map(|span| common.slice(span)));
        row.maybe(quote.label.map(range)).raw(quote.status.as_str());
        row.maybe_text(quote.cue.map(|(span, _)| common.slice(span))).maybe(quote.cue.map(|(span, _)| range(span)));
        row.maybe_text(quote.cue.map(|(_, lemma)| lemma)).maybe(said_on.as_ref()).raw(status);
        let confidence = confidence(&mut article.dice);
        row.raw(confidence).raw("machine").raw(EXTRACTOR);
        row.maybe_text(canonical_text.as_deref()).maybe(cluster);
        row.maybe(common.published.as_ref()).raw(article.language).text(article.publisher).end();

        let inside = |mention: &&Mention| quote.spans.iter().any(|span| span.contains(mention.span));
        let about: BTreeSet<usize> = mentions.iter().filter(inside).filter_map(|mention| mention.entity).collect();
        for rank in about {
            let published = common.published.as_deref().unwrap_or("-infinity");
            let row = &mut self.about;
            row.raw(id)
                .raw(entities[rank].id)
                .raw(article.id)
                .raw(published)
                .raw(quote.kind.as_str())
                .raw(status)
                .raw(confidence);
            row.maybe(quote.speaker.map(|rank| entities[rank].id)).raw(quote.status.as_str());
            row.maybe_text(quote.cue.map(|(_, lemma)| lemma)).maybe(said_on.as_ref());
            row.raw(article.language).text(article.publisher).end();
        }
    }

    /// Adds a review to some quotes, and returns the status.
    fn review(&mut self, quote: Uuid, article: &mut Article) -> &'static str {
        let dice = &mut article.dice;
        let (action, status) = match dice.below(100) {
            0..=6 => ("verify", "verified"),
            7..=9 => ("reject", "rejected"),
            10..=11 => ("dispute", "disputed"),
            _ => return "machine",
        };
        let at = article.received + dice.below(30 * 24 * 3_600_000) as i64;
        let to = format!(r#"{{"status": "{status}"}}"#);
        let row = &mut self.reviews;
        row.raw(time::id(at, dice))
            .raw(article.id)
            .raw(quote)
            .raw(action)
            .raw(r#"{"status": "machine"}"#)
            .raw(to)
            .raw(time::sql(at))
            .end();
        status
    }
}

/// The values that all rows of an article share.
struct Common<'a> {
    body: &'a Body<'a>,
    received: String,
    published: Option<String>,
}

impl Common<'_> {
    fn slice(&self, span: Span) -> &str {
        self.body.slice(span).expect("a span lies in its article")
    }
}

fn confidence(dice: &mut Dice) -> f64 {
    dice.between(400, 1000) as f64 / 1000.0
}

/// The rows of some entities, by table.
#[derive(Default)]
pub struct EntityRows {
    pub entities: Rows,
    pub aliases: Rows,
    pub identifiers: Rows,
}

impl EntityRows {
    /// Adds an entity; every second one has a Wikidata identifier.
    pub fn add(&mut self, rank: usize, entity: &Entity, aliases: &[Alias]) {
        let made = time::sql(time::of_id(entity.id));
        let row = &mut self.entities;
        row.raw(entity.id).raw(&made).raw(&made).raw(entity.kind.as_str()).text(&entity.name);
        row.text(&name_key(&entity.name)).null().end();
        for (position, (name, kind, language)) in aliases.iter().enumerate() {
            let row = &mut self.aliases;
            row.raw(entity.id)
                .raw(position)
                .text(name)
                .text(&name_key(name))
                .maybe(*language)
                .raw(AliasKind::as_str(*kind));
            row.end();
        }
        if rank.is_multiple_of(2) {
            self.identifiers.raw("wikidata").raw(format_args!("Q{}", rank + 1)).raw(entity.id).raw(0).end();
        }
    }
}
