//! Random text for the extractor. `PROPTEST_CASES=100000 cargo test --release --test annotate_fuzz` runs more cases.
//! Cases that failed before run first.

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use std::sync::LazyLock;
use uuid::Uuid;
use verbatim::annotate::dictionary::{Dictionary, StoredEntity};
use verbatim::annotate::{AliasKind, Annotation, Document, EntityKind, Span, annotate};

/// Cases per test, unless `PROPTEST_CASES` is set.
const CASES: u32 = 150;
/// Maximum length of a text of random bytes. The benchmark covers a hostile megabyte.
const MAX_BYTES: usize = 3_000;

/// Parts of text that the rules for quotation marks, cues and names treat specially.
const FRAGMENTS: [&str; 48] = [
    "«",
    "»",
    "« ",
    "\u{a0}»",
    "«\u{202f}",
    "“",
    "”",
    "„",
    "\"",
    "'",
    "‘",
    "’",
    "‹",
    "›",
    "- ",
    "– ",
    "\n",
    "\n\n",
    "\r\n",
    "\t",
    ".",
    "...",
    "…",
    "?!",
    ":",
    ",",
    ";",
    "(",
    ")",
    "[…]",
    "M. ",
    "Mme ",
    "U.S. ",
    "selon ",
    "d’après ",
    "a-t-il dit",
    " a dit ",
    " said ",
    "told",
    " that ",
    "que ",
    "Anne Morel",
    "MOREL",
    "l’État ",
    "e\u{301}",
    "\u{ad}",
    "\u{200d}",
    "👩‍🚀",
];

/// Stored names: unique, ambiguous, and equal to a fragment.
static STORE: LazyLock<Dictionary> = LazyLock::new(|| {
    let mut names = Dictionary::default();
    for (n, (name, kind)) in [
        ("Anne Morel", EntityKind::Person),
        ("Anne Morel", EntityKind::Person),
        ("Morel", EntityKind::Organization),
        ("l’État", EntityKind::Place),
        ("U.S.", EntityKind::Place),
        ("a dit", EntityKind::Work),
        ("👩‍🚀", EntityKind::Other),
    ]
    .into_iter()
    .enumerate()
    {
        let entity = StoredEntity { id: Uuid::from_u128(n as u128 + 1), kind, name: name.to_owned() };
        names.insert(name, AliasKind::Name, &entity);
    }
    names
});

fn cases() -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig { cases: asked.unwrap_or(CASES), ..ProptestConfig::default() }
}

fn language() -> impl Strategy<Value = Option<&'static str>> {
    prop::sample::select(vec![None, Some("fr"), Some("en"), Some("ar")])
}

/// Random bytes as text, with invalid UTF-8 replaced.
fn bytes() -> impl Strategy<Value = String> {
    prop::collection::vec(any::<u8>(), 0..MAX_BYTES).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

fn fragments() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(FRAGMENTS.to_vec()), 0..200).prop_map(|pieces| pieces.concat())
}

/// Opening quotation marks with words between them, and few closing ones.
fn unclosed_quotes() -> impl Strategy<Value = String> {
    prop::collection::vec("[«“„‹‘\"]{1,3} ?\\w{0,8} ?»?", 0..150).prop_map(|pieces| pieces.concat())
}

fn capitals() -> impl Strategy<Value = String> {
    "(\\p{Lu}{1,12}\\p{Ll}{0,6}[ .,'’-]{0,2}){0,200}"
}

/// Checks the invariants of findings.
fn check(body: &str, language: Option<&str>) -> TestCaseResult {
    let headline = body.lines().next();
    let found = annotate(&Document { headline, body, language }, &STORE);
    let length = body.chars().count();
    in_order(found.blocks.iter().map(|block| block.span), length)?;
    in_order(found.mentions.iter().map(|mention| mention.span), length)?;
    for entity in found.mentions.iter().filter_map(|mention| mention.entity) {
        prop_assert!(entity < found.entities.len());
    }
    prop_assert!(found.quotes.is_sorted_by_key(|quote| quote.spans[0].start));
    for quote in &found.quotes {
        in_order(quote.spans.iter().copied(), length)?;
        for span in quote.speaker_span.into_iter().chain(quote.cue_span).chain(quote.reference_span) {
            in_order(std::iter::once(span), length)?;
        }
        prop_assert!(quote.speaker.is_none_or(|entity| entity < found.entities.len()));
    }
    prop_assert!(confidences(&found).all(|confidence| (0.0..=1.0).contains(&confidence)));
    prop_assert_eq!(annotate(&Document { headline, body, language }, &STORE), found, "the second run differs");
    Ok(())
}

/// Checks that spans are not empty, lie in the text, and do not overlap.
fn in_order(spans: impl Iterator<Item = Span>, length: usize) -> TestCaseResult {
    let mut free = 0;
    for span in spans {
        prop_assert!(free <= span.start && span.start < span.end && span.end <= length, "{:?} after {}", span, free);
        free = span.end;
    }
    Ok(())
}

fn confidences(found: &Annotation) -> impl Iterator<Item = f32> {
    let quotes = found.quotes.iter().map(|quote| quote.confidence);
    quotes.chain(found.mentions.iter().map(|mention| mention.confidence))
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn findings_in_random_bytes_are_well_formed(body in bytes(), language in language()) {
        check(&body, language)?;
    }

    #[test]
    fn findings_in_fragments_are_well_formed(body in fragments(), language in language()) {
        check(&body, language)?;
    }

    #[test]
    fn findings_in_unclosed_quotes_are_well_formed(body in unclosed_quotes(), language in language()) {
        check(&body, language)?;
    }

    #[test]
    fn findings_in_capital_letters_are_well_formed(body in capitals(), language in language()) {
        check(&body, language)?;
    }
}
