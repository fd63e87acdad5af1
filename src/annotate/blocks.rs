//! Splits an article into its lines: headline, headings, paragraphs and boilerplate.

use super::languages::boilerplate;
use super::text::Text;
use super::{Block, BlockRole, Span};

/// Maximum number of words of a heading.
const MAX_HEADING_WORDS: usize = 14;
/// Maximum number of words of a headline.
const MAX_HEADLINE_WORDS: usize = 32;
/// Maximum length of a line that may be boilerplate or a repeated headline, in code points.
const MAX_KEY_LENGTH: usize = 600;

/// Finds the lines of a text that are not blank, in order, with their roles.
pub fn find(text: &Text, headline: Option<&str>) -> Vec<Block> {
    let headline = headline.map(|line| key(Text::new(line).lower())).filter(|key| !key.is_empty());
    let lines = lines(text);
    let boilerplate = boilerplate();
    let mut blocks: Vec<Block> = Vec::with_capacity(lines.len());
    let mut title = headline;
    for (i, &span) in lines.iter().enumerate() {
        let this = (span.end - span.start <= MAX_KEY_LENGTH).then(|| key(&text.lower()[span.start..span.end]));
        let role = match &this {
            Some(this) if boilerplate.has(this) => BlockRole::Boilerplate,
            Some(this) if title.as_ref() == Some(this) => BlockRole::Headline,
            Some(this) if i == 0 && title.is_none() && lines.len() > 1 && is_short(text, span, MAX_HEADLINE_WORDS) => {
                title = Some(this.clone());
                BlockRole::Headline
            }
            _ if is_short(text, span, MAX_HEADING_WORDS) => BlockRole::Heading,
            _ => BlockRole::Paragraph,
        };
        blocks.push(Block { role, span });
    }
    blocks
}

/// The block that contains an offset. `blocks` are in order.
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

/// A line without punctuation and with single spaces, for comparison.
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

/// Whether a line has at most `words` words and does not end like a sentence.
fn is_short(text: &Text, span: Span, words: usize) -> bool {
    // A single mark closes a quotation only after punctuation.
    let single = text.before(span.end) == '\'' && span.end - span.start > 1;
    let last = text.before(if single { span.end - 1 } else { span.end });
    let first = text.at(span.start);
    // A headline may begin or end with a quotation. Any other such line is a quotation in the text.
    let quoted = matches!(last, '»' | '”' | '"' | '“' | '«') || matches!(first, '«' | '“' | '"' | '„' | '»');
    !matches!(last, '.' | '!' | '…' | ':' | ';' | ',' | '–' | '—' | '。' | '！' | '？')
        && !matches!(first, '-' | '–' | '—' | '•' | '*')
        && (!quoted || (words == MAX_HEADLINE_WORDS && !contains_sentence_end(text, span)))
        && (last != '?' || words == MAX_HEADLINE_WORDS || span.end - span.start < 80)
        && text.plain()[span.start..span.end].iter().filter(|c| c.is_whitespace()).take(words).count() < words
}

/// Whether a span contains the end of a sentence.
fn contains_sentence_end(text: &Text, span: Span) -> bool {
    (span.start..span.end).any(|at| {
        matches!(text.at(at), '.' | '!' | '?' | '…')
            && matches!(text.at(at + 1), ' ' | '»' | '”' | '"' | '\'' | '“' | '«')
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
    fn the_given_headline_is_found_in_the_body() {
        use BlockRole::*;
        assert_eq!(roles("Le pont\u{a0}rouvre\nIl a rouvert.", Some("Le pont rouvre")), [Headline, Paragraph]);
        assert_eq!(roles("Il a rouvert.\nLe soir venu", Some("Autre chose")), [Paragraph, Heading]);
    }

    #[test]
    fn a_headline_may_end_with_a_quotation() {
        use BlockRole::*;
        assert_eq!(roles("Le pont, « une merveille »\nIl a rouvert.", None), [Headline, Paragraph]);
        assert_eq!(roles("Elle a dit : « Il a rouvert. »\nIl a rouvert.", None), [Paragraph, Paragraph]);
    }

    #[test]
    fn a_single_line_is_a_paragraph_and_links_to_other_articles_are_boilerplate() {
        use BlockRole::*;
        assert_eq!(roles("Il a rouvert.", None), [Paragraph]);
        assert_eq!(roles("Il a rouvert.\nLire aussi : le pont de Sète", None), [Paragraph, Boilerplate]);
        assert_eq!(roles("", None), []);
    }
}
