//! The response cache: equal bytes, own writes at once, other writes within `cache-max-age-ms`.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use nix::sys::signal::{Signal, kill};
use serde_json::{Value, json};
use verbatim::config::{Database, DatabaseUrl};
use verbatim::postgres::DATABASE;
use verbatim::server::migrate;

use crate::support::answers::id;
use crate::support::embedded::{eventually, execute_as_admin, folder, process, start};
use crate::support::postgres::connect;
use crate::support::{Client, Response, TestApp, refused};

/// Maximum age of cached records in these tests.
const MAX_AGE: Duration = Duration::from_millis(600);

/// A service with a cache.
#[track_caller]
fn caching(max_age: Duration) -> TestApp {
    TestApp::with(|config| {
        config.cache_mb = 16;
        config.cache_max_age = max_age;
    })
}

/// Starts another instance with a cache on the same database.
#[track_caller]
fn beside(app: &TestApp) -> TestApp {
    TestApp::with(|config| {
        config.database = Database::At(DatabaseUrl::parse(&app.database.url()).unwrap());
        config.cache_mb = 16;
        config.cache_max_age = MAX_AGE;
    })
}

#[track_caller]
fn metric(client: &Client, name: &str) -> f64 {
    let text = client.get("/metrics").text();
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {name}")).parse().unwrap()
}

/// Returns the cache hits and misses.
fn counts(client: &Client) -> (f64, f64) {
    (metric(client, "verbatim_cache_hits_total"), metric(client, "verbatim_cache_misses_total"))
}

/// Paths of an article, a quote, a mention inside the quote, and the speaker.
struct Records {
    article: Value,
    paths: [String; 4],
}

impl Records {
    #[track_caller]
    fn store(app: &TestApp) -> Self {
        let article = app.article(json!({}));
        let entity = app.entity(json!({"aliases": [{"name": "la directrice", "language": "fr", "kind": "role"}]}));
        let mention = app.mention(&article, "prêts", json!({"entity_id": entity["id"]}));
        let quote = app.quote(&article, json!({"speaker_id": entity["id"], "cue": "a déclaré"}));
        let paths = [("articles", &article), ("mentions", &mention), ("quotes", &quote), ("entities", &entity)];
        let paths = paths.map(|(name, record)| format!("/v1/{name}/{}", id(record)));
        Self { article, paths }
    }

    fn article(&self) -> &str {
        &self.paths[0]
    }

    fn quote(&self) -> &str {
        &self.paths[2]
    }

    fn entity(&self) -> &str {
        &self.paths[3]
    }
}

/// Removes the headers that differ between answers.
fn head(answer: &Response) -> BTreeMap<String, String> {
    let names = answer.headers.keys().map(|name| name.as_str());
    let names = names.filter(|name| !["x-request-id", "date"].contains(name));
    names.map(|name| (name.to_owned(), answer.header(name).to_owned())).collect()
}

#[test]
fn a_cached_record_is_returned_byte_for_byte() {
    let app = caching(Duration::from_secs(60));
    let records = Records::store(&app);
    for path in &records.paths {
        let before = counts(&app);
        let read = app.get(path);
        assert_eq!(counts(&app), (before.0, before.1 + 1.0), "{path}");
        let kept = app.get(path);
        assert_eq!(counts(&app), (before.0 + 1.0, before.1 + 1.0), "{path}");
        assert_eq!((read.status, &read.body), (200, &kept.body));
        assert_eq!(head(&read), head(&kept));
        assert_eq!(kept.header("cache-control"), "no-cache");
        assert!(!kept.header("etag").is_empty());

        // Conditional and HEAD requests are answered from the cache too.
        let known = app.request("GET", path).header("if-none-match", kept.header("etag")).send();
        assert_eq!((known.status, known.header("etag"), known.body.len()), (304, kept.header("etag"), 0));
        assert_eq!(known.header("cache-control"), "no-cache");
        assert_eq!(head(&app.request("HEAD", path).send()), head(&kept));
        assert_eq!(counts(&app), (before.0 + 3.0, before.1 + 1.0), "{path}");

        // `no-cache` reads the database and returns the same bytes.
        for directive in ["no-cache", "max-age=0", "no-store"] {
            let fresh = app.request("GET", path).header("cache-control", directive).send();
            assert_eq!((fresh.status, &fresh.body, head(&fresh)), (200, &kept.body, head(&kept)));
        }
        assert_eq!(counts(&app), (before.0 + 3.0, before.1 + 4.0), "{path}");
    }
    assert!(metric(&app, "verbatim_cache_bytes") >= 0.0);
}

#[test]
fn lists_and_embedded_records_are_read_from_the_database() {
    let app = caching(Duration::from_secs(60));
    let records = Records::store(&app);
    let before = counts(&app);
    for _ in 0..2 {
        app.get(&format!("{}?include=mentions,quotes", records.article())).expect(200);
        app.get(&format!("{}?include=speaker", records.quote())).expect(200);
        app.get(&format!("{}/quotes", records.article())).expect(200);
        app.get("/v1/articles").expect(200);
    }
    assert_eq!(counts(&app), before);
}

#[test]
fn an_instance_returns_its_own_writes_at_once() {
    let app = caching(Duration::from_secs(60));
    let records = Records::store(&app);
    let read = || records.paths.iter().for_each(|path| drop(app.get(path).expect(200)));
    let changes = [json!({"section": "Afrique"}), json!({"confidence": 0.5}), json!({"status": "disputed"})];
    for (path, change) in records.paths.iter().zip(changes.iter().chain([&json!({"name": "Awa Diallo Sarr"})])) {
        read();
        let changed = app.patch(path, change);
        let shown = app.get(path);
        assert_eq!((changed.status, &shown.body), (200, &changed.body), "{path}");
        assert_eq!(shown.header("etag"), changed.header("etag"));
    }

    // Adding or deleting a mention inside the quote changes its `about`.
    read();
    let port = app.entity(json!({"name": "Nous", "kind": "organization"}));
    let before = app.get(records.quote()).expect(200)["about"].as_array().unwrap().len();
    let mention = app.mention(&records.article, "Nous", json!({"entity_id": port["id"]}));
    assert_eq!(app.get(records.quote()).expect(200)["about"].as_array().unwrap().len(), before + 1);
    app.delete(&format!("/v1/mentions/{}", id(&mention))).expect(204);
    assert_eq!(app.get(records.quote()).expect(200)["about"].as_array().unwrap().len(), before);

    // A new body moves quotes.
    read();
    app.patch(records.article(), &json!({"body": "Hier : « Nous sommes prêts », a déclaré Awa Diallo."})).expect(200);
    assert_eq!(app.get(records.quote()).expect(200)["body_version"], 2);

    // Deleting a speaker keeps its quotes; deleting an article deletes everything in it.
    read();
    app.delete(&format!("{}?cascade=true", records.entity())).expect(204);
    refused(&app, &app.get(records.entity()), 410, "gone");
    assert_eq!(app.get(records.quote()).expect(200)["speaker_id"], json!(null));
    app.delete(records.article()).expect(204);
    for path in &records.paths {
        refused(&app, &app.get(path), 410, "gone");
    }
}

/// Reads until `is_new` holds, which must happen within the maximum age.
#[track_caller]
fn in_time(client: &Client, path: &str, written: Instant, is_new: impl Fn(&Response) -> bool) {
    loop {
        let asked = written.elapsed();
        let answer = client.get(path);
        if is_new(&answer) {
            return;
        }
        assert!(asked <= MAX_AGE, "{path} is as it was {asked:?} ago: {}", answer.text());
    }
}

#[test]
fn an_instance_returns_the_writes_of_another_within_the_maximum_age() {
    let app = caching(Duration::from_secs(60));
    let other = beside(&app);
    let records = Records::store(&app);
    let keep = || {
        for path in &records.paths {
            other.get(path);
            let before = counts(&other).0;
            eventually("an answer from memory", || {
                other.get(path);
                (counts(&other).0 > before).then_some(())
            });
        }
    };
    let changes = [json!({"section": "Afrique"}), json!({"confidence": 0.5}), json!({"status": "disputed"})];
    for (path, change) in records.paths.iter().zip(changes.iter().chain([&json!({"name": "Awa Diallo Sarr"})])) {
        keep();
        let changed = app.patch(path, change);
        assert_eq!(changed.status, 200, "{}", changed.text());
        in_time(&other, path, Instant::now(), |answer| answer.body == changed.body);
    }

    // Derived members, and changes by SQL.
    keep();
    let port = app.entity(json!({"name": "Nous", "kind": "organization"}));
    app.mention(&records.article, "Nous", json!({"entity_id": port["id"]}));
    let is_about = |answer: &Response| answer.json()["about"].as_array().unwrap().contains(&port["id"]);
    in_time(&other, records.quote(), Instant::now(), is_about);
    keep();
    app.sql("UPDATE articles SET headline = 'Autrement'");
    in_time(&other, records.article(), Instant::now(), |answer| answer.json()["headline"] == "Autrement");
    keep();
    app.sql(
        "INSERT INTO reviews (id, article_id, quote_id, action, note) SELECT gen_random_uuid(), article_id, id, 'comment', 'vu' FROM quotes",
    );
    in_time(&other, records.quote(), Instant::now(), |answer| answer.text().contains("\"vu\""));
    keep();
    app.sql("INSERT INTO entity_identifiers (entity_id, position, scheme, value) SELECT entity_id, 0, 'wikidata', 'Q1' FROM entity_aliases");
    in_time(&other, records.entity(), Instant::now(), |answer| answer.text().contains("\"Q1\""));
    keep();
    app.sql("UPDATE entity_identifiers SET value = 'Q2'; UPDATE entity_aliases SET language = 'en'");
    in_time(&other, records.entity(), Instant::now(), |answer| {
        answer.json()["identifiers"][0]["value"] == "Q2" && answer.json()["aliases"][0]["language"] == "en"
    });

    keep();
    app.delete(&format!("{}?cascade=true", records.entity())).expect(204);
    let written = Instant::now();
    in_time(&other, records.entity(), written, |answer| answer.status == 410);
    in_time(&other, records.quote(), written, |answer| answer.json()["speaker_id"].is_null());
    app.delete(records.article()).expect(204);
    let written = Instant::now();
    for path in &records.paths {
        in_time(&other, path, written, |answer| answer.status == 410);
    }
}

#[test]
fn a_read_that_began_before_a_write_is_not_cached() {
    let app = caching(Duration::from_secs(60));
    let records = Records::store(&app);
    // The quote is read, and the read of its reviews waits.
    let mut other = connect(&app.database.url());
    other.batch_execute("BEGIN; LOCK TABLE reviews IN ACCESS EXCLUSIVE MODE").unwrap();
    let (reader, path) = (Client::clone(&app), records.quote().to_owned());
    let reading = thread::spawn(move || reader.get(&path).expect(200));
    eventually("the read", || {
        let waiting = app.database.ask(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
        );
        (waiting == "1").then_some(())
    });
    app.patch(records.article(), &json!({"body": "Hier : « Nous sommes prêts », a déclaré Awa Diallo."})).expect(200);
    other.batch_execute("COMMIT").unwrap();
    assert_eq!(reading.join().unwrap()["body_version"], 1, "the test is about a read that came before");
    for _ in 0..2 {
        assert_eq!(app.get(records.quote()).expect(200)["body_version"], 2);
    }
}

#[test]
fn a_writer_among_readers_always_reads_its_own_writes() {
    let app = caching(Duration::from_secs(60));
    let path = format!("/v1/articles/{}", id(&app.article(json!({}))));
    thread::scope(|scope| {
        scope.spawn(|| {
            for count in 0..100 {
                let headline = format!("Titre {count}");
                let changed = app.patch(&path, &json!({"headline": headline}));
                assert_eq!(app.get(&path).body, changed.body, "{headline}");
            }
        });
        for _ in 0..2 {
            scope.spawn(|| {
                let mut version = 0;
                for _ in 0..300 {
                    let shown = app.get(&path).expect(200)["version"].as_i64().unwrap();
                    assert!(shown >= version, "{shown} after {version}");
                    version = shown;
                }
            });
        }
    });
}

#[test]
fn without_a_database_no_record_above_the_maximum_age_is_returned() {
    let app = TestApp::with(|config| {
        config.cache_mb = 16;
        config.cache_max_age = MAX_AGE;
    });
    let path = format!("/v1/articles/{}", id(&app.article(json!({}))));
    app.get(&path).expect(200);
    app.database.close(true);
    in_time(&app, &path, Instant::now(), |answer| answer.status == 503);
    app.database.close(false);
    eventually("a read", || (app.get(&path).status == 200).then_some(()));
}

#[test]
fn a_server_that_takes_over_without_the_last_writes_empties_the_memory() {
    let dir = folder();
    let embedded = start(dir.path());
    migrate(&embedded.url(DATABASE)).unwrap();
    let app = TestApp::with(|config| {
        config.database = Database::At(DatabaseUrl::parse(&embedded.url(DATABASE)).unwrap());
        config.cache_mb = 16;
        config.cache_max_age = Duration::from_secs(3600);
    });
    let path = format!("/v1/articles/{}", id(&app.article(json!({}))));
    let awa = app.entity(json!({"name": "Awa Diallo"}));
    app.get(&path).expect(200);
    let found = |status: u16| app.get(&path).status == status;
    let names = || app.post("/v1/annotate", &json!({"body": "Awa Diallo est à Dakar."})).json()["mentions"].to_string();
    eventually("the name", || names().contains(id(&awa)).then_some(()));

    let killed = embedded.server_pid().unwrap();
    kill(process(killed), Signal::SIGKILL).unwrap();
    eventually("a new server", || embedded.server_pid().filter(|&pid| pid != killed));
    // As if it did not have them. The triggers that tell of changes are off, as for writes that were lost.
    execute_as_admin(
        &embedded,
        "BEGIN; SET LOCAL session_replication_role = replica; DELETE FROM articles; DELETE FROM entities; COMMIT",
    );
    let restarted = Instant::now();
    eventually("the loss of the article", || found(404).then_some(()));
    eventually("the loss of the name", || (!names().contains(id(&awa))).then_some(()));
    assert!(restarted.elapsed() < Duration::from_secs(30), "{:?}", restarted.elapsed());
}

#[test]
fn a_service_without_a_cache_reads_the_database_each_time() {
    let app = TestApp::start();
    let path = format!("/v1/articles/{}", id(&app.article(json!({}))));
    let read = app.get(&path);
    app.sql("UPDATE articles SET headline = 'Autrement'");
    assert_eq!(app.get(&path).expect(200)["headline"], "Autrement");
    assert_eq!((read.status, read.header("cache-control")), (200, "no-cache"));
    assert_eq!(counts(&app), (0.0, 0.0));
}

/// Two entities that share two articles, and a third one.
fn acquainted(app: &TestApp) -> ([Value; 3], Vec<Value>) {
    let entities = ["A", "B", "C"].map(|name| app.entity(json!({"name": name, "kind": "organization"})));
    let [a, b, c] = &entities;
    let articles = [vec![a, b], vec![a, b], vec![c], vec![c], vec![c]].map(|mentioned| mentioning(app, &mentioned).0);
    let articles = articles.to_vec();
    (entities, articles)
}

/// Stores an article with mentions of these entities, and returns both.
fn mentioning(app: &TestApp, entities: &[&Value]) -> (Value, Vec<Value>) {
    let article = app.article(json!({}));
    let mention = |(words, entity): (&str, &&Value)| app.mention(&article, words, json!({"entity_id": entity["id"]}));
    let mentions = ["Nous", "prêts"].into_iter().zip(entities).map(mention).collect();
    (article, mentions)
}

/// Returns how many articles of an entity were read, and how many of them mention the first related entity.
#[track_caller]
fn related(answer: &Response) -> Value {
    let answer = answer.json();
    json!([answer["considered"]["records"], answer["items"][0]["count"]])
}

#[test]
fn related_entities_are_cached_until_a_mention_of_the_entity_changes() {
    let app = caching(Duration::from_secs(60));
    let other = beside(&app);
    let ([a, b, c], articles) = acquainted(&app);
    let path = format!("/v1/entities/{}/related", id(&a));
    let keep = || {
        for client in [&app, &other] {
            eventually("an answer from memory", || {
                let before = counts(client).0;
                client.get(&path);
                (counts(client).0 > before).then_some(())
            });
        }
    };
    keep();
    let (told, before) = (app.get(&path), counts(&app));
    assert_eq!(related(&told), json!([2, 2]));
    let kept = app.get(&path);
    assert_eq!((counts(&app), &kept.body, head(&kept)), ((before.0 + 1.0, before.1), &told.body, head(&told)));
    // Other parameters and `no-cache` requests do not use the cached answer.
    assert_eq!(related(&app.get(&format!("{path}?min_articles=3"))), json!([2, null]));
    assert_eq!(related(&app.get(&format!("{path}?publisher=Beta"))), json!([0, null]));
    assert_eq!(app.request("GET", &path).header("cache-control", "no-cache").send().body, told.body);
    assert_eq!(counts(&app), (before.0 + 1.0, before.1 + 2.0));

    let (_, mentions) = mentioning(&app, &[&a, &b]);
    let of_mention = |mention: &Value| format!("/v1/mentions/{}", id(mention));
    let steps: [(&dyn Fn() -> Value, Value); 4] = [
        (&|| app.mention(&articles[2], "Nous", json!({"entity_id": a["id"]})), json!([4, 3])),
        (&|| app.delete(&format!("/v1/articles/{}", id(&articles[0]))).expect(204), json!([3, 2])),
        (&|| app.patch(&of_mention(&mentions[1]), &json!({"entity_id": c["id"]})).expect(200), json!([3, null])),
        (&|| app.delete(&of_mention(&mentions[0])).expect(204), json!([2, null])),
    ];
    let of_entity = format!("/v1/entities/{}", id(&a));
    app.get(&of_entity);
    for (write, expected) in steps {
        keep();
        write();
        // How frequent entities are in the whole collection is counted in the background.
        app.compact_counters();
        // The entity itself is unchanged.
        let before = counts(&app);
        app.get(&of_entity);
        assert_eq!(counts(&app), (before.0 + 1.0, before.1));
        let written = Instant::now();
        assert_eq!(related(&app.get(&path)), expected);
        in_time(&other, &path, written, |answer| related(answer) == expected);
    }
    keep();
    app.delete(&format!("/v1/entities/{}?cascade=true", id(&a))).expect(204);
    let written = Instant::now();
    refused(&app, &app.get(&path), 410, "gone");
    in_time(&other, &path, written, |answer| answer.status == 410);
}
