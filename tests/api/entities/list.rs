//! The list of entities: filters, and orders by mentions and quotes.

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::answers::{column, id};

/// Returns the names of the matching entities in the order of the list.
fn names(app: &TestApp, query: &str) -> Vec<String> {
    let names = column(app, &format!("/v1/entities?{query}"), "name");
    names.iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

fn three(app: &TestApp) -> [Value; 3] {
    [
        json!({"name": "A", "identifiers": [{"scheme": "wikidata", "value": "Q1"}, {"scheme": "isni", "value": "0:1"}]}),
        json!({"name": "B", "kind": "place", "identifiers": [{"scheme": "wikidata", "value": "Q2"}]}),
        json!({"name": "C", "kind": "work"}),
    ]
    .map(|entity| app.entity(entity))
}

#[test]
fn each_filter_of_entities_selects_its_value() {
    let app = TestApp::start();
    three(&app);
    for (query, expected) in [
        ("", "ABC"),
        ("kind=place", "B"),
        ("kind=place&kind=work", "BC"),
        ("kind=event", ""),
        ("identifier=wikidata:Q1", "A"),
        ("identifier=isni:0:1", "A"),
        ("identifier=isni%3A0%3A1", "A"),
        ("identifier=wikidata:Q1&identifier=isni:0:1", "A"),
        ("identifier=wikidata:Q1&identifier=wikidata:Q2", "AB"),
        ("identifier=wikidata:Q3", ""),
        ("identifier=wikidata:Q1&kind=place", ""),
        ("not.kind=place", "AC"),
        ("not.kind=place&not.kind=work", "A"),
        ("not.identifier=wikidata:Q1", "BC"),
        ("not.identifier=wikidata:Q1&not.identifier=wikidata:Q2", "C"),
        ("not.identifier=wikidata:Q3", "ABC"),
        ("identifier=wikidata:Q1&identifier=wikidata:Q2&not.kind=person", "B"),
    ] {
        assert_eq!(names(&app, query).concat(), expected, "{query}");
    }
}

#[test]
fn an_identifier_without_a_scheme_is_refused() {
    let app = TestApp::start();
    for given in ["Q1", "wikidata:", ":Q1", "Wikidata:Q1"] {
        let problem = app.get(&format!("/v1/entities?identifier={given}")).expect(400);
        assert_eq!(problem["errors"][0]["parameter"], "identifier", "{given}");
    }
}

#[test]
fn names_are_ordered_ignoring_case_and_accents() {
    let app = TestApp::start();
    let sorted = ["Abidjan", "Écowas", "ecowas 2", "Œuvre", "zambie", "« … »"];
    for name in ["zambie", "« … »", "ecowas 2", "Œuvre", "Abidjan", "Écowas"] {
        app.entity(json!({"name": name}));
    }
    for limit in [1, 2, 4, 200] {
        assert_eq!(names(&app, &format!("limit={limit}")), sorted);
        assert_eq!(names(&app, &format!("sort=name&limit={limit}")), sorted);
    }
}

#[test]
fn namesakes_are_all_listed() {
    let app = TestApp::start();
    let made: Vec<Value> = (0..5).map(|_| app.entity(json!({}))["id"].clone()).collect();
    assert_eq!(column(&app, "/v1/entities?limit=2", "id"), made);
}

#[test]
fn the_longest_names_are_listed() {
    let app = TestApp::start();
    let mut made: Vec<String> = ["𝄞", "ﷺ", "\u{1}", "é", "\u{301}"].map(|letter| letter.repeat(300)).into();
    for name in &made {
        app.entity(json!({"name": name}));
    }
    let mut found = names(&app, "limit=1");
    found.sort();
    made.sort();
    assert!(found == made, "{}", found.len());
}

#[test]
fn the_last_changed_entity_comes_first() {
    let app = TestApp::start();
    let [a, ..] = three(&app);
    assert_eq!(names(&app, "sort=-updated_at&limit=1").concat(), "CBA");
    app.patch(&format!("/v1/entities/{}", id(&a)), &json!({"description": "D"})).expect(200);
    assert_eq!(names(&app, "sort=-updated_at&limit=1").concat(), "ACB");
}

#[test]
fn the_most_mentioned_come_first_after_every_change() {
    let app = TestApp::start();
    let [a, b, c] = three(&app);
    let order = || {
        app.compact_counters();
        names(&app, "sort=-mentions&limit=1").concat()
    };
    assert_eq!(order(), "CBA", "the newest first among equals");
    let article = app.article(json!({}));
    let of_b = app.mention(&article, "Dakar", json!({"entity_id": b["id"]}));
    assert_eq!(order(), "BCA");
    let of_a = ["Awa", "Diallo"].map(|words| app.mention(&article, words, json!({"entity_id": a["id"]})));
    assert_eq!(order(), "ABC");
    let path = |mention: &Value| format!("/v1/mentions/{}", id(mention));
    app.patch(&path(&of_a[0]), &json!({"entity_id": c["id"]})).expect(200);
    app.patch(&path(&of_a[1]), &json!({"entity_id": c["id"]})).expect(200);
    assert_eq!(order(), "CBA");
    app.patch(&path(&of_a[0]), &json!({"entity_id": null})).expect(200);
    app.delete(&path(&of_a[1])).expect(204);
    assert_eq!(order(), "BCA");
    app.delete(&path(&of_b)).expect(204);
    app.mention(&article, "Awa", json!({"entity_id": a["id"]}));
    assert_eq!(order(), "ACB");
    app.delete(&format!("/v1/articles/{}", id(&article))).expect(204);
    assert_eq!(order(), "CBA", "mentions go with their article");
}

#[test]
fn the_most_quoted_come_first_after_every_change() {
    let app = TestApp::start();
    let [a, b, c] = three(&app);
    let order = || {
        app.compact_counters();
        names(&app, "sort=-quotes&limit=1").concat()
    };
    assert_eq!(order(), "CBA", "the newest first among equals");
    let article = app.article(json!({}));
    let of_b = app.quote(&article, json!({"speaker_id": b["id"]}));
    assert_eq!(order(), "BCA");
    let of_a = [(); 2].map(|()| app.quote(&article, json!({"speaker_id": a["id"]})));
    assert_eq!(order(), "ABC");
    let path = |quote: &Value| format!("/v1/quotes/{}", id(quote));
    app.patch(&path(&of_a[0]), &json!({"speaker_id": c["id"]})).expect(200);
    app.patch(&path(&of_a[1]), &json!({"speaker_id": c["id"]})).expect(200);
    assert_eq!(order(), "CBA");
    app.patch(&path(&of_a[0]), &json!({"speaker_id": null})).expect(200);
    app.delete(&path(&of_a[1])).expect(204);
    assert_eq!(order(), "BCA");
    app.delete(&path(&of_b)).expect(204);
    let of_a = app.quote(&article, json!({"speaker_id": a["id"]}));
    assert_eq!(order(), "ACB");
    app.patch(&path(&of_a), &json!({"status": "rejected"})).expect(200);
    assert_eq!(order(), "CBA", "rejected quotes do not count");
    app.patch(&path(&of_a), &json!({"status": "verified"})).expect(200);
    assert_eq!(order(), "ACB");
    app.delete(&format!("/v1/articles/{}", id(&article))).expect(204);
    assert_eq!(order(), "CBA", "quotes go with their article");
}

#[test]
fn counted_orders_are_paged_with_a_filter() {
    let app = TestApp::start();
    let [a, ..] = three(&app);
    let article = app.article(json!({}));
    app.mention(&article, "Awa", json!({"entity_id": a["id"]}));
    app.quote(&article, json!({"speaker_id": a["id"]}));
    app.compact_counters();
    assert_eq!(names(&app, "sort=-mentions&not.kind=place&limit=1").concat(), "AC");
    assert_eq!(names(&app, "sort=-quotes&kind=place&kind=work&limit=1").concat(), "CB");
}

#[test]
fn merged_entities_are_left_out() {
    let app = TestApp::start();
    let [a, b, _] = three(&app);
    app.sql(&format!("UPDATE entities SET merged_into = '{}' WHERE id = '{}'", id(&b), id(&a)));
    for sort in ["name", "-mentions", "-quotes", "-updated_at"] {
        let mut found = names(&app, &format!("sort={sort}&limit=1"));
        found.sort();
        assert_eq!(found.concat(), "BC");
    }
    assert_eq!(names(&app, "identifier=wikidata:Q1"), Vec::<String>::new());
}

#[test]
fn entities_are_counted_on_request() {
    let app = TestApp::start();
    let [a, b, _] = three(&app);
    let total = |query: &str| app.get(&format!("/v1/entities?{query}")).expect(200).get("total").cloned();
    assert_eq!(total(""), None);
    assert_eq!(total("limit=1&count=exact"), Some(json!({"value": 3, "kind": "exact"})));
    assert_eq!(total("kind=place&count=exact&sort=-mentions"), Some(json!({"value": 1, "kind": "exact"})));
    app.sql("ANALYZE entities");
    assert_eq!(total("limit=1&count=estimate"), Some(json!({"value": 3, "kind": "estimate"})));
    app.sql(&format!("UPDATE entities SET merged_into = '{}' WHERE id = '{}'", id(&b), id(&a)));
    assert_eq!(total("count=exact"), Some(json!({"value": 2, "kind": "exact"})));
}
