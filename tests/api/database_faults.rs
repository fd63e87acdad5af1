//! A database that is lost, full, locked or not as it should be: requests are refused with the reason, and served again soon after.

use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use serde_json::{Value, json};
use verbatim::config::{Config, Database, DatabaseUrl};
use verbatim::store::migrate;

use crate::support::answers::id;
use crate::support::embedded::eventually;
use crate::support::postgres::{TestDatabase, connect};
use crate::support::process::{Process, run, verbatim};
use crate::support::proxy::Proxy;
use crate::support::{Client, TestApp, refused};

fn article() -> Value {
    json!({"headline": "Le port rouvre", "body": "Dakar."})
}

/// Configures a service behind a proxy. Statements may take much longer than the tests wait.
fn behind(proxy: &Proxy) -> impl FnOnce(&mut Config) {
    let url = DatabaseUrl::parse(&proxy.url()).unwrap();
    move |config| {
        config.database = Database::At(url);
        config.pool_size = 8;
        config.queue_timeout = Duration::from_millis(200);
        config.request_deadline = Duration::from_secs(40);
        config.statement_timeout = Duration::from_secs(30);
    }
}

/// Sends requests of each class of work on many connections, whose answers nobody waits for.
fn use_all_connections(app: &TestApp, path: &str) {
    for n in 0..24 {
        let (client, path) = (Client::clone(app), path.to_owned());
        thread::spawn(move || match n % 3 {
            0 => drop(client.request("GET", &path).try_send()),
            1 => drop(client.request("GET", "/v1/articles?sort=relevance&q=port").try_send()),
            _ => drop(client.request("POST", "/v1/articles").json(&article()).try_send()),
        });
    }
}

/// Waits until requests of each class of work are served, and returns how long that took.
#[track_caller]
fn serves_again(app: &TestApp, path: &str) -> Duration {
    let since = Instant::now();
    eventually("a lookup", || (app.get(path).status == 200).then_some(()));
    eventually("a search", || (app.get("/v1/articles?sort=relevance&q=port").status == 200).then_some(()));
    eventually("a write", || (app.post("/v1/articles", &article()).status == 201).then_some(()));
    eventually("readiness", || (app.get("/readyz").status == 200).then_some(()));
    since.elapsed()
}

#[test]
fn connections_that_go_silent_for_ever_are_replaced_while_their_statements_still_have_time() {
    let database = TestDatabase::migrated();
    let proxy = Proxy::start(&database.url());
    let app = TestApp::on(database, behind(&proxy));
    let path = format!("/v1/articles/{}", id(&app.article(json!({}))));
    use_all_connections(&app, &path);
    thread::sleep(Duration::from_millis(500));
    proxy.lose_connections();
    use_all_connections(&app, &path);
    thread::sleep(Duration::from_millis(1500));
    let took = serves_again(&app, &path);
    assert!(took < Duration::from_secs(10), "{took:?}");
}

#[test]
fn a_network_that_was_silent_is_used_again_as_soon_as_it_works() {
    let database = TestDatabase::migrated();
    let proxy = Proxy::start(&database.url());
    let app = TestApp::on(database, behind(&proxy));
    let path = format!("/v1/articles/{}", id(&app.article(json!({}))));
    proxy.fall_silent();
    use_all_connections(&app, &path);
    let asked = Instant::now();
    assert_eq!(app.get("/readyz").status, 503);
    assert!(asked.elapsed() < Duration::from_secs(5));
    app.get("/livez").expect(200);
    proxy.lose_connections();
    let took = serves_again(&app, &path);
    assert!(took < Duration::from_secs(10), "{took:?}");
}

#[test]
fn a_service_whose_first_connection_hangs_is_ready_with_the_next() {
    let database = TestDatabase::empty();
    let proxy = Proxy::start(&database.url());
    proxy.fall_silent();
    let app = TestApp::on(database, behind(&proxy));
    app.get("/livez").expect(200);
    assert_eq!(app.get("/readyz").status, 503);
    proxy.lose_connections();
    let since = Instant::now();
    eventually("readiness", || (app.get("/readyz").status == 200).then_some(()));
    assert!(since.elapsed() < Duration::from_secs(20), "{:?}", since.elapsed());
    app.post("/v1/articles", &article()).expect(201);
}

#[test]
fn a_lock_on_the_quotes_leaves_threads_to_other_records() {
    let app = TestApp::with(|config| {
        config.pool_size = 8;
        config.lock_timeout = Duration::from_secs(19);
    });
    let stored = app.article(json!({}));
    let quote = app.quote(&stored, json!({}));
    let mut lock = connect(&app.database.url());
    lock.batch_execute("BEGIN; LOCK TABLE quotes IN ACCESS EXCLUSIVE MODE").unwrap();
    let waiting: Vec<_> = (0..16)
        .map(|n| {
            let (client, id) = (Client::clone(&app), id(&quote).to_owned());
            let path = if n % 2 == 0 { format!("/v1/quotes/{id}") } else { format!("/v1/quotes?limit={}", n + 1) };
            thread::spawn(move || client.get(&path).expect(200))
        })
        .collect();
    eventually("reads that wait", || {
        let waiting =
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
        (app.database.ask(waiting) == "2").then_some(())
    });
    let asked = Instant::now();
    app.get(&format!("/v1/articles/{}", id(&stored))).expect(200);
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
    drop(lock);
    waiting.into_iter().for_each(|reader| drop(reader.join().unwrap()));
}

/// Has every new article fail with the given error of Postgres.
fn fail_writes(app: &TestApp, message: &str, code: &str) {
    app.sql(&format!(
        "CREATE OR REPLACE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = '{code}'; END $$;
        DROP TRIGGER IF EXISTS fail ON articles;
        CREATE TRIGGER fail BEFORE INSERT ON articles FOR EACH ROW EXECUTE FUNCTION fail()"
    ));
}

#[test]
fn conditions_of_operation_are_refusals_that_say_what_is_wrong() {
    let app = TestApp::start();
    let path = format!("/v1/articles/{}", id(&app.article(json!({}))));

    let full = "could not extend file \"base/5/16402\": No space left on device";
    for (message, code) in [(full, "53100"), ("could not extend file \"base/5/16402\": File too large", "58030")] {
        fail_writes(&app, message, code);
        let problem = refused(&app, &app.post("/v1/articles", &article()), 507, "storage_full");
        assert_eq!(problem["detail"], "the database has no space left");
        app.get(&path).expect(200);
        app.get("/readyz").expect(200);
    }
    fail_writes(&app, "out of shared memory", "53200");
    refused(&app, &app.post("/v1/articles", &article()), 503, "unavailable");
    app.sql("DROP TRIGGER fail ON articles");
    app.post("/v1/articles", &article()).expect(201);
}

#[test]
fn tables_that_are_missing_or_forbidden_make_the_service_not_ready_until_they_are_back() {
    let app = TestApp::start();
    let path = format!("/v1/articles/{}", id(&app.article(json!({}))));
    for (hurt, mend) in [
        ("ALTER TABLE articles RENAME TO gone", "ALTER TABLE gone RENAME TO articles"),
        ("REVOKE ALL ON articles FROM CURRENT_USER", "GRANT ALL ON articles TO CURRENT_USER"),
        ("CREATE SCHEMA other; ALTER TABLE articles SET SCHEMA other", "ALTER TABLE other.articles SET SCHEMA public"),
    ] {
        app.sql(hurt);
        refused(&app, &app.get(&path), 503, "database_unsuitable");
        refused(&app, &app.get("/v1/articles"), 503, "database_unsuitable");
        refused(&app, &app.post("/v1/articles", &article()), 503, "database_unsuitable");
        let problem = refused(&app, &app.get("/readyz"), 503, "unavailable");
        assert_eq!(problem["detail"], "the database lacks tables, or the right to use them: articles", "{hurt}");
        app.sql(mend);
        app.get("/readyz").expect(200);
        app.get(&path).expect(200);
        app.post("/v1/articles", &article()).expect(201);
    }
}

#[test]
fn a_database_that_takes_no_writes_any_more_refuses_them_and_serves_reads() {
    let app = TestApp::start();
    let path = format!("/v1/articles/{}", id(&app.article(json!({}))));
    let name = app.database.ask("SELECT current_database()");
    app.sql(&format!("ALTER DATABASE {name} SET default_transaction_read_only = on"));
    app.database.close(true);
    app.database.close(false);
    refused(&app, &app.post("/v1/articles", &article()), 503, "database_unsuitable");
    app.get(&path).expect(200);
    TestDatabase::empty().execute_as_admin(&format!("ALTER DATABASE {name} RESET default_transaction_read_only"));
    app.post("/v1/articles", &article()).expect(201);
}

#[test]
fn a_schema_that_is_newer_than_the_build_is_refused_at_the_start_and_served_by_a_running_instance() {
    let database = TestDatabase::migrated();
    database.execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('99990101000000')");
    assert_eq!(migrate::obstacle(&mut connect(&database.url())).unwrap(), None);
    for arguments in [&["serve", "--listen", "127.0.0.1:0", "--log-level", "error"][..], &["migrate"]] {
        let (status, _, said) = run(verbatim(arguments).env("DATABASE_URL", database.url()));
        assert_eq!(status, Some(1), "{arguments:?}: {said}");
        assert!(said.contains("its schema is newer than this build"), "{said}");
        assert!(said.contains("99990101000000"), "{said}");
    }
}

#[test]
fn each_new_reason_why_the_database_cannot_be_used_is_logged_and_it_is_used_soon_after() {
    let database = TestDatabase::empty();
    let later = database.url().replace("/test_", "/reasons_test_");
    let name = later.split(['/', '?']).find(|part| part.starts_with("reasons_test_")).unwrap().to_owned();
    let mut service = Process::start(verbatim(&["serve", "--listen", "127.0.0.1:0"]).env("DATABASE_URL", &later));
    let client = service.client();
    service.logged("does not exist");
    // Nobody may connect to it yet.
    database.create_beside(&name, "ALLOW_CONNECTIONS false");
    service.logged("not currently accepting connections");
    assert_eq!(client.get("/readyz").status, 503);
    service.logged("not ready: ");
    let since = Instant::now();
    database.execute_as_admin(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true"));
    eventually("readiness", || (client.get("/readyz").status == 200).then_some(()));
    assert!(since.elapsed() < Duration::from_secs(10), "{:?}", since.elapsed());
    service.logged("ready again");
    service.stop();
    database.execute_as_admin(&format!("DROP DATABASE {name} WITH (FORCE)"));
}
