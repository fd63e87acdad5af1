//! Detects the language of a text.

use super::languages::{self, Language};
use super::text::Text;
use super::tokens::Tokens;
use whatlang::Lang;

/// Characters of a text that are read: more do not change the answer, and a text may have a million.
const SAMPLE: usize = 3_000;

/// Detects the language of a text: a BCP 47 primary tag, of two letters where ISO 639-1 has one; `und` when unsure.
pub fn detect(text: &str) -> &'static str {
    let end = text.char_indices().nth(SAMPLE).map_or(text.len(), |(byte, _)| byte);
    match whatlang::detect(&text[..end]) {
        Some(info) if info.is_reliable() || info.confidence() > 0.5 => tag(info.lang()),
        _ => by_small_words(&text[..end]).unwrap_or("und"),
    }
}

/// A language with data by its small words and reporting verbs, for texts too short for statistics.
///
/// One word in four must be such a word, and one language must have more of them than the other.
fn by_small_words(body: &str) -> Option<&'static str> {
    let text = Text::new(body);
    let count = |language: &Language| {
        let tokens = Tokens::new(&text, language);
        let words = tokens.list.iter().filter(|token| token.is_word());
        let (mut all, mut small) = (0, 0);
        for token in words {
            let info = token.info;
            let article = info.is_determiner() || info.is_of() || info.is_preposition() || info.is_complementizer();
            let verb = info.is_have() || info.is_be() || info.reports();
            all += 1;
            small += usize::from(article || verb || info.is_pronoun() || info.is_inverted());
        }
        if small * 4 >= all { small } else { 0 }
    };
    let counts = languages::all().map(|language| (language.code(), count(language)));
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
    let mut best = counts.into_iter().filter(|(_, count)| *count == most && most > 0);
    match (best.next(), best.next()) {
        (Some((tag, _)), None) => Some(tag),
        _ => None,
    }
}

/// The two-letter tag of a language that the detector names by its ISO 639-3 code.
fn tag(lang: Lang) -> &'static str {
    match lang {
        // ISO 639-1 has codes for Chinese and Persian as a whole only.
        Lang::Cmn => "zh",
        Lang::Pes => "fa",
        _ => isolang::Language::from_639_3(lang.code()).and_then(|language| language.to_639_1()).unwrap_or(lang.code()),
    }
}

#[cfg(test)]
mod tests {
    use super::{detect, tag};
    use whatlang::Lang;

    #[test]
    fn french_and_english_texts_are_distinguished() {
        let french =
            "Le ministre de la Défense a souligné mardi que les négociations se poursuivaient avec les alliés.";
        let english =
            "The defence minister said on Tuesday that the negotiations with the allies were still under way.";
        assert_eq!(detect(french), "fr");
        assert_eq!(detect(english), "en");
    }

    #[test]
    fn a_text_without_words_is_undetermined() {
        assert_eq!(detect("12 345 !"), "und");
        assert_eq!(detect(""), "und");
    }

    #[test]
    fn a_long_text_is_cut_between_two_characters() {
        assert_eq!(detect(&"été à Orléans, où l'année s'achève déjà. ".repeat(30_000)), "fr");
    }

    #[test]
    fn every_language_of_the_detector_has_a_tag_of_two_letters() {
        for lang in Lang::all() {
            assert_eq!(tag(*lang).len(), 2, "{lang:?}");
        }
    }

    #[test]
    fn small_words_tell_when_there_is_little_to_read() {
        assert_eq!(detect("\"Yes,\" he said."), "en");
        assert_eq!(detect("« Oui », dit-il."), "fr");
        assert_eq!(detect("« Le port rouvre », a déclaré Anne Morel."), "fr");
        assert_eq!(detect("Der Hafen ist offen."), "de");
    }
}
