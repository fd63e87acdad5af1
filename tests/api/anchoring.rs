//! Anchoring: mentions and quotes after an edit of the article's text.

mod honest;
mod quotes;

use serde_json::{Value, json};

use super::support::TestApp;
use super::support::answers::{id, settled, time};

/// Replaces the body of an article.
#[track_caller]
fn edit(app: &TestApp, article: &Value, body: &str) {
    app.patch(&format!("/v1/articles/{}", id(article)), &json!({"body": body})).expect(200);
}

/// Reads a record.
#[track_caller]
fn now(app: &TestApp, resource: &str, record: &Value) -> Value {
    app.get(&format!("/v1/{resource}/{}", id(record))).expect(200)
}

/// Returns the record with some members changed.
fn with(record: &Value, changes: Value) -> Value {
    let mut expected = settled(record);
    expected.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    expected
}

/// Stores an article with `body`, and a mention of the first occurrence of `words`.
fn mention_in(app: &TestApp, body: &str, words: &str) -> (Value, Value) {
    let article = app.article(json!({"body": body}));
    let mention = app.mention(&article, words, json!({"origin": "machine", "extractor": "names 1.2"}));
    (article, mention)
}

#[test]
fn a_mention_before_the_edit_stays_where_it_is() {
    let app = TestApp::start();
    let (article, mention) = mention_in(&app, "Rabat parle. Tunis se tait.", "Rabat");
    edit(&app, &article, "Rabat parle. Tunis répond.");
    let after = now(&app, "mentions", &mention);
    let expected = json!({"version": 2, "body_version": 2, "anchor": "exact", "suffix": " parle. Tunis répond."});
    assert_eq!(settled(&after), with(&mention, expected));
    assert!(time(&after["updated_at"]) > time(&mention["updated_at"]));
}

#[test]
fn a_mention_after_the_edit_moves_with_its_words() {
    let app = TestApp::start();
    let (article, mention) = mention_in(&app, "Rabat parle. Tunis se tait.", "Tunis");
    edit(&app, &article, "Hier 👩\u{200d}🚀, Rabat parle. Tunis se tait !");
    let expected = json!({
        "version": 2, "body_version": 2, "anchor": "moved", "start": 23, "end": 28,
        "prefix": "Hier 👩\u{200d}🚀, Rabat parle. ", "suffix": " se tait !",
    });
    assert_eq!(settled(&now(&app, "mentions", &mention)), with(&mention, expected));
}

#[test]
fn an_edit_after_a_moved_mention_makes_it_exact() {
    let app = TestApp::start();
    let (article, mention) = mention_in(&app, "Rabat parle.", "Rabat");
    edit(&app, &article, "Hier, Rabat parle.");
    edit(&app, &article, "Hier, Rabat répond.");
    let expected = json!({
        "version": 3, "body_version": 3, "anchor": "exact", "start": 6, "end": 11, "prefix": "Hier, ",
        "suffix": " répond.",
    });
    assert_eq!(settled(&now(&app, "mentions", &mention)), with(&mention, expected));
}

#[test]
fn a_mention_without_its_words_is_orphaned_and_keeps_its_old_span() {
    let app = TestApp::start();
    let (article, mention) = mention_in(&app, "Rabat parle.", "Rabat");
    edit(&app, &article, "Tunis parle.");
    let orphan = now(&app, "mentions", &mention);
    assert_eq!(settled(&orphan), with(&mention, json!({"version": 2, "anchor": "orphaned"})));
    let text = app.get(&format!("/v1/articles/{}/versions/{}", id(&article), orphan["body_version"])).expect(200);
    assert_eq!(text["body"], "Rabat parle.");
}

#[test]
fn an_orphan_stays_orphaned_while_its_words_are_absent() {
    let app = TestApp::start();
    let (article, mention) = mention_in(&app, "Rabat parle.", "Rabat");
    edit(&app, &article, "Tunis parle.");
    let orphan = now(&app, "mentions", &mention);
    edit(&app, &article, "Alger parle.");
    assert_eq!(now(&app, "mentions", &mention), orphan);
}

#[test]
fn an_orphan_is_anchored_when_its_words_are_back() {
    let app = TestApp::start();
    for (body, anchor, start) in [("Rabat parle.", "exact", 0), ("Hier, Rabat parle.", "moved", 6)] {
        let (article, mention) = mention_in(&app, "Rabat parle.", "Rabat");
        edit(&app, &article, "Tunis parle.");
        edit(&app, &article, body);
        let expected = json!({
            "version": 3, "body_version": 3, "anchor": anchor, "start": start, "end": start + 5,
            "prefix": body.chars().take(start).collect::<String>(),
        });
        assert_eq!(settled(&now(&app, "mentions", &mention)), with(&mention, expected));
    }
}

#[test]
fn words_that_now_occur_more_than_once_orphan_a_mention() {
    let app = TestApp::start();
    let (article, mention) = mention_in(&app, "Rabat parle.", "Rabat");
    edit(&app, &article, "Hier, Rabat parlait. Demain, Rabat parlera.");
    assert_eq!(settled(&now(&app, "mentions", &mention)), with(&mention, json!({"version": 2, "anchor": "orphaned"})));
}

#[test]
fn a_repeated_word_is_anchored_by_its_context() {
    let app = TestApp::start();
    let article = app.article(json!({"body": "Rabat parle. Puis Rabat se tait. Enfin Rabat part."}));
    let path = format!("/v1/articles/{}/mentions", id(&article));
    let made = [0, 18, 39].map(|at| app.post(&path, &json!({"start": at, "end": at + 5})).expect(201));
    edit(&app, &article, "Hier, Rabat parle. Puis Rabat se tait. Enfin Rabat part.");
    for (mention, start) in made.iter().zip([6, 24, 45]) {
        let after = now(&app, "mentions", mention);
        assert_eq!((&after["anchor"], &after["start"]), (&json!("moved"), &json!(start)));
        assert_eq!(after["exact"], "Rabat");
    }
}

#[test]
fn an_edit_without_a_new_body_does_not_change_mentions_and_quotes() {
    let app = TestApp::start();
    let article = app.article(json!({}));
    let mention = app.mention(&article, "Dakar", json!({}));
    let quote = app.quote(&article, json!({}));
    let patch = json!({"headline": "H", "body": article["body"], "language": "wo", "published_at": null});
    app.patch(&format!("/v1/articles/{}", id(&article)), &patch).expect(200);
    assert_eq!(now(&app, "mentions", &mention), mention);
    assert_eq!(now(&app, "quotes", &quote), quote);
}

#[test]
fn a_patch_without_changes_keeps_an_orphan_orphaned() {
    let app = TestApp::start();
    let (article, mention) = mention_in(&app, "Rabat parle.", "Rabat");
    edit(&app, &article, "Tunis parle.");
    let orphan = now(&app, "mentions", &mention);
    let same = json!({"start": 0, "end": 5, "exact": "Rabat"});
    assert_eq!(app.patch(&format!("/v1/mentions/{}", id(&mention)), &same).expect(200), orphan);
}

#[test]
fn a_patch_anchors_an_orphan_in_the_current_text() {
    let app = TestApp::start();
    let (article, mention) = mention_in(&app, "Rabat parle.", "Rabat");
    edit(&app, &article, "Tunis parle.");
    let patch = json!({"start": 0, "end": 5, "exact": "Tunis"});
    let placed = app.patch(&format!("/v1/mentions/{}", id(&mention)), &patch).expect(200);
    let expected = json!({"version": 3, "body_version": 2, "anchor": "exact", "exact": "Tunis", "origin": "human", "status": "verified"});
    assert_eq!(settled(&placed), with(&mention, expected));
}

#[test]
fn a_quote_is_not_about_the_entity_of_an_orphaned_mention() {
    let app = TestApp::start();
    let first = "Il dit : « Le Maroc et Rabat ».";
    let article = app.article(json!({"body": first}));
    let rabat = app.entity(json!({"kind": "place", "name": "Rabat"}));
    let mention = app.mention(&article, "Rabat", json!({"entity_id": rabat["id"]}));
    let quote = app.quote(&article, json!({"text": "Le Maroc et Rabat"}));
    assert_eq!(quote["about"], json!([rabat["id"]]));
    edit(&app, &article, "À Rabat, elle dit : « Le Maroc et Rabat » !");
    assert_eq!(now(&app, "mentions", &mention)["anchor"], "orphaned");
    let after = now(&app, "quotes", &quote);
    assert_eq!((&after["anchor"], &after["about"]), (&json!("moved"), &json!([])));
    edit(&app, &article, first);
    assert_eq!(now(&app, "quotes", &quote)["about"], json!([rabat["id"]]));
}

#[test]
fn all_findings_of_a_text_are_moved_by_one_statement_for_each_table() {
    let app = TestApp::start();
    let sentences: String = (10..50).map(|n| format!("Rabat {n} parle. ")).collect();
    let article = app.article(json!({"body": sentences}));
    let mentions = format!("/v1/articles/{}/mentions", id(&article));
    for start in (0..40).map(|n| 16 * n) {
        app.post(&mentions, &json!({"start": start, "end": start + 8})).expect(201);
        let spans = json!([{"start": start, "end": start + 14}]);
        app.post("/v1/quotes", &json!({"article_id": article["id"], "spans": spans})).expect(201);
    }
    app.sql(
        "CREATE TABLE updates (relation text);
        CREATE FUNCTION log_update() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN INSERT INTO updates VALUES (TG_TABLE_NAME); RETURN NULL; END $$;
        CREATE TRIGGER log_update AFTER UPDATE ON mentions FOR EACH STATEMENT EXECUTE FUNCTION log_update();
        CREATE TRIGGER log_update AFTER UPDATE ON quotes FOR EACH STATEMENT EXECUTE FUNCTION log_update()",
    );
    edit(&app, &article, &format!("Hier {sentences}"));
    let updates = app.database.ask("SELECT string_agg(relation, ' ' ORDER BY relation) FROM updates");
    assert_eq!(updates, "mentions quotes");
    let versions = "SELECT string_agg(DISTINCT version::text || body_version, ' ') FROM";
    for table in ["mentions", "quotes"] {
        assert_eq!(app.database.ask(&format!("{versions} {table}")), "22", "{table}");
    }
}
