//! The change feed: which changes it has, in which order, and how far back it goes.

mod events;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use serde_json::{Value, json};

use verbatim::config::{Database, DatabaseUrl};

use crate::support::answers::{id, refusal};
use crate::support::document::NOBODY;
use crate::support::embedded::eventually;
use crate::support::postgres::connect;
use crate::support::{Client, TestApp};

/// All changes behind `after`, page by page, and the cursor behind them.
#[track_caller]
fn follow(client: &Client, after: &str, parameters: &str) -> (Vec<Value>, String) {
    let (mut items, mut cursor) = (Vec::new(), after.to_owned());
    loop {
        let after = if cursor.is_empty() { String::new() } else { format!("after={cursor}&") };
        let page = client.get(&format!("/v1/changes?{after}{parameters}")).expect(200);
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        page["next_cursor"].as_str().unwrap().clone_into(&mut cursor);
        if page["has_more"] == false {
            return (items, cursor);
        }
    }
}

/// Waits until the feed is not held back by a transaction in the database of another test.
#[track_caller]
pub fn caught_up(app: &TestApp) {
    let is_ready = "SELECT coalesce(max(transaction_id) < pg_snapshot_xmin(pg_current_snapshot())::text::bigint, true) FROM changes";
    eventually("the end of older transactions", || (app.database.ask(is_ready) == "true").then_some(()));
}

/// All changes, once the last one is ready.
#[track_caller]
fn changes(app: &TestApp, parameters: &str) -> Vec<Value> {
    caught_up(app);
    follow(app, "", parameters).0
}

/// The cursor behind all changes, once the last one is ready.
#[track_caller]
fn now(app: &TestApp) -> String {
    caught_up(app);
    let now = app.get("/v1/changes?after=now").expect(200);
    assert_eq!((&now["items"], &now["has_more"]), (&json!([]), &json!(false)));
    now["next_cursor"].as_str().unwrap().to_owned()
}

/// The actions with their resources and versions.
fn words(changes: &[Value]) -> Vec<String> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let word = |change: &Value| ["action", "resource", "version"].map(|member| text(&change[member])).join(" ");
    changes.iter().map(word).collect()
}

/// Calls `act` and returns its changes.
#[track_caller]
fn changes_of(app: &TestApp, act: impl FnOnce()) -> Vec<String> {
    let now = now(app);
    act();
    caught_up(app);
    words(&follow(app, &now, "").0)
}

#[test]
fn a_change_is_answered_with_every_member() {
    let app = TestApp::start();
    let article = app.article(json!({}));
    caught_up(&app);
    let mut page = app.get("/v1/changes").expect(200);
    let change = page["items"][0].as_object_mut().unwrap();
    assert_eq!(change.remove("id").unwrap().as_str().unwrap().len(), 32);
    assert!(change.remove("at").unwrap().as_str().unwrap().ends_with('Z'));
    assert_eq!(
        json!(change),
        json!({"actor": null, "action": "create", "resource": "article", "record_id": article["id"],
            "article_id": article["id"], "version": 1})
    );
    assert_eq!((page["items"].as_array().unwrap().len(), &page["has_more"]), (1, &json!(false)));
    let entity = app.entity(json!({}));
    caught_up(&app);
    let (later, _) = follow(&app, page["next_cursor"].as_str().unwrap(), "");
    assert_eq!((&later[0]["record_id"], &later[0]["article_id"]), (&entity["id"], &Value::Null));
}

#[test]
fn every_action_of_every_resource_is_one_change() {
    let app = TestApp::start();
    let article = app.article(json!({}));
    let aliases = json!([{"name": "la maire", "kind": "role"}]);
    let entity = app.entity(json!({"aliases": aliases, "identifiers": [{"scheme": "wikidata", "value": "Q42"}]}));
    let mention = app.mention(&article, "Awa Diallo", json!({"entity_id": entity["id"]}));
    let quote = app.quote(&article, json!({"speaker_id": entity["id"]}));
    let created = ["create article 1", "create entity 1", "create mention 1", "create quote 1"];
    assert_eq!(words(&changes(&app, "")), created);
    let [article, entity, mention, quote] =
        [("articles", article), ("entities", entity), ("mentions", mention), ("quotes", quote)]
            .map(|(path, record)| format!("/v1/{path}/{}", id(&record)));

    let update = |path: &str, patch: Value| changes_of(&app, || drop(app.patch(path, &patch).expect(200)));
    assert_eq!(update(&article, json!({"section": "Monde"})), ["update article 2"]);
    assert_eq!(update(&article, json!({"section": "Monde"})), Vec::<String>::new(), "nothing was changed");
    // The copies of the publisher in mentions and quotes are no changes of theirs.
    assert_eq!(update(&article, json!({"publisher": "Sud"})), ["update article 3"]);
    assert_eq!(update(&entity, json!({"name": "Awa Ndiaye"})), ["update entity 2"]);
    let lists = json!({"aliases": [{"name": "A. Ndiaye", "kind": "name"}], "identifiers": []});
    assert_eq!(update(&entity, lists), ["update entity 3"]);
    assert_eq!(update(&mention, json!({"confidence": 0.5})), ["update mention 2"]);
    assert_eq!(update(&quote, json!({"status": "disputed"})), ["create review null", "update quote 2"]);
    let body = "Dakar. Le port rouvre lundi. « Nous sommes prêts », a déclaré Awa Diallo à Dakar.";
    let edited = update(&article, json!({"body": body}));
    assert_eq!(edited, ["update article 4", "update mention 3", "update quote 3"]);

    let delete = |path: &str| changes_of(&app, || drop(app.delete(path).expect(204)));
    let unlinked = ["update mention 4", "update quote 4", "create review null", "delete entity 3"];
    assert_eq!(delete(&format!("{entity}?cascade=true")), unlinked);
    assert_eq!(delete(&mention), ["delete mention 4"]);
    assert_eq!(delete(&article), ["delete quote 4", "delete article 4"]);
}

#[test]
fn merges_and_edits_with_sql_are_changes_too() {
    let app = TestApp::start();
    let [survivor, other] = ["Awa Diallo", "A. Diallo"].map(|name| app.entity(json!({"name": name})));
    let sql = |statement: &str| changes_of(&app, || app.sql(&statement.replace("OTHER", id(&other))));
    let merge = format!("UPDATE entities SET merged_into = '{}', version = 2 WHERE id = 'OTHER'", id(&survivor));
    assert_eq!(sql(&merge), ["merge entity 2"]);
    assert_eq!(sql("UPDATE entities SET merged_into = NULL, version = 3 WHERE id = 'OTHER'"), ["undo entity 3"]);
    let alias = "INSERT INTO entity_aliases (entity_id, position, name, name_key, kind) VALUES ('OTHER', 0, 'AD', 'ad', 'acronym')";
    assert_eq!(sql(alias), ["update entity 3"]);
    assert_eq!(sql("DELETE FROM entities WHERE id = 'OTHER'"), ["delete entity 3"]);
}

#[test]
fn each_filter_of_changes_selects_its_values() {
    let app = TestApp::start();
    let [first, second] = [0, 1].map(|_| app.article(json!({})));
    let key = app.key("desk", json!({"scope": "write"}));
    let desk = app.with_key(key["secret"].as_str().unwrap());
    desk.patch(&format!("/v1/articles/{}", id(&first)), &json!({"section": "Monde"})).expect(200);
    desk.post("/v1/articles", &json!({"headline": "Dakar", "body": "Dakar."})).expect(201);
    let mention = app.mention(&second, "Awa Diallo", json!({}));
    app.entity(json!({}));
    app.delete(&format!("/v1/mentions/{}", id(&mention))).expect(204);
    for (filter, expected) in [
        ("resource=mention", &["create mention 1", "delete mention 1"][..]),
        ("resource=entity&resource=mention&action=create", &["create mention 1", "create entity 1"]),
        ("action=update", &["update article 2"]),
        ("actor=desk", &["update article 2", "create article 1"]),
        ("actor=nobody", &[]),
        (&format!("article={}", id(&first)), &["create article 1", "update article 2"]),
        (&format!("article={}&resource=mention", id(&second)), &["create mention 1", "delete mention 1"]),
    ] {
        for limit in [1, 1000] {
            assert_eq!(words(&changes(&app, &format!("{filter}&limit={limit}"))), expected, "{filter}");
        }
    }
}

#[test]
fn articles_created_together_by_several_keys_have_their_own_actors() {
    let app = TestApp::start();
    let secrets = ["one", "two", "three"].map(|name| app.key(name, json!({"scope": "write"})));
    thread::scope(|scope| {
        for key in &secrets {
            for number in 0..10 {
                let client = app.with_key(key["secret"].as_str().unwrap());
                let article = json!({"headline": key["name"], "body": "Dakar.", "external_id": number.to_string(), "publisher": key["name"]});
                scope.spawn(move || client.post("/v1/articles", &article).expect(201));
            }
        }
    });
    for key in &secrets {
        let name = key["name"].as_str().unwrap();
        let created = changes(&app, &format!("actor={name}"));
        assert_eq!(created.len(), 10, "{name}");
        for change in created {
            let article = app.get(&format!("/v1/articles/{}", change["record_id"].as_str().unwrap())).expect(200);
            assert_eq!(article["publisher"], name);
        }
    }
}

#[test]
fn bad_parameters_of_the_feed_are_refused() {
    let app = TestApp::start();
    for parameters in ["after=x", "limit=0", "limit=1001", "resource=key", "action=read", "article=1", "wait=1"] {
        let problem = refusal(app.get(&format!("/v1/changes?{parameters}")), 400, "invalid_parameter");
        let name = parameters.split('=').next().unwrap();
        assert_eq!(problem["errors"][0]["parameter"], name, "{parameters}");
    }
    // Thirty-two characters that are not base64url of 24 bytes are refused by their pattern; any others are positions.
    let forged = refusal(app.get(&format!("/v1/changes?after={}", "A".repeat(32))), 410, "cursor_expired");
    assert!(forged["detail"].as_str().unwrap().contains("read the records again"));
}

#[test]
fn a_write_that_is_rolled_back_leaves_no_change() {
    let app = TestApp::start();
    let article = app.article(json!({"url": "https://example.org/port"}));
    let made = changes_of(&app, || {
        refusal(
            app.post("/v1/articles", &json!({"headline": "x", "body": "x", "url": article["url"]})),
            409,
            "url_taken",
        );
        let mentions = json!([{"start": 0, "end": 2}, {"start": 0, "end": 9000}]);
        app.post(&format!("/v1/articles/{}/mentions", id(&article)), &mentions).expect(422);
        app.request("DELETE", &format!("/v1/articles/{}", id(&article)))
            .header("if-match", "\"9-\"")
            .send()
            .expect(412);
        app.delete(&format!("/v1/articles/{NOBODY}")).expect(404);
    });
    assert_eq!(made, Vec::<String>::new());
}

#[test]
fn a_change_waits_for_transactions_that_began_before_it() {
    let app = TestApp::start();
    let mut slow = connect(&app.database.url());
    let cursor = now(&app);
    slow.batch_execute(
        "BEGIN; INSERT INTO entities (id, kind, name, name_key) VALUES (gen_random_uuid(), 'place', 'Dakar', 'dakar')",
    )
    .unwrap();
    app.article(json!({}));
    let (held, cursor) = follow(&app, &cursor, "");
    assert_eq!(words(&held), Vec::<String>::new(), "the entity may yet be committed before the article");
    slow.batch_execute("COMMIT").unwrap();
    // Transactions of the background tasks may be running.
    eventually("both changes", || {
        let (ready, _) = follow(&app, &cursor, "");
        (ready.len() == 2).then(|| assert_eq!(words(&ready), ["create entity 1", "create article 1"]))
    });
}

/// Eight writers create, change and delete records with transactions of different lengths, while a reader follows the feed.
#[test]
fn the_feed_has_every_change_of_eight_writers_once_and_in_the_order_of_each_record() {
    const WRITERS: usize = 8;
    const ROUNDS: usize = 12;
    let app = TestApp::with(|config| config.pool_size = 12);
    // Commits take up to ten milliseconds: transactions end in another order than they begin in.
    app.sql(
        "CREATE FUNCTION delay() RETURNS trigger LANGUAGE plpgsql AS
             'BEGIN PERFORM pg_sleep(random() * 0.01); RETURN NULL; END';
         CREATE CONSTRAINT TRIGGER delay AFTER INSERT OR UPDATE OR DELETE ON entities DEFERRABLE INITIALLY DEFERRED
             FOR EACH ROW EXECUTE FUNCTION delay()",
    );
    let is_done = AtomicBool::new(false);
    let (mut seen, made) = thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let (mut seen, mut cursor) = (Vec::new(), String::new());
            loop {
                let was_done = is_done.load(Ordering::SeqCst);
                let (items, next) = follow(&app, &cursor, "limit=7");
                seen.extend(items);
                cursor = next;
                if was_done {
                    return (seen, cursor);
                }
            }
        });
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let app = &app;
                scope.spawn(move || {
                    let mut made = Vec::new();
                    for round in 0..ROUNDS {
                        let entity = app.entity(json!({"name": format!("{writer} {round}")}));
                        let path = format!("/v1/entities/{}", id(&entity));
                        app.patch(&path, &json!({"description": "Dakar"})).expect(200);
                        app.patch(&path, &json!({"kind": "place"})).expect(200);
                        let mut actions = vec!["create entity 1", "update entity 2", "update entity 3"];
                        if round % 2 == 0 {
                            app.delete(&path).expect(204);
                            actions.push("delete entity 3");
                        }
                        made.push((id(&entity).to_owned(), actions));
                    }
                    made
                })
            })
            .collect();
        let made: BTreeMap<_, _> = writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect();
        is_done.store(true, Ordering::SeqCst);
        (reader.join().unwrap(), made)
    });
    let total: usize = made.values().map(Vec::len).sum();
    eventually("the last changes", || {
        let (items, next) = follow(&app, &seen.1, "");
        seen.0.extend(items);
        seen.1 = next;
        (seen.0.len() >= total).then_some(())
    });
    let ids: BTreeSet<_> = seen.0.iter().map(|change| change["id"].as_str().unwrap()).collect();
    assert_eq!((seen.0.len(), ids.len()), (total, total), "a change was skipped or came twice");
    for (record, actions) in made {
        let of_record: Vec<_> = seen.0.iter().filter(|change| change["record_id"] == *record).cloned().collect();
        assert_eq!(words(&of_record), actions, "{record}");
    }
    // Whoever reads later gets the same history.
    assert_eq!(changes(&app, "limit=1000"), seen.0);
}

/// Another instance of the service on the same database, which removes old changes when it starts.
fn instance(app: &TestApp, retention: Duration) -> TestApp {
    TestApp::with(|config| {
        config.database = Database::At(DatabaseUrl::parse(&app.database.url()).unwrap());
        config.changes_retention = retention;
    })
}

const HOUR: Duration = Duration::from_secs(3600);

#[test]
fn old_changes_are_removed_and_cursors_before_them_are_gone() {
    let app = TestApp::start();
    app.article(json!({}));
    let early = now(&app);
    app.entity(json!({}));
    let late = now(&app);
    app.sql("UPDATE changes SET at = now() - interval '2 hours'");
    app.article(json!({}));
    let other = instance(&app, HOUR);
    let kept = eventually("the removal", || Some(changes(&app, "")).filter(|kept| kept.len() == 1));
    assert_eq!(words(&kept), ["create article 1"]);
    let problem = refusal(other.get(&format!("/v1/changes?after={early}")), 410, "cursor_expired");
    assert!(problem["detail"].as_str().unwrap().contains("read the records again"), "{problem}");
    assert_eq!(follow(&other, &late, "").0, kept, "nothing behind this cursor was removed");
}

#[test]
fn cursors_of_another_database_are_gone() {
    let [app, other] = [TestApp::start(), TestApp::start()];
    let cursor = now(&app);
    // A test database is a copy, with the same log.
    other.sql("UPDATE change_log SET id = gen_random_uuid()");
    refusal(other.get(&format!("/v1/changes?after={cursor}")), 410, "cursor_expired");
    app.get(&format!("/v1/changes?after={cursor}")).expect(200);
}

#[test]
fn a_log_with_transactions_of_another_database_is_begun_again() {
    let app = TestApp::start();
    app.article(json!({}));
    let cursor = now(&app);
    app.sql("UPDATE changes SET transaction_id = transaction_id + 1000000000");
    let _restarted = instance(&app, HOUR);
    eventually("another log", || (app.get(&format!("/v1/changes?after={cursor}")).status == 410).then_some(()));
    app.entity(json!({}));
    assert_eq!(words(&changes(&app, "")), ["create entity 1"]);
}
