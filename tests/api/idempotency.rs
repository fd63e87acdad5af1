//! `Idempotency-Key`: a request that is sent again is carried out once.

use std::thread;

use diesel::connection::SimpleConnection;
use serde_json::{Value, json};

use crate::support::answers::refusal;
use crate::support::embedded::eventually;
use crate::support::postgres::connect;
use crate::support::{Client, Response, TestApp};

fn post(client: &Client, path: &str, key: &str, body: &Value) -> Response {
    client.request("POST", path).header("idempotency-key", key).json(body).send()
}

/// The headers and the body of an answer that a repetition has again.
fn parts(answer: &Response) -> (u16, [String; 3], String) {
    let headers = ["content-type", "location", "etag"].map(|name| answer.header(name).to_owned());
    (answer.status, headers, answer.text())
}

#[test]
fn a_creation_that_is_sent_again_gets_the_first_answer() {
    let app = TestApp::with(|config| config.public_url = Some("https://news.example/verbatim".parse().unwrap()));
    let article = app.article(json!({}));
    let mentions = format!("/v1/articles/{}/mentions", article["id"].as_str().unwrap());
    let quote = json!({"article_id": article["id"], "text": "Nous sommes prêts"});
    let long = format!("Dakar. {}", "La mer monte. ".repeat(6_000));
    let creations = [
        ("/v1/articles", json!({"headline": "Dakar", "body": "Dakar."})),
        ("/v1/articles", json!({"headline": "Dakar", "body": long})),
        (
            "/v1/articles?annotate=true",
            json!({"headline": "Dakar", "body": "« Nous sommes prêts », a déclaré Awa Diallo."}),
        ),
        ("/v1/entities", json!({"kind": "place", "name": "Dakar"})),
        (&mentions, json!({"start": 3, "end": 7})),
        (&mentions, json!([{"start": 3, "end": 7}, {"start": 0, "end": 2}])),
        ("/v1/quotes", quote.clone()),
        ("/v1/quotes", json!([quote])),
    ];
    let count = "SELECT (SELECT count(*) FROM articles) || ' ' || (SELECT count(*) FROM entities) || ' '
        || (SELECT count(*) FROM mentions) || ' ' || (SELECT count(*) FROM quotes)";
    for (number, (path, body)) in creations.iter().enumerate() {
        let key = format!("key {number}");
        let plain = app.post(path, body);
        let first = post(&app, path, &key, body);
        assert_eq!(first.status, 201, "{path}: {}", first.text());
        assert_eq!(plain.header("location").is_empty(), first.header("location").is_empty(), "{path}");
        assert!(first.header("location").is_empty() || first.header("location").starts_with("/verbatim/v1/"));
        // A second entity with the name has `similar` too.
        let first_members = first.json();
        assert!(plain.json().as_object().unwrap().keys().all(|member| first_members.get(member).is_some()), "{path}");
        let stored = app.database.ask(count);
        assert_eq!(parts(&post(&app, path, &key, body)), parts(&first), "{path}");
        // The draft of the standard has quotation marks.
        assert_eq!(parts(&post(&app, path, &format!("\"{key}\""), body)), parts(&first), "{path}");
        assert_eq!(app.database.ask(count), stored, "{path}");
    }
    // The answer is that of the creation, whatever became of the record.
    let (path, body) = &creations[3];
    let first = post(&app, path, "key 3", body);
    let record = first.header("location").trim_start_matches("/verbatim").to_owned();
    app.delete(&record).expect(204);
    assert_eq!(parts(&post(&app, path, "key 3", body)), parts(&first));
    app.get(&record).expect(410);
}

#[test]
fn a_key_belongs_to_one_request_of_one_caller() {
    let app = TestApp::start();
    let place = json!({"kind": "place", "name": "Dakar"});
    let first = post(&app, "/v1/entities", "one", &place).expect(201);
    for (path, body) in [
        ("/v1/entities", json!({"kind": "place", "name": "Bergen"})),
        ("/v1/articles", json!({"headline": "Dakar", "body": "Dakar."})),
        ("/v1/articles?annotate=true", json!({"headline": "Dakar", "body": "Dakar."})),
    ] {
        refusal(post(&app, path, "one", &body), 422, "idempotency_key_reused");
    }
    for name in ["desk", "archive"] {
        let key = app.key(name, json!({"scope": "write"}));
        let other = app.with_key(key["secret"].as_str().unwrap());
        let created = post(&other, "/v1/entities", "one", &place).expect(201);
        assert_ne!(created["id"], first["id"], "{name}");
        assert_eq!(post(&other, "/v1/entities", "one", &place).expect(201), created);
    }
}

#[test]
fn a_request_that_failed_may_be_sent_again_with_its_key() {
    let app = TestApp::start();
    let article = json!({"headline": "Dakar", "body": "Dakar.", "url": "https://example.org/port"});
    let taken = app.post("/v1/articles", &article).expect(201);
    refusal(post(&app, "/v1/articles", "one", &article), 409, "url_taken");
    app.delete(&format!("/v1/articles/{}", taken["id"].as_str().unwrap())).expect(204);
    post(&app, "/v1/articles", "one", &article).expect(201);
    refusal(post(&app, "/v1/articles", "two", &json!({"headline": ""})), 422, "invalid_content");
    post(&app, "/v1/articles", "two", &json!({"headline": "Dakar", "body": "Dakar."})).expect(201);
}

#[test]
fn a_key_is_refused_while_its_first_request_runs() {
    let app = TestApp::start();
    let mut lock = connect(&app.database.url());
    lock.batch_execute("BEGIN; LOCK TABLE entities IN ACCESS EXCLUSIVE MODE").unwrap();
    let place = json!({"kind": "place", "name": "Dakar"});
    thread::scope(|scope| {
        let first = scope.spawn(|| post(&app, "/v1/entities", "one", &place).expect(201));
        let is_waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
            AND wait_event_type = 'Lock' AND query LIKE 'INSERT INTO entities%'";
        eventually("the first request", || (app.database.ask(is_waiting) == "1").then_some(()));
        refusal(post(&app, "/v1/entities", "one", &place), 409, "idempotency_key_in_use");
        lock.batch_execute("ROLLBACK").unwrap();
        let first = first.join().unwrap();
        assert_eq!(post(&app, "/v1/entities", "one", &place).expect(201), first);
    });
    assert_eq!(app.database.ask("SELECT count(*) FROM entities"), "1");
}

#[test]
fn requests_with_one_key_at_the_same_time_create_one_record() {
    let app = TestApp::start();
    let article = json!({"headline": "Dakar", "body": "Dakar."});
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                let answer = eventually("an answer", || {
                    Some(post(&app, "/v1/articles", "one", &article)).filter(|answer| answer.status != 409)
                });
                answer.expect(201)
            });
        }
    });
    assert_eq!(app.database.ask("SELECT count(*) FROM articles"), "1");
}

#[test]
fn a_key_is_forgotten_after_a_day() {
    let app = TestApp::start();
    let place = json!({"kind": "place", "name": "Dakar"});
    let first = post(&app, "/v1/entities", "one", &place).expect(201);
    app.sql("UPDATE idempotency_keys SET created_at = now() - interval '25 hours'");
    let second = post(&app, "/v1/entities", "one", &place).expect(201);
    assert_ne!(first["id"], second["id"]);
    assert_eq!(post(&app, "/v1/entities", "one", &place).expect(201), second);
}

#[test]
fn bad_keys_are_refused() {
    let app = TestApp::start();
    for key in ["", "\"\"", &"x".repeat(300)] {
        let answer = post(&app, "/v1/entities", key, &json!({"kind": "place", "name": "Dakar"}));
        let problem = refusal(answer, 400, "invalid_parameter");
        assert_eq!(problem["errors"][0]["parameter"], "Idempotency-Key", "{key:?}");
    }
    assert_eq!(app.database.ask("SELECT count(*) FROM entities"), "0");
}
