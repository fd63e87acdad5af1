//! The list of quotes: filters, orders, embedded records and counts.

use serde_json::{Value, json};

use super::path;
use crate::support::TestApp;
use crate::support::answers::{column, id};

/// Returns the cues of the listed quotes, which name the quotes in these tests.
fn cues(app: &TestApp, query: &str) -> String {
    column(app, &format!("/v1/quotes?{query}"), "cue").iter().map(|cue| cue.as_str().unwrap()).collect()
}

/// Like the function above, in alphabetical order.
fn found(app: &TestApp, query: &str) -> String {
    let mut found: Vec<char> = cues(app, query).chars().collect();
    found.sort_unstable();
    found.into_iter().collect()
}

struct Three {
    app: TestApp,
    articles: [Value; 3],
    quotes: [Value; 3],
    awa: String,
    port: String,
}

/// Three quotes, `A`, `B` and `C`, that differ in every filtered member; `C` has none that may be null.
fn three() -> Three {
    let app = TestApp::start();
    let (awa, port) = (app.entity(json!({})), app.entity(json!({"kind": "organization", "name": "Port"})));
    let body = "Le port : « Nous sommes prêts ». « Oui ». « … ! »";
    let articles = [
        json!({"body": body, "language": "fr", "publisher": "Alpha", "published_at": "2026-03-01T00:00:00Z"}),
        json!({"body": body, "language": "en", "publisher": "Beta", "published_at": "2026-03-02T00:00:00Z"}),
        json!({"body": body, "language": "de", "publisher": null, "published_at": null}),
    ]
    .map(|article| app.article(article));
    app.mention(&articles[0], "Nous", json!({"entity_id": awa["id"]}));
    app.mention(&articles[0], "prêts", json!({"entity_id": port["id"]}));
    app.mention(&articles[1], "Oui", json!({"entity_id": port["id"]}));
    let quotes = [
        app.quote(
            &articles[0],
            json!({
                "cue": "A", "cue_lemma": "dire", "speaker_id": awa["id"], "said_on": "2026-02-01", "confidence": 0.5,
            }),
        ),
        app.quote(
            &articles[1],
            json!({
                "cue": "B", "cue_lemma": "ajouter", "speaker_id": port["id"], "speaker_status": "collective",
                "text": "Oui", "kind": "partial", "status": "disputed", "said_on": "2026-02-02", "confidence": 0.75,
            }),
        ),
        app.quote(
            &articles[2],
            json!({
                "cue": "C", "text": "…", "kind": "indirect", "status": "machine", "confidence": 0.25,
            }),
        ),
    ];
    assert_eq!(quotes[2]["cluster_id"], json!(null));
    Three { app, articles, quotes, awa: id(&awa).to_owned(), port: id(&port).to_owned() }
}

#[test]
fn each_filter_of_quotes_selects_its_value() {
    let Three { app, articles, quotes, awa, port } = three();
    for (query, expected) in [
        (String::new(), "ABC"),
        (format!("speaker={awa}"), "A"),
        ("speaker_status=collective".to_owned(), "B"),
        (format!("about={awa}"), "A"),
        (format!("about={port}"), "AB"),
        (format!("article={}", id(&articles[1])), "B"),
        ("publisher=Alpha".to_owned(), "A"),
        ("language=de".to_owned(), "C"),
        ("kind=partial".to_owned(), "B"),
        ("status=machine".to_owned(), "C"),
        ("cue=dire".to_owned(), "A"),
        (format!("cluster={}", quotes[0]["cluster_id"].as_str().unwrap()), "A"),
        ("min_confidence=0.5".to_owned(), "AB"),
        ("min_confidence=0.75".to_owned(), "B"),
        ("min_confidence=0".to_owned(), "ABC"),
        ("min_confidence=1".to_owned(), ""),
        (format!("speaker={port}&about={awa}"), ""),
        (format!("about={port}&language=en"), "B"),
    ] {
        assert_eq!(found(&app, &query), expected, "{query}");
    }
}

#[test]
fn a_repeated_filter_of_quotes_selects_either_value() {
    let Three { app, articles, quotes, awa, port } = three();
    let cluster = |n: usize| quotes[n]["cluster_id"].as_str().unwrap();
    for (query, expected) in [
        (format!("speaker={awa}&speaker={port}"), "AB"),
        ("speaker_status=collective&speaker_status=unattributed".to_owned(), "BC"),
        (format!("about={awa}&about={port}"), "AB"),
        (format!("article={}&article={}", id(&articles[1]), id(&articles[2])), "BC"),
        ("publisher=Alpha&publisher=Beta".to_owned(), "AB"),
        ("language=de&language=fr".to_owned(), "AC"),
        ("kind=partial&kind=indirect".to_owned(), "BC"),
        ("status=machine&status=verified".to_owned(), "AC"),
        ("cue=dire&cue=ajouter".to_owned(), "AB"),
        (format!("cluster={}&cluster={}", cluster(0), cluster(1)), "AB"),
    ] {
        assert_eq!(found(&app, &query), expected, "{query}");
    }
}

#[test]
fn a_negated_filter_of_quotes_selects_other_values_and_records_without_a_value() {
    let Three { app, articles, quotes, awa, port } = three();
    let cluster = |n: usize| quotes[n]["cluster_id"].as_str().unwrap();
    for (query, expected) in [
        (format!("not.speaker={awa}"), "BC"),
        (format!("not.speaker={awa}&not.speaker={port}"), "C"),
        ("not.speaker_status=collective".to_owned(), "AC"),
        (format!("not.about={awa}"), "BC"),
        (format!("not.about={port}"), "C"),
        (format!("about={port}&not.about={awa}"), "B"),
        (format!("not.article={}", id(&articles[1])), "AC"),
        ("not.publisher=Alpha".to_owned(), "BC"),
        ("not.publisher=Alpha&not.publisher=Beta".to_owned(), "C"),
        ("not.language=de&not.language=fr".to_owned(), "B"),
        ("not.kind=partial".to_owned(), "AC"),
        ("not.status=machine".to_owned(), "AB"),
        ("not.cue=dire".to_owned(), "BC"),
        ("not.cue=dire&not.cue=ajouter".to_owned(), "C"),
        (format!("not.cluster={}", cluster(0)), "BC"),
    ] {
        assert_eq!(found(&app, &query), expected, "{query}");
    }
}

#[test]
fn the_start_of_a_range_is_inclusive_and_its_end_exclusive() {
    let Three { app, .. } = three();
    for (query, expected) in [
        ("published_from=2026-03-02T00:00:00Z", "B"),
        ("published_to=2026-03-02T00:00:00Z", "A"),
        ("published_from=2026-03-01T00:00:00Z&published_to=2026-03-03T00:00:00Z", "AB"),
        ("said_from=2026-02-02", "B"),
        ("said_to=2026-02-02", "A"),
        ("said_from=2026-02-01&said_to=2026-02-02", "A"),
        ("said_from=2026-01-01", "AB"),
        ("said_to=2027-01-01&published_from=2026-03-02T00:00:00Z", "B"),
    ] {
        for sort in ["-published_at", "published_at", "-confidence"] {
            assert_eq!(found(&app, &format!("{query}&sort={sort}")), expected, "{query}, {sort}");
        }
    }
}

#[test]
fn rejected_quotes_are_left_out_without_a_filter_on_status() {
    let Three { app, quotes, .. } = three();
    app.patch(&path(&quotes[1]), &json!({"status": "rejected"})).expect(200);
    for (query, expected) in [
        ("", "AC"),
        ("kind=partial", ""),
        ("status=rejected", "B"),
        ("status=rejected&status=machine", "BC"),
        ("not.status=machine", "A"),
        ("not.status=rejected", "AC"),
    ] {
        assert_eq!(found(&app, query), expected, "{query}");
    }
}

#[test]
fn quotes_of_undated_articles_come_last_in_both_orders_of_publication() {
    let app = TestApp::start();
    for (cue, published_at, confidence) in [
        ("A", json!(null), 0.5),
        ("B", json!("2026-03-02T00:00:00Z"), 0.1),
        ("C", json!("2026-03-01T00:00:00Z"), 0.5),
        ("D", json!("2026-03-02T00:00:00Z"), 1.0),
        ("E", json!(null), 0.0),
    ] {
        let article = app.article(json!({"published_at": published_at}));
        app.quote(&article, json!({"cue": cue, "confidence": confidence}));
    }
    for limit in [1, 2, 200] {
        assert_eq!(cues(&app, &format!("limit={limit}")), "DBCEA");
        assert_eq!(cues(&app, &format!("sort=-published_at&limit={limit}")), "DBCEA");
        assert_eq!(cues(&app, &format!("sort=published_at&limit={limit}")), "CBDAE");
        assert_eq!(cues(&app, &format!("sort=-confidence&limit={limit}")), "DCABE");
        assert_eq!(cues(&app, &format!("sort=-confidence&min_confidence=0.5&limit={limit}")), "DCA");
    }
}

#[test]
fn quotes_follow_their_article_when_its_date_language_or_publisher_changes() {
    let Three { app, articles, port, .. } = three();
    let patch = json!({"published_at": "2026-03-03T00:00:00Z", "language": "wo", "publisher": "Gamma"});
    app.patch(&format!("/v1/articles/{}", id(&articles[0])), &patch).expect(200);
    assert_eq!(cues(&app, "limit=1"), "ABC");
    assert_eq!(cues(&app, &format!("about={port}&limit=1")), "AB");
    assert_eq!(cues(&app, "language=wo&publisher=Gamma"), "A");
    assert_eq!(cues(&app, "language=fr"), "");
}

#[test]
fn quotes_about_an_entity_are_complete_in_every_order() {
    let Three { app, articles, awa, port, .. } = three();
    app.mention(&articles[2], "…", json!({"entity_id": port}));
    for (sort, expected) in [("-published_at", "BAC"), ("published_at", "ABC"), ("-confidence", "BAC")] {
        for query in [format!("about={port}"), format!("about={port}&about={awa}")] {
            assert_eq!(cues(&app, &format!("{query}&sort={sort}&limit=1")), expected, "{query}, {sort}");
        }
    }
}

#[test]
fn article_and_speaker_are_embedded_on_request() {
    let Three { app, articles, quotes, .. } = three();
    let mut article = articles[0].clone();
    article.as_object_mut().unwrap().remove("body");
    article.as_object_mut().unwrap().remove("blocks");
    let mut expected = quotes[0].clone();
    expected["article"] = article;
    expected["speaker"] = app.get(&format!("/v1/entities/{}", quotes[0]["speaker_id"].as_str().unwrap())).expect(200);
    assert_eq!(app.get(&format!("{}?include=article,speaker", path(&quotes[0]))).expect(200), expected);
    let page = app.get("/v1/quotes?include=speaker,article&sort=published_at").expect(200);
    assert_eq!(page["items"][0], expected);
    assert_eq!(page["items"][2].get("speaker"), Some(&json!(null)), "nobody is known to speak");
    let only = app.get("/v1/quotes?include=speaker&sort=published_at").expect(200);
    expected.as_object_mut().unwrap().remove("article");
    assert_eq!(only["items"][0], expected);
    assert_eq!(app.get("/v1/quotes?sort=published_at").expect(200)["items"], json!(quotes));
}

#[test]
fn quotes_are_counted_on_request() {
    let Three { app, quotes, .. } = three();
    let total = |query: &str| app.get(&format!("/v1/quotes?{query}")).expect(200).get("total").cloned();
    assert_eq!(total(""), None);
    assert_eq!(total("limit=1&count=exact"), Some(json!({"value": 3, "kind": "exact"})));
    assert_eq!(total("kind=partial&count=exact"), Some(json!({"value": 1, "kind": "exact"})));
    app.sql("ANALYZE quotes");
    let estimate = total("limit=1&count=estimate").unwrap();
    assert_eq!(estimate["kind"], "estimate");
    assert!((1..=3).contains(&estimate["value"].as_i64().unwrap()), "{estimate}");
    app.patch(&path(&quotes[0]), &json!({"status": "rejected"})).expect(200);
    assert_eq!(total("count=exact"), Some(json!({"value": 2, "kind": "exact"})));
}
