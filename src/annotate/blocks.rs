//! The lines of an article: headline, headings, paragraphs and boilerplate.

use super::text::Text;
use super::{Block, BlockRole, Span};

/// A heading is no longer than this, in words.
const HEADING_WORDS: usize = 14;
/// A headline is no longer than this, in words.
const HEADLINE_WORDS: usize = 32;

/// Lines that are furniture of the page when they stand alone.
const FURNITURE: [&str; 44] = [
    "close",
    "fermer",
    "publicité",
    "advertisement",
    "annonce",
    "partager",
    "share",
    "imprimer",
    "print",
    "menu",
    "newsletter",
    "share this article",
    "partager cet article",
    "lire plus",
    "read more",
    "voir plus",
    "show more",
    "see more",
    "sponsored",
    "sign up",
    "s'abonner",
    "abonnez-vous",
    "subscribe",
    "log in",
    "se connecter",
    "facebook",
    "twitter",
    "whatsapp",
    "email",
    "e-mail",
    "copier le lien",
    "copy link",
    "commentaires",
    "comments",
    "réagir",
    "suivre",
    "follow us",
    "suivez-nous",
    "contenu sponsorisé",
    "article réservé aux abonnés",
    "réservé aux abonnés",
    "open",
    "skip to content",
    "related articles",
];

/// Starts of lines that point elsewhere.
const POINTERS: [&str; 21] = [
    "lire aussi",
    "à lire aussi",
    "a lire aussi",
    "lire également",
    "voir aussi",
    "à voir aussi",
    "écouter aussi",
    "pour aller plus loin",
    "sur le même sujet",
    "read also",
    "read more:",
    "also read",
    "see also",
    "related:",
    "more on this",
    "watch:",
    "crédit photo",
    "photo credit",
    "© ",
    "copyright ",
    "all rights reserved",
];

/// The lines of a body in order, with their roles; blank ones are left out.
pub fn find(text: &Text, headline: Option<&str>) -> Vec<Block> {
    let headline = headline.map(|line| key(Text::new(line).lower())).filter(|key| !key.is_empty());
    let lines = lines(text);
    let mut blocks: Vec<Block> = Vec::with_capacity(lines.len());
    let mut title = headline;
    for (i, &span) in lines.iter().enumerate() {
        let this = (span.end - span.start <= 600).then(|| key(&text.lower()[span.start..span.end]));
        let role = match &this {
            Some(this) if furniture(this) => BlockRole::Boilerplate,
            Some(this) if title.as_ref() == Some(this) => BlockRole::Headline,
            Some(this) if i == 0 && title.is_none() && lines.len() > 1 && short(text, span, HEADLINE_WORDS) => {
                title = Some(this.clone());
                BlockRole::Headline
            }
            _ if short(text, span, HEADING_WORDS) => BlockRole::Heading,
            _ => BlockRole::Paragraph,
        };
        blocks.push(Block { role, span });
    }
    blocks
}

/// The block that an offset lies in. `blocks` are in order.
pub fn at(blocks: &[Block], offset: usize) -> Option<&Block> {
    let near = blocks.partition_point(|block| block.span.end <= offset);
    blocks.get(near).filter(|block| block.span.start <= offset)
}

/// The non-empty lines, trimmed.
fn lines(text: &Text) -> Vec<Span> {
    let mut found = Vec::new();
    let mut start = 0;
    for at in 0..=text.len() {
        if text.at(at) == '\n' {
            let line = text.trim(Span { start, end: at });
            if line.start < line.end {
                found.push(line);
            }
            start = at + 1;
        }
    }
    found
}

/// Letters and digits in lower case, one space between words.
fn key(lower: &[char]) -> String {
    let mut out = String::with_capacity(lower.len());
    let mut gap = false;
    for &c in lower {
        if c.is_alphanumeric() || matches!(c, '-' | '\'' | '©' | ':') {
            if gap && !out.is_empty() {
                out.push(' ');
            }
            gap = false;
            out.push(c);
        } else {
            gap = true;
        }
    }
    out
}

fn furniture(line: &str) -> bool {
    FURNITURE.contains(&line) || POINTERS.iter().any(|start| line.starts_with(start))
}

/// A line of few words that does not end as a sentence does.
fn short(text: &Text, span: Span, words: usize) -> bool {
    let last = text.before(span.end);
    let first = text.at(span.start);
    // A headline may begin or end with quoted words; another line that does so holds somebody's words.
    let quoted = matches!(last, '»' | '”' | '"') || matches!(first, '«' | '“' | '"');
    !matches!(last, '.' | '!' | '…' | ':' | ';' | ',' | '–' | '—')
        && !matches!(first, '-' | '–' | '—' | '•' | '*')
        && (!quoted || (words == HEADLINE_WORDS && !sentences(text, span)))
        && (last != '?' || words == HEADLINE_WORDS || span.end - span.start < 80)
        && text.plain()[span.start..span.end].iter().filter(|c| c.is_whitespace()).take(words).count() < words
}

/// Whether a full stop, a question or a cry is followed by a space or a closing mark: a line of sentences.
fn sentences(text: &Text, span: Span) -> bool {
    (span.start..span.end).any(|at| {
        matches!(text.at(at), '.' | '!' | '?' | '…') && matches!(text.at(at + 1), ' ' | '»' | '”' | '"' | '\'')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roles(body: &str, headline: Option<&str>) -> Vec<BlockRole> {
        find(&Text::new(body), headline).iter().map(|block| block.role).collect()
    }

    #[test]
    fn a_headline_printed_twice_is_a_headline_twice() {
        use BlockRole::*;
        let body = "Le pont rouvre\n\nLe pont rouvre\n\nLe pont a rouvert lundi.\n\nclose\n\nUne longue attente\n\nTout va bien.";
        assert_eq!(roles(body, None), [Headline, Headline, Paragraph, Boilerplate, Heading, Paragraph]);
    }

    #[test]
    fn the_headline_given_is_found_in_the_body() {
        use BlockRole::*;
        assert_eq!(roles("Le pont\u{a0}rouvre\nIl a rouvert.", Some("Le pont rouvre")), [Headline, Paragraph]);
        assert_eq!(roles("Il a rouvert.\nLe soir venu", Some("Autre chose")), [Paragraph, Heading]);
    }

    #[test]
    fn quoted_words_at_the_end_of_a_headline() {
        use BlockRole::*;
        assert_eq!(roles("Le pont, « une merveille »\nIl a rouvert.", None), [Headline, Paragraph]);
        assert_eq!(roles("Elle a dit : « Il a rouvert. »\nIl a rouvert.", None), [Paragraph, Paragraph]);
    }

    #[test]
    fn a_body_of_one_line_is_a_paragraph_and_pointers_are_boilerplate() {
        use BlockRole::*;
        assert_eq!(roles("Il a rouvert.", None), [Paragraph]);
        assert_eq!(roles("Il a rouvert.\nLire aussi : le pont de Sète", None), [Paragraph, Boilerplate]);
        assert_eq!(roles("", None), []);
    }
}
