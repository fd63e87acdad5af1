//! Cuts tokens, in which each quotation is one, into sentences.

use super::marks::Quoted;
use super::text::Text;
use super::tokens::{Kind, Token, Tokens};

/// A sentence: a range of tokens with its closing punctuation, without breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sentence {
    pub start: usize,
    pub end: usize,
    /// Number of its line; lines without words do not count.
    pub line: usize,
}

/// Longest sentence in tokens. It keeps work within sentences linear in the text.
const MAX_TOKENS: usize = 300;

/// Replaces the tokens of each quotation by one.
pub fn mask(tokens: &Tokens, quoted: &[Quoted]) -> Tokens {
    let mut list: Vec<Token> = Vec::with_capacity(tokens.list.len());
    let mut next = 0;
    for token in &tokens.list {
        while next < quoted.len() && token.span.start >= quoted[next].outer.end {
            next += 1;
        }
        if next < quoted.len() && token.span.start >= quoted[next].outer.start {
            if list.last().is_none_or(|last| last.kind != Kind::Quoted(next)) {
                // A quotation on the line after a colon belongs to the sentence before it.
                if let [.., Token { kind: Kind::Mark(':'), .. }, Token { kind: Kind::Break, .. }] = list[..] {
                    list.pop();
                }
                list.push(Token::quoted(quoted[next].outer, next));
            }
            let inside = quoted[next].parts.last().is_some_and(|part| token.span.end <= part.end);
            if let Some(last) = list.last_mut().filter(|_| inside) {
                last.ends_with_comma = token.kind == Kind::Mark(',');
            }
        } else {
            list.push(*token);
        }
    }
    tokens.with_list(list)
}

/// Cuts masked tokens into sentences.
pub fn find(text: &Text, tokens: &Tokens, quoted: &[Quoted]) -> Vec<Sentence> {
    let mut found = Vec::new();
    let (mut start, mut line) = (0, 0);
    for at in 0..tokens.list.len() {
        let kind = tokens.kind(at);
        if kind == Kind::Break {
            push(&mut found, start, at, line);
            start = at + 1;
            line += 1;
        } else if at + 1 - start >= MAX_TOKENS || ends(text, tokens, quoted, at) {
            push(&mut found, start, at + 1, line);
            start = at + 1;
        }
    }
    push(&mut found, start, tokens.list.len(), line);
    found
}

fn push(found: &mut Vec<Sentence>, start: usize, end: usize, line: usize) {
    if start < end {
        found.push(Sentence { start, end, line });
    }
}

/// Whether a sentence ends after the token at `at`.
fn ends(text: &Text, tokens: &Tokens, quoted: &[Quoted], at: usize) -> bool {
    let next = tokens.kind(at + 1);
    let starts = match next {
        Kind::Quoted(_) => true,
        Kind::Word => tokens.is_capitalized(at + 1) || tokens.word(at + 1).starts_with(|c: char| c.is_ascii_digit()),
        Kind::Mark(c) => matches!(c, '—' | '–' | '-' | '•' | '[' | '('),
        Kind::Break => true,
    };
    match tokens.kind(at) {
        Kind::Mark('!' | '?' | '…') => starts && next != Kind::Break,
        Kind::Mark('.') => starts && next != Kind::Break && !abbreviation(tokens, at),
        Kind::Quoted(index) => {
            let last = quoted[index].last_char(text);
            let full = matches!(last, '.' | '!' | '?' | '…') && quoted[index].is_closed();
            full && next != Kind::Break
                && starts
                && !matches!(next, Kind::Mark(_))
                && !cue_follows(tokens, at + 1, last)
        }
        _ => false,
    }
}

/// Whether a full stop belongs to an abbreviation or an initial.
fn abbreviation(tokens: &Tokens, dot: usize) -> bool {
    let Some(before) = dot.checked_sub(1) else { return false };
    let word = tokens.word(before);
    let touching = tokens.list[before].span.end == tokens.list[dot].span.start;
    if !touching || word.is_empty() {
        return false;
    }
    if tokens.info(before).is_abbreviation() {
        return tokens.kind(dot + 1) == Kind::Word;
    }
    let initial = word.chars().count() == 1 && tokens.is_capitalized(before);
    initial && tokens.is_capitalized(dot + 1) && !tokens.info(dot + 1).is_sentence_initial()
}

/// Whether the cue of a question or exclamation follows: `"Why?" Smith asked`. A full stop ends the sentence.
fn cue_follows(tokens: &Tokens, from: usize, last: char) -> bool {
    if last == '.' || matches!(tokens.kind(from), Kind::Quoted(_)) {
        return false;
    }
    for at in from..from + 9 {
        match tokens.kind(at) {
            Kind::Word if tokens.info(at).reports() && at > from => {
                // A complementizer or a colon reports the next words.
                let after = at + 1;
                return !tokens.is_mark(after, ':')
                    && !tokens.info(after).is_complementizer()
                    && !matches!(tokens.kind(after), Kind::Quoted(_));
            }
            Kind::Word => {}
            Kind::Mark(',' | '.' | '-') if at > from => {}
            _ => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::super::languages::{self, Language};
    use super::super::{blocks, marks};
    use super::*;

    fn sentences(body: &str, language: &Language) -> Vec<String> {
        let text = Text::new(body);
        let blocks = blocks::find(&text, None);
        let quoted = marks::find(&text, &blocks, false);
        let tokens = mask(&Tokens::new(&text, language), &quoted);
        find(&text, &tokens, &quoted)
            .iter()
            .map(|s| {
                text.slice(super::super::Span {
                    start: tokens.list[s.start].span.start,
                    end: tokens.list[s.end - 1].span.end,
                })
            })
            .collect()
    }

    #[test]
    fn abbreviations_end_no_sentence() {
        let found = sentences("M. Durand et le Dr. Petit sont là. J. Martin aussi. Fin", languages::french());
        assert_eq!(found, ["M. Durand et le Dr. Petit sont là.", "J. Martin aussi.", "Fin"]);
        let found = sentences("Sen. Jones of the U.S. Senate met Mr. Li. They left.", languages::english());
        assert_eq!(found, ["Sen. Jones of the U.S. Senate met Mr. Li.", "They left."]);
    }

    #[test]
    fn a_full_stop_inside_a_quotation_ends_the_sentence_unless_its_cue_follows() {
        let found = sentences("« Il pleut. » Elle est partie. « Quoi ! » a-t-il dit.", languages::french());
        assert_eq!(found, ["« Il pleut. »", "Elle est partie.", "« Quoi ! » a-t-il dit."]);
        let found = sentences("\"Why now?\" Mr. Jones asked. \"No.\" The end.", languages::english());
        assert_eq!(found, ["\"Why now?\" Mr. Jones asked.", "\"No.\"", "The end."]);
    }
}
