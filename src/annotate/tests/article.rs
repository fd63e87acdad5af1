//! A whole article with a repeated headline, boilerplate and all kinds of quotes.

use super::super::{BlockRole, QuoteKind, SpeakerStatus};
use super::{read, show, slice};

const ARTICLE: &str = "Le port de Sète signe un accord « hors norme »

Le port de Sète signe un accord « hors norme »

Le port a signé mardi un accord « hors norme » avec la ville. « Cet accord nous oblige tous\u{a0}», a déclaré Anne Morel.

close

Une longue attente

L’accord – le premier du genre, selon la partie portuaire – entre en vigueur lundi. « Nous n’avions pas le choix », a justifié un responsable de la ville sous couvert d’anonymat.";

#[test]
fn blocks_have_their_roles() {
    let roles: Vec<BlockRole> = read(ARTICLE, "fr").blocks.iter().map(|block| block.role).collect();
    use BlockRole::*;
    assert_eq!(roles, [Headline, Headline, Paragraph, Boilerplate, Heading, Paragraph]);
}

#[test]
fn each_quote_is_found_once() {
    let found = read(ARTICLE, "fr");
    let shown: Vec<String> = found.quotes.iter().map(|quote| show(ARTICLE, quote)).collect();
    assert_eq!(
        shown,
        [
            "partial: hors norme <- nobody",
            "direct: cet accord nous oblige tous <- anne morel",
            "indirect: le premier du genre <- la partie portuaire",
            "direct: nous n’avions pas le choix <- un responsable de la ville",
        ]
    );
    let status: Vec<SpeakerStatus> = found.quotes.iter().map(|quote| quote.speaker_status).collect();
    use SpeakerStatus::*;
    assert_eq!(status, [Unattributed, Named, Collective, Anonymous]);
}

#[test]
fn cues_are_spans_of_the_body() {
    let found = read(ARTICLE, "fr");
    let cues: Vec<(String, String)> = found
        .quotes
        .iter()
        .filter_map(|quote| Some((slice(ARTICLE, quote.cue_span?), quote.cue_lemma.clone()?)))
        .collect();
    let pair = |cue: &str, lemma: &str| (cue.to_owned(), lemma.to_owned());
    assert_eq!(cues, [pair("a déclaré", "déclarer"), pair("selon", "selon"), pair("a justifié", "justifier")]);
}

#[test]
fn quotation_marks_are_found_in_other_languages() {
    let body = "Il porto è aperto. «Abbiamo aspettato abbastanza a lungo», ha detto Anna Bell.";
    let found = read(body, "it");
    assert_eq!(found.language, "it");
    assert_eq!(found.quotes.len(), 1);
    assert_eq!(found.quotes[0].kind, QuoteKind::Direct);
    assert_eq!(found.quotes[0].speaker_status, SpeakerStatus::Unattributed);
}

#[test]
fn an_empty_body_has_no_findings() {
    let found = read("", "fr");
    assert!(found.blocks.is_empty() && found.quotes.is_empty() && found.mentions.is_empty());
}
