//! Properties of the findings in every text: spans in range and in order, and no panic.

use proptest::prelude::*;

use super::super::Annotation;
use super::read;

/// Pieces that news and hostile text are made of.
const PIECES: [&str; 56] = [
    "« ",
    " »",
    "\"",
    "“",
    "”",
    "‘",
    "’",
    "„",
    "»",
    "«",
    "\n",
    "\n\n",
    ", ",
    ". ",
    " : ",
    " ; ",
    " – ",
    "(",
    ")",
    "!",
    "? ",
    "…",
    "a déclaré ",
    "a-t-il dit",
    "selon ",
    "Anne Morel",
    "le maire ",
    "de la ville ",
    "que ",
    "qu'",
    "qui ",
    "said ",
    "Tom Bell ",
    "told reporters ",
    "according to ",
    "M. ",
    "U.S. ",
    "ajoutant ",
    "et ",
    "elle ",
    "Pour ",
    "\u{a0}",
    "🦀",
    "İ",
    "&laquo;",
    "&eacute;",
    "<p>",
    "</b>",
    "\u{93}",
    "â€œ",
    "**",
    "\n> ",
    "\n– ",
    "''",
    "「",
    "」",
];

fn assert_well_formed(found: &Annotation, length: usize) -> Result<(), TestCaseError> {
    let mut last = 0;
    for quote in &found.quotes {
        prop_assert!(!quote.spans.is_empty());
        prop_assert!(quote.spans[0].start >= last, "quotes in order");
        last = quote.spans[0].start;
        for span in quote.spans.iter().chain(&quote.speaker_span).chain(&quote.cue_span).chain(&quote.reference_span) {
            prop_assert!(span.start < span.end && span.end <= length, "{span:?} of {length}");
        }
        for pair in quote.spans.windows(2) {
            prop_assert!(pair[0].end <= pair[1].start);
        }
        prop_assert!((0.0..=1.0).contains(&quote.confidence));
        prop_assert!(quote.speaker.is_none_or(|entity| entity < found.entities.len()));
    }
    for pair in found.mentions.windows(2) {
        prop_assert!(pair[0].span.end <= pair[1].span.start, "mentions overlap");
    }
    prop_assert!(
        found.mentions.iter().all(|mention| mention.entity.is_none_or(|entity| entity < found.entities.len()))
    );
    for pair in found.blocks.windows(2) {
        prop_assert!(pair[0].span.end <= pair[1].span.start);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn findings_of_any_text_are_well_formed(body in "\\PC{0,300}", language in prop::sample::select(vec!["fr", "en", "de"])) {
        assert_well_formed(&read(&body, language), body.chars().count())?;
    }

    #[test]
    fn findings_of_any_mixture_of_news_are_well_formed(
        pieces in prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..60),
        language in prop::sample::select(vec!["fr", "en"]),
    ) {
        let body = pieces.concat();
        assert_well_formed(&read(&body, language), body.chars().count())?;
    }

    #[test]
    fn findings_of_a_repeated_piece_are_well_formed(piece in prop::sample::select(PIECES.to_vec()), times in 1usize..3000) {
        let body = piece.repeat(times);
        assert_well_formed(&read(&body, "fr"), body.chars().count())?;
    }
}
