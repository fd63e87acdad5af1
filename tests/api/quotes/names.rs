//! Quotes by the name of a speaker or of an entity that they are about.

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::answers::{id, refusal, settled};

struct Named {
    app: TestApp,
    awa: Value,
    other: Value,
    port: Value,
}

/// `A` by Awa Diallo about the port, `B` by her namesake about nobody, `C` by the port about Awa Diallo.
fn named() -> Named {
    let app = TestApp::start();
    let aliases = |names: &[&str]| names.iter().map(|name| json!({"name": name})).collect::<Value>();
    let awa = app.entity(json!({"aliases": aliases(&["la maire de Dakar"])}));
    let other = app.entity(json!({"name": "Awa  DIALLO"}));
    let port = app.entity(json!({"name": "Port de Dakar", "kind": "organization", "aliases": aliases(&["PAD"])}));
    let texts = ["A : « le port avance »", "B : « rien ne va »", "C : « Awa Diallo a raison »"];
    let articles = texts.map(|body| app.article(json!({"body": body})));
    app.mention(&articles[0], "port", json!({"entity_id": port["id"]}));
    app.mention(&articles[2], "Awa Diallo", json!({"entity_id": awa["id"]}));
    for ((article, text), (speaker, cue)) in articles
        .iter()
        .zip(["le port avance", "rien ne va", "Awa Diallo a raison"])
        .zip([(&awa, "A"), (&other, "B"), (&port, "C")])
    {
        app.quote(article, json!({"text": text, "speaker_id": speaker["id"], "cue": cue}));
    }
    app.compact_counters();
    Named { app, awa, other, port }
}

/// Returns the cues of the matching quotes, and how the names were resolved.
fn found(app: &TestApp, query: &str) -> (String, Value) {
    let page = app.get(&format!("/v1/quotes?{query}")).expect(200);
    let mut cues: Vec<&str> = page["items"].as_array().unwrap().iter().map(|q| q["cue"].as_str().unwrap()).collect();
    cues.sort_unstable();
    (cues.concat(), page["resolved"].clone())
}

#[test]
fn a_name_selects_all_entities_with_it_and_resolved_lists_them() {
    let Named { app, awa, other, port } = named();
    let (cues, resolved) = found(&app, "speaker_name=awa+diallo");
    assert_eq!(cues, "AB");
    assert_eq!(
        settled(&resolved),
        json!({
            "speaker_name": [{"name": "awa diallo", "how": "exact", "entities": [
                {"kind": "person", "name": "Awa Diallo", "matched": "Awa Diallo"},
                {"kind": "person", "name": "Awa  DIALLO", "matched": "Awa  DIALLO"},
            ]}],
            "about_name": [],
        })
    );
    let ids: Vec<&str> = resolved["speaker_name"][0]["entities"].as_array().unwrap().iter().map(id).collect();
    assert_eq!(ids, [id(&awa), id(&other)], "the most mentioned first");
    let (cues, resolved) = found(&app, "about_name=pad");
    assert_eq!(cues, "A");
    assert_eq!(
        resolved["about_name"][0]["entities"],
        json!([
            {"id": port["id"], "kind": "organization", "name": "Port de Dakar", "matched": "PAD"}
        ])
    );
}

#[test]
fn an_unknown_name_selects_the_entities_with_the_most_similar_name_or_none() {
    let Named { app, .. } = named();
    for (query, cues, how) in [
        ("speaker_name=awa+dialo", "AB", "similar"),
        ("speaker_name=Awwa+Diallo", "AB", "similar"),
        ("speaker_name=maire+de+dakar", "A", "similar"),
        ("speaker_name=la+maire+de+dakar", "A", "exact"),
        ("speaker_name=Emmanuel+Vacron", "", "none"),
        ("speaker_name=%25", "", "none"),
    ] {
        let (found, resolved) = found(&app, query);
        assert_eq!((found.as_str(), resolved["speaker_name"][0]["how"].as_str().unwrap()), (cues, how), "{query}");
    }
    let page = app.get("/v1/quotes?speaker_name=nobody&count=exact").expect(200);
    assert_eq!(
        page,
        json!({
            "items": [], "next_cursor": null, "total": {"value": 0, "kind": "exact"},
            "resolved": {"speaker_name": [{"name": "nobody", "how": "none", "entities": []}], "about_name": []},
        })
    );
}

#[test]
fn names_combine_with_each_other_and_with_the_filters() {
    let Named { app, awa, other, port } = named();
    for (query, cues) in [
        ("speaker_name=awa+diallo&speaker_name=pad".to_owned(), "ABC"),
        ("speaker_name=awa+diallo&about_name=pad".to_owned(), "A"),
        ("speaker_name=pad&about_name=awa+diallo".to_owned(), "C"),
        ("speaker_name=pad&about_name=pad".to_owned(), ""),
        (format!("speaker_name=awa+diallo&speaker={}", id(&other)), "B"),
        (format!("speaker_name=awa+diallo&speaker={}", id(&port)), ""),
        (format!("speaker_name=awa+diallo&not.speaker={}", id(&other)), "A"),
        ("speaker_name=awa+diallo&speaker=none".to_owned(), ""),
        (format!("about_name=pad&about={}", id(&awa)), ""),
        (format!("about_name=pad&about={}", id(&port)), "A"),
        ("about_name=pad&about=none".to_owned(), ""),
        ("about_name=pad&sort=published_at&dedupe=cluster".to_owned(), "A"),
        ("speaker_name=nobody&speaker_name=pad".to_owned(), "C"),
    ] {
        assert_eq!(found(&app, &query).0, cues, "{query}");
    }
    assert_eq!(app.get("/v1/quotes").expect(200).get("resolved"), None);
    let page = app.get("/v1/quotes?speaker_name=awa+diallo&limit=1").expect(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    refusal(app.get(&format!("/v1/quotes?speaker_name=pad&cursor={cursor}")), 400, "invalid_cursor");
    let rest = app.get(&format!("/v1/quotes?speaker_name=awa+diallo&cursor={cursor}")).expect(200);
    assert_eq!(rest["items"].as_array().unwrap().len(), 1);
    for query in ["speaker_name=", &format!("about_name={}", "a".repeat(301)), &"speaker_name=a&".repeat(11)] {
        refusal(app.get(&format!("/v1/quotes?{query}")), 400, "invalid_parameter");
    }
    refusal(app.get("/v1/stats/timeline?interval=day&speaker_name=awa"), 400, "invalid_parameter");
}
