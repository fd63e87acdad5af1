//! Which language a body is in.

/// The BCP 47 primary tag: the caller's when given, else detected from the body, else `und`.
pub fn detect(given: Option<&str>, body: &str) -> String {
    if let Some(tag) = given.and_then(primary_tag) {
        return tag;
    }
    // The first few thousand letters tell the language; more only costs time.
    let end = body.char_indices().nth(3_000).map_or(body.len(), |(at, _)| at);
    whatlang::detect(&body[..end])
        .filter(|info| info.is_reliable() || info.confidence() > 0.5)
        .map_or("und", |info| two_letters(info.lang()))
        .to_owned()
}

fn primary_tag(tag: &str) -> Option<String> {
    let primary = tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    (!primary.is_empty() && primary != "und").then_some(primary)
}

fn two_letters(lang: whatlang::Lang) -> &'static str {
    use whatlang::Lang;
    match lang {
        Lang::Fra => "fr",
        Lang::Eng => "en",
        Lang::Spa => "es",
        Lang::Por => "pt",
        Lang::Ita => "it",
        Lang::Deu => "de",
        Lang::Nld => "nl",
        Lang::Cat => "ca",
        Lang::Ron => "ro",
        Lang::Pol => "pl",
        Lang::Ces => "cs",
        Lang::Slk => "sk",
        Lang::Slv => "sl",
        Lang::Hrv => "hr",
        Lang::Srp => "sr",
        Lang::Bul => "bg",
        Lang::Rus => "ru",
        Lang::Ukr => "uk",
        Lang::Bel => "be",
        Lang::Ell => "el",
        Lang::Tur => "tr",
        Lang::Ara => "ar",
        Lang::Heb => "he",
        Lang::Pes => "fa",
        Lang::Hin => "hi",
        Lang::Ben => "bn",
        Lang::Urd => "ur",
        Lang::Cmn => "zh",
        Lang::Jpn => "ja",
        Lang::Kor => "ko",
        Lang::Vie => "vi",
        Lang::Tha => "th",
        Lang::Ind => "id",
        Lang::Dan => "da",
        Lang::Swe => "sv",
        Lang::Nob => "nb",
        Lang::Fin => "fi",
        Lang::Est => "et",
        Lang::Lav => "lv",
        Lang::Lit => "lt",
        Lang::Hun => "hu",
        Lang::Lat => "la",
        other => other.code(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caller_knows_best() {
        assert_eq!(detect(Some("fr-CA"), "The minister said on Monday that it was raining."), "fr");
        assert_eq!(
            detect(Some("und"), "Le ministre a déclaré lundi que la pluie ne cesserait pas avant le soir."),
            "fr"
        );
    }

    #[test]
    fn the_body_tells_otherwise() {
        assert_eq!(detect(None, "The minister said on Monday that the rain would not stop before the evening."), "en");
        assert_eq!(detect(None, ""), "und");
        assert_eq!(detect(None, "12 34 56"), "und");
    }
}
