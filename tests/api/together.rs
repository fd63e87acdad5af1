//! What is asked for at the same time: each caller is answered as if alone.

use std::thread;

use diesel::connection::SimpleConnection;
use serde_json::{Value, json};

use crate::support::answers::id;
use crate::support::document::NOBODY;
use crate::support::embedded::eventually;
use crate::support::postgres::connect;
use crate::support::{Client, TestApp};

/// Holds up every statement on a table until it is dropped.
fn locked(app: &TestApp, table: &str) -> diesel::PgConnection {
    let mut connection = connect(&app.database.url());
    connection.batch_execute(&format!("BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")).unwrap();
    connection
}

/// Waits until a statement of the service waits for a lock.
fn waits(app: &TestApp) {
    eventually("a statement that waits", || {
        let waiting =
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
        (app.database.ask(waiting) != "0").then_some(())
    });
}

/// Answers to all of these, which are asked for while the table is locked.
fn at_once(app: &TestApp, table: &str, paths: &[String]) -> Vec<(u16, Value)> {
    let lock = locked(app, table);
    thread::scope(|scope| {
        let ask = |path: &String| {
            let (client, path) = (Client::clone(app), path.clone());
            scope.spawn(move || {
                let answer = client.get(&path);
                (answer.status, answer.json())
            })
        };
        let asked: Vec<_> = paths.iter().map(ask).collect();
        waits(app);
        drop(lock);
        asked.into_iter().map(|answer| answer.join().unwrap()).collect()
    })
}

#[test]
fn records_that_are_read_together_are_each_as_if_read_alone() {
    let app = TestApp::start();
    let articles: Vec<Value> = (0..20).map(|n| app.article(json!({"headline": format!("Titre {n}")}))).collect();
    let gone = app.article(json!({}));
    let path = |article: &Value| format!("/v1/articles/{}", id(article));
    app.delete(&path(&gone)).expect(204);
    let mut paths: Vec<String> = articles.iter().chain(&articles[..5]).map(path).collect();
    paths.extend([path(&gone), format!("/v1/articles/{NOBODY}"), path(&gone)]);
    let answers = at_once(&app, "articles", &paths);
    for (answer, article) in answers.iter().zip(articles.iter().chain(&articles[..5])) {
        assert_eq!((answer.0, &answer.1), (200, article));
    }
    let refused: Vec<u16> = answers[25..].iter().map(|(status, _)| *status).collect();
    assert_eq!(refused, [410, 404, 410]);
}

#[test]
fn pages_that_are_read_together_are_each_as_if_read_alone() {
    let app = TestApp::start();
    let article = app.article(json!({}));
    let speakers: Vec<Value> = (0..6).map(|n| app.entity(json!({"name": format!("Nom {n}")}))).collect();
    for (count, speaker) in speakers.iter().enumerate() {
        for _ in 0..count {
            let quote = app.quote(&article, json!({"speaker_id": speaker["id"]}));
            app.patch(&format!("/v1/quotes/{}", id(&quote)), &json!({"status": "disputed"})).expect(200);
        }
    }
    let list = |speaker: &Value| format!("/v1/quotes?speaker={}&limit=2", id(speaker));
    let paths: Vec<String> = speakers.iter().chain(&speakers).map(list).collect();
    let alone: Vec<Value> = paths.iter().map(|path| app.get(path).expect(200)).collect();
    assert_eq!(alone[5]["items"].as_array().unwrap().len(), 2);
    assert_eq!(alone[5]["items"][0]["reviews"].as_array().unwrap().len(), 1);
    assert_eq!(alone[0]["items"], json!([]));
    let together = at_once(&app, "quotes", &paths);
    assert_eq!(together, alone.into_iter().map(|page| (200, page)).collect::<Vec<_>>());
}

#[test]
fn who_looks_something_up_does_not_wait_behind_searches() {
    let app = TestApp::start();
    let article = app.article(json!({}));
    let speaker = app.entity(json!({"name": "Awa Diallo"}));
    app.quote(&article, json!({"speaker_id": speaker["id"]}));
    let lock = locked(&app, "mentions");
    thread::scope(|scope| {
        let search = scope.spawn(|| app.get("/v1/mentions"));
        waits(&app);
        app.get(&format!("/v1/articles/{}", id(&article))).expect(200);
        let page = app.get(&format!("/v1/quotes?speaker={}", id(&speaker))).expect(200);
        assert_eq!(page["items"].as_array().unwrap().len(), 1);
        drop(lock);
        search.join().unwrap().expect(200);
    });
}
