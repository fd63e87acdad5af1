//! Cuts an article into lines: headline, headings, paragraphs and boilerplate.

use super::languages::boilerplate;
use super::text::Text;
use super::{Block, BlockRole, Span};

/// Longest heading in words.
const HEADING_WORDS: usize = 14;
/// Longest headline in words.
const HEADLINE_WORDS: usize = 32;
/// Longest line that may be boilerplate or a repeated headline, in code points.
const MAX_KEY: usize = 600;

/// The lines of a text in order with their roles, without blank ones.
pub fn find(text: &Text, headline: Option<&str>) -> Vec<Block> {
    let headline = headline.map(|line| key(Text::new(line).lower())).filter(|key| !key.is_empty());
    let lines = lines(text);
    let boilerplate = boilerplate();
    let mut blocks: Vec<Block> = Vec::with_capacity(lines.len());
    let mut title = headline;
    for (i, &span) in lines.iter().enumerate() {
        let this = (span.end - span.start <= MAX_KEY).then(|| key(&text.lower()[span.start..span.end]));
        let role = match &this {
            Some(this) if boilerplate.has(this) => BlockRole::Boilerplate,
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

/// The block around an offset. `blocks` are in order.
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

/// A line without punctuation, with one space between words.
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

/// Whether a line has fewer words than that and does not end like a sentence.
fn short(text: &Text, span: Span, words: usize) -> bool {
    let last = text.before(span.end);
    let first = text.at(span.start);
    // A headline may begin or end with a quotation; another line that does so is one.
    let quoted = matches!(last, '»' | '”' | '"') || matches!(first, '«' | '“' | '"');
    !matches!(last, '.' | '!' | '…' | ':' | ';' | ',' | '–' | '—')
        && !matches!(first, '-' | '–' | '—' | '•' | '*')
        && (!quoted || (words == HEADLINE_WORDS && !sentences(text, span)))
        && (last != '?' || words == HEADLINE_WORDS || span.end - span.start < 80)
        && text.plain()[span.start..span.end].iter().filter(|c| c.is_whitespace()).take(words).count() < words
}

/// Whether a span has the end of a sentence in it.
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
