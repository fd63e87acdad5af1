//! Names in French text: what the tagger says, put right by what grammar and the rest of the article say.

use super::common;
use super::consistency;
use super::reading::{self, Marked, Reading};
use crate::annotate::gazetteer::{Language, gazetteer};
use crate::annotate::tagger::Tagger;
use crate::annotate::{AliasKind, EntityKind, MentionKind};

/// The names of a French text, sorted, none overlapping another.
pub fn mark(tagger: Option<&Tagger>, text: &Reading<'_>) -> Vec<Marked> {
    let tagged = tagger.map(|tagger| tagger.tag(&text.tokens, &text.words)).unwrap_or_default();
    let mut marks: Vec<Marked> = tagged
        .into_iter()
        .filter_map(|name| {
            let mark = trim(text, name.tokens, name.kind, name.confidence)?;
            Some(Marked { kinds: name.kinds, ..mark })
        })
        .collect();
    reading::fill(&mut marks, listed(text));
    consistency::agree(text, &mut marks);
    marks
}

/// Titles that stand before a name and do not belong to it.
const TITLES: [&str; 16] = [
    "M.", "MM.", "Mme", "Mmes", "Mlle", "Me", "Mgr", "Mr", "Mr.", "Mrs", "Dr", "Pr", "Dr.", "Pr.", "Monsieur", "Madame",
];

/// Cuts titles, stray punctuation and lower-case tails off what the tagger marked.
fn trim(text: &Reading<'_>, tokens: (usize, usize), kind: EntityKind, confidence: f32) -> Option<Marked> {
    let (mut first, mut last) = tokens;
    if kind == EntityKind::Person {
        while first < last && TITLES.contains(&text.tokens[first].text) {
            first += 1;
        }
        while first < last && !text.tokens[last].text.chars().any(|c| c.is_uppercase() || c.is_numeric()) {
            last -= 1;
        }
    }
    let article = |n: usize| matches!(text.tokens[n].text, "l'" | "l’" | "d'" | "d’");
    while first < last
        && (!text.tokens[first].word()
            || article(first) && (kind == EntityKind::Place || !text.tokens[first + 1].capital()))
    {
        first += 1;
    }
    while first < last && !text.tokens[last].word() && !matches!(text.tokens[last].text, ")" | "!" | "+" | "»") {
        last -= 1;
    }
    let token = &text.tokens[first];
    let opener = token.opens && !token.acronym() && common::french(token.text);
    let sole = first == last && (!token.word() || TITLES.contains(&token.text) || opener);
    (!sole).then(|| text.mark((first, last), kind, confidence))
}

/// Names of the gazetteer that need no context: periphrases, states, and unambiguous names of several words.
fn listed(text: &Reading<'_>) -> Vec<Marked> {
    let lists = gazetteer();
    let mut marks = Vec::new();
    for hit in lists.find(&text.words, Language::French) {
        let known = lists.known(hit.known);
        let word = &text.words[hit.at];
        let mut mark = text.mark_words(hit.at, hit.words, known.kind, 0.8);
        mark.known = Some(hit.known);
        let token = &text.tokens[mark.tokens.0];
        let whole = token.start == mark.span.start && text.tokens[mark.tokens.1].end == mark.span.end;
        if hit.kind == AliasKind::Periphrasis {
            marks.extend(periphrasis(text, hit.at, hit.words, hit.known));
            continue;
        }
        let several = hit.words > 1 && !token.opens;
        let state = known.state && (!token.opens || !common::french(token.text));
        if !hit.ambiguous && whole && word.initial && (several || state) {
            marks.push(mark);
        }
    }
    marks
}

/// A periphrasis, its article left out of the span as it is for any name.
pub(super) fn periphrasis(text: &Reading<'_>, at: usize, words: usize, known: u32) -> Option<Marked> {
    const ARTICLES: [&str; 5] = ["le", "la", "les", "l", "the"];
    let article = text.body_word(at).to_lowercase();
    let skip = usize::from(words > 1 && ARTICLES.contains(&article.as_str()));
    let mut mark = text.mark_words(at + skip, words - skip, EntityKind::Place, 0.75);
    mark.known = Some(known);
    mark.mention = MentionKind::Nominal;
    Some(mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trimmed(text: &str, tokens: (usize, usize), kind: EntityKind) -> Option<String> {
        let text = Reading::new(text);
        trim(&text, tokens, kind, 0.9).map(|mark| text.slice(mark.tokens).to_owned())
    }

    #[test]
    fn titles_tails_and_marks_are_cut_off() {
        assert_eq!(trimmed("M. Velcor part", (0, 1), EntityKind::Person).as_deref(), Some("Velcor"));
        assert_eq!(trimmed("Anna Velcor réélue", (0, 2), EntityKind::Person).as_deref(), Some("Anna Velcor"));
        assert_eq!(trimmed("Anna Velcor .", (0, 2), EntityKind::Person).as_deref(), Some("Anna Velcor"));
        assert_eq!(trimmed("toute l'Europe", (1, 2), EntityKind::Place).as_deref(), Some("Europe"));
    }

    #[test]
    fn what_belongs_to_a_name_is_kept() {
        assert_eq!(trimmed("Charles de Velcor", (0, 2), EntityKind::Person).as_deref(), Some("Charles de Velcor"));
        assert_eq!(trimmed("dans L'Écho hier", (1, 2), EntityKind::Organization).as_deref(), Some("L'Écho"));
    }

    #[test]
    fn a_common_word_that_opens_a_sentence_is_no_name() {
        assert_eq!(trimmed("Hier il pleuvait", (0, 0), EntityKind::Place), None);
        assert_eq!(trimmed("M. part", (0, 0), EntityKind::Person), None);
        assert_eq!(trimmed("Velcor pleuvait", (0, 0), EntityKind::Place).as_deref(), Some("Velcor"));
    }

    #[test]
    fn states_are_found_without_a_tagger_and_ambiguous_words_are_not() {
        let text = Reading::new("Il quitte la Norvège pour une niche, Nice ou Orange.");
        let marks = mark(None, &text);
        assert_eq!(marks.iter().map(|m| text.slice(m.tokens)).collect::<Vec<_>>(), ["Norvège"]);
    }
}
