//! The tools: what each answers, with its citations, and what it refuses.

use serde_json::{Value, json};

use super::{answer_of, refusal_of};
use crate::support::answers::id;
use crate::support::app::span_of;
use crate::support::{Client, TestApp};

/// A service with one quote of Awa Diallo, which two papers printed.
struct Sample {
    app: TestApp,
    awa: Value,
    article: Value,
    quote: Value,
}

fn sample() -> Sample {
    let app = TestApp::start();
    let awa = app.entity(json!({"aliases": [{"name": "la ministre du port", "kind": "periphrasis"}]}));
    let article = app.article(json!({"url": "https://news.example/port_1", "authors": ["Léa Martin"]}));
    let said = json!({"speaker_id": awa["id"], "cue": "a déclaré", "said_on": "2026-03-01"});
    let quote = app.quote(&article, said);
    let copy = app.article(json!({"publisher": "Le Soir", "published_at": "2026-03-04T08:00:00Z"}));
    app.quote(&copy, json!({}));
    Sample { app, awa, article, quote }
}

fn texts(answer: &Value, member: &str) -> Vec<Value> {
    answer["items"].as_array().unwrap().iter().map(|item| item[member].clone()).collect()
}

#[test]
fn a_found_quote_has_its_speaker_and_its_citation() {
    let Sample { app, awa, article, quote } = sample();
    let answer = answer_of(&app, "search_quotes", json!({"q": "prêt", "speaker": "awa diallo"}));
    let (start, end) = span_of(article["body"].as_str().unwrap(), "Nous sommes prêts");
    assert_eq!(answer["total"], json!({"value": 1, "kind": "exact"}));
    assert_eq!(answer["resolved"]["speaker_name"][0]["entities"][0]["id"], awa["id"]);
    assert_eq!(
        answer["items"],
        json!([{
            "id": quote["id"], "text": "Nous sommes prêts", "speaker": "Awa Diallo", "speaker_id": awa["id"],
            "speaker_status": "named", "cue": "a déclaré", "kind": "direct", "status": "verified", "confidence": 1.0,
            "said_on": "2026-03-01",
            "citation": {
                "article_id": article["id"], "headline": "Le port rouvre", "publisher": "Le Quotidien",
                "authors": ["Léa Martin"], "published_at": "2026-03-02T08:00:00Z", "url": "https://news.example/port_1",
                "body_version": 1, "spans": [{"start": start, "end": end}],
                "link": format!("{}/quotes/{}", app.base, id(&quote)),
                "resource": format!("verbatim://articles/{}", id(&article)),
            },
        }])
    );
}

#[test]
fn a_search_has_filters_and_goes_on_with_its_cursor() {
    let Sample { app, .. } = sample();
    let publishers = |arguments: Value| {
        let answer = answer_of(&app, "search_quotes", arguments);
        let of = |item: &Value| item["citation"]["publisher"].as_str().unwrap().to_owned();
        (answer["items"].as_array().unwrap().iter().map(of).collect::<Vec<_>>(), answer["next_cursor"].clone())
    };
    assert_eq!(publishers(json!({"published_from": "2026-03-03"})).0, ["Le Soir"]);
    assert_eq!(publishers(json!({"publisher": "Le Soir", "language": "fr"})).0, ["Le Soir"]);
    assert!(publishers(json!({"language": "en"})).0.is_empty());
    assert!(publishers(json!({"speaker": "Nobody Known"})).0.is_empty());
    let (first, cursor) = publishers(json!({"limit": 1}));
    let (second, end) = publishers(json!({"limit": 1, "cursor": cursor}));
    assert_eq!((first, second, end), (vec!["Le Soir".to_owned()], vec!["Le Quotidien".to_owned()], Value::Null));
    let refusal = refusal_of(&app, "search_quotes", json!({"q": "port", "cursor": cursor}));
    assert!(refusal.starts_with("cursor: was not given by this list"), "{refusal}");
}

#[test]
fn it_tells_who_said_something_first() {
    let Sample { app, quote, .. } = sample();
    let answer = answer_of(&app, "who_said", json!({"text": "« Nous sommes prêts ! »"}));
    assert_eq!(texts(&answer, "match"), ["canonical", "canonical"]);
    assert_eq!(texts(&answer, "occurrences"), [2, 2]);
    assert_eq!(texts(&answer, "first_published_at"), ["2026-03-02T08:00:00Z"; 2]);
    let similar =
        answer_of(&app, "who_said", json!({"text": "Nous sommes tous prêts", "language": "fr", "threshold": 0.3}));
    assert_eq!(texts(&similar, "match"), ["fuzzy"]);
    assert_eq!(similar["items"][0]["differences"], json!([{"op": "delete", "given": "tous", "found": ""}]));
    let said = json!({"text": "Nous sommes prêts", "speaker": quote["speaker_id"]});
    assert_eq!(answer_of(&app, "who_said", said)["items"][0]["quote"]["id"], quote["id"]);
    assert_eq!(answer_of(&app, "who_said", json!({"text": "La mer est calme"}))["items"], json!([]));
}

#[test]
fn an_entity_is_found_by_id_and_by_any_name() {
    let Sample { app, awa, quote, .. } = sample();
    for entity in [id(&awa), "Awa Diallo", "AWA DIALLO", "la ministre du port"] {
        let answer = answer_of(&app, "quotes_of", json!({"entity": entity}));
        assert_eq!(texts(&answer, "id"), [quote["id"].clone()], "{entity}");
    }
    let other = app.entity(json!({"name": "Le ministère"}));
    app.post(&format!("/v1/entities/{}/merge", id(&other)), &json!({"sources": [awa["id"]]})).expect(200);
    assert_eq!(texts(&answer_of(&app, "quotes_of", json!({"entity": awa["id"]})), "id"), [quote["id"].clone()]);
    let unknown = json!({"entity": "0192f0c1-2a3b-7c4d-8e5f-60718293a4b5"});
    assert_eq!(refusal_of(&app, "quotes_of", unknown), "there is no such entity");
}

#[test]
fn entities_are_found_by_name() {
    let Sample { app, awa, .. } = sample();
    app.entity(json!({"name": "Diallo SA", "kind": "organization"}));
    let answer = answer_of(&app, "find_entity", json!({"name": "awa diallo"}));
    assert_eq!(
        answer["items"][0],
        json!({
            "id": awa["id"], "kind": "person", "name": "Awa Diallo", "matched": "Awa Diallo", "description": null,
            "aliases": ["la ministre du port"], "link": format!("{}/people/{}", app.base, id(&awa)),
            "resource": format!("verbatim://entities/{}", id(&awa)),
        })
    );
    let companies = answer_of(&app, "find_entity", json!({"name": "diallo", "kind": "organization"}));
    assert_eq!(texts(&companies, "name"), ["Diallo SA"]);
}

#[test]
fn a_passage_is_read_around_a_quote_or_a_span() {
    let Sample { app, article, quote, .. } = sample();
    let body = article["body"].as_str().unwrap();
    let answer = answer_of(&app, "read_passage", json!({"quote": quote["id"], "context": 3}));
    assert_eq!(answer["text"], " « Nous sommes prêts »,".to_owned());
    assert_eq!(answer["citation"]["spans"], quote["spans"]);
    assert_eq!(answer["body_length"], body.chars().count());
    let (start, end) = span_of(body, "Awa Diallo");
    let span = json!({"article": article["id"], "start": start, "end": end});
    let answer = answer_of(&app, "read_passage", span);
    assert_eq!((&answer["text"], &answer["span"]["start"]), (&article["body"], &json!(0)));
    assert_eq!(answer["citation"]["link"], format!("{}/articles/{}", app.base, id(&article)));
    // An edit removes the words: the passage is in the text that had them.
    app.patch(&format!("/v1/articles/{}", id(&article)), &json!({"body": "Le port rouvre mardi."})).expect(200);
    let answer = answer_of(&app, "read_passage", json!({"quote": quote["id"], "context": 0}));
    assert_eq!((&answer["text"], &answer["citation"]["body_version"]), (&json!("Nous sommes prêts"), &json!(1)));
}

#[test]
fn shares_have_the_list_of_what_they_count() {
    let Sample { app, awa, .. } = sample();
    app.compact_counters();
    let answer = answer_of(&app, "share_of_voice", json!({}));
    assert_eq!(answer["total"], 2);
    let of_awa = answer["items"].as_array().unwrap().iter().find(|item| item["key"] == awa["id"]).unwrap();
    assert_eq!((&of_awa["label"], &of_awa["share"]), (&json!("Awa Diallo"), &json!(0.5)));
    let papers =
        answer_of(&app, "share_of_voice", json!({"by": "publisher", "q": "prêts", "published_from": "2026-03-03"}));
    assert_eq!(texts(&papers, "label"), ["Le Soir"]);
    for answer in [answer, papers] {
        for item in answer["items"].as_array().unwrap() {
            let href = item["href"].as_str().unwrap().strip_prefix(&app.base).unwrap();
            assert_eq!(app.get(href).expect(200)["items"].as_array().unwrap().len() as i64, item["count"], "{href}");
        }
    }
    assert_eq!(answer_of(&app, "share_of_voice", json!({"about": "Nobody Known"}))["items"], json!([]));
}

#[test]
fn an_argument_that_is_not_valid_is_named() {
    let app = TestApp::start();
    let check = |tool: &str, arguments: Value, expected: &str| {
        let refusal = refusal_of(&app as &Client, tool, arguments);
        assert!(refusal.contains(expected), "{tool}: {refusal}");
    };
    check("search_quotes", json!({"limit": 21}), "limit: must be at most 20");
    check("search_quotes", json!({"words": "port"}), "words: is not a known member");
    check("search_quotes", json!({"q": "-"}), "q: has no word");
    check("search_quotes", json!({"q": "a\u{0}"}), "q: must not contain U+0000");
    check("search_quotes", json!({"published_from": "yesterday"}), "published_from: must be an RFC 3339 time");
    check("who_said", json!({}), "text");
    check("quotes_of", json!({"entity": 7}), "entity: must be a string");
    check("read_passage", json!({}), "quote: ");
    let article = app.article(json!({}));
    check("read_passage", json!({"article": article["id"], "start": 3}), "end: is required with article");
    check("read_passage", json!({"article": article["id"], "start": 3, "end": 3}), "end: must be after start");
    check(
        "read_passage",
        json!({"article": article["id"], "start": 3, "end": 5000}),
        "end: the body has 74 code points",
    );
    check("share_of_voice", json!({"by": "section"}), "by: must be one of");
}

#[test]
fn links_lead_to_the_public_url_and_without_pages_to_the_api() {
    let app = TestApp::with(|config| {
        config.public_url = Some("https://news.example/verbatim".parse().unwrap());
        config.pages = false;
    });
    let quote = app.quote(&app.article(json!({})), json!({}));
    let answer = answer_of(&app, "search_quotes", json!({}));
    let link = format!("https://news.example/verbatim/v1/quotes/{}", id(&quote));
    assert_eq!(answer["items"][0]["citation"]["link"], link);
}
