//! The lists: quotes, articles and names, with filters and counts.

use std::collections::BTreeSet;

use regex::Regex;
use serde_json::json;

use super::{browse, checked, id, page, text_of};
use crate::support::TestApp;

/// Follows the links to the next page from a path, and returns all pages.
fn all_pages(app: &TestApp, path: &str) -> Vec<String> {
    let next = Regex::new(r#"rel="next" href="([^"]*)""#).unwrap();
    let mut pages = vec![page(app, path)];
    while let Some(found) = next.captures(pages.last().unwrap()) {
        let address = found[1].replace("&amp;", "&");
        pages.push(page(app, &address));
    }
    pages
}

#[test]
fn quotes_are_found_by_words_and_filters_with_counts() {
    let app = TestApp::start();
    let awa = app.entity(json!({}));
    for (publisher, speaker) in [("Le Quotidien", &awa["id"]), ("Le Soir", &json!(null)), ("Le Soir", &json!(null))] {
        let article = app.article(json!({"publisher": publisher}));
        app.quote(&article, json!({"speaker_id": speaker}));
    }
    app.compact_counters();
    let html = page(&app, "/search?q=pr%C3%AAts&sort=&speaker_name=");
    let text = text_of(&html);
    assert!(text.contains("3 found") && html.contains("“Nous sommes <mark class=\"hit\">prêts</mark>”"), "{html}");
    let facet = "<a href=\"/search?q=pr%C3%AAts&amp;publisher=Le+Soir\">Le Soir</a> <span class=\"count\">2</span>";
    assert!(html.contains(facet), "{html}");
    // A facet adds its filter, and takes it away again.
    let html = page(&app, "/search?q=pr%C3%AAts&publisher=Le+Soir");
    assert!(text_of(&html).contains("2 found"), "{html}");
    assert!(html.contains("<a aria-current=\"true\" href=\"/search?q=pr%C3%AAts\">Le Soir"), "{html}");
    for link in [
        "/v1/quotes?q=pr%C3%AAts&amp;publisher=Le+Soir",
        "/v1/quotes?q=pr%C3%AAts&amp;publisher=Le+Soir&amp;format=csv",
    ] {
        assert!(html.contains(&format!("href=\"{link}\"")), "{link}: {html}");
        assert_eq!(app.get(&link.replace("&amp;", "&")).status, 200);
    }
    assert!(text_of(&page(&app, "/search?speaker_name=awa+diallo")).contains("1 found"));
    assert!(page(&app, "/search?speaker_name=nobody+here").contains("Nothing matches."));
    let refusal = checked(&browse(&app, "/search?published_from=yesterday", "en"), 400);
    assert!(refusal.contains("<code>published_from</code>"), "{refusal}");
}

#[test]
fn every_quote_is_on_one_page() {
    let app = TestApp::start();
    let article = app.article(json!({"body": "Un deux trois. ".repeat(45)}));
    let quotes: Vec<_> = (0..45)
        .map(|n| json!({"article_id": article["id"], "spans": [{"start": n * 15, "end": n * 15 + 13}]}))
        .collect();
    app.post("/v1/quotes", &json!(quotes)).expect(201);
    let pages = all_pages(&app, "/search?q=deux&dedupe=");
    let links = Regex::new(r#"<blockquote[^>]*><p><a href="/quotes/([^"]*)">"#).unwrap();
    let quotes = pages.iter().flat_map(|html| links.captures_iter(html)).map(|link| link[1].to_owned());
    let found: BTreeSet<String> = quotes.collect();
    assert_eq!((pages.len(), found.len()), (3, 45));
}

#[test]
fn articles_and_names_are_listed() {
    let app = TestApp::start();
    for (headline, section) in [("Le port rouvre", "Économie"), ("Le phare <b>ferme</b>", "Culture")] {
        app.article(json!({"headline": headline, "section": section}));
    }
    app.entity(json!({"aliases": [{"name": "la directrice du port", "language": "fr", "kind": "role"}]}));
    app.entity(json!({"name": "Dakar", "kind": "place"}));
    app.compact_counters();
    let html = page(&app, "/articles?q=phare");
    assert!(html.contains("Le phare &lt;b&gt;ferme&lt;/b&gt;") && !html.contains("Le port rouvre"), "{html}");
    let html = page(&app, "/articles?section=Culture");
    assert!(
        text_of(&html).contains("1 found") && html.contains("<a aria-current=\"true\" href=\"/articles\">Culture"),
        "{html}"
    );
    let html = page(&app, "/people?q=directrice+du+port&kind=");
    assert!(text_of(&html).contains("Awa Diallo (la directrice du port) Person"), "{html}");
    let html = page(&app, "/people?kind=place");
    assert!(
        html.contains("Dakar") && !html.contains("Awa") && html.contains("<option value=\"place\" selected>Place"),
        "{html}"
    );
    assert!(all_pages(&app, "/people?limit=1").len() == 2);
}

#[test]
fn an_entity_has_its_quotes_and_those_about_it() {
    let app = TestApp::start();
    let awa = app.entity(json!({
        "description": "Directrice du port", "aliases": [{"name": "A. Diallo", "language": null, "kind": "name"}],
        "identifiers": [{"scheme": "wikidata", "value": "Q42"}],
    }));
    let port = app.entity(json!({"name": "Le port", "kind": "place"}));
    for _ in 0..2 {
        let article = app.article(json!({}));
        app.mention(&article, "Le port", json!({"entity_id": port["id"]}));
        app.mention(&article, "Awa Diallo", json!({"entity_id": awa["id"]}));
        app.quote(&article, json!({"text": "Le port rouvre lundi", "speaker_id": awa["id"]}));
    }
    app.compact_counters();
    let html = page(&app, &format!("/people/{}", id(&awa)));
    let text = text_of(&html);
    for words in ["Directrice du port", "A. Diallo (name)", "What they said 2", "wikidata:Q42", "Le port 2"] {
        assert!(text.contains(words), "{words}: {html}");
    }
    assert!(html.contains(&format!("href=\"/search?speaker={}\"", id(&awa))), "{html}");
    let text = text_of(&page(&app, &format!("/people/{}", id(&port))));
    assert!(text.contains("What others said about them 2") && text.contains("Awa Diallo 2"), "{text}");
}

#[test]
fn a_merged_entity_redirects_to_the_survivor() {
    let app = TestApp::start();
    let (awa, other) = (app.entity(json!({})), app.entity(json!({"name": "Awa D."})));
    app.post(&format!("/v1/entities/{}/merge", id(&awa)), &json!({"sources": [other["id"]]})).expect(200);
    let answer = browse(&app, &format!("/people/{}", id(&other)), "en");
    assert_eq!((answer.status, answer.header("location")), (308, &*format!("/people/{}", id(&awa))));
}
