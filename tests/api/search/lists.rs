//! Searches combined with other filters and orders.

use serde_json::{Value, json};

use super::headlines;
use crate::support::TestApp;
use crate::support::answers::{column, items, refusal};

/// Articles `A` to `F` with the word, each later than the one before, `F` undated; and one without it.
fn six(app: &TestApp) -> Vec<Value> {
    let stored = ["A", "B", "C", "D", "E", "F"].iter().enumerate().map(|(day, headline)| {
        let published = if *headline == "F" { Value::Null } else { json!(format!("2026-03-{:02}T08:00:00Z", day + 1)) };
        app.article(json!({
            "headline": headline,
            "body": "« Nous sommes prêts », a dit Awa Diallo.",
            "publisher": if day % 2 == 0 { "Pair" } else { "Impair" },
            "section": if day < 3 { json!("Monde") } else { Value::Null },
            "published_at": published,
        }))
    });
    let stored = stored.collect();
    app.article(json!({"headline": "X", "body": "Autre chose."}));
    stored
}

#[test]
fn a_search_keeps_the_requested_order() {
    let app = TestApp::start();
    six(&app);
    assert_eq!(headlines(&app, "q=pr%C3%AAt"), "EDCBAF");
    assert_eq!(headlines(&app, "q=pr%C3%AAt&sort=published_at"), "ABCDEF");
    assert_eq!(headlines(&app, "q=pr%C3%AAt&sort=-created_at"), "FEDCBA");
}

#[test]
fn a_search_combines_with_every_other_filter() {
    let app = TestApp::start();
    let articles = six(&app);
    let entity = app.entity(json!({}));
    for article in [&articles[0], &articles[4]] {
        app.mention(article, "Awa Diallo", json!({"entity_id": entity["id"]}));
        app.quote(article, json!({"speaker_id": entity["id"]}));
    }
    let entity = entity["id"].as_str().unwrap();
    for (query, expected) in [
        ("publisher=Pair", "ECA"),
        ("not.publisher=Pair", "DBF"),
        ("section=Monde", "CBA"),
        ("not.section=Monde", "EDF"),
        ("published_from=2026-03-03T00:00:00Z", "EDC"),
        ("published_to=2026-03-03T00:00:00Z", "BA"),
        ("published_from=2026-03-02T00:00:00Z&published_to=2026-03-04T00:00:00Z&sort=published_at", "BC"),
        (&format!("mentions={entity}"), "EA"),
        (&format!("not.mentions={entity}"), "DCBF"),
        (&format!("quotes_by={entity}&sort=published_at"), "AE"),
        (&format!("quotes_by={entity}&publisher=Impair"), ""),
    ] {
        assert_eq!(headlines(&app, &format!("q=pr%C3%AAt&{query}")), expected, "{query}");
    }
    let speaker = column(&app, &format!("/v1/quotes?q=pr%C3%AAt&speaker={entity}"), "article_id");
    assert_eq!(speaker, [articles[4]["id"].clone(), articles[0]["id"].clone()]);
}

#[test]
fn the_matches_of_a_search_are_counted() {
    let app = TestApp::start();
    six(&app);
    let total = |query: &str| app.get(&format!("/v1/articles?limit=2&{query}")).expect(200)["total"].clone();
    assert_eq!(total("q=pr%C3%AAt&count=exact"), json!({"value": 6, "kind": "exact"}));
    assert_eq!(total("q=pr%C3%AAt+-chose&count=exact&publisher=Pair"), json!({"value": 3, "kind": "exact"}));
    assert_eq!(total("q=absent&count=exact"), json!({"value": 0, "kind": "exact"}));
    assert_eq!(total("q=pr%C3%AAt&count=estimate")["kind"], "estimate");
    assert_eq!(total("q=pr%C3%AAt"), Value::Null);
}

#[test]
fn a_search_can_be_read_page_by_page() {
    let app = TestApp::start();
    six(&app);
    for sort in ["-published_at", "published_at", "-created_at", "relevance"] {
        let whole = items(&app, &format!("/v1/articles?q=pr%C3%AAt&sort={sort}&limit=200"));
        assert_eq!(whole.len(), 6);
        assert_eq!(items(&app, &format!("/v1/articles?q=pr%C3%AAt&sort={sort}&limit=1")), whole, "{sort}");
        assert_eq!(items(&app, &format!("/v1/articles?q=pr%C3%AAt&sort={sort}&limit=4")), whole, "{sort}");
    }
    let page = app.get("/v1/articles?q=pr%C3%AAt&limit=1").expect(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    refusal(app.get(&format!("/v1/articles?q=chose&limit=1&cursor={cursor}")), 400, "invalid_cursor");
}

#[test]
fn dedupe_considers_only_matching_quotes() {
    let app = TestApp::start();
    let articles = six(&app);
    for article in &articles {
        app.quote(article, json!({}));
    }
    let first = |query: &str| column(&app, &format!("/v1/quotes?dedupe=cluster&{query}"), "article_id");
    let newest = articles[4]["id"].clone();
    assert_eq!(first("q=pr%C3%AAt"), std::slice::from_ref(&newest));
    assert_eq!(first("q=pr%C3%AAt&sort=published_at"), [articles[0]["id"].clone()]);
    assert_eq!(first("q=pr%C3%AAt&published_to=2026-03-03T00:00:00Z"), [articles[1]["id"].clone()]);
    assert_eq!(first("q=pr%C3%AAt&sort=relevance"), [newest]);
    assert_eq!(first("q=absent"), Vec::<Value>::new());
}
