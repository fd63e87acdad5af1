//! The page of an article.

use serde_json::{Value, json};

use super::{browse, checked, id, page, text_of};
use crate::support::TestApp;

fn path(article: &Value) -> String {
    format!("/articles/{}", id(article))
}

/// The part of the page with the text of the article.
fn body_of(html: &str) -> &str {
    let begin = html.find("<section class=\"text\"").unwrap();
    &html[begin..begin + html[begin..].find("</section>").unwrap()]
}

#[test]
fn an_article_has_its_quotes_marked_and_its_names_underlined() {
    let app = TestApp::start();
    let (article, awa) =
        (app.article(json!({"authors": ["Léa Martin"], "section": "Économie"})), app.entity(json!({})));
    app.mention(&article, "Awa Diallo", json!({"entity_id": awa["id"]}));
    app.mention(&article, "Dakar", json!({}));
    let quote =
        app.quote(&article, json!({"speaker_id": awa["id"], "cue": "a déclaré", "cue_span": {"start": 45, "end": 54}}));
    let html = page(&app, &path(&article));
    let marked = format!(
        "<mark class=\"quote direct verified\" id=\"q-{}\" title=\"direct quote\">Nous sommes prêts</mark>",
        id(&quote)
    );
    let name = format!("<a class=\"name\" href=\"/people/{}\">Awa Diallo</a>", id(&awa));
    let body = body_of(&html);
    for part in [&*marked, &name, "<span class=\"name\">Dakar</span>", "<span class=\"cue\">a déclaré</span>"] {
        assert!(body.contains(part), "{part}: {html}");
    }
    assert_eq!(text_of(body), article["body"].as_str().unwrap());
    let text = text_of(&html);
    for words in
        ["Le Quotidien, 2 March 2026 · Léa Martin · Économie · French", "“Nous sommes prêts”", "Found by a person"]
    {
        assert!(text.contains(words), "{words}: {html}");
    }
    let french = checked(&browse(&app, &path(&article), "fr"), 200);
    assert!(french.contains("«\u{202f}Nous sommes prêts\u{202f}»") && french.contains("vérifiée"), "{french}");
}

#[test]
fn hostile_text_stays_text() {
    let app = TestApp::start();
    let hostile = "<script>alert(1)</script>\"'&amp;</p></section><img src=x onerror=alert(2)> مرحبا 👩🏽‍🚀\u{202e}";
    let body = format!("{hostile} « Nous sommes prêts », a déclaré <b>Awa</b>.\n\n{hostile}");
    let article = app.article(json!({
        "headline": hostile, "body": body, "publisher": hostile, "section": hostile, "authors": [hostile],
        "url": "https://news.example/?a='onload='&b=1",
    }));
    let person = app.entity(json!({"name": hostile}));
    app.quote(&article, json!({"speaker_id": person["id"], "cue": hostile}));
    app.mention(&article, "<b>Awa</b>", json!({"entity_id": person["id"]}));
    let html = page(&app, &path(&article));
    assert!(!html.contains("<script>") && !html.contains("<img") && !html.contains("<b>"), "{html}");
    assert_eq!(text_of(body_of(&html)), body.replace("\n\n", ""));
    assert!(page(&app, "/").contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
}

#[test]
fn an_edited_article_shows_its_versions_and_what_became_of_its_quotes() {
    let app = TestApp::start();
    let article = app.article(json!({}));
    app.quote(&article, json!({}));
    app.patch(&format!("/v1/articles/{}", id(&article)), &json!({"body": "Le port rouvre mardi."})).expect(200);
    let html = page(&app, &path(&article));
    assert!(html.contains("no longer in the text") && html.contains("Versions of the text"), "{html}");
    assert_eq!(text_of(body_of(&html)), "Le port rouvre mardi.");
    let earlier = page(&app, &format!("{}?version=1", path(&article)));
    assert_eq!(text_of(body_of(&earlier)), article["body"].as_str().unwrap());
    assert!(
        earlier.contains("An earlier version of the text is shown.") && body_of(&earlier).contains("<mark "),
        "{earlier}"
    );
    checked(&browse(&app, &format!("{}?version=3", path(&article)), "en"), 404);
}

#[test]
fn quotes_within_quotes_and_the_first_200_marks_are_shown() {
    let app = TestApp::start();
    let article = app.article(json!({"body": "Un deux trois quatre. ".repeat(210)}));
    for (start, end) in [(0, 20), (3, 7)] {
        app.quote(&article, json!({"text": null, "spans": [{"start": start, "end": end}], "kind": "indirect"}));
    }
    let quotes: Vec<Value> = (1..205)
        .map(|n| json!({"article_id": article["id"], "spans": [{"start": n * 22, "end": n * 22 + 20}]}))
        .collect();
    app.post("/v1/quotes", &Value::Array(quotes)).expect(201);
    let html = page(&app, &path(&article));
    assert!(html.contains("Only the first 200 quotes and names are marked."), "{html}");
    let body = body_of(&html);
    assert!(body.contains(">Un </mark><mark") && body.contains(">deux</mark><mark"), "{body}");
    assert_eq!(text_of(body).trim(), article["body"].as_str().unwrap().trim());
}
