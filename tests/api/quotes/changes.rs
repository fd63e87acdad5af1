//! Changes to quotes, and the reviews that keep them.

use serde_json::{Value, json};

use super::{article, path, spans};
use crate::support::TestApp;
use crate::support::answers::{id, pointers, settled, time};

fn review(action: &str, from: Value, to: Value) -> Value {
    json!({"actor": null, "action": action, "from": from, "to": to, "note": null})
}

#[test]
fn a_patch_sets_a_member_and_adds_a_review() {
    let app = TestApp::start();
    let (article, awa) = (app.article(json!({})), app.entity(json!({})));
    for (member, value, action) in [
        ("kind", json!("partial"), "edit"),
        ("cue", json!("dit"), "edit"),
        ("cue_lemma", json!("dire"), "edit"),
        ("said_on", json!("2026-03-01"), "edit"),
        ("said_on", json!(null), "edit"),
        ("status", json!("disputed"), "edit"),
        ("confidence", json!(0.25), "edit"),
        ("speaker_label", json!("elle"), "reattribute"),
        ("speaker_status", json!("collective"), "reattribute"),
    ] {
        let quote = app.quote(
            &article,
            json!({
                "speaker_id": awa["id"], "said_on": "2026-02-28", "origin": "machine", "extractor": "quotes 1.2",
            }),
        );
        let changed = app.patch(&path(&quote), &json!({member: value})).expect(200);
        let mut expected = settled(&quote);
        expected["version"] = json!(2);
        expected["decision"] = json!({"actor": null, "action": action});
        expected["reviews"] = json!([review(action, json!({member: quote[member]}), json!({member: value}))]);
        expected[member] = value;
        assert_eq!(settled(&changed), expected);
        assert_eq!(changed["reviews"][0]["at"], changed["updated_at"]);
        assert!(time(&changed["updated_at"]) > time(&quote["updated_at"]));
        assert_eq!(app.get(&path(&quote)).expect(200), changed);
    }
}

#[test]
fn another_speaker_is_a_reattribution() {
    let app = TestApp::start();
    let (article, awa) = (app.article(json!({})), app.entity(json!({})));
    let quote = app.quote(&article, json!({"speaker_label": "Awa"}));
    let changed = app.patch(&path(&quote), &json!({"speaker_id": awa["id"], "status": "verified"})).expect(200);
    let from = json!({"speaker_id": null, "speaker_status": "unresolved"});
    let to = json!({"speaker_id": awa["id"], "speaker_status": "named"});
    assert_eq!(settled(&changed["reviews"]), json!([review("reattribute", from, to)]));
}

#[test]
fn new_spans_are_an_edit_and_change_the_derived_members() {
    let app = TestApp::start();
    let article = article(&app, "« Oui, nous irons demain », dit-il.");
    let quote = app.quote(&article, json!({"text": "Oui, nous irons"}));
    for patch in [
        json!({"spans": spans(&[(2, 5), (12, 24)])}),
        json!({"spans": spans(&[(2, 24)]), "text": "Oui, nous irons demain"}),
        json!({"text": "irons  demain"}),
    ] {
        let before = app.get(&path(&quote)).expect(200);
        let changed = app.patch(&path(&quote), &patch).expect(200);
        let part = |quote: &Value| json!({"text": quote["text"], "spans": quote["spans"]});
        let reviews = changed["reviews"].as_array().unwrap();
        assert_eq!(settled(reviews.last().unwrap()), review("edit", part(&before), part(&changed)));
    }
    let last = app.get(&path(&quote)).expect(200);
    assert_eq!((&last["text"], &last["spans"]), (&json!("irons demain"), &spans(&[(12, 24)])));
    assert_eq!((&last["prefix"], &last["suffix"]), (&json!("« Oui, nous "), &json!(" », dit-il.")));
    assert_eq!(last["canonical_text"], "irons demain");
    assert_ne!(last["cluster_id"], quote["cluster_id"]);
}

#[test]
fn reviews_are_in_order_of_time() {
    let app = TestApp::start();
    let quote = app.quote(&app.article(json!({})), json!({}));
    let states = ["disputed", "rejected", "machine", "verified"];
    for state in states {
        app.patch(&path(&quote), &json!({"status": state})).expect(200);
    }
    let last = app.get(&path(&quote)).expect(200);
    let reviews = last["reviews"].as_array().unwrap().iter();
    assert_eq!(reviews.map(|review| &review["to"]["status"]).collect::<Vec<_>>(), states);
    assert_eq!(last["version"], 5);
}

#[test]
fn a_patch_without_changes_does_not_change_the_quote() {
    let app = TestApp::start();
    let (article, awa) = (app.article(json!({})), app.entity(json!({})));
    let quote = app.quote(
        &article,
        json!({
            "speaker_id": awa["id"], "speaker_span": {"start": 55, "end": 65}, "cue_span": {"start": 45, "end": 54},
            "cue_lemma": "déclarer", "said_on": "2026-03-01", "origin": "machine",
        }),
    );
    let mut same = json!({});
    for member in [
        "text",
        "spans",
        "kind",
        "speaker_id",
        "speaker_label",
        "speaker_span",
        "speaker_status",
        "cue",
        "cue_span",
        "cue_lemma",
        "said_on",
        "status",
        "confidence",
    ] {
        same[member] = quote[member].clone();
        assert_eq!(app.patch(&path(&quote), &json!({member: quote[member]})).expect(200), quote, "{member}");
    }
    for patch in [json!({}), same, json!({"text": "« Nous  sommes prêts »"})] {
        assert_eq!(app.patch(&path(&quote), &patch).expect(200), quote);
    }
}

#[test]
fn null_clears_optional_members_of_a_quote() {
    let app = TestApp::start();
    let (article, awa) = (app.article(json!({})), app.entity(json!({})));
    let quote = app.quote(
        &article,
        json!({
            "speaker_id": awa["id"], "speaker_span": {"start": 55, "end": 65}, "cue_span": {"start": 45, "end": 54},
            "cue_lemma": "déclarer", "said_on": "2026-03-01",
        }),
    );
    let clear = json!({
        "speaker_id": null, "speaker_label": null, "speaker_span": null, "cue": null, "cue_span": null,
        "cue_lemma": null, "said_on": null,
    });
    let changed = app.patch(&path(&quote), &clear).expect(200);
    let mut from = json!({"speaker_status": "named"});
    for (member, _) in clear.as_object().unwrap() {
        from[member] = quote[member].clone();
        assert_eq!(changed[member], json!(null), "{member}");
    }
    let mut to = clear;
    to["speaker_status"] = json!("unattributed");
    assert_eq!(settled(&changed["reviews"]), json!([review("reattribute", from, to)]));
}

#[test]
fn null_is_refused_for_required_members_of_a_quote() {
    let app = TestApp::start();
    let quote = app.quote(&app.article(json!({})), json!({}));
    let patch = json!({
        "text": null, "spans": null, "kind": null, "speaker_status": null, "status": null, "confidence": null,
    });
    let mut found = pointers(app.patch(&path(&quote), &patch));
    found.dedup();
    assert_eq!(found, ["/confidence", "/kind", "/spans", "/speaker_status", "/status", "/text"]);
}

#[test]
fn a_patch_with_immutable_members_is_refused() {
    let app = TestApp::start();
    let quote = app.quote(&app.article(json!({})), json!({}));
    let patch = json!({
        "article_id": quote["article_id"], "origin": "human", "extractor": null, "reviews": [], "about": [], "candidates": [],
        "cluster_id": null, "prefix": "", "version": 1,
    });
    let expected = [
        "/about",
        "/article_id",
        "/candidates",
        "/cluster_id",
        "/extractor",
        "/origin",
        "/prefix",
        "/reviews",
        "/version",
    ];
    assert_eq!(pointers(app.patch(&path(&quote), &patch)), expected);
}

#[test]
fn a_patch_of_the_passage_is_checked_against_the_text() {
    let app = TestApp::start();
    let article = article(&app, "« Oui », dit Awa. « Oui, oui », dit Jean.");
    let quote = app.quote(&article, json!({"text": "Oui, oui"}));
    for (patch, pointer) in [
        (json!({"text": "Non"}), "/text"),
        (json!({"text": "Oui", "spans": spans(&[(2, 4)])}), "/text"),
        (json!({"spans": spans(&[(0, 5)])}), "/spans/0"),
        (json!({"spans": spans(&[(2, 500)])}), "/spans/0"),
        (json!({"spans": []}), "/spans"),
    ] {
        assert_eq!(pointers(app.patch(&path(&quote), &patch)), [pointer], "{patch}");
    }
    let problem = app.patch(&path(&quote), &json!({"text": "Oui"})).expect(409);
    assert_eq!(problem["candidates"], spans(&[(2, 5), (20, 23)]));
    assert_eq!(app.get(&path(&quote)).expect(200), quote);
}

#[test]
fn the_reviews_of_a_quote_are_deleted_with_it() {
    let app = TestApp::start();
    let quote = app.quote(&app.article(json!({})), json!({}));
    app.patch(&path(&quote), &json!({"status": "disputed"})).expect(200);
    app.delete(&path(&quote)).expect(204);
    let left = app.database.ask(&format!("SELECT count(*) FROM reviews WHERE quote_id = '{}'", id(&quote)));
    assert_eq!(left, "0");
}
