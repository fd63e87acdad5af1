//! Clusters of equal quotes: canonical text, `dedupe=cluster`, occurrences.

use serde_json::{Value, json};

use super::{create, path};
use crate::support::TestApp;
use crate::support::answers::{column, id};

/// Stores a quote of `words` in a new article.
fn print(app: &TestApp, words: &str, publisher: Value, published_at: Value, quote: Value) -> Value {
    let body = format!("Hier : « {words} », dit-on.");
    let article = app.article(json!({"body": body, "publisher": publisher, "published_at": published_at}));
    let mut quote = quote;
    quote["spans"] = json!([{"start": 9, "end": 9 + words.chars().count()}]);
    create(app, &article, quote).expect(201)
}

fn on(day: u32) -> Value {
    json!(format!("2026-03-{day:02}T00:00:00Z"))
}

#[test]
fn quotes_with_the_same_words_are_in_one_cluster() {
    let app = TestApp::start();
    let clusters = |words: &[&str]| {
        let made = words.iter().map(|words| print(&app, words, json!(null), json!(null), json!({})));
        made.map(|quote| (quote["canonical_text"].clone(), quote["cluster_id"].clone())).collect::<Vec<_>>()
    };
    let same = clusters(&["L’État, c’est moi !", "l'etat c'est  [...] MOI", "L\u{2019}E\u{301}tat\u{a0}: c’est moi"]);
    assert!(same.iter().all(|(text, cluster)| *text == "l etat c est moi" && *cluster == same[0].1), "{same:?}");
    let other = clusters(&["L’État, c’est toi"]);
    assert_ne!(other[0].1, same[0].1);
    assert_eq!(clusters(&["… !"]), [(json!(null), json!(null))]);
}

#[test]
fn dedupe_keeps_the_first_quote_of_each_cluster_in_the_order_of_the_list() {
    let app = TestApp::start();
    let words = ["Oui.", "oui", "OUI !", "Non", "…", "… !"];
    for (n, words) in (1..).zip(words) {
        let confidence = f64::from(10 - n) / 10.0;
        print(&app, words, json!(null), on(n), json!({"confidence": confidence}));
    }
    let texts = |query: &str| column(&app, &format!("/v1/quotes?dedupe=cluster&{query}"), "text");
    for limit in [1, 2, 200] {
        assert_eq!(texts(&format!("limit={limit}")), ["… !", "…", "Non", "OUI !"]);
        assert_eq!(texts(&format!("sort=published_at&limit={limit}")), ["Oui.", "Non", "…", "… !"]);
        assert_eq!(texts(&format!("sort=-confidence&limit={limit}")), ["Oui.", "Non", "…", "… !"]);
    }
    let page = app.get("/v1/quotes?dedupe=cluster&count=exact&limit=1").expect(200);
    assert_eq!(page["total"], json!({"value": 4, "kind": "exact"}));
}

#[test]
fn a_duplicate_that_the_filters_exclude_does_not_hide_a_quote() {
    let app = TestApp::start();
    let awa = app.entity(json!({}));
    let first = print(&app, "Oui", json!("Alpha"), on(1), json!({"speaker_id": awa["id"]}));
    let second = print(&app, "oui", json!("Beta"), on(2), json!({"kind": "partial"}));
    let last = print(&app, "OUI", json!("Gamma"), on(3), json!({"status": "rejected"}));
    let found = |query: &str| column(&app, &format!("/v1/quotes?dedupe=cluster&{query}"), "id");
    for (query, expected) in [
        (String::new(), &second),
        ("publisher=Alpha".to_owned(), &first),
        ("not.publisher=Beta".to_owned(), &first),
        (format!("speaker={}", id(&awa)), &first),
        ("kind=direct".to_owned(), &first),
        ("published_to=2026-03-02T00:00:00Z".to_owned(), &first),
        ("status=rejected&status=verified".to_owned(), &last),
        ("sort=published_at".to_owned(), &first),
        ("sort=published_at&published_from=2026-03-02T00:00:00Z".to_owned(), &second),
    ] {
        assert_eq!(found(&query), [expected["id"].clone()], "{query}");
    }
}

#[test]
fn clusters_are_counted_once_among_the_quotes_about_an_entity() {
    let app = TestApp::start();
    let awa = app.entity(json!({}));
    for (n, words) in (1..).zip(["Oui Awa", "Oui, Awa !", "Non Awa", "Rien"]) {
        let quote = print(&app, words, json!(null), on(n), json!({}));
        let path = format!("/v1/articles/{}", quote["article_id"].as_str().unwrap());
        if words.contains("Awa") {
            app.mention(&app.get(&path).expect(200), "Awa", json!({"entity_id": awa["id"]}));
        }
    }
    let path = format!("/v1/quotes?dedupe=cluster&about={}&limit=1", id(&awa));
    assert_eq!(column(&app, &path, "text"), ["Non Awa", "Oui, Awa !"]);
}

#[test]
fn occurrences_have_the_publishers_times_and_wordings_of_a_quote() {
    let app = TestApp::start();
    print(&app, "Oui, demain", json!("Beta"), on(3), json!({}));
    let first = print(&app, "Oui demain", json!("Alpha"), on(1), json!({}));
    print(&app, "Oui demain", json!("Beta"), on(2), json!({}));
    let undated = print(&app, "OUI DEMAIN", json!(null), json!(null), json!({}));
    print(&app, "Oui, demain !", json!("Gamma"), on(1), json!({"status": "rejected"}));
    print(&app, "Oui, hier", json!("Gamma"), on(1), json!({}));
    let expected = json!({
        "cluster_id": first["cluster_id"], "count": 4, "first_published_at": on(1), "first_quote_id": first["id"],
        "variants": [
            {"text": "Oui demain", "count": 2, "first_published_at": on(1)},
            {"text": "Oui, demain", "count": 1, "first_published_at": on(3)},
            {"text": "OUI DEMAIN", "count": 1, "first_published_at": null},
        ],
        "publishers": [
            {"publisher": "Beta", "count": 2, "first_published_at": on(2)},
            {"publisher": "Alpha", "count": 1, "first_published_at": on(1)},
            {"publisher": null, "count": 1, "first_published_at": null},
        ],
        "claim_reviews": [],
    });
    for quote in [&first, &undated] {
        assert_eq!(app.get(&format!("{}/occurrences", path(quote))).expect(200), expected);
    }
}

#[test]
fn a_quote_without_words_occurs_once() {
    let app = TestApp::start();
    let quote = print(&app, "… !", json!("Alpha"), json!(null), json!({}));
    print(&app, "… !", json!("Beta"), on(1), json!({}));
    let expected = json!({
        "cluster_id": null, "count": 1, "first_published_at": null, "first_quote_id": null,
        "variants": [{"text": "… !", "count": 1, "first_published_at": null}],
        "publishers": [{"publisher": "Alpha", "count": 1, "first_published_at": null}],
        "claim_reviews": [],
    });
    assert_eq!(app.get(&format!("{}/occurrences", path(&quote))).expect(200), expected);
}

#[test]
fn a_quote_has_no_occurrences_when_all_are_rejected() {
    let app = TestApp::start();
    let quote = print(&app, "Oui", json!("Alpha"), on(1), json!({"status": "rejected"}));
    let expected = json!({
        "cluster_id": quote["cluster_id"], "count": 0, "first_published_at": null, "first_quote_id": null,
        "variants": [], "publishers": [], "claim_reviews": [],
    });
    assert_eq!(app.get(&format!("{}/occurrences", path(&quote))).expect(200), expected);
}

#[test]
fn all_occurrences_are_counted_and_100_wordings_and_publishers_are_returned() {
    let app = TestApp::start();
    let words = |n: usize| format!("Oui{}demain", " ".repeat(n));
    let body: String = (1..=101).map(|n| format!("« {} ». ", words(n))).collect();
    let mut start = 2;
    let article = app.article(json!({"body": body}));
    let mut quote = Value::Null;
    for n in 1..=101 {
        let end = start + words(n).chars().count();
        quote = create(&app, &article, json!({"spans": [{"start": start, "end": end}]})).expect(201);
        start = end + " ». « ".chars().count();
    }
    let occurrences = app.get(&format!("{}/occurrences", path(&quote))).expect(200);
    assert_eq!(occurrences["count"], 101);
    assert_eq!(occurrences["variants"].as_array().unwrap().len(), 100);
}
