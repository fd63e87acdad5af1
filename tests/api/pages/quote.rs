//! The page of a quote.

use serde_json::json;

use super::{id, page, text_of};
use crate::support::TestApp;

#[test]
fn a_quote_has_its_context_its_occurrences_its_reviews_and_a_citation() {
    let app = TestApp::start();
    let awa = app.entity(json!({}));
    let body = "Un autre paragraphe.\n\n« Nous sommes prêts », a déclaré Awa Diallo.\n\nLa fin.";
    let article = app.article(json!({"body": body, "authors": ["Léa Martin"], "url": "https://news.example/port_1"}));
    let quote = app.quote(&article, json!({"speaker_id": awa["id"], "cue": "a déclaré", "said_on": "2026-03-01"}));
    let copy =
        app.article(json!({"publisher": "Le Soir", "body": "« Nous sommes prêts ! »", "published_at": "2026-03-04"}));
    let second = app.quote(&copy, json!({}));
    app.post(&format!("/v1/quotes/{}/reviews", id(&quote)), &json!({"action": "dispute", "note": "<i>Unsure</i>"}))
        .expect(201);
    let html = page(&app, &format!("/quotes/{}", id(&quote)));
    let text = text_of(&html);
    for words in [
        "“Nous sommes prêts”",
        "Awa Diallo a déclaré",
        "Said on 1 March 2026",
        "Occurrences 2",
        "2 March 2026, first printed",
        "somebody disputed",
        "<i>Unsure</i>",
        "“Nous sommes prêts” (Awa Diallo, as cited in Léa Martin, 2026). Léa Martin. (2026, March 2). Le port rouvre. Le Quotidien. https://news.example/port_1",
        "url = {https://news.example/port_1}",
    ] {
        assert!(text.contains(words), "{words}: {html}");
    }
    assert!(!html.contains("<i>") && html.contains(&format!("href=\"/quotes/{}\"", id(&second))), "{html}");
    // Its own paragraph, and not the others.
    assert!(text.contains("« Nous sommes prêts », a déclaré Awa Diallo.") && !text.contains("La fin."), "{html}");
    let linked = format!("/v1/quotes/{}?format=jsonld", id(&quote));
    assert!(html.contains(&format!("href=\"{linked}\"")), "{html}");
    assert_eq!(app.get(&linked).expect(200)["@type"], "Quotation");
}

#[test]
fn a_quote_that_an_edit_removed_is_shown_in_the_text_that_had_it() {
    let app = TestApp::start();
    let article = app.article(json!({}));
    let quote = app.quote(&article, json!({}));
    app.patch(&format!("/v1/articles/{}", id(&article)), &json!({"body": "Le port rouvre mardi."})).expect(200);
    let html = page(&app, &format!("/quotes/{}", id(&quote)));
    assert!(html.contains("no longer in the text") && html.contains("<mark class=\"quote direct verified\""), "{html}");
}
