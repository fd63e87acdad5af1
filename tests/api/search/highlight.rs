//! Highlights of a search: spans in code points, and snippets.

use serde_json::{Value, json};

use super::encoded;
use crate::support::TestApp;
use crate::support::app::span_of;

/// Returns the highlights of a list.
fn highlights(app: &TestApp, list: &str, search: &str) -> Vec<Value> {
    let page = app.get(&format!("/v1/{list}?include=highlight&q={}", encoded(search))).expect(200);
    page["items"].as_array().unwrap().iter().map(|item| item["highlight"].clone()).collect()
}

/// Returns the span of `words` in a text as JSON.
fn span(text: &str, words: &str) -> Value {
    let (start, end) = span_of(text, words);
    json!({"start": start, "end": end})
}

/// Returns the parts of a text at the spans of an answer.
fn words(text: &str, spans: &Value) -> Vec<String> {
    let offset = |span: &Value, name: &str| usize::try_from(span[name].as_u64().unwrap()).unwrap();
    let word = |span: &Value| text.chars().take(offset(span, "end")).skip(offset(span, "start")).collect();
    spans.as_array().unwrap().iter().map(word).collect()
}

#[test]
fn highlights_have_the_spans_of_the_matches() {
    let app = TestApp::start();
    let headline = "𝕬𝕭 Saint-Denis : l’été des MUSÉES";
    let body = "🎨🎨 L’Équipe\u{a0}: «\u{202f}Le musée de Saint-Denis\u{202f}», dit-on.";
    app.article(json!({"headline": headline, "body": body}));
    let found = highlights(&app, "articles", "saint-denis musée l'équipe été");
    assert_eq!(words(headline, &found[0]["headline"]), ["Saint", "Denis", "MUSÉES"]);
    let matches = ["Équipe", "musée", "Saint", "Denis"].map(|words| span(body, words));
    let length = body.chars().count();
    assert_eq!(found[0]["snippets"], json!([{"start": 0, "end": length, "text": body, "matches": matches}]));
    assert_eq!(found[0]["headline"][0], span(headline, "Saint"));
}

#[test]
fn a_long_body_has_at_most_three_snippets() {
    let app = TestApp::start();
    let filler = "Rien à dire de plus ici. ".repeat(40);
    let body = format!("Le port. {filler}Le port, un port et des ports. {filler}Au port. {filler}Du port. {filler}");
    app.article(json!({"body": body, "headline": "Titre"}));
    let found = &highlights(&app, "articles", "port")[0];
    assert_eq!(found["headline"], json!([]));
    let snippets = found["snippets"].as_array().unwrap();
    let shown: Vec<_> = snippets.iter().map(|snippet| words(&body, &snippet["matches"])).collect();
    assert_eq!(shown, [vec!["port"], vec!["port", "port", "ports"], vec!["port"]]);
    for snippet in snippets {
        let text = snippet["text"].as_str().unwrap();
        assert_eq!(words(&body, &json!([snippet])), [text]);
        assert!((60..=150).contains(&text.chars().count()), "{text}");
        assert!(!text.starts_with(' ') && !text.ends_with(' '));
    }
    assert_eq!(snippets[0]["start"], 0);
}

#[test]
fn a_word_too_long_to_be_indexed_does_not_shift_offsets() {
    let app = TestApp::start();
    let body = format!("Un {} et le port, {} au port.", "x".repeat(3000), "é".repeat(4000));
    app.article(json!({"body": body, "headline": "Titre"}));
    let found = &highlights(&app, "articles", "port")[0];
    let snippets = found["snippets"].as_array().unwrap();
    let shown: Vec<_> = snippets.iter().flat_map(|snippet| words(&body, &snippet["matches"])).collect();
    assert_eq!(shown, ["port", "port"]);
}

#[test]
fn matches_are_highlighted_by_the_rules_of_each_language() {
    let app = TestApp::start();
    app.article(
        json!({"headline": "Running", "language": "en", "body": "He runs.", "published_at": "2026-01-02T00:00:00Z"}),
    );
    app.article(
        json!({"headline": "Run", "language": "fr", "body": "Un run.", "published_at": "2026-01-01T00:00:00Z"}),
    );
    let found = highlights(&app, "articles", "run OR -absent");
    assert_eq!(words("Running", &found[0]["headline"]), ["Running"]);
    assert_eq!(words("He runs.", &found[0]["snippets"][0]["matches"]), ["runs"]);
    assert_eq!(words("Un run.", &found[1]["snippets"][0]["matches"]), ["run"]);
}

#[test]
fn a_quote_has_highlights() {
    let app = TestApp::start();
    let article = app.article(json!({"body": "« 🎨 Nous sommes prêts, tous prêts », a dit Awa Diallo."}));
    let text = "🎨 Nous sommes prêts, tous prêts";
    app.quote(&article, json!({"text": text}));
    let found = highlights(&app, "quotes", "prêt");
    assert_eq!(found, [json!({"matches": [{"start": 14, "end": 19}, {"start": 26, "end": 31}]})]);
    assert_eq!(words(text, &found[0]["matches"]), ["prêts", "prêts"]);
    let page = app.get("/v1/quotes?q=pr%C3%AAts&include=highlight,article&sort=relevance").expect(200);
    assert_eq!(words(text, &page["items"][0]["highlight"]["matches"]), ["prêts", "prêts"]);
    assert_eq!(page["items"][0]["article"]["headline"], "Le port rouvre");
}

#[test]
fn highlights_are_only_returned_on_request() {
    let app = TestApp::start();
    let article = app.article(json!({}));
    app.quote(&article, json!({}));
    for list in ["articles", "quotes"] {
        let item = |query: &str| app.get(&format!("/v1/{list}?{query}")).expect(200)["items"][0].clone();
        assert_eq!(item("include=highlight").get("highlight"), Some(&Value::Null));
        assert_eq!(item("q=pr%C3%AAts").get("highlight"), None);
    }
}

#[test]
fn letters_that_a_language_treats_as_equal_are_highlighted() {
    let app = TestApp::start();
    app.article(json!({"headline": "Vest", "language": "sr", "body": "Njegov djed i njegov đed su djeca."}));
    let found = &highlights(&app, "articles", "djed")[0];
    assert_eq!(words("Njegov djed i njegov đed su djeca.", &found["snippets"][0]["matches"]), ["djed", "đed"]);
}
