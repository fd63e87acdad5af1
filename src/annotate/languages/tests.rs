//! Every entry of the data files can match, and every section has a meaning.

use super::*;
use crate::annotate::tokens::Kind;

fn each(check: impl Fn(&Language, &Sources)) {
    for (language, sources) in [(french(), &fr::SOURCES), (english(), &en::SOURCES), (german(), &de::SOURCES)] {
        check(language, sources);
    }
}

/// The words of an entry as they are cut in running text.
fn cut_in_text(language: &Language, entry: &str) -> Vec<String> {
    let host = if is_ending(entry) { format!("avant vient{entry} après") } else { format!("avant {entry} après") };
    let tokens = Tokens::new(&Text::new(&host.replace('_', " ")), language);
    let words = tokens.list.iter().map(|token| tokens.lowercase(token).to_owned()).collect::<Vec<_>>();
    assert!(tokens.list.iter().all(|token| token.kind == Kind::Word), "{entry} is no word");
    let host_words = if is_ending(entry) { 2 } else { 1 };
    words[host_words..words.len() - 1].to_vec()
}

#[test]
fn every_word_and_phrase_matches_in_running_text() {
    each(|language, sources| {
        for (section, line) in sections(sources.words) {
            if section == "elided" || section.contains("ending") {
                continue;
            }
            for entry in line.split_whitespace() {
                let flags = if section.starts_with("source phrase") { 0 } else { flags_of(section) };
                let host =
                    if is_ending(entry) { format!("vient{entry}") } else { format!("{} ", entry.replace('_', " ")) };
                let tokens = Tokens::new(&Text::new(&host), language);
                let marked = tokens.list.iter().skip(usize::from(is_ending(entry)));
                assert!(marked.clone().count() > 0, "{entry}");
                for token in marked {
                    assert_eq!(token.info.flags & flags, flags, "{entry} in [{section}] does not match");
                }
                assert_eq!(cut_in_text(language, entry), language.cut(entry), "{entry} in [{section}]");
            }
        }
    });
}

#[test]
fn every_verb_form_is_one_token() {
    each(|language, _| {
        for (word, info) in language.words.iter().filter(|(_, info)| info.verb != 0) {
            assert_eq!(cut_in_text(language, word), [word.as_str()]);
            assert!(language.verb(*info).is_some());
        }
        for verb in &language.light_verbs {
            assert!(language.verbs.iter().any(|known| known.lemma == verb.lemma), "{}", verb.lemma);
        }
    });
}

#[test]
fn every_section_has_a_meaning() {
    let verbs = [
        "irregular",
        "base form is finite",
        "takes an infinitive",
        "has clauses as its only objects",
        "takes a bare clause",
        "takes an addressee",
        "goes on speaking",
        "needs help",
        "reports when inverted",
        "denies",
        "wishes",
        "reports nothing with a reflexive",
    ];
    each(|language, sources| {
        for (section, _) in sections(sources.words) {
            let special = ["elided", "inverted ending", "source phrase", "source phrase that opens a clause"];
            let names = section.strip_prefix("ending ").unwrap_or(section);
            assert!(
                special.contains(&section) || names.split(' ').all(|name| flag::parse(name).is_some()),
                "[{section}]"
            );
        }
        for (section, line) in sections(sources.verbs) {
            let class = section.strip_prefix("with a complement, ").unwrap_or(section);
            assert!(Class::parse(class).is_some() || verbs.contains(&section), "[{section}]");
            if section == "irregular" {
                assert_eq!(line.split('|').count(), 4, "{line}");
            } else if verbs.contains(&section) {
                for lemma in line.split_whitespace() {
                    assert!(language.verbs.iter().any(|verb| verb.lemma == lemma), "{lemma} in [{section}]");
                }
            }
        }
        assert!(entries_by_line(sources.roles).all(|line| line.contains(": ")));
    });
}

#[test]
fn roles_are_words_of_the_language() {
    each(|language, _| {
        for (role, others) in &language.role_synonyms {
            for word in std::iter::once(role).chain(others) {
                let info = language.info(word);
                assert!(info.is_role() || info.is_title() || info.is_office_title(), "{word}");
            }
        }
    });
}

#[test]
fn boilerplate_is_lower_case_with_single_spaces() {
    for line in [fr::SOURCES.boilerplate, en::SOURCES.boilerplate].into_iter().flat_map(entries_by_line) {
        assert_eq!(line.to_lowercase(), line);
        assert!(!line.contains("  "));
    }
}
