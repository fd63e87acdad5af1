//! The home page.

use serde_json::json;

use super::{id, page, text_of};
use crate::support::TestApp;

#[test]
fn an_empty_service_says_how_to_load_something() {
    let html = page(&TestApp::start(), "/");
    assert!(html.contains("Nothing is stored yet") && html.contains("verbatim demo"), "{html}");
}

#[test]
fn the_home_page_has_the_collection_its_newest_quotes_and_who_was_quoted_most() {
    let app = TestApp::start();
    let awa = app.entity(json!({}));
    for (day, publisher) in [("2026-02-27", "A"), ("2026-03-02", "B"), ("2026-03-05", "C")] {
        let article = app.article(json!({"publisher": publisher, "published_at": day}));
        let words = if publisher == "A" { "Nous sommes prêts" } else { "Le port rouvre lundi" };
        app.quote(&article, json!({"text": words, "speaker_id": awa["id"], "cue": "a déclaré"}));
    }
    app.compact_counters();
    let html = page(&app, "/");
    let text = text_of(&html);
    for words in
        ["3 articles", "3 quotes", "1 people", "February 2026 – March 2026", "French", "Most quoted March 2026"]
    {
        assert!(text.contains(words), "{words}: {html}");
    }
    // Words that several outlets print are one quote.
    assert_eq!(html.matches("“Le port rouvre lundi”").count(), 1, "{html}");
    assert!(html.contains("“Nous sommes prêts”") && html.contains("C, 5 March 2026"), "{html}");
    let speaker = format!("<a href=\"/people/{}\">Awa Diallo</a> <span class=\"count\">1</span>", id(&awa));
    assert!(html.contains(&speaker), "{html}");
}

#[test]
fn other_clients_get_the_index_as_json() {
    let app = TestApp::start();
    for accept in ["*/*", "application/json", "text/html;q=0.5, application/json"] {
        let answer = app.request("GET", "/").header("accept", accept).send();
        assert_eq!(answer.header("vary"), "accept");
        assert_eq!(answer.expect(200)["name"], "verbatim");
    }
}
