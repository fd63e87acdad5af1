//! The list of articles: filters, orders, embedded records and counts.

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::answers::{column, id};

/// Three articles, `A`, `B` and `C`, that differ in every filtered member; `C` has none that may be null.
fn three(app: &TestApp) -> [Value; 3] {
    [
        json!({
            "headline": "A", "language": "fr", "url": "https://a.example/", "publisher": "Alpha", "external_id": "1",
            "section": "Monde", "keywords": ["port", "mer"], "published_at": "2026-03-01T00:00:00Z",
        }),
        json!({
            "headline": "B", "language": "en", "url": "https://b.example/", "publisher": "Beta", "external_id": "2",
            "section": "Sport", "keywords": ["mer"], "published_at": "2026-03-02T00:00:00Z",
        }),
        json!({
            "headline": "C", "language": "de", "publisher": null, "published_at": null,
        }),
    ]
    .map(|article| app.article(article))
}

/// Returns the headlines of the matching articles in alphabetical order as one word.
fn found(app: &TestApp, query: &str) -> String {
    let mut found = headlines(app, query).chars().collect::<Vec<_>>();
    found.sort_unstable();
    found.into_iter().collect()
}

/// Like the function above, in the order of the list.
fn headlines(app: &TestApp, query: &str) -> String {
    let headlines = column(app, &format!("/v1/articles?{query}"), "headline");
    headlines.iter().map(|headline| headline.as_str().unwrap()).collect()
}

#[test]
fn each_filter_selects_its_value() {
    let app = TestApp::start();
    three(&app);
    for (query, expected) in [
        ("", "ABC"),
        ("language=fr", "A"),
        ("publisher=Beta", "B"),
        ("section=Monde", "A"),
        ("keyword=mer", "AB"),
        ("keyword=port", "A"),
        ("external_id=2", "B"),
        ("url=https://a.example/", "A"),
        ("url=HTTPS://A.example:443%23top", "A"),
        ("language=it", ""),
        ("publisher=beta", ""),
    ] {
        assert_eq!(found(&app, query), expected, "{query}");
    }
}

#[test]
fn a_repeated_filter_selects_either_value() {
    let app = TestApp::start();
    three(&app);
    for (query, expected) in [
        ("language=fr&language=de", "AC"),
        ("publisher=Alpha&publisher=Beta", "AB"),
        ("section=Monde&section=Sport&section=Culture", "AB"),
        ("keyword=port&keyword=ciel", "A"),
        ("external_id=1&external_id=2", "AB"),
        ("url=https://a.example/&url=https://b.example/", "AB"),
    ] {
        assert_eq!(found(&app, query), expected, "{query}");
    }
}

#[test]
fn a_negated_filter_selects_other_values_and_records_without_a_value() {
    let app = TestApp::start();
    three(&app);
    for (query, expected) in [
        ("not.language=fr", "BC"),
        ("not.publisher=Beta", "AC"),
        ("not.section=Monde", "BC"),
        ("not.keyword=port", "BC"),
        ("not.keyword=mer", "C"),
        ("not.external_id=2", "AC"),
        ("not.url=https://A.example", "BC"),
        ("not.publisher=Alpha&not.publisher=Beta", "C"),
        ("not.keyword=port&not.keyword=mer", "C"),
        ("not.language=it", "ABC"),
    ] {
        assert_eq!(found(&app, query), expected, "{query}");
    }
}

#[test]
fn filters_on_several_members_must_all_match() {
    let app = TestApp::start();
    three(&app);
    for (query, expected) in [
        ("keyword=mer&publisher=Beta", "B"),
        ("keyword=mer&not.publisher=Beta", "A"),
        ("language=fr&section=Sport", ""),
        ("language=fr&not.language=fr", ""),
    ] {
        assert_eq!(found(&app, query), expected, "{query}");
    }
}

#[test]
fn published_from_is_inclusive_and_published_to_is_exclusive() {
    let app = TestApp::start();
    three(&app);
    for (query, expected) in [
        ("published_from=2026-03-02T00:00:00Z", "B"),
        ("published_from=2026-03-02T01:00:00%2B01:00", "B"),
        ("published_from=2026-03-02T00:00:00.000001Z", ""),
        ("published_to=2026-03-02T00:00:00Z", "A"),
        ("published_to=2026-03-02T00:00:00.000001Z", "AB"),
        ("published_from=2026-03-01T00:00:00Z&published_to=2026-03-02T00:00:00Z", "A"),
        ("published_from=2026-03-02T00:00:00Z&published_to=2026-03-02T00:00:00Z", ""),
    ] {
        for sort in ["-published_at", "published_at", "-created_at"] {
            assert_eq!(found(&app, &format!("{query}&sort={sort}")), expected, "{query}, {sort}");
        }
    }
}

#[test]
fn articles_are_found_by_the_entities_they_mention() {
    let app = TestApp::start();
    let [a, b, _] = three(&app);
    let (awa, dakar) = (app.entity(json!({})), app.entity(json!({"kind": "place", "name": "Dakar"})));
    let (awa, dakar) = (id(&awa), id(&dakar));
    app.mention(&a, "Awa Diallo", json!({"entity_id": awa}));
    app.mention(&a, "Dakar", json!({"entity_id": dakar}));
    app.mention(&b, "Dakar", json!({"entity_id": dakar}));
    app.mention(&b, "Awa Diallo", json!({}));
    for (query, expected) in [
        (format!("mentions={awa}"), "A"),
        (format!("mentions={dakar}"), "AB"),
        (format!("mentions={awa}&mentions={dakar}"), "AB"),
        (format!("not.mentions={awa}"), "BC"),
        (format!("not.mentions={awa}&not.mentions={dakar}"), "C"),
        (format!("mentions={dakar}&not.mentions={awa}"), "B"),
    ] {
        assert_eq!(found(&app, &query), expected, "{query}");
    }
}

#[test]
fn articles_are_found_by_the_speakers_they_quote() {
    let app = TestApp::start();
    let [a, b, _] = three(&app);
    let (awa, port) = (app.entity(json!({})), app.entity(json!({"kind": "organization", "name": "Port"})));
    let (awa, port) = (id(&awa), id(&port));
    app.quote(&a, json!({"speaker_id": awa}));
    let rejected = app.quote(&b, json!({"speaker_id": awa, "status": "rejected"}));
    app.quote(&b, json!({"speaker_id": port}));
    for (query, expected) in [
        (format!("quotes_by={awa}"), "A"),
        (format!("quotes_by={awa}&quotes_by={port}"), "AB"),
        (format!("not.quotes_by={awa}"), "BC"),
        (format!("not.quotes_by={awa}&not.quotes_by={port}"), "C"),
    ] {
        assert_eq!(found(&app, &query), expected, "{query}");
    }
    app.patch(&format!("/v1/quotes/{}", id(&rejected)), &json!({"status": "disputed"})).expect(200);
    assert_eq!(found(&app, &format!("quotes_by={awa}")), "AB");
}

#[test]
fn articles_are_found_by_entity_whether_or_not_they_are_dated() {
    let app = TestApp::start();
    let [a, _, c] = three(&app);
    let awa = app.entity(json!({}));
    for article in [&a, &c] {
        app.mention(article, "Awa Diallo", json!({"entity_id": awa["id"]}));
        app.quote(article, json!({"speaker_id": awa["id"]}));
    }
    let found = || ["mentions", "quotes_by"].map(|filter| headlines(&app, &format!("{filter}={}&limit=1", id(&awa))));
    assert_eq!(found(), ["AC", "AC"]);
    let dated = json!({"published_at": "2026-03-09T00:00:00Z"});
    app.patch(&format!("/v1/articles/{}", id(&c)), &dated).expect(200);
    app.patch(&format!("/v1/articles/{}", id(&a)), &json!({"published_at": null})).expect(200);
    assert_eq!(found(), ["CA", "CA"]);
}

#[test]
fn undated_articles_come_last_in_both_orders_of_publication() {
    let app = TestApp::start();
    for (headline, published_at) in [
        ("A", json!(null)),
        ("B", json!("2026-03-02T00:00:00Z")),
        ("C", json!("2026-03-01T00:00:00Z")),
        ("D", json!("2026-03-02T00:00:00Z")),
        ("E", json!(null)),
        ("F", json!("1969-12-31T23:59:59.999999Z")),
    ] {
        app.article(json!({"headline": headline, "published_at": published_at}));
    }
    for limit in [1, 2, 4, 200] {
        assert_eq!(headlines(&app, &format!("limit={limit}")), "DBCFEA");
        assert_eq!(headlines(&app, &format!("sort=-published_at&limit={limit}")), "DBCFEA");
        assert_eq!(headlines(&app, &format!("sort=published_at&limit={limit}")), "FCBDAE");
    }
}

#[test]
fn articles_can_be_listed_in_order_of_creation() {
    let app = TestApp::start();
    let [a, ..] = three(&app);
    app.patch(&format!("/v1/articles/{}", id(&a)), &json!({"section": "Culture"})).expect(200);
    for limit in [1, 2, 3] {
        assert_eq!(headlines(&app, &format!("sort=-created_at&limit={limit}")), "CBA");
    }
}

#[test]
fn a_filtered_list_can_be_read_to_its_end() {
    let app = TestApp::start();
    three(&app);
    app.article(json!({"headline": "D", "keywords": ["mer"], "published_at": null}));
    assert_eq!(headlines(&app, "keyword=mer&limit=1"), "BAD");
    assert_eq!(headlines(&app, "keyword=mer&limit=1&sort=published_at"), "ABD");
    assert_eq!(headlines(&app, "not.publisher=Beta&limit=1&sort=published_at"), "ACD");
}

#[test]
fn a_list_has_bodies_only_when_they_are_asked_for() {
    let app = TestApp::start();
    let article = app.article(json!({}));
    let mut without = article.clone();
    without.as_object_mut().unwrap().remove("body");
    without.as_object_mut().unwrap().remove("blocks");
    let page = app.get("/v1/articles").expect(200);
    assert_eq!(page, json!({"items": [without], "next_cursor": null}));
    let page = app.get("/v1/articles?include=body").expect(200);
    assert_eq!(page, json!({"items": [article], "next_cursor": null}));
}

#[test]
fn mentions_and_quotes_are_embedded_in_order_of_start() {
    let app = TestApp::start();
    let article = app.article(json!({}));
    let bare = app.article(json!({"published_at": null}));
    let place = app.mention(&article, "Dakar", json!({}));
    let person = app.mention(&article, "Awa Diallo", json!({}));
    let whole = app.quote(&article, json!({"status": "rejected"}));
    let part = app.quote(&article, json!({"text": "prêts", "kind": "partial"}));
    let first = app.quote(&article, json!({"text": "lundi"}));
    let (mentions, quotes) = (json!([person, place]), json!([first, whole, part]));
    let mut expected = article.clone();
    expected["mentions"] = mentions;
    expected["quotes"] = quotes;
    let path = format!("/v1/articles/{}?include=mentions,quotes", id(&article));
    assert_eq!(app.get(&path).expect(200), expected);
    let page = app.get("/v1/articles?include=body,mentions,quotes").expect(200);
    assert_eq!(page["items"][0], expected);
    assert_eq!((&page["items"][1]["id"], &page["items"][1]["mentions"]), (&bare["id"], &json!([])));
    assert_eq!(page["items"][1]["quotes"], json!([]));
    let only = app.get(&format!("/v1/articles/{}?include=quotes", id(&article))).expect(200);
    assert_eq!((only.get("mentions"), &only["quotes"]), (None, &expected["quotes"]));
    assert_eq!(app.get(&format!("/v1/articles/{}", id(&article))).expect(200), article);
}

#[test]
fn matching_articles_are_counted_on_request() {
    let app = TestApp::start();
    three(&app);
    let total = |query: &str| app.get(&format!("/v1/articles?{query}")).expect(200).get("total").cloned();
    assert_eq!(total("limit=1"), None);
    assert_eq!(total("limit=1&count=exact"), Some(json!({"value": 3, "kind": "exact"})));
    assert_eq!(total("keyword=mer&count=exact"), Some(json!({"value": 2, "kind": "exact"})));
    assert_eq!(total("language=it&count=exact"), Some(json!({"value": 0, "kind": "exact"})));
    app.sql("ANALYZE articles");
    assert_eq!(total("limit=1&count=estimate"), Some(json!({"value": 3, "kind": "estimate"})));
}

#[test]
fn the_count_is_that_of_the_whole_list_on_each_page() {
    let app = TestApp::start();
    three(&app);
    let first = app.get("/v1/articles?limit=2&count=exact").expect(200);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = app.get(&format!("/v1/articles?limit=2&count=exact&cursor={cursor}")).expect(200);
    assert_eq!(second["total"], json!({"value": 3, "kind": "exact"}));
    assert_eq!(second["items"][0]["headline"], "C");
    assert_eq!(second["next_cursor"], json!(null));
}
