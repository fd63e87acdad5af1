//! Undo of merges: it moves back exactly what they moved.

use serde_json::{Value, json};

use super::{Spellings, ask, merge, path, spellings, undo, undo_of};
use crate::support::TestApp;
use crate::support::answers::{candidate_ids, id, items, refusal, settled};

/// Everything that a merge may change, without versions and times.
fn state(app: &TestApp) -> Vec<Value> {
    app.compact_counters();
    let lists = ["/v1/entities?limit=200", "/v1/mentions?limit=200", "/v1/quotes?limit=200"];
    let mut records: Vec<Value> = lists.iter().flat_map(|list| items(app, list)).collect();
    records.push(app.get("/v1/stats/top?of=mentions&by=entity&limit=50").expect(200));
    records.push(app.get("/v1/stats/top?of=quotes&by=about&limit=50").expect(200));
    for record in &mut records {
        let (id, mut settled) = (record["id"].clone(), settled(record));
        settled["version"] = json!(null);
        settled["id"] = id;
        *record = settled;
    }
    records
}

#[test]
fn an_undo_restores_exactly_what_was_moved() {
    let Spellings { app, survivor, source, articles, .. } = spellings();
    app.mention(&articles[0], "prêts", json!({"entity_id": source["id"]}));
    let before = state(&app);
    let done = merge(&app, &survivor, &[&source]);
    assert_ne!(state(&app), before);
    let undone = undo(&app, &done);
    assert_eq!((&undone["status"], &undone["kept"]), (&json!("undone"), &json!({"mentions": 0, "quotes": 0})));
    assert_eq!((&undone["moved"], undone["undone_at"].is_string()), (&done["moved"], true));
    assert_eq!(state(&app), before);
    assert_eq!(app.get(&path(&source)).expect(200)["version"], 3);
    // It may be merged again.
    merge(&app, &survivor, &[&source]);
}

#[test]
fn records_that_came_after_a_merge_stay_with_the_survivor() {
    let Spellings { app, survivor, source, articles, .. } = spellings();
    let done = merge(&app, &survivor, &[&source]);
    let later = app.mention(&articles[0], "Dakar", json!({"entity_id": source["id"]}));
    undo(&app, &done);
    assert_eq!(app.get(&format!("/v1/mentions/{}", id(&later))).expect(200)["entity_id"], survivor["id"]);
}

#[test]
fn records_that_a_person_changed_since_stay_as_they_are_and_are_counted() {
    let Spellings { app, survivor, source, mentions, quotes, articles } = spellings();
    let other = app.entity(json!({"name": "Fatou Sow"}));
    let deleted = app.mention(&articles[1], "Dakar", json!({"entity_id": source["id"]}));
    let done = merge(&app, &survivor, &[&source]);
    let mention = format!("/v1/mentions/{}", id(&mentions[1]));
    let quote = format!("/v1/quotes/{}", id(&quotes[1]));
    let changed = app.patch(&mention, &json!({"entity_id": other["id"]})).expect(200);
    let reviewed = app.patch(&quote, &json!({"status": "disputed"})).expect(200);
    app.delete(&format!("/v1/mentions/{}", id(&deleted))).expect(204);
    assert_eq!(undo(&app, &done)["kept"], json!({"mentions": 1, "quotes": 1}));
    assert_eq!(app.get(&mention).expect(200), changed);
    assert_eq!(app.get(&quote).expect(200), reviewed);
    assert_eq!(reviewed["speaker_id"], survivor["id"]);
}

#[test]
fn an_edit_of_the_article_does_not_keep_records_from_being_moved_back() {
    let Spellings { app, survivor, source, mentions, quotes, articles } = spellings();
    let done = merge(&app, &survivor, &[&source]);
    let body = format!("À Dakar. {}", articles[1]["body"].as_str().unwrap());
    app.patch(&format!("/v1/articles/{}", id(&articles[1])), &json!({"body": body})).expect(200);
    undo(&app, &done);
    let mention = app.get(&format!("/v1/mentions/{}", id(&mentions[1]))).expect(200);
    assert_eq!((&mention["entity_id"], &mention["anchor"]), (&source["id"], &json!("moved")));
    let quote = app.get(&format!("/v1/quotes/{}", id(&quotes[1]))).expect(200);
    assert_eq!((&quote["speaker_id"], &quote["anchor"]), (&source["id"], &json!("moved")));
}

#[test]
fn a_merge_is_undone_once_and_before_those_that_it_stands_on() {
    let app = TestApp::start();
    let [a, b, c] = ["A", "B", "C"].map(|name| app.entity(json!({"name": name})));
    let first = merge(&app, &b, &[&a]);
    let later = merge(&app, &c, &[&b]);
    let problem = refusal(undo_of(&app, &first), 409, "later_merge");
    assert!(problem["detail"].as_str().unwrap().contains(id(&later)), "{problem}");
    undo(&app, &later);
    undo(&app, &first);
    for merge in [&first, &later] {
        refusal(undo_of(&app, merge), 409, "merge_undone");
    }
    refusal(undo_of(&app, &json!({"id": id(&a)})), 404, "not_found");
    let last = merge(&app, &b, &[&a]);
    app.delete(&path(&b)).expect(204);
    refusal(undo_of(&app, &last), 410, "gone");
    assert_eq!(app.get(&format!("/v1/merges/{}", id(&last))).expect(200), last);
}

#[test]
fn merges_into_one_entity_are_undone_in_any_order() {
    let app = TestApp::start();
    let survivor = app.entity(json!({"aliases": [{"name": "la maire"}]}));
    let source = |name: &str, value: &str| {
        app.entity(json!({
            "name": name, "aliases": [{"name": "la maire"}, {"name": "A. Diallo"}],
            "identifiers": [{"scheme": "isni", "value": value}],
        }))
    };
    let (one, two) = (source("A. Diallo", "1"), source("Awa D.", "2"));
    let before = state(&app);
    let first = merge(&app, &survivor, &[&one]);
    let second = merge(&app, &survivor, &[&two]);
    undo(&app, &first);
    let names = |entity: &Value| {
        let entity = app.get(&path(entity)).expect(200);
        let aliases = entity["aliases"].as_array().unwrap().iter();
        aliases.map(|alias| alias["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    // The second merge brings the name too.
    assert_eq!(names(&survivor), ["la maire", "A. Diallo", "Awa D."]);
    undo(&app, &second);
    assert_eq!(state(&app), before);
}

#[test]
fn candidates_are_restored_in_any_order_of_the_undos() {
    let Spellings { app, survivor, source, articles, .. } = spellings();
    let other = app.entity(json!({"name": "Fatou Sow"}));
    let mention = app.mention(&articles[0], "Dakar", json!({}));
    let candidates = format!("{{{}, {}}}", id(&source), id(&other));
    let set = format!("candidates = '{candidates}', candidate_count = 2");
    app.sql(&format!("UPDATE mentions SET {set} WHERE id = '{}'", id(&mention)));
    let shown = || {
        let mention = app.get(&format!("/v1/mentions/{}", id(&mention))).expect(200);
        (candidate_ids(&mention), mention["candidate_count"].clone())
    };
    let before = shown();
    for is_reversed in [false, true] {
        let mut merges = [merge(&app, &survivor, &[&source]), merge(&app, &survivor, &[&other])];
        assert_eq!(shown(), (json!([survivor["id"]]), json!(1)));
        if is_reversed {
            merges.reverse();
        }
        undo(&app, &merges[0]);
        assert_eq!(shown().1, 2);
        undo(&app, &merges[1]);
        assert_eq!(shown(), before);
    }
    let together = merge(&app, &survivor, &[&source, &other]);
    assert_eq!(shown(), (json!([survivor["id"]]), json!(1)));
    undo(&app, &together);
    assert_eq!(shown(), before);
}

#[test]
fn an_entity_of_an_unfinished_merge_is_not_merged_again() {
    let Spellings { app, survivor, source, .. } = spellings();
    let other = app.entity(json!({"name": "Fatou Sow"}));
    let done = merge(&app, &survivor, &[&source]);
    // As if records were still being moved.
    app.sql("UPDATE merges SET status = 'moving', updated_at = now() + interval '1 hour'");
    for answer in [undo_of(&app, &done), ask(&app, &other, &[&survivor])] {
        let problem = refusal(answer, 409, "merge_unfinished");
        assert!(problem["detail"].as_str().unwrap().contains(id(&done)), "{problem}");
    }
    app.sql("UPDATE merges SET status = 'done'");
    merge(&app, &other, &[&survivor]);
}
