//! Reads from a standby: maximum lag, own writes, and fallback to the primary.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use verbatim::config::{Database, DatabaseUrl};
use verbatim::postgres::DATABASE;

use crate::support::answers::id;
use crate::support::embedded::eventually;
use crate::support::process::{Process, verbatim};
use crate::support::proxy::Proxy;
use crate::support::replicated::Replicated;
use crate::support::{Client, Response, TestApp, refused};

const TOKEN: &str = "x-consistency-token";

/// Waits until the service reports its replica as `in use` or `not in use`.
#[track_caller]
fn replica_is(client: &Client, state: &str) {
    eventually(state, || {
        let ready = client.get("/readyz").expect(200);
        (ready == json!({"status": "ready", "replica": state})).then_some(())
    });
}

/// Stores an article and returns its path and the token of the write.
#[track_caller]
fn store(client: &Client, headline: &str) -> (String, String) {
    let answer = client.post("/v1/articles", &json!({"headline": headline, "body": "Dakar."}));
    let token = answer.header(TOKEN).to_owned();
    (format!("/v1/articles/{}", id(&answer.expect(201))), token)
}

fn get_with(client: &Client, path: &str, header: &str, value: &str) -> Response {
    client.request("GET", path).header(header, value).send()
}

/// Returns how many reads the replica and the primary have answered.
fn reads(client: &Client) -> (u64, u64) {
    let text = client.get("/metrics").text();
    let count = |server: &str| {
        let name = format!("verbatim_replica_reads_total{{server=\"{server}\"}} ");
        text.lines().find_map(|line| line.strip_prefix(&name)?.parse().ok()).unwrap_or_default()
    };
    (count("replica"), count("primary"))
}

#[test]
fn a_request_with_the_token_of_a_write_sees_it_at_any_replication_lag() {
    let servers = Replicated::start();
    let app = TestApp::with(|config| servers.configure(config));
    replica_is(&app, "in use");
    servers.delay("1h");
    let (path, token) = store(&app, "Le port rouvre");
    assert_eq!(token.len(), 16, "{token:?}");

    // The replica answers without the write.
    let before = reads(&app);
    refused(&app, &app.get(&path), 404, "not_found");
    assert_eq!(app.get("/v1/articles").expect(200)["items"], json!([]));
    assert_eq!(reads(&app), (before.0 + 2, before.1));
    let older = "0000000000000001";
    refused(&app, &get_with(&app, &path, TOKEN, older), 404, "not_found");

    for (header, value) in
        [(TOKEN, token.clone()), (TOKEN, format!("{older}, {token}")), ("cache-control", "no-cache".to_owned())]
    {
        assert_eq!(get_with(&app, &path, header, &value).expect(200)["headline"], "Le port rouvre", "{header}");
        let list = get_with(&app, "/v1/articles", header, &value).expect(200);
        assert_eq!(list["items"][0]["headline"], "Le port rouvre", "{header}");
    }

    // Once it has replayed the write, it also answers requests with the token.
    servers.delay("0");
    eventually("the article on the replica", || (app.get(&path).status == 200).then_some(()));
    let before = reads(&app);
    get_with(&app, &path, TOKEN, &token).expect(200);
    assert_eq!(reads(&app), (before.0 + 1, before.1));
}

#[test]
fn the_token_of_every_write_is_greater_than_the_previous_one() {
    let servers = Replicated::start();
    let app = TestApp::with(|config| servers.configure(config));
    let (path, created) = store(&app, "Un");
    let patched = app.patch(&path, &json!({"headline": "Deux"}));
    let deleted = app.delete(&path);
    let tokens = [created.as_str(), patched.header(TOKEN), deleted.header(TOKEN)];
    assert_eq!((patched.status, deleted.status), (200, 204));
    assert!(tokens.is_sorted() && tokens.iter().all(|token| token.len() == 16), "{tokens:?}");
    // The client that deleted the record does not see it any more.
    refused(&app, &get_with(&app, &path, TOKEN, deleted.header(TOKEN)), 410, "gone");
    // Failed writes and reads have no token.
    assert_eq!(app.delete(&path).header(TOKEN), "");
    assert_eq!(app.get("/v1/articles").header(TOKEN), "");
}

#[test]
fn without_a_replica_no_tokens_are_returned_and_given_ones_are_accepted() {
    let app = TestApp::start();
    let (path, token) = store(&app, "Un");
    assert_eq!(token, "");
    get_with(&app, &path, TOKEN, "ffffffffffffffff").expect(200);
    assert_eq!(app.get("/readyz").expect(200), json!({"status": "ready"}));
}

#[test]
fn a_malformed_token_is_400() {
    let app = TestApp::start();
    for token in ["1", "0/16B3748", "00000000016B3748", "00000000016b3748,", "é"] {
        let problem = refused(&app, &get_with(&app, "/v1/articles", TOKEN, token), 400, "invalid_parameter");
        assert_eq!(problem["errors"][0]["parameter"], TOKEN, "{token}");
    }
}

#[test]
fn a_replica_that_is_too_far_behind_is_not_read() {
    let servers = Replicated::start();
    let app = TestApp::with(|config| {
        servers.configure(config);
        config.replica_max_lag = Duration::from_millis(500);
    });
    replica_is(&app, "in use");
    servers.delay("1h");
    let (path, _) = store(&app, "Un");
    // Half a second after the write, no client gets an older state.
    let written = Instant::now();
    eventually("the primary's answer", || (app.get(&path).status == 200).then_some(()));
    assert!(written.elapsed() < Duration::from_secs(5), "{:?}", written.elapsed());
    replica_is(&app, "not in use");
    servers.delay("0");
    replica_is(&app, "in use");
    app.get(&path).expect(200);
}

#[test]
fn reads_go_to_the_primary_while_the_replica_is_unreachable() {
    let mut servers = Replicated::start();
    let (primary, standby) = (servers.primary.url(DATABASE), servers.standby_url());
    let read = format!("{standby}&password=hunter2");
    let arguments =
        ["serve", "--listen=127.0.0.1:0", "--cache-mb=0", "--database-url", &primary, "--database-read-url", &read];
    let mut service = Process::start(&mut verbatim(&arguments));
    let client = service.client();
    service.logged("reads go to replica 1");
    let (path, token) = store(&client, "Un");
    eventually("the article on the replica", || (client.get(&path).status == 200).then_some(()));

    servers.stop_standby();
    for _ in 0..20 {
        assert_eq!(client.get(&path).expect(200)["headline"], "Un");
        get_with(&client, &path, TOKEN, &token).expect(200);
    }
    service.logged("replica 1 cannot be used");
    replica_is(&client, "not in use");
    // Several checks fail in the meantime.
    thread::sleep(Duration::from_secs(1));

    servers.start_standby();
    service.logged("reads go to replica 1");
    let before = reads(&client);
    client.get(&path).expect(200);
    assert_eq!(reads(&client), (before.0 + 1, before.1));
    let log = service.stop();
    assert_eq!(log.iter().filter(|line| line.contains("replica 1 cannot be used")).count(), 1, "{log:#?}");
    assert!(!log.concat().contains("hunter2"), "{log:#?}");
}

#[test]
fn standbys_are_read_in_turn_and_one_that_is_unreachable_is_left_out() {
    let servers = Replicated::start();
    let broken = Proxy::start(&servers.standby_url());
    let app = TestApp::with(|config| {
        servers.configure(config);
        config.read_databases.push(DatabaseUrl::parse(&broken.url()).unwrap());
    });
    let in_use = |count: u32| {
        let name = format!("verbatim_replica_in_use {count}");
        eventually(&name, || app.get("/metrics").text().lines().any(|line| line == name).then_some(()));
    };
    in_use(2);
    let (path, _) = store(&app, "Un");
    eventually("the article on the replica", || (app.get(&path).status == 200).then_some(()));
    broken.fall_silent();
    for _ in 0..20 {
        app.get(&path).expect(200);
    }
    in_use(1);
    let before = reads(&app);
    for _ in 0..10 {
        app.get(&path).expect(200);
    }
    assert_eq!(reads(&app), (before.0 + 10, before.1));
    replica_is(&app, "in use");
    broken.lose_connections();
    in_use(2);
}

#[test]
fn a_promoted_standby_takes_the_writes_and_has_every_one_that_was_answered() {
    let servers = Replicated::start();
    servers.commit_on_both();
    let app = TestApp::with(|config| {
        config.database = Database::At(DatabaseUrl::parse(&servers.url_of_either()).unwrap());
        config.queue_timeout = Duration::from_millis(200);
    });
    let writing = Arc::new(AtomicBool::new(true));
    let writers: Vec<_> = (0..8)
        .map(|_| {
            let (client, writing) = (Client::clone(&app), Arc::clone(&writing));
            thread::spawn(move || {
                let mut stored = Vec::new();
                while writing.load(Ordering::Relaxed) {
                    let answer = client.post("/v1/articles", &json!({"headline": "Un", "body": "Dakar."}));
                    assert!([201, 503, 504].contains(&answer.status), "{}", answer.text());
                    if answer.status == 201 {
                        stored.push((Instant::now(), format!("/v1/articles/{}", id(&answer.json()))));
                    }
                }
                stored
            })
        })
        .collect();
    thread::sleep(Duration::from_secs(2));
    servers.crash_primary();
    let promoted = Instant::now();
    servers.promote_standby();
    thread::sleep(Duration::from_secs(6));
    writing.store(false, Ordering::Relaxed);
    let stored: Vec<_> = writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect();
    for (_, path) in &stored {
        app.get(path).expect(200);
    }
    let (before, after): (Vec<_>, Vec<_>) = stored.into_iter().map(|(at, _)| at).partition(|at| *at < promoted);
    assert!(before.len() > 20, "{} writes before the promotion", before.len());
    let first = after.into_iter().min().expect("a write after the promotion").duration_since(promoted);
    assert!(first < Duration::from_secs(5), "{first:?}");
}

#[test]
fn a_service_starts_without_a_usable_replica() {
    let primary = Replicated::start();
    // No server; then a server that is not a standby.
    for url in ["postgres://127.0.0.1:1/nowhere", &primary.primary.url(DATABASE)] {
        let app = TestApp::with(|config| {
            config.database = Database::At(DatabaseUrl::parse(&primary.primary.url(DATABASE)).unwrap());
            config.read_databases = vec![DatabaseUrl::parse(url).unwrap()];
        });
        let (path, _) = store(&app, "Un");
        assert_eq!(app.get(&path).expect(200)["headline"], "Un");
        replica_is(&app, "not in use");
        let Value::Array(items) = app.get("/v1/articles").expect(200)["items"].take() else { panic!("no items") };
        assert!(items.iter().any(|item| path.ends_with(id(item))));
    }
}

#[test]
fn a_token_bypasses_the_cache_of_another_instance() {
    let servers = Replicated::start();
    let caching = || {
        TestApp::with(|config| {
            servers.configure(config);
            config.cache_mb = 16;
            config.cache_max_age = Duration::from_secs(60);
        })
    };
    let (app, other) = (caching(), caching());
    let (path, token) = store(&app, "Un");
    eventually("an answer from memory", || {
        get_with(&other, &path, "cache-control", "no-cache").expect(200);
        other.get(&path).expect(200);
        other.get("/metrics").text().contains("verbatim_cache_hits_total 1").then_some(())
    });
    let changed = app.patch(&path, &json!({"headline": "Deux"}));
    let newer = changed.header(TOKEN).to_owned();
    assert!(newer > token);
    changed.expect(200);
    // Other instances may take a minute to see the change.
    assert_eq!(other.get(&path).expect(200)["headline"], "Un");
    assert_eq!(get_with(&other, &path, TOKEN, &newer).expect(200)["headline"], "Deux");
}

#[test]
fn a_replica_that_is_milliseconds_behind_stays_in_use_under_writes() {
    let servers = Replicated::start();
    let app = TestApp::with(|config| {
        servers.configure(config);
        config.replica_max_lag = Duration::from_secs(3);
    });
    replica_is(&app, "in use");
    // Whenever it is checked, something is not replayed yet.
    servers.delay("30ms");
    let (path, _) = store(&app, "Un");
    eventually("the article on the replica", || (app.get(&path).status == 200).then_some(()));
    let before = reads(&app);
    let writing = Arc::new(AtomicBool::new(true));
    let writers: Vec<_> = (0..3)
        .map(|_| {
            let (client, writing) = (Client::clone(&app), Arc::clone(&writing));
            thread::spawn(move || {
                let mut count = 0;
                while writing.load(Ordering::Relaxed) {
                    store(&client, "Encore un");
                    count += 1;
                }
                count
            })
        })
        .collect();
    // Longer than it may be behind.
    let start = Instant::now();
    let mut asked = 0;
    while start.elapsed() < Duration::from_secs(6) {
        app.get(&path).expect(200);
        asked += 1;
        thread::sleep(Duration::from_millis(10));
    }
    writing.store(false, Ordering::Relaxed);
    let written: u32 = writers.into_iter().map(|writer| writer.join().unwrap()).sum();
    let after = reads(&app);
    assert_eq!((after.0 - before.0, after.1 - before.1), (asked, 0), "{written} articles were written");
    assert!(written > 20, "{written}");
}
