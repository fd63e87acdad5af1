//! What people added to the first sample: an earlier text, a mention and a quote with their reviews, and a claim review.
//!
//! These records and their entities have fixed ids: the examples of the API document name them.

use crate::http::wire::examples::{CLAIM_REVIEW, MENTION, OTHER_PERSON, PERSON, PLACE, QUOTE, SAME_PERSON};
use serde_json::{Value, json};

/// Words that only a person knows to mean Norway.
const PERIPHRASIS: &str = "Le royaume scandinave";
const SAID: &str = "Nous remettons sur l’eau ce que nous n’aurions jamais dû mettre sur l’autoroute […] et nos ports y gagneront autant que nos routes";
/// What was corrected on the day after.
const CORRECTION: (&str, &str) = ("depuis dix ans", "depuis onze ans");

const PUBLISHED: &str = "2026-01-12T17:30:00Z";
const CORRECTED: &str = "2026-01-13T08:00:00Z";
const CHECKED: &str = "2026-01-14T08:00:00Z";

/// Adds the records to that of the article, as an export of everything would have them.
pub(super) fn add_to(article: &mut Value) {
    let body = article["body"].as_str().unwrap_or_default().to_owned();
    let members = json!({
        "version": 2, "body_version": 2, "created_at": PUBLISHED, "updated_at": CORRECTED,
        "versions": [
            version(article, 1, Some(&body.replace(CORRECTION.1, CORRECTION.0)), PUBLISHED),
            version(article, 2, None, CORRECTED),
        ],
        "entities": [
            {"key": "valadares", "id": PERSON, "kind": "person", "name": "Inês Valadares"},
            {"key": "solbakken", "id": OTHER_PERSON, "kind": "person", "name": "Henrik Solbakken"},
            {"key": "norvège", "id": PLACE, "kind": "place", "name": "Norvège"},
        ],
        "mentions": [mention(&body)],
        "quotes": [quote(&body)],
    });
    for (name, value) in members.as_object().into_iter().flatten() {
        article[name] = value.clone();
    }
}

/// The speaker of the quote in another spelling, for somebody to find as a duplicate and merge.
pub(super) fn duplicate() -> Value {
    json!({"id": SAME_PERSON, "kind": "person", "name": "I. Valadares"})
}

fn version(article: &Value, number: i32, body: Option<&str>, at: &str) -> Value {
    json!({"body_version": number, "headline": article["headline"], "body": body, "language": "fr", "created_at": at})
}

fn mention(body: &str) -> Value {
    let mut mention = finding(MENTION);
    let span = span(body, PERIPHRASIS, "");
    mention["start"] = span["start"].clone();
    mention["end"] = span["end"].clone();
    mention["exact"] = json!(PERIPHRASIS);
    mention["entity"] = json!("norvège");
    mention["kind"] = json!("nominal");
    mention["reviews"] =
        json!([verified("019bb341-e9c0-7000-8000-000000000011", "Norway is the kingdom of the agreement")]);
    mention
}

fn quote(body: &str) -> Value {
    let mut quote = finding(QUOTE);
    quote["text"] = json!(SAID);
    quote["speaker"] = json!("valadares");
    quote["speaker_label"] = json!("Inês Valadares");
    // The name after the quote, not the first one.
    quote["speaker_span"] = span(body, "Inês Valadares", SAID);
    quote["cue"] = json!("a assuré");
    quote["cue_span"] = span(body, "a assuré", SAID);
    quote["cue_lemma"] = json!("assurer");
    quote["reviews"] = json!([verified("019bb341-e9c0-7000-8000-000000000012", "Heard on the quay of Leixões")]);
    quote["claim_reviews"] = json!([{
        "id": CLAIM_REVIEW, "created_at": CHECKED, "actor": "desk", "publisher": "Les Vérificateurs",
        "url": "https://example.org/checks/16", "rating": "Plutôt vrai", "title": "Ce que les ports gagnent",
        "date": "2026-01-14",
    }]);
    quote
}

/// What mentions and quotes of people have in common.
fn finding(id: &str) -> Value {
    json!({"id": id, "version": 1, "body_version": 2, "created_at": PUBLISHED, "updated_at": CORRECTED,
        "origin": "human", "status": "verified"})
}

fn verified(id: &str, note: &str) -> Value {
    json!({"id": id, "actor": "desk", "action": "verify", "note": note, "at": CORRECTED})
}

/// Where the words are behind others in the body, in code points.
fn span(body: &str, words: &str, behind: &str) -> Value {
    let from = body.find(behind).unwrap_or_default();
    let byte = from + body[from..].find(words).unwrap_or_default();
    let start = body[..byte].chars().count();
    json!({"start": start, "end": start + words.chars().count()})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_sample_has_the_words_that_people_marked_and_corrected() {
        let body = include_str!("ferry_agreement_fr.txt");
        for words in [PERIPHRASIS, SAID, CORRECTION.1, "a assuré"] {
            assert_eq!(body.matches(words).count(), 1, "{words}");
        }
    }
}
