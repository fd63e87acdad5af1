//! Finds names in French text: those of the tagger, corrected by rules and completed by the gazetteer.

use super::common;
use super::consistency;
use super::tokenized_text::{self, Marked, TokenizedText};
use super::tokens::Token;
use crate::annotate::fold;
use crate::annotate::languages;
use crate::annotate::names::gazetteer::{NameLanguage, gazetteer};
use crate::annotate::names::tagger::Tagger;
use crate::annotate::{AliasKind, EntityKind, MentionKind};

/// Marks the names of a French text, sorted and without overlaps.
pub fn mark(tagger: Option<&Tagger>, text: &TokenizedText<'_>) -> Vec<Marked> {
    let tagged = tagger.map(|tagger| tagger.tag(text, NameLanguage::French, &[])).unwrap_or_default();
    let mut marks: Vec<Marked> = tagged
        .into_iter()
        .filter_map(|name| {
            if name.kinds.iter().sum::<f32>() < MIN_PROBABILITY {
                return None;
            }
            let mark = widen(text, trim(text, name.tokens, name.kind, name.confidence)?);
            let kinds = if mark.kind == name.kind { name.kinds } else { mark.kinds };
            Some(Marked { kinds, ..mark })
        })
        .collect();
    let listed = listed(text);
    // A listed name replaces a part of it that the tagger found: `mer de Chine méridionale`.
    let longer = |mark: &Marked, listed: &Marked| {
        tokenized_text::overlap(mark.span, listed.span)
            && listed.tokens.0 <= mark.tokens.0
            && mark.tokens.1 <= listed.tokens.1
    };
    marks.retain(|mark| {
        let near = listed.partition_point(|l| l.span.end <= mark.span.start);
        !listed.get(near).is_some_and(|l| l.tokens != mark.tokens && longer(mark, l))
    });
    tokenized_text::add_without_overlaps(&mut marks, listed);
    add_institutions(text, &mut marks);
    extend_by_particles(text, &mut marks);
    consistency::unify(text, NameLanguage::French, &mut marks);
    tokenized_text::add_without_overlaps(&mut marks, after_roles(text));
    marks
}

/// Institutions of a state: `armée turque`. The adjective belongs to the name.
const INSTITUTIONS: [&str; 2] = ["armée", "parlement"];

/// Marks institutions with the adjective of their state.
fn add_institutions(text: &TokenizedText<'_>, marks: &mut Vec<Marked>) {
    let mut institutions = Vec::new();
    for (word, next) in (1..text.words.len()).map(|next| (next - 1, next)) {
        let adjective = &text.words[next];
        if INSTITUTIONS.contains(&text.word(word))
            && !adjective.initial
            && adjective.joined
            && let Some((_, words)) = gazetteer().demonym(&text.words, next)
        {
            institutions.push(text.mark_words(word, 1 + words, EntityKind::Organization, 0.8));
        }
    }
    tokenized_text::replace_overlapping(marks, institutions);
}

/// Marks the people right after a role or title: `le sénateur Brandt`, `Mme Brandt`.
fn after_roles(text: &TokenizedText<'_>) -> Vec<Marked> {
    let language = languages::french();
    let name = |n: usize| {
        text.tokens.get(n).is_some_and(|token| {
            token.is_capitalized() && !token.opens && !token.is_acronym() && token.text.len() > 2 && !inhabitant(token)
        })
    };
    let mut marks = Vec::new();
    for at in 1..text.tokens.len() {
        let role = text.tokens[at - 1].text;
        let role = role.starts_with(char::is_lowercase) && language.info(role).is_role() || TITLES.contains(&role);
        if !name(at) || !role {
            continue;
        }
        let last = (at..at + 3).take_while(|&n| name(n)).last().unwrap_or(at);
        let listed = !gazetteer().find(&fold::words(text.tokens[at].text), NameLanguage::French).is_empty();
        if !listed && !common::french(text.tokens[at].text) {
            marks.push(text.mark((at, last), EntityKind::Person, 0.8));
        }
    }
    marks
}

/// Extends people by parts of the name after a particle: `Juan García | y Vega`, `Charles | de La Motte`.
fn extend_by_particles(text: &TokenizedText<'_>, marks: &mut Vec<Marked>) {
    let capital = |n: usize| text.tokens.get(n).is_some_and(|token| token.is_capitalized() && !token.new_line);
    for mark in marks.iter_mut().filter(|mark| mark.kind == EntityKind::Person && mark.tokens.0 < mark.tokens.1) {
        let (first, last) = mark.tokens;
        let end = match text.near(last, 1) {
            "y" if capital(last + 2) => last + 2,
            particle if hyphenated(particle) => last + 1,
            _ => continue,
        };
        *mark = Marked { kinds: mark.kinds, ..text.mark((first, end), EntityKind::Person, mark.confidence) };
    }
    tokenized_text::remove_overlaps(marks);
    let mut longer: Vec<Marked> = Vec::new();
    for (at, token) in text.tokens.iter().enumerate() {
        let article = matches!(text.near(at, 2), "La" | "Le" | "L'" | "L’");
        let particle = matches!(text.near(at, 1), "de" | "du" | "d'" | "d’");
        let first_name = token.is_capitalized() && gazetteer().is_first_name(fold::hash_word(token.text));
        if article && particle && first_name && capital(at + 3) && !common::french(token.text) {
            let mark = text.mark((at, at + 3), EntityKind::Person, 0.85);
            let free = longer.last().is_none_or(|last| last.span.end <= mark.span.start);
            if free && tokenized_text::overlapping(marks, mark.span).iter().all(|other| other.tokens.0 >= at) {
                longer.push(mark);
            }
        }
    }
    tokenized_text::replace_overlapping(marks, longer);
}

/// Whether a word begins with a particle in lower case: `al-Hadar`.
fn hyphenated(word: &str) -> bool {
    word.split_once('-').is_some_and(|(particle, rest)| {
        matches!(particle, "al" | "el" | "ben" | "bin") && rest.starts_with(char::is_uppercase)
    })
}

/// Lowest probability of a name.
const MIN_PROBABILITY: f32 = 0.6;

/// Titles before a name, which are no part of it.
const TITLES: [&str; 16] = [
    "M.", "MM.", "Mme", "Mmes", "Mlle", "Me", "Mgr", "Mr", "Mr.", "Mrs", "Dr", "Pr", "Dr.", "Pr.", "Monsieur", "Madame",
];

/// Marks a name of the tagger without titles, stray punctuation and lower-case words at its end.
fn trim(text: &TokenizedText<'_>, tokens: (usize, usize), kind: EntityKind, confidence: f32) -> Option<Marked> {
    let (mut first, mut last) = tokens;
    if kind == EntityKind::Person {
        let before = |n: usize| {
            let token = &text.tokens[n];
            let opener = token.opens && common::french(token.text);
            TITLES.contains(&token.text) || opener || inhabitant(token)
        };
        while first < last && before(first) {
            first += 1;
        }
        while first < last && !text.tokens[last].text.chars().any(|c| c.is_uppercase() || c.is_numeric()) {
            last -= 1;
        }
    }
    let article = |n: usize| matches!(text.tokens[n].text, "l'" | "l’" | "d'" | "d’");
    while first < last
        && (!text.tokens[first].word()
            || article(first) && (kind == EntityKind::Place || !text.tokens[first + 1].is_capitalized()))
    {
        first += 1;
    }
    while first < last && no_end(text, first, last) {
        last -= 1;
    }
    let token = &text.tokens[first];
    let opener = token.opens && !token.is_acronym() && common::french(token.text);
    let inhabitant = kind == EntityKind::Place && inhabitant(token);
    let title = TITLES.contains(&token.text);
    let sole = first == last && (!token.word() || title || opener || inhabitant);
    (!sole).then(|| text.mark((first, last), kind, confidence))
}

/// Words that belong to the name after them, and its kind.
const LEADS: [(&str, EntityKind); 9] = [
    ("parquet", EntityKind::Organization),
    ("gendarmerie", EntityKind::Organization),
    ("avenue", EntityKind::Place),
    ("boulevard", EntityKind::Place),
    ("gare", EntityKind::Place),
    ("université", EntityKind::Organization),
    ("diocèse", EntityKind::Organization),
    ("archidiocèse", EntityKind::Organization),
    ("lycée", EntityKind::Organization),
];

/// Extends a mark by the word that tells its kind: `diocèse de | Lens`, `boulevard | Morel`.
fn widen(text: &TokenizedText<'_>, mark: Marked) -> Marked {
    let first = mark.tokens.0;
    let back = if matches!(text.near(first, -1), "de" | "du" | "d'" | "d’") { 2 } else { 1 };
    let lead = LEADS.iter().find(|(word, _)| text.near(first, -back) == *word);
    match (lead, first.checked_sub(back.unsigned_abs())) {
        (Some((_, kind)), Some(from)) if !text.tokens[first].opens => {
            text.mark((from, mark.tokens.1), *kind, mark.confidence)
        }
        _ => mark,
    }
}

/// Whether a token cannot end a name: punctuation, a mark that the name does not open (`Velcor Air »`), a small word.
fn no_end(text: &TokenizedText<'_>, first: usize, last: usize) -> bool {
    let opened = |open: &str| text.tokens[first..last].iter().any(|token| token.text == open);
    match text.tokens[last].text {
        "!" | "+" => false,
        ")" => !opened("("),
        "»" => !opened("«"),
        "de" | "du" | "des" | "d'" | "d’" | "le" | "la" | "les" | "l'" | "l’" | "et" | "en" | "à" | "au" | "aux" => {
            true
        }
        _ => !text.tokens[last].word(),
    }
}

/// Whether a word names the people of a state: `les Russes`.
fn inhabitant(token: &Token<'_>) -> bool {
    let words = if token.text.len() <= 24 { fold::words(token.text) } else { Vec::new() };
    !words.is_empty()
        && gazetteer().demonym(&words, 0).is_some_and(|(_, n)| n == words.len())
        && gazetteer().find(&words, NameLanguage::French).is_empty()
}

/// Marks names of the gazetteer that need no context: periphrases, states, and unambiguous names of several words.
fn listed(text: &TokenizedText<'_>) -> Vec<Marked> {
    let lists = gazetteer();
    let mut marks = Vec::new();
    for hit in lists.find(&text.words, NameLanguage::French) {
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
        // A place of several words needs no capital (`mer de Chine`), an organisation does (`gilets jaunes`).
        let proper = word.initial || known.kind == EntityKind::Place;
        let several = hit.words > 1 && !token.opens && proper;
        let state = known.state && (!token.opens || !common::french(token.text));
        if !hit.ambiguous && whole && (several || state && word.initial) {
            marks.push(mark);
        }
    }
    marks
}

/// Marks a periphrasis without its article.
pub(super) fn periphrasis(text: &TokenizedText<'_>, at: usize, words: usize, known: u32) -> Option<Marked> {
    const ARTICLES: [&str; 5] = ["le", "la", "les", "l", "the"];
    let article = text.word(at).to_lowercase();
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
        let text = TokenizedText::french(text);
        trim(&text, tokens, kind, 0.9).map(|mark| text.slice(mark.tokens).to_owned())
    }

    #[test]
    fn titles_tails_and_marks_are_cut_off() {
        assert_eq!(trimmed("M. Velcor part", (0, 1), EntityKind::Person).as_deref(), Some("Velcor"));
        assert_eq!(trimmed("Anna Velcor réélue", (0, 2), EntityKind::Person).as_deref(), Some("Anna Velcor"));
        assert_eq!(trimmed("Anna Velcor .", (0, 2), EntityKind::Person).as_deref(), Some("Anna Velcor"));
        assert_eq!(trimmed("toute l'Europe", (1, 2), EntityKind::Place).as_deref(), Some("Europe"));
        assert_eq!(trimmed("le bureau Afrique de la", (2, 4), EntityKind::Place).as_deref(), Some("Afrique"));
        assert_eq!(trimmed("« vol Velcor Air »", (2, 4), EntityKind::Organization).as_deref(), Some("Velcor Air"));
        assert_eq!(trimmed("Velcor ( Sète ) part", (0, 3), EntityKind::Place).as_deref(), Some("Velcor ( Sète )"));
    }

    #[test]
    fn a_leading_word_belongs_to_the_name() {
        let widened = |body: &str, at: usize| {
            let text = TokenizedText::french(body);
            let mark = widen(&text, text.mark((at, at), EntityKind::Person, 0.9));
            (text.slice(mark.tokens).to_owned(), mark.kind)
        };
        assert_eq!(widened("du boulevard Velcor hier", 2), ("boulevard Velcor".into(), EntityKind::Place));
        assert_eq!(widened("le diocèse de Velcor", 3), ("diocèse de Velcor".into(), EntityKind::Organization));
        assert_eq!(widened("l'avis de Velcor", 3), ("Velcor".into(), EntityKind::Person));
        assert_eq!(widened("Fin de la gare. Velcor part", 5), ("Velcor".into(), EntityKind::Person));
    }

    #[test]
    fn openers_and_inhabitants_are_no_part_of_a_name() {
        assert_eq!(trimmed("Puis Anna Velcor part", (0, 2), EntityKind::Person).as_deref(), Some("Anna Velcor"));
        assert_eq!(trimmed("l'Allemand Karl Velcor", (1, 3), EntityKind::Person).as_deref(), Some("Karl Velcor"));
        assert_eq!(trimmed("des Russes partent", (1, 1), EntityKind::Place), None);
        assert_eq!(trimmed("la Suisse part", (1, 1), EntityKind::Place).as_deref(), Some("Suisse"));
    }

    #[test]
    fn a_listed_name_is_longer_than_what_was_seen_of_it() {
        let text = TokenizedText::french("Il vogue en mer de Chine méridionale et rentre.");
        let marks = mark(crate::annotate::names::tagger::french(), &text);
        assert_eq!(marks.iter().map(|m| text.slice(m.tokens)).collect::<Vec<_>>(), ["mer de Chine méridionale"]);
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
        let text = TokenizedText::french("Il quitte la Norvège pour une niche, Nice ou Orange.");
        let marks = mark(None, &text);
        assert_eq!(marks.iter().map(|m| text.slice(m.tokens)).collect::<Vec<_>>(), ["Norvège"]);
    }
}
