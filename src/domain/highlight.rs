//! Highlights: the spans of a search in a text, and snippets around them.

use super::search::is_separator;
use super::span::Span;
use std::collections::HashMap;

/// Target length of a snippet in code points.
const SNIPPET_LENGTH: usize = 150;
/// Maximum number of snippets of a text.
pub const MAX_SNIPPETS: usize = 3;

/// Length of the indexed prefix of a text in code points.
const INDEXED_LENGTH: usize = 100_000;
/// Words of at least this many bytes are not indexed.
const MIN_UNINDEXED_BYTES: usize = 2_047;

/// Matches of a search in an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArticleHighlight {
    pub headline: Vec<Span>,
    /// Snippets of the body in order, none when only the headline matches.
    pub snippets: Vec<Snippet>,
}

/// A passage of a text with its matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    pub span: Span,
    pub text: String,
    /// Offsets into the whole text.
    pub matches: Vec<Span>,
}

/// Iterates over the indexed words of a text with their offsets. Words are delimited by separators.
pub fn words(text: &str) -> impl Iterator<Item = (i32, &str)> {
    let mut chars = text.char_indices().take(INDEXED_LENGTH).enumerate().peekable();
    let words = std::iter::from_fn(move || {
        let (start, (begin, first)) = chars.find(|(_, (_, c))| !is_separator(*c))?;
        let mut end = begin + first.len_utf8();
        while let Some((_, (at, c))) = chars.next_if(|(_, (_, c))| !is_separator(*c)) {
            end = at + c.len_utf8();
        }
        Some((offset(start), &text[begin..end]))
    });
    words.filter(|(_, word)| word.len() < MIN_UNINDEXED_BYTES)
}

/// Parses a line of words in which `<` and `>` enclose the matching part of each word.
pub fn parse_marked<'a>(words: &[&'a str], line: &str) -> HashMap<&'a str, Vec<Span>> {
    let spans = |shown: &str| {
        let (mut found, mut start, mut at) = (Vec::new(), 0, 0);
        for c in shown.chars() {
            match c {
                '<' => start = at,
                '>' => found.push(Span { start, end: at }),
                _ => at += 1,
            }
        }
        found
    };
    let each = words.iter().zip(line.split(' ')).map(|(word, shown)| (*word, spans(shown)));
    each.filter(|(_, spans)| !spans.is_empty()).collect()
}

/// Returns the spans of the matching words in a text.
pub fn matches(text: &str, found: &HashMap<&str, Vec<Span>>) -> Vec<Span> {
    let spans = |(start, word)| {
        let spans = found.get(word).map(Vec::as_slice).unwrap_or_default();
        spans.iter().map(move |span| Span { start: start + span.start, end: start + span.end })
    };
    words(text).flat_map(spans).collect()
}

/// Returns the passages with the most matches, in order and without overlap.
pub fn snippets(text: &str, matches: &[Span]) -> Vec<Snippet> {
    let chars: Vec<char> = text.chars().collect();
    let mut snippets: Vec<Snippet> = Vec::new();
    let mut left = matches.to_vec();
    while snippets.len() < MAX_SNIPPETS {
        let Some(span) = densest(&left).map(|span| widened(&chars, span, &snippets)) else { break };
        let (inside, outside) = left.into_iter().partition::<Vec<_>, _>(|found| span.contains(*found));
        left = outside;
        // A match that crosses the edge of the snippet is not part of another one.
        left.retain(|found| found.end <= span.start || span.end <= found.start);
        let text = chars[index(span.start)..index(span.end)].iter().collect();
        snippets.push(Snippet { span, text, matches: inside });
    }
    snippets.sort_by_key(|snippet| snippet.span);
    snippets
}

/// Returns the first span with the most matches that fits into a snippet.
fn densest(matches: &[Span]) -> Option<Span> {
    let mut best: Option<(usize, Span)> = None;
    let mut end = 0;
    for (begin, first) in matches.iter().enumerate() {
        end = end.max(begin + 1);
        while matches.get(end).is_some_and(|next| index(next.end - first.start) <= SNIPPET_LENGTH) {
            end += 1;
        }
        if best.is_none_or(|(count, _)| end - begin > count) {
            best = Some((end - begin, Span { start: first.start, end: matches[end - 1].end }));
        }
    }
    best.map(|(_, span)| span)
}

/// Widens a span to whole words, up to the length of a snippet and the edges of other snippets.
fn widened(chars: &[char], span: Span, others: &[Snippet]) -> Span {
    let (first, last) = (index(span.start), index(span.end));
    let before = others.iter().map(|other| index(other.span.end)).filter(|end| *end <= first).max().unwrap_or(0);
    let after = others.iter().map(|other| index(other.span.start)).filter(|start| *start >= last).min();
    let after = after.unwrap_or(chars.len());
    let room = SNIPPET_LENGTH.saturating_sub(last - first) / 2;
    let mut start = first.saturating_sub(room).max(before);
    let mut end = (last + room).min(after);
    let is_inside =
        |at: usize| at > 0 && at < chars.len() && !chars[at - 1].is_whitespace() && !chars[at].is_whitespace();
    while start < first && is_inside(start) {
        start += 1;
    }
    while end > last && is_inside(end) {
        end -= 1;
    }
    while start < first && chars[start].is_whitespace() {
        start += 1;
    }
    while end > last && chars[end - 1].is_whitespace() {
        end -= 1;
    }
    Span { start: offset(start), end: offset(end) }
}

fn index(offset: i32) -> usize {
    usize::try_from(offset).unwrap_or(0)
}

fn offset(index: usize) -> i32 {
    i32::try_from(index).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn span(start: i32, end: i32) -> Span {
        Span { start, end }
    }

    /// Returns the matches in a text when the given words match completely.
    fn found(text: &str, matching: &[&str]) -> Vec<Span> {
        let all: Vec<&str> = words(text).map(|(_, word)| word).collect();
        let show = |word: &&str| if matching.contains(word) { format!("<{word}>") } else { (*word).to_owned() };
        matches(text, &parse_marked(&all, &all.iter().map(show).collect::<Vec<_>>().join(" ")))
    }

    #[test]
    fn words_are_delimited_by_separators() {
        fn indexed(text: &str) -> Vec<(i32, &str)> {
            words(text).collect()
        }
        assert_eq!(indexed("L’été, à\u{a0}Saint-Denis"), [(0, "L"), (2, "été"), (7, "à"), (9, "Saint"), (15, "Denis")]);
        assert_eq!(indexed(" — "), []);
        assert_eq!(indexed(&format!("un {} port", "x".repeat(3000))), [(0, "un"), (3004, "port")]);
        assert_eq!(indexed(&format!("{}le port", "n ".repeat(49_999))).last(), Some(&(99_998, "le")));
    }

    #[test]
    fn a_matching_word_is_found_at_each_position() {
        assert_eq!(found("L’été, à Saint-Denis", &["Saint", "Denis"]), [span(9, 14), span(15, 20)]);
        assert_eq!(found("𝕬𝕭 port, le port", &["port"]), [span(3, 7), span(12, 16)]);
        assert_eq!(found("port", &[]), []);
        let parts = parse_marked(&["un", "ab12"], "un <ab><12>");
        assert_eq!(matches("un ab12", &parts), [span(3, 5), span(5, 7)]);
    }

    #[test]
    fn a_snippet_covers_most_matches_and_has_whole_words() {
        let text = format!("port {} le port, ce port du soir {}", "mot ".repeat(100), "mot ".repeat(100));
        let found = snippets(&text, &found(&text, &["port"]));
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].span.start, &found[0].matches[..]), (0, &[span(0, 4)][..]));
        assert!(found[0].text.starts_with("port mot") && found[0].text.ends_with("mot"), "{:?}", found[0]);
        assert_eq!(found[1].matches, [span(409, 413), span(418, 422)]);
        assert!(found[1].text.starts_with("mot ") && found[1].text.ends_with(" mot"), "{:?}", found[1]);
    }

    #[test]
    fn a_text_without_matches_has_no_snippets() {
        assert_eq!(snippets("Rien.", &[]), []);
    }

    proptest! {
        #[test]
        fn snippets_show_their_matches_in_order(plain in "([a-zé𝕬]{1,30}[ ,]{1,3}|a{1,5} ){1,60}") {
            let all: Vec<&str> = words(&plain).map(|(_, word)| word).filter(|word| word.trim_matches('a').is_empty()).collect();
            let matches = found(&plain, &all);
            prop_assert_eq!(matches.len(), all.len());
            let chars: Vec<char> = plain.chars().collect();
            let found = snippets(&plain, &matches);
            prop_assert!(found.len() <= MAX_SNIPPETS && found.is_empty() == matches.is_empty());
            prop_assert!(found.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start));
            for snippet in &found {
                let (start, end) = (index(snippet.span.start), index(snippet.span.end));
                prop_assert_eq!(&snippet.text, &chars[start..end].iter().collect::<String>());
                prop_assert!(!snippet.matches.is_empty());
                for word in &snippet.matches {
                    prop_assert!(snippet.span.contains(*word) && matches.contains(word));
                    prop_assert!(chars[index(word.start)..index(word.end)].iter().all(|c| *c == 'a'));
                }
            }
        }
    }
}
