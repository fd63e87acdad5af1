//! Entities by name: spellings, ranking and suggestions.

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::answers::{id, items, refusal, settled};

/// Returns the names found and the names that matched, best first, in pages of two.
#[track_caller]
fn found(app: &TestApp, query: &str) -> Vec<(String, String)> {
    let items = items(app, &format!("/v1/entities?limit=2&{query}"));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    items.iter().map(|item| (text(&item["name"]), text(&item["matched"]))).collect()
}

/// Returns only the names found.
#[track_caller]
fn names(app: &TestApp, q: &str) -> Vec<String> {
    found(app, &format!("q={}", encoded(q))).into_iter().map(|(name, _)| name).collect()
}

fn encoded(q: &str) -> String {
    url::form_urlencoded::byte_serialize(q.as_bytes()).collect()
}

fn alias(name: &str) -> Value {
    json!({"name": name})
}

fn israel(app: &TestApp) -> Value {
    app.entity(json!({"kind": "place", "name": "Israël", "aliases": [alias("L’État hébreu"), alias("Tsahal")]}))
}

#[test]
fn accents_case_and_apostrophes_of_a_name_are_ignored() {
    let app = TestApp::start();
    israel(&app);
    app.entity(json!({"name": "Œdipe d'Ísafjörður"}));
    for (q, name, matched) in [
        ("israel", "Israël", "Israël"),
        ("ISRAËL", "Israël", "Israël"),
        ("Isra\u{308}el", "Israël", "Israël"),
        (" l'etat hebreu ", "Israël", "L’État hébreu"),
        ("L’ÉTAT HÉBREU", "Israël", "L’État hébreu"),
        ("l etat", "Israël", "L’État hébreu"),
        ("hebreu etat", "Israël", "L’État hébreu"),
        ("hébr", "Israël", "L’État hébreu"),
        ("oedipe d’isafjordur", "Œdipe d'Ísafjörður", "Œdipe d'Ísafjörður"),
    ] {
        assert_eq!(found(&app, &format!("q={}", encoded(q))), [(name.to_owned(), matched.to_owned())], "{q}");
    }
}

#[test]
fn small_typos_are_tolerated_and_large_ones_are_not() {
    let app = TestApp::start();
    app.entity(json!({"name": "Emmanuel Vacron"}));
    app.entity(json!({"name": "Nicolas Tarkozy"}));
    app.entity(json!({"kind": "organization", "name": "Organisation des Nations unies", "aliases": [alias("ONU")]}));
    for (q, name) in [
        ("emanuel vacron", "Emmanuel Vacron"),
        ("Emmanuel Vacrom", "Emmanuel Vacron"),
        ("vacrom", "Emmanuel Vacron"),
        ("Emmanuel Vakron", "Emmanuel Vacron"),
        ("vacorn", "Emmanuel Vacron"),
        ("emanuel vacroon", "Emmanuel Vacron"),
        ("nicolaa tarkozi", "Nicolas Tarkozy"),
        ("nicola tarkosy", "Nicolas Tarkozy"),
        ("Nicolas Tarckozy", "Nicolas Tarkozy"),
        ("tarkosy", "Nicolas Tarkozy"),
        ("Nicola Tarkosi", "Nicolas Tarkozy"),
        ("organization des nations unis", "Organisation des Nations unies"),
    ] {
        assert_eq!(names(&app, q), [name], "{q}");
    }
    for q in ["Macbeth", "tacrokzy", "unidentified", "omu", "zz"] {
        assert_eq!(names(&app, q), Vec::<String>::new(), "{q}");
    }
}

#[test]
fn better_matches_come_first_and_then_the_more_mentioned() {
    let app = TestApp::start();
    let make = |name: &str, aliases: &[&str]| {
        let aliases: Vec<Value> = aliases.iter().map(|name| alias(name)).collect();
        app.entity(json!({"name": name, "aliases": aliases}))
    };
    make("Le Grand Parisot", &[]);
    make("Ville de Paris", &[]);
    make("Parisien", &[]);
    make("Capitale", &["Paris"]);
    make("Comparison", &[]);
    make("Paris", &["Paris sur Seine"]);
    let known = make("Paris", &["Lutèce"]);
    let article = app.article(json!({}));
    app.mention(&article, "Dakar", json!({"entity_id": known["id"]}));
    let expected = [
        ("Paris", "Paris"),
        ("Paris", "Paris"),
        ("Capitale", "Paris"),
        ("Parisien", "Parisien"),
        ("Ville de Paris", "Ville de Paris"),
        ("Le Grand Parisot", "Le Grand Parisot"),
        ("Comparison", "Comparison"),
    ];
    let found = found(&app, "q=paris");
    let found: Vec<_> = found.iter().map(|(name, matched)| (name.as_str(), matched.as_str())).collect();
    // Names with a word of this prefix rank equally: the newest comes first.
    assert_eq!(found, [expected[0], expected[1], expected[2], expected[3], expected[4], expected[5], expected[6]]);
    let best = app.get("/v1/entities?q=paris&limit=1").expect(200);
    assert_eq!(id(&best["items"][0]), id(&known));
    assert_eq!(app.get("/v1/entities?q=paris&sort=relevance&limit=1").expect(200)["items"], best["items"]);
}

#[test]
fn a_name_combines_with_the_filters_and_the_other_orders() {
    let app = TestApp::start();
    app.entity(json!({"name": "Jordan Bardella", "identifiers": [{"scheme": "wikidata", "value": "Q1"}]}));
    app.entity(json!({"name": "Jordanie", "kind": "place", "identifiers": [{"scheme": "wikidata", "value": "Q810"}]}));
    app.entity(json!({"name": "Amman", "kind": "place", "aliases": [alias("capitale jordanienne")]}));
    for (query, expected) in [
        ("q=jordan", "Jordanie|Jordan Bardella|Amman"),
        ("q=jordan&kind=place", "Jordanie|Amman"),
        ("q=jordan&not.kind=place", "Jordan Bardella"),
        ("q=jordan&kind=event", ""),
        ("q=jordan&identifier=wikidata:Q1", "Jordan Bardella"),
        ("q=jordan&identifier=wikidata:Q2", ""),
        ("q=jordan&not.identifier=wikidata:Q1", "Jordanie|Amman"),
        ("q=jordan&sort=name", "Amman|Jordan Bardella|Jordanie"),
        ("q=jordan&sort=-updated_at&kind=place", "Amman|Jordanie"),
        ("q=jordan&sort=-mentions&kind=place", "Amman|Jordanie"),
    ] {
        let found: Vec<String> = found(&app, query).into_iter().map(|(name, _)| name).collect();
        assert_eq!(found.join("|"), expected, "{query}");
    }
    let total = |query: &str| app.get(&format!("/v1/entities?{query}")).expect(200)["total"].clone();
    assert_eq!(total("q=jordan&limit=1&count=exact"), json!({"value": 3, "kind": "exact"}));
    assert_eq!(total("q=jordan&kind=place&sort=name&limit=1&count=exact"), json!({"value": 2, "kind": "exact"}));
    assert_eq!(total("q=nobody&count=exact"), json!({"value": 0, "kind": "exact"}));
}

#[test]
fn relevance_without_a_name_is_refused() {
    let app = TestApp::start();
    let problem = refusal(app.get("/v1/entities?sort=relevance"), 400, "invalid_parameter");
    assert_eq!(problem["errors"], json!([{"parameter": "sort", "detail": "relevance needs q"}]));
    for query in ["q=", "q=a&q=b", "q=%00", "q=%FF", &format!("q={}", "a".repeat(301))] {
        let problem = app.get(&format!("/v1/entities?{query}")).expect(400);
        assert_eq!(problem["errors"][0]["parameter"], "q", "{query}");
    }
}

#[test]
fn matches_of_a_name_are_complete_in_pages_of_any_size() {
    let app = TestApp::start();
    for n in 0..30 {
        app.entity(json!({"name": format!("Awa {}", n % 7), "aliases": [alias("Awa Diallo"), alias("Awa")]}));
    }
    let all = items(&app, "/v1/entities?q=awa&limit=200");
    assert_eq!(all.len(), 30);
    for limit in [1, 7, 29, 30] {
        assert_eq!(items(&app, &format!("/v1/entities?q=awa&limit={limit}")), all, "by {limit}");
    }
}

#[test]
fn a_cursor_of_one_name_is_refused_by_another() {
    let app = TestApp::start();
    for name in ["Awa Diallo", "Awa Ndiaye"] {
        app.entity(json!({"name": name}));
    }
    let page = app.get("/v1/entities?q=awa&limit=1").expect(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    for query in ["q=aw", "q=awa&sort=name", "q=awa&kind=person", "sort=name"] {
        refusal(app.get(&format!("/v1/entities?{query}&cursor={cursor}")), 400, "invalid_cursor");
    }
    let rest = app.get(&format!("/v1/entities?q=awa&cursor={cursor}")).expect(200);
    assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next_cursor"]), (1, &Value::Null));
}

#[test]
fn wildcards_in_names_match_only_themselves() {
    let app = TestApp::start();
    for name in ["%", "_", "\\", "« … »", "O'Neill", "' OR 1=1 --", "{}", "مصطفى", "北京市", "Ко́фи", "a%b_c"]
    {
        app.entity(json!({"name": name}));
    }
    for (q, expected) in [
        ("%", "%"),
        ("_", "_"),
        ("\\", "\\"),
        ("«", "« … »"),
        ("oneill", "O'Neill"),
        ("' or 1=1 --", "' OR 1=1 --"),
        ("{}", "{}"),
        ("مصطف", "مصطفى"),
        ("北京", "北京市"),
        ("кофи", "Ко́фи"),
        ("a%b", "a%b_c"),
        (&"🦀".repeat(300), ""),
        (&"de la ".repeat(50), ""),
        (&"abcdefghi ".repeat(30), ""),
    ] {
        assert_eq!(names(&app, q).join("|"), expected, "{q}");
    }
}

#[test]
fn names_are_found_after_every_change() {
    let app = TestApp::start();
    let entity = app.entity(json!({"name": "Zaïre", "kind": "place", "aliases": [alias("Congo-Kinshasa")]}));
    let path = format!("/v1/entities/{}", id(&entity));
    app.patch(&path, &json!({"name": "Congo", "kind": "organization"})).expect(200);
    assert_eq!(names(&app, "zaire"), Vec::<String>::new());
    assert_eq!(found(&app, "q=kinshasa&kind=organization"), [("Congo".to_owned(), "Congo-Kinshasa".to_owned())]);
    app.patch(&path, &json!({"aliases": [alias("RDC"), alias("Zaïre")]})).expect(200);
    assert_eq!(names(&app, "kinshasa"), Vec::<String>::new());
    assert_eq!(found(&app, "q=zaire"), [("Congo".to_owned(), "Zaïre".to_owned())]);
    let other = app.entity(json!({"name": "Autre"}));
    app.sql(&format!("UPDATE entities SET merged_into = '{}' WHERE id = '{}'", id(&other), id(&entity)));
    assert_eq!(names(&app, "zaire"), Vec::<String>::new());
    app.sql(&format!("UPDATE entities SET merged_into = NULL WHERE id = '{}'", id(&entity)));
    assert_eq!(found(&app, "q=rdc"), [("Congo".to_owned(), "RDC".to_owned())]);
    app.sql(&format!("UPDATE entity_aliases SET entity_id = '{}' WHERE name = 'RDC'", id(&other)));
    assert_eq!(found(&app, "q=rdc"), [("Autre".to_owned(), "RDC".to_owned())]);
    app.delete(&path).expect(204);
    assert_eq!(names(&app, "congo"), Vec::<String>::new());
    let kept = "SELECT count(*) FROM entity_names EXCEPT SELECT count(*) FROM names_of()";
    assert_eq!(app.database.ask(&format!("SELECT count(*) FROM ({kept}) AS k")), "0");
}

fn suggested(app: &TestApp, query: &str) -> Vec<String> {
    let answer = app.get(&format!("/v1/entities/suggest?{query}")).expect(200);
    answer["items"].as_array().unwrap().iter().map(|item| item["matched"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn suggestions_complete_a_name_or_an_alias_the_most_mentioned_first() {
    let app = TestApp::start();
    let israel = israel(&app);
    app.entity(json!({"name": "Islande", "kind": "place"}));
    let article = app.article(json!({}));
    app.mention(&article, "Dakar", json!({"entity_id": israel["id"]}));
    app.compact_counters();
    let answer = app.get("/v1/entities/suggest?q=IS").expect(200);
    assert_eq!(
        settled(&answer),
        json!({"items": [
            {"kind": "place", "name": "Israël", "matched": "Israël"},
            {"kind": "place", "name": "Islande", "matched": "Islande"},
        ]})
    );
    assert_eq!(answer["items"][0]["id"], israel["id"]);
    assert_eq!(suggested(&app, "q=l%27etat+h"), ["L’État hébreu"]);
    assert_eq!(suggested(&app, "q=hebreu"), Vec::<String>::new());
    assert_eq!(suggested(&app, "q=%25"), Vec::<String>::new());
    assert_eq!(suggested(&app, "q=is&kind=person"), Vec::<String>::new());
    assert_eq!(suggested(&app, "q=isl&kind=person&kind=place"), ["Islande"]);
    assert_eq!(suggested(&app, "q=isl&not.kind=place"), Vec::<String>::new());
    app.sql(&format!("UPDATE entities SET merged_into = '{}' WHERE name = 'Islande'", id(&israel)));
    assert_eq!(suggested(&app, "q=is"), ["Israël"]);
}

#[test]
fn suggestions_are_the_most_mentioned_of_hundreds_of_equal_weight() {
    let app = TestApp::start();
    app.sql(
        "INSERT INTO entities (id, kind, name, name_key)
            SELECT gen_random_uuid(), CASE WHEN n % 2 = 0 THEN 'person' ELSE 'place' END, 'Awa ' || n, 'awa ' || n
            FROM generate_series(1, 600) AS n;
        INSERT INTO count_changes (of, change, day, language, kind, entity_id)
            SELECT 'mentions', 512 + substr(name, 5)::integer * 7 % 503, '2026-03-02', 'fr', 'name', id FROM entities",
    );
    app.compact_counters();
    assert_eq!(app.database.ask("SELECT string_agg(DISTINCT weight::text, ' ') FROM entity_names"), "10");
    for (query, step) in [("q=aw", 1), ("q=awa", 1), ("q=awa&kind=person", 2)] {
        let mentions = |n: u32| 512 + n * 7 % 503;
        let mut expected: Vec<u32> = (1..=600).filter(|n| n % step == 0).map(mentions).collect();
        expected.sort_unstable_by_key(|mentions| std::cmp::Reverse(*mentions));
        let names = suggested(&app, query);
        let found: Vec<u32> = names.iter().map(|name| mentions(name[4..].parse().unwrap())).collect();
        assert_eq!(found, expected[..10], "{query}");
    }
}

#[test]
fn at_most_ten_are_suggested_each_once() {
    let app = TestApp::start();
    for n in 0..12 {
        let aliases: Vec<Value> = (0..5).map(|m| alias(&format!("Awa {n} {m}"))).collect();
        app.entity(json!({"name": format!("Awa Diallo {n}"), "aliases": aliases}));
    }
    let suggested = suggested(&app, "q=awa");
    let expected: Vec<String> = (2..12).rev().map(|n| format!("Awa Diallo {n}")).collect();
    assert_eq!(suggested, expected, "the newest of equals");
}

#[test]
fn suggestions_need_a_prefix() {
    let app = TestApp::start();
    let problem = refusal(app.get("/v1/entities/suggest"), 400, "invalid_parameter");
    assert_eq!(problem["errors"], json!([{"parameter": "q", "detail": "is required"}]));
}
