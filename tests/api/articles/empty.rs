//! `none` in the filters of all lists selects records without a value.

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::answers::{column, id, refusal};

fn found(app: &TestApp, list: &str, member: &str, query: &str) -> String {
    let mut found: Vec<String> = column(app, &format!("/v1/{list}?limit=2&{query}"), member)
        .iter()
        .map(|value| value.as_str().unwrap().to_owned())
        .collect();
    found.sort();
    found.concat()
}

/// Checks `none` beside a value and negated. Only `with` has the value, `without` has none.
fn assert_none(app: &TestApp, list: &str, member: &str, filter: &str, value: &str, [with, without, all]: [&str; 3]) {
    let others: String = all.chars().filter(|c| !without.contains(*c)).collect();
    let rest: String = others.chars().filter(|c| !with.contains(*c)).collect();
    let mut either: Vec<char> = with.chars().chain(without.chars()).collect();
    either.sort_unstable();
    let either: String = either.into_iter().collect();
    for (query, expected) in [
        (format!("{filter}=none"), without.to_owned()),
        (format!("not.{filter}=none"), others),
        (format!("{filter}=none&{filter}={value}"), either),
        (format!("not.{filter}=none&not.{filter}={value}"), rest.clone()),
        (format!("not.{filter}=none&{filter}={value}"), with.to_owned()),
        (format!("{filter}=none&not.{filter}={value}"), without.to_owned()),
        (format!("{filter}=none&not.{filter}=none"), String::new()),
    ] {
        assert_eq!(found(app, list, member, &query), expected, "{list}?{query}");
        let total = app.get(&format!("/v1/{list}?{query}&count=exact")).expect(200)["total"]["value"].clone();
        assert_eq!(total, expected.chars().count(), "{list}?{query}");
    }
}

#[test]
fn none_selects_articles_without_a_value() {
    let app = TestApp::start();
    let article = |headline: &str, changes: Value| {
        let mut article = json!({"headline": headline, "publisher": null});
        article.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        app.article(article)
    };
    let full = |letter: &str| {
        json!({
            "publisher": letter, "section": letter, "keywords": [letter, "x"], "external_id": letter,
            "url": format!("https://{letter}.example/"),
        })
    };
    let [a, b] = ["A", "B"].map(|letter| article(letter, full(letter)));
    let c = article("C", json!({}));
    let [awa, port] = ["Awa Diallo", "Port"].map(|name| app.entity(json!({"name": name})));
    app.mention(&a, "Awa Diallo", json!({"entity_id": awa["id"]}));
    app.mention(&b, "Dakar", json!({"entity_id": port["id"]}));
    app.mention(&c, "Dakar", json!({}));
    app.quote(&a, json!({"speaker_id": awa["id"]}));
    app.quote(&b, json!({"speaker_id": port["id"]}));
    app.quote(&c, json!({"speaker_id": awa["id"], "status": "rejected"}));
    for (filter, value) in [
        ("publisher", "A"),
        ("section", "A"),
        ("keyword", "A"),
        ("external_id", "A"),
        ("url", "https://a.example/"),
        ("mentions", id(&awa)),
        ("quotes_by", id(&awa)),
    ] {
        assert_none(&app, "articles", "headline", filter, value, ["A", "C", "ABC"]);
    }
    assert_eq!(found(&app, "articles", "headline", "publisher=none&mentions=none&quotes_by=none&keyword=none"), "C");
    assert_eq!(found(&app, "articles", "headline", "publisher=none&section=A"), "");
    assert_eq!(
        found(&app, "articles", "headline", "keyword=none&sort=published_at&published_from=2026-01-01T00:00:00Z"),
        "C"
    );
}

#[test]
fn none_selects_quotes_and_mentions_without_a_value() {
    let app = TestApp::start();
    let body = "« Nous sommes prêts » : Awa Diallo. « Oui ». « … ! »";
    let [awa, port] = ["Awa Diallo", "Port"].map(|name| app.entity(json!({"name": name})));
    let [a, b, c] = [json!("Alpha"), json!("Beta"), Value::Null]
        .map(|publisher| app.article(json!({"body": body, "publisher": publisher})));
    app.mention(&a, "Nous", json!({"entity_id": awa["id"]}));
    app.mention(&b, "Oui", json!({"entity_id": port["id"]}));
    app.mention(&c, "Awa", json!({}));
    let quote = |article: &Value, cue: &str, changes: Value| {
        let mut quote = json!({"cue": cue});
        quote.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        app.quote(article, quote)
    };
    let first = quote(&a, "A", json!({"speaker_id": awa["id"], "cue_lemma": "dire"}));
    quote(&b, "B", json!({"speaker_id": port["id"], "cue_lemma": "ajouter", "text": "Oui"}));
    quote(&c, "C", json!({"text": "…"}));
    for (filter, value) in [
        ("speaker", id(&awa)),
        ("about", id(&awa)),
        ("publisher", "Alpha"),
        ("cue", "dire"),
        ("cluster", first["cluster_id"].as_str().unwrap()),
    ] {
        assert_none(&app, "quotes", "cue", filter, value, ["A", "C", "ABC"]);
    }
    assert_eq!(found(&app, "quotes", "cue", "speaker=none&about=none&publisher=none&cue=none&cluster=none"), "C");
    assert_eq!(found(&app, "quotes", "cue", "about=none&dedupe=cluster&sort=published_at"), "C");
    app.sql("UPDATE mentions SET prefix = CASE exact WHEN 'Nous' THEN 'A' WHEN 'Oui' THEN 'B' ELSE 'C' END");
    for (filter, value) in [("entity", id(&awa)), ("publisher", "Alpha")] {
        assert_none(&app, "mentions", "prefix", filter, value, ["A", "C", "ABC"]);
    }
}

#[test]
fn none_selects_entities_without_identifiers() {
    let app = TestApp::start();
    for (name, value) in [("A", Some("Q1")), ("B", Some("Q2")), ("C", None)] {
        let identifiers: Vec<Value> = value.iter().map(|value| json!({"scheme": "wikidata", "value": value})).collect();
        app.entity(json!({"name": name, "identifiers": identifiers, "aliases": [{"name": "Awa"}]}));
    }
    assert_none(&app, "entities", "name", "identifier", "wikidata:Q1", ["A", "C", "ABC"]);
    assert_eq!(found(&app, "entities", "name", "q=awa&identifier=none"), "C");
    assert_eq!(found(&app, "entities", "name", "q=awa&not.identifier=none"), "AB");
    assert_eq!(found(&app, "entities", "name", "q=awa&identifier=none&identifier=wikidata:Q1"), "AC");
}

#[test]
fn none_is_refused_where_every_record_has_a_value() {
    let app = TestApp::start();
    for (list, filter) in [
        ("articles", "language"),
        ("quotes", "kind"),
        ("quotes", "status"),
        ("quotes", "article"),
        ("mentions", "article"),
        ("entities", "kind"),
    ] {
        for name in [filter.to_owned(), format!("not.{filter}")] {
            let problem = refusal(app.get(&format!("/v1/{list}?{name}=none")), 400, "invalid_parameter");
            assert_eq!(problem["errors"][0]["parameter"], name.as_str(), "{list}");
        }
    }
    for value in ["None", "NONE", "none%20", "nobody", ""] {
        let problem = refusal(app.get(&format!("/v1/quotes?speaker={value}")), 400, "invalid_parameter");
        assert_eq!(problem["errors"][0]["parameter"], "speaker", "{value}");
    }
}

#[test]
fn an_exact_count_without_a_rollup_stops_at_10_000() {
    let app = TestApp::start();
    let fill = |from: u32, to: u32| {
        app.sql(&format!(
            "INSERT INTO articles (id, headline, body, content_hash, language, publisher, section)
            SELECT gen_random_uuid(), 'T', 'T', sha256('T'), 'fr', 'Alpha', 'Ports' FROM generate_series({from}, {to});
            ANALYZE articles"
        ));
    };
    let total = |query: &str| app.get(&format!("/v1/articles?limit=1&{query}")).expect(200)["total"].clone();
    fill(1, 10_000);
    let exactly = |value: i64| json!({"value": value, "kind": "exact"});
    assert_eq!(total("section=Ports&count=exact"), exactly(10_000));
    fill(10_001, 10_500);
    assert_eq!(total("section=Ports&count=exact"), json!({"value": 10_500, "kind": "estimate"}));
    assert_eq!(total("section=Ports&publisher=Alpha&count=exact")["kind"], "estimate");
    for kept in ["count=exact", "publisher=Alpha&count=exact", "not.language=en&count=exact"] {
        assert_eq!(total(kept), exactly(10_500), "{kept}");
    }
    for nobodys in ["publisher=none&count=exact", "language=en&count=exact"] {
        assert_eq!(total(nobodys), exactly(0), "{nobodys}");
    }
    // Even with wrong statistics, the estimate is above the counted rows.
    app.database.execute_as_admin("UPDATE pg_class SET reltuples = 10 WHERE relname = 'articles'");
    assert_eq!(total("section=Ports&count=exact"), json!({"value": 10_001, "kind": "estimate"}));
}
