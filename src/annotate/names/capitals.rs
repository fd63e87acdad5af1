//! People printed in capitals, whole or in part: `NADINE VOLTER`, `MOREL Luc`.

use super::common;
use super::gazetteer::{NameLanguage, gazetteer};
use super::tokenized_text::{self, Marked, TokenizedText};
use super::tokens::Token;
use crate::annotate::fold;
use crate::annotate::{EntityKind, Span};

/// Longest name, in words.
const LONGEST: usize = 4;
/// Fewest words of a line in capitals, in which capitals tell nothing.
const MIN_SHOUTED_WORDS: usize = 4;

/// Adds the people printed in capitals, and removes what a tagger sees in lines that are all in capitals.
pub fn apply(text: &TokenizedText<'_>, language: NameLanguage, marks: &mut Vec<Marked>) {
    let (mut people, mut shouted) = (Vec::new(), Vec::new());
    let mut first = 0;
    while first < text.tokens.len() {
        let line = &text.tokens[first..];
        let end = first + 1 + line[1..].iter().take_while(|token| !token.new_line).count();
        if is_shouted(&text.tokens[first..end]) {
            shouted.push(Span { start: text.tokens[first].start, end: text.tokens[end - 1].end });
        } else {
            find_people(text, language, (first, end), &mut people);
        }
        first = end;
    }
    marks.retain(|mark| {
        let line = shouted.get(shouted.partition_point(|line: &Span| line.end <= mark.span.start));
        mark.known.is_some() || line.is_none_or(|line| mark.span.start < line.start)
    });
    people.retain(|person: &Marked| {
        let longer = |mark: &Marked| mark.tokens.0 < person.tokens.0 || person.tokens.1 < mark.tokens.1;
        !tokenized_text::overlapping(marks, person.span).iter().any(|mark| mark.known.is_some() || longer(mark))
    });
    tokenized_text::replace_overlapping(marks, people);
}

/// Whether a line has several words and no lower-case letter.
fn is_shouted(line: &[Token<'_>]) -> bool {
    line.iter().all(|token| !token.text.chars().any(char::is_lowercase))
        && line.iter().filter(|token| token.is_acronym()).count() >= MIN_SHOUTED_WORDS
}

/// Three letters or more, all capitals, and no known acronym or common word.
fn is_name_in_capitals(token: &Token<'_>, language: NameLanguage) -> bool {
    token.is_acronym()
        && token.text.chars().filter(|c| c.is_alphabetic()).count() >= 3
        && token.text.chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '\'' | '’'))
        && !common::has(language, token.text)
}

fn is_first_name(token: &Token<'_>) -> bool {
    let part = token.text.split(['-', '‑']).next().unwrap_or_default();
    token.is_capitalized() && gazetteer().is_first_name(fold::hash_word(part))
}

fn find_people(
    text: &TokenizedText<'_>,
    language: NameLanguage,
    (first, end): (usize, usize),
    people: &mut Vec<Marked>,
) {
    let capital = |n: usize| n < end && text.tokens[n].is_capitalized();
    let mut at = first;
    while at < end {
        let shouted =
            (at..end).take(LONGEST + 1).take_while(|&n| is_name_in_capitals(&text.tokens[n], language)).count();
        if shouted == 0 {
            at += 1;
            continue;
        }
        let next = at + shouted;
        let token = |n: usize| &text.tokens[n];
        let begins = at == first || !capital(at - 1);
        if begins && shouted > 1 && shouted <= LONGEST && !capital(next) && is_first_name(token(at)) {
            people.push(text.mark((at, next - 1), EntityKind::Person, 0.9));
        } else if begins && shouted < LONGEST && capital(next) && is_first_name(token(next)) && !capital(next + 1) {
            let listed = !gazetteer().find(&fold::words(token(next - 1).text), language).is_empty();
            if !listed && !token(next).is_acronym() {
                people.push(text.mark((at, next), EntityKind::Person, 0.9));
            }
        }
        at = next.max(at + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people(body: &str) -> Vec<String> {
        let text = TokenizedText::french(body);
        let mut marks = Vec::new();
        apply(&text, NameLanguage::French, &mut marks);
        marks.iter().map(|mark| text.slice(mark.tokens).to_owned()).collect()
    }

    #[test]
    fn first_names_tell_people_from_acronyms() {
        assert_eq!(people("Hier, NADINE VOLTER a répondu à MOREL Luc."), ["NADINE VOLTER", "MOREL Luc"]);
        assert_eq!(people("La SNCF Paul Morel, la CGT, le PS et l'ONU."), [""; 0]);
        assert_eq!(people("Le BREF COMMUNIQUÉ du jour."), [""; 0]);
    }

    #[test]
    fn a_line_in_capitals_tells_nothing() {
        assert_eq!(people("NADINE VOLTER QUITTE LE PORT"), [""; 0]);
    }
}
