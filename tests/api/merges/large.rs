//! Merges of entities with many records, which are moved in batches.

use serde_json::json;

use super::{ask, merge, path, undo};
use crate::support::TestApp;
use crate::support::answers::id;
use crate::support::embedded::eventually;

/// More articles than two batches.
const ARTICLES: usize = 1_200;

/// Stores articles, each with a mention and a quote of an entity.
fn mention_often(app: &TestApp, entity: &str) {
    app.sql(&format!(
        "WITH stored AS (
            INSERT INTO articles (id, headline, body, language, content_hash, published_at)
            SELECT gen_random_uuid(), 'Dakar', 'Dakar', 'fr', sha256('dakar'), now() - n * interval '1 hour'
            FROM generate_series(1, {ARTICLES}) AS n RETURNING *
        ), mentioned AS (
            INSERT INTO mentions (id, article_id, entity_id, published_at, confidence, body_version, span_start, span_end, kind,
                origin, language, exact, prefix, suffix)
            SELECT gen_random_uuid(), id, '{entity}', published_at, 1, 1, 0, 5, 'name', 'machine', 'fr', 'Dakar', '', '' FROM stored
        )
        INSERT INTO quotes (id, article_id, speaker_id, published_at, confidence, body_version, spans, kind, status, origin,
            language, speaker_status, text, prefix, suffix)
        SELECT gen_random_uuid(), id, '{entity}', published_at, 1, 1, '{{0,5}}', 'direct', 'machine', 'machine', 'fr', 'named',
            'Dakar', '', '' FROM stored"
    ));
}

fn counted(app: &TestApp, list: &str) -> i64 {
    app.get(&format!("{list}&count=exact&limit=1")).expect(200)["total"]["value"].as_i64().unwrap()
}

#[test]
fn many_records_are_moved_in_batches_and_back() {
    let app = TestApp::start();
    let [survivor, source] = ["A", "B"].map(|name| app.entity(json!({"name": name})));
    mention_often(&app, id(&source));
    let count = i64::try_from(ARTICLES).unwrap();
    let done = merge(&app, &survivor, &[&source]);
    let moved =
        json!({"mentions": count, "candidates": 0, "quotes": count, "about": 0, "aliases": 1, "identifiers": 0});
    assert_eq!(done["moved"], moved);
    for list in ["/v1/mentions?entity=", "/v1/quotes?speaker="] {
        assert_eq!(counted(&app, &format!("{list}{}", id(&survivor))), count);
    }
    undo(&app, &done);
    for list in ["/v1/mentions?entity=", "/v1/quotes?speaker="] {
        assert_eq!(counted(&app, &format!("{list}{}", id(&survivor))), 0);
        assert_eq!(counted(&app, &format!("{list}{}", id(&source))), count);
    }
    assert_eq!(app.database.ask("SELECT count(*) FROM merge_moves"), "0");
}

#[test]
fn an_interrupted_merge_reads_as_if_it_were_done_and_is_carried_out_in_the_background() {
    let app = TestApp::start();
    let [survivor, source] = ["A", "B"].map(|name| app.entity(json!({"name": name})));
    let done = merge(&app, &survivor, &[&source]);
    mention_often(&app, id(&source));
    // As after a crash: the source is redirected, and its records are not moved yet.
    app.sql("UPDATE merge_sources SET is_moved = false; UPDATE merges SET status = 'moving', updated_at = now() + interval '1 hour'");
    let count = i64::try_from(ARTICLES).unwrap();
    for entity in [&survivor, &source] {
        for list in ["/v1/mentions?entity=", "/v1/quotes?speaker=", "/v1/articles?mentions=", "/v1/articles?quotes_by="]
        {
            assert_eq!(counted(&app, &format!("{list}{}", id(entity))), count, "{list}");
        }
    }
    assert_eq!(app.delete(&path(&survivor)).status, 409, "its records are those of the source");
    app.sql("UPDATE merges SET updated_at = now() - interval '1 hour'");
    let carried_out = eventually("the end of the merge", || {
        let merge = app.get(&format!("/v1/merges/{}", id(&done))).expect(200);
        (merge["status"] == "done").then_some(merge)
    });
    assert_eq!((&carried_out["moved"]["mentions"], &carried_out["moved"]["quotes"]), (&json!(count), &json!(count)));
    assert_eq!(
        app.database.ask(&format!("SELECT count(*) FROM mentions WHERE entity_id = '{}'", id(&survivor))),
        count.to_string()
    );
}

#[test]
fn an_entity_is_deleted_with_the_records_that_are_still_to_be_moved_to_it() {
    let app = TestApp::start();
    let [survivor, source] = ["A", "B"].map(|name| app.entity(json!({"name": name})));
    let done = merge(&app, &survivor, &[&source]);
    mention_often(&app, id(&source));
    app.sql("UPDATE merge_sources SET is_moved = false; UPDATE merges SET status = 'moving', updated_at = now() + interval '1 hour'");
    app.delete(&format!("{}?cascade=true", path(&survivor))).expect(204);
    app.sql("UPDATE merges SET updated_at = now() - interval '1 hour'");
    eventually("the end of the merge", || {
        (app.get(&format!("/v1/merges/{}", id(&done))).expect(200)["status"] == "done").then_some(())
    });
    assert_eq!(app.database.ask("SELECT count(*) FROM mentions WHERE entity_id IS NULL"), ARTICLES.to_string());
    assert_eq!(ask(&app, &survivor, &[&source]).status, 410);
}
