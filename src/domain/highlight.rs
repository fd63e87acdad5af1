//! Where the words of a search stand in a text, and the passages that show them best.

use super::search::is_separator;
use super::span::Span;

/// The length that a snippet is made for, in code points.
const SNIPPET: usize = 150;
/// The most snippets of one text.
pub const MAX_SNIPPETS: usize = 3;

/// Where the words of a search stand in an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArticleHighlight {
    pub headline: Vec<Span>,
    /// In order, of the body; none when the words stand in the headline alone.
    pub snippets: Vec<Snippet>,
}

/// A passage of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    pub span: Span,
    pub text: String,
    /// Offsets into the whole text.
    pub matches: Vec<Span>,
}

/// Reads what is marked in a copy of `text` that has `<` and `>` around each word that matches, and a space for each
/// separator. What the copy leaves out of the text (words too long to be indexed) is passed over.
pub fn marked(text: &str, copy: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut rest = text.chars();
    let mut at = 0;
    for shown in copy.chars() {
        match shown {
            '<' => start = at,
            '>' => found.extend((start < at).then_some(Span { start, end: at })),
            _ => {
                for c in rest.by_ref() {
                    at += 1;
                    if c == shown || (shown == ' ' && is_separator(c)) {
                        break;
                    }
                    start = at;
                }
            }
        }
    }
    found
}

/// The passages of a text in which the most matches stand together, in order; they do not overlap.
pub fn snippets(text: &str, matches: &[Span]) -> Vec<Snippet> {
    let chars: Vec<char> = text.chars().collect();
    let mut snippets: Vec<Snippet> = Vec::new();
    let mut left = matches.to_vec();
    while snippets.len() < MAX_SNIPPETS {
        let Some(span) = densest(&left).map(|span| widened(&chars, span, &snippets)) else { break };
        let (inside, outside) = left.into_iter().partition::<Vec<_>, _>(|found| span.contains(*found));
        left = outside;
        // What lies across its edge is shown by no other.
        left.retain(|found| found.end <= span.start || span.end <= found.start);
        let text = chars[place(span.start)..place(span.end)].iter().collect();
        snippets.push(Snippet { span, text, matches: inside });
    }
    snippets.sort_by_key(|snippet| snippet.span);
    snippets
}

/// From the first to the last of the most matches that one snippet has room for; the first such.
fn densest(matches: &[Span]) -> Option<Span> {
    let mut best: Option<(usize, Span)> = None;
    let mut end = 0;
    for (begin, first) in matches.iter().enumerate() {
        end = end.max(begin + 1);
        while matches.get(end).is_some_and(|next| place(next.end - first.start) <= SNIPPET) {
            end += 1;
        }
        if best.is_none_or(|(count, _)| end - begin > count) {
            best = Some((end - begin, Span { start: first.start, end: matches[end - 1].end }));
        }
    }
    best.map(|(_, span)| span)
}

/// The same with what stands around it, from word to word, up to what other snippets show.
fn widened(chars: &[char], span: Span, others: &[Snippet]) -> Span {
    let (first, last) = (place(span.start), place(span.end));
    let before = others.iter().map(|other| place(other.span.end)).filter(|end| *end <= first).max().unwrap_or(0);
    let after = others.iter().map(|other| place(other.span.start)).filter(|start| *start >= last).min();
    let after = after.unwrap_or(chars.len());
    let room = SNIPPET.saturating_sub(last - first) / 2;
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

fn place(offset: i32) -> usize {
    usize::try_from(offset).unwrap_or(0)
}

fn offset(place: usize) -> i32 {
    i32::try_from(place).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn span(start: i32, end: i32) -> Span {
        Span { start, end }
    }

    #[test]
    fn marks_are_read_as_offsets_into_the_text() {
        assert_eq!(marked("L’été, à Saint-Denis", "L été  à <Saint> <Denis>"), [span(9, 14), span(15, 20)]);
        assert_eq!(marked("𝕬𝕭 port", "𝕬𝕭 <port>"), [span(3, 7)]);
        assert_eq!(marked("port", "port"), []);
    }

    #[test]
    fn words_left_out_of_the_copy_are_passed_over() {
        let long = "x".repeat(3000);
        assert_eq!(marked(&format!("un {long} port"), "un  <port>"), [span(3004, 3008)]);
        assert_eq!(marked(&format!("{long}, le port"), "  le <port>"), [span(3005, 3009)]);
    }

    #[test]
    fn a_snippet_stands_where_most_matches_are_and_has_whole_words() {
        let text = format!("port {} le port, ce port du soir {}", "mot ".repeat(100), "mot ".repeat(100));
        let copy: String = text.replace("port", "<port>").replace(',', " ");
        let found = snippets(&text, &marked(&text, &copy));
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].span.start, &found[0].matches[..]), (0, &[span(0, 4)][..]));
        assert!(found[0].text.starts_with("port mot") && found[0].text.ends_with("mot"), "{:?}", found[0]);
        assert_eq!(found[1].matches, [span(409, 413), span(418, 422)]);
        assert!(found[1].text.starts_with("mot ") && found[1].text.ends_with(" mot"), "{:?}", found[1]);
    }

    #[test]
    fn nothing_is_shown_where_nothing_is_found() {
        assert_eq!(snippets("Rien.", &[]), []);
    }

    proptest! {
        #[test]
        fn snippets_show_their_matches_in_order(text in "([a-zé𝕬]{1,30}[ ,]{1,3}|<a+>){1,60}") {
            let (plain, copy) = (text.replace(['<', '>'], ""), text.replace(',', " "));
            let matches = marked(&plain, &copy);
            prop_assert_eq!(matches.len(), text.matches('<').count());
            let chars: Vec<char> = plain.chars().collect();
            let found = snippets(&plain, &matches);
            prop_assert!(found.len() <= MAX_SNIPPETS && found.is_empty() == matches.is_empty());
            prop_assert!(found.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start));
            for snippet in &found {
                let (start, end) = (place(snippet.span.start), place(snippet.span.end));
                prop_assert_eq!(&snippet.text, &chars[start..end].iter().collect::<String>());
                prop_assert!(!snippet.matches.is_empty());
                for word in &snippet.matches {
                    prop_assert!(snippet.span.contains(*word) && matches.contains(word));
                    prop_assert!(chars[place(word.start)..place(word.end)].iter().all(|c| *c == 'a'));
                }
            }
        }
    }
}
