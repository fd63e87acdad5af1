//! Writes and their deadline: confirmed writes are stored and refused writes are not, even if Postgres is unreachable in between.

use std::thread;
use std::time::{Duration, Instant};

use diesel::PgConnection;
use diesel::connection::SimpleConnection;
use serde_json::{Value, json};

use crate::support::answers::id;
use crate::support::embedded::eventually;
use crate::support::postgres::connect;
use crate::support::raw::Raw;
use crate::support::{Client, TestApp, refused};

const DEADLINE: Duration = Duration::from_secs(1);

/// A service with a deadline for requests. Statements may take longer.
fn app(deadline: Duration) -> TestApp {
    TestApp::with(|config| config.request_deadline = deadline)
}

fn article() -> Value {
    json!({"headline": "Le port rouvre", "body": "Dakar."})
}

/// Blocks every write to `articles` until it is dropped.
fn locked(app: &TestApp) -> PgConnection {
    let mut connection = connect(&app.database.url());
    connection.batch_execute("BEGIN; LOCK TABLE articles IN SHARE MODE").unwrap();
    connection
}

/// Waits until `count` transactions of the service wait for a lock.
#[track_caller]
fn waiting(app: &TestApp, count: &str) {
    eventually("transactions that wait", || {
        let waiting =
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()
            AND application_name = 'verbatim'";
        (app.database.ask(waiting) == count).then_some(())
    });
}

/// Waits until no transaction of the service is open.
#[track_caller]
fn no_transaction(app: &TestApp) {
    eventually("the end of all transactions", || {
        let open = "SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND application_name = 'verbatim' AND state <> 'idle'";
        (app.database.ask(open) == "0").then_some(())
    });
}

fn stored(app: &TestApp) -> String {
    app.database.ask("SELECT count(*) FROM articles")
}

#[test]
fn a_write_past_its_deadline_is_not_committed() {
    for path in ["/v1/articles", "/v1/articles?annotate=true"] {
        let app = app(DEADLINE);
        let lock = locked(&app);
        let asked = Instant::now();
        let answer = app.post(path, &article());
        assert!(asked.elapsed() < DEADLINE * 5, "{:?}", asked.elapsed());
        assert_eq!(answer.header("retry-after"), "1");
        refused(&app, &answer, 503, "deadline_passed");
        drop(lock);
        no_transaction(&app);
        assert_eq!(stored(&app), "0", "{path}");
        app.post(path, &article()).expect(201);
    }
}

#[test]
fn a_write_that_is_late_before_it_begins_is_known_to_have_changed_nothing() {
    let app = app(DEADLINE);
    app.post("/v1/articles?annotate=true", &article()).expect(201);
    let mut names = connect(&app.database.url());
    names.batch_execute("BEGIN; LOCK TABLE changes IN ACCESS EXCLUSIVE MODE").unwrap();
    let answer = app.post("/v1/articles?annotate=true", &article());
    assert_eq!(answer.header("retry-after"), "1");
    refused(&app, &answer, 503, "deadline_passed");
    drop(names);
    no_transaction(&app);
    assert_eq!(stored(&app), "1");
}

#[test]
fn a_write_of_a_disconnected_client_is_not_committed() {
    let app = TestApp::start();
    let lock = locked(&app);
    let body = article().to_string();
    let length = body.len().to_string();
    let headers = ["content-type: application/json", &*format!("content-length: {length}")];
    let client = Raw::connect(&app).head("POST /v1/articles", &headers).send(&body);
    waiting(&app, "1");
    drop(client);
    // The service has noticed that the client is gone when it has answered everything that it was asked.
    eventually("the end of the request", || {
        app.get("/metrics").text().contains("verbatim_http_requests_in_flight 1").then_some(())
    });
    drop(lock);
    no_transaction(&app);
    assert_eq!(stored(&app), "0");
}

/// Has every commit of an article wait for a lock, which is held until the connection is dropped.
fn slow_commit(app: &TestApp) -> PgConnection {
    app.sql(
        "CREATE FUNCTION wait_for_lock() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN PERFORM pg_advisory_xact_lock(4711); RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON articles DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION wait_for_lock()",
    );
    let mut connection = connect(&app.database.url());
    connection.batch_execute("SELECT pg_advisory_lock(4711)").unwrap();
    connection
}

#[test]
fn a_commit_past_the_deadline_is_504_without_retry_after() {
    let deadline = DEADLINE * 4;
    let app = app(deadline);
    let commit = slow_commit(&app);
    // The timeout of the commit starts with it, so that it ends after the deadline.
    let lock = locked(&app);
    let client = Client::clone(&app);
    let writing = thread::spawn(move || client.post("/v1/articles", &article()));
    waiting(&app, "1");
    thread::sleep(deadline / 2);
    drop(lock);
    let answer = writing.join().unwrap();
    assert_eq!(answer.header("retry-after"), "");
    refused(&app, &answer, 504, "outcome_unknown");
    drop(commit);
    no_transaction(&app);
}

#[test]
fn a_connection_lost_during_the_commit_is_504_and_one_lost_before_is_retried() {
    let terminate = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE wait_event_type = 'Lock' AND datname = current_database() AND application_name = 'verbatim'";
    let app = TestApp::start();
    let write = || {
        let client = Client::clone(&app);
        let writing = thread::spawn(move || client.post("/v1/articles", &article()));
        waiting(&app, "1");
        app.sql(terminate);
        writing
    };
    let lock = locked(&app);
    let before = write();
    waiting(&app, "1");
    drop(lock);
    before.join().unwrap().expect(201);

    let commit = slow_commit(&app);
    let answer = write().join().unwrap();
    assert_eq!(answer.header("retry-after"), "");
    refused(&app, &answer, 504, "outcome_unknown");
    drop(commit);
    assert_eq!(stored(&app), "1");
}

#[test]
fn dead_connections_in_the_pool_fail_no_write() {
    let app = TestApp::with(|config| config.pool_size = 16);
    let articles: Vec<Value> = (0..6).map(|_| app.post("/v1/articles", &article()).expect(201)).collect();
    // Opens all six connections for writes.
    let mut lock = connect(&app.database.url());
    lock.batch_execute("BEGIN; LOCK TABLE articles IN EXCLUSIVE MODE").unwrap();
    let delete = |article: &Value| {
        let (client, path) = (Client::clone(&app), format!("/v1/articles/{}", id(article)));
        thread::spawn(move || client.delete(&path).expect(204))
    };
    let writers: Vec<_> = articles.iter().map(delete).collect();
    waiting(&app, "6");
    drop(lock);
    writers.into_iter().for_each(|writer| drop(writer.join().unwrap()));

    // As a restart of Postgres does.
    app.database.close(true);
    app.database.close(false);
    for n in 0..6 {
        let answer = app.post("/v1/articles", &article());
        assert_eq!(answer.status, 201, "write {n}: {}", answer.text());
    }
}
