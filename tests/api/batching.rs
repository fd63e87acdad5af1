//! Batched requests: each caller gets the same response as for a single request.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use serde_json::{Value, json};
use verbatim::config::{Database, DatabaseUrl};

use crate::support::answers::id;
use crate::support::document::NOBODY;
use crate::support::embedded::eventually;
use crate::support::postgres::{TestDatabase, connect};
use crate::support::{Client, Response, TestApp};

/// Locks a table until it is dropped.
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

/// Answers to requests that are sent while the table is locked.
fn at_once<Q: Sync>(
    app: &TestApp,
    table: &str,
    questions: &[Q],
    ask: impl Fn(&Client, &Q) -> Response + Sync,
    held: Duration,
) -> Vec<(u16, Value)> {
    let lock = locked(app, table);
    thread::scope(|scope| {
        let ask = |question| {
            let (client, ask) = (Client::clone(app), &ask);
            scope.spawn(move || {
                let answer = ask(&client, question);
                (answer.status, answer.json())
            })
        };
        let asked: Vec<_> = questions.iter().map(ask).collect();
        waits(app);
        thread::sleep(held);
        drop(lock);
        asked.into_iter().map(|answer| answer.join().unwrap()).collect()
    })
}

/// Answers to reads that are sent while the table is locked.
fn read_at_once(app: &TestApp, table: &str, paths: &[String]) -> Vec<(u16, Value)> {
    at_once(app, table, paths, |client, path| client.get(path), Duration::ZERO)
}

/// Answers to articles that are posted and annotated while the table is locked.
fn store_at_once(app: &TestApp, articles: &[Value], held: Duration) -> Vec<(u16, Value)> {
    at_once(app, "articles", articles, |client, article| client.post("/v1/articles?annotate=true", article), held)
}

#[test]
fn batched_reads_of_records_have_the_responses_of_single_reads() {
    let app = TestApp::start();
    let articles: Vec<Value> = (0..20).map(|n| app.article(json!({"headline": format!("Titre {n}")}))).collect();
    let gone = app.article(json!({}));
    let path = |article: &Value| format!("/v1/articles/{}", id(article));
    app.delete(&path(&gone)).expect(204);
    let mut paths: Vec<String> = articles.iter().chain(&articles[..5]).map(path).collect();
    paths.extend([path(&gone), format!("/v1/articles/{NOBODY}"), path(&gone)]);
    let answers = read_at_once(&app, "articles", &paths);
    for (answer, article) in answers.iter().zip(articles.iter().chain(&articles[..5])) {
        assert_eq!((answer.0, &answer.1), (200, article));
    }
    let refused: Vec<u16> = answers[25..].iter().map(|(status, _)| *status).collect();
    assert_eq!(refused, [410, 404, 410]);
}

#[test]
fn batched_reads_of_pages_have_the_responses_of_single_reads() {
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
    let together = read_at_once(&app, "quotes", &paths);
    assert_eq!(together, alone.into_iter().map(|page| (200, page)).collect::<Vec<_>>());
}

#[test]
fn batched_articles_have_the_responses_of_single_articles() {
    let app = TestApp::start();
    let taken = json!({"headline": "Titre", "body": "Rien.", "url": "https://example.org/1"});
    app.post("/v1/articles", &taken).expect(201);
    let people = ["Awa Diallo", "Élise Vautrin", "Anne Morel"];
    let article = |n: usize| {
        let (one, other) = (people[n % 3], people[(n + 1) % 3]);
        let body = format!("«\u{a0}Le port {n} tiendra\u{a0}», a dit {one} à {other}, au Maroc. Rien d'autre.");
        json!({"headline": format!("Titre {n}"), "body": body, "language": "fr"})
    };
    // Some are equal, and one is invalid.
    let mut articles: Vec<Value> = (0..24).chain([3, 3]).map(article).collect();
    articles.push(taken);
    let answers = store_at_once(&app, &articles, Duration::ZERO);
    let (refused, stored) = answers.split_last().unwrap();
    assert_eq!((refused.0, &refused.1["code"]), (409, &json!("url_taken")), "{}", refused.1);
    for ((status, answer), article) in stored.iter().zip(&articles) {
        assert_eq!((*status, &answer["body"]), (201, &article["body"]), "{answer}");
        assert_eq!(answer["mentions"].as_array().unwrap().len(), 3, "{answer}");
        assert_eq!(answer["quotes"][0]["speaker_id"], answer["mentions"][0]["entity_id"], "{answer}");
        assert_eq!(*answer, app.get(&format!("/v1/articles/{}?include=mentions,quotes", id(answer))).expect(200));
    }
    let names = app.database.ask("SELECT array_agg(name ORDER BY name) FROM entities");
    assert_eq!(names, r#"{"Anne Morel","Awa Diallo",Maroc,"Élise Vautrin"}"#);
    let transactions: usize = app.database.ask("SELECT count(DISTINCT xmin::text) FROM articles").parse().unwrap();
    assert!(transactions < stored.len(), "{transactions} transactions");
}

#[test]
fn an_overloaded_write_is_not_stored() {
    let app = TestApp::on(TestDatabase::migrated(), |config| config.queue_timeout = Duration::from_millis(100));
    let article = |n| json!({"headline": format!("Titre {n}"), "body": "«\u{a0}Oui\u{a0}», a dit Awa Diallo à Rabat."});
    let articles: Vec<Value> = (0..24).map(article).collect();
    let answers = store_at_once(&app, &articles, Duration::from_millis(400));
    let stored = answers.iter().filter(|(status, _)| *status == 201).count();
    let refused = answers.iter().filter(|(status, answer)| *status == 503 && answer["code"] == "overloaded").count();
    assert_eq!(stored + refused, answers.len(), "{answers:?}");
    assert!(stored > 0 && refused > 0, "{stored} stored, {refused} refused");
    assert_eq!(app.database.ask("SELECT count(*) FROM articles"), stored.to_string());
}

#[test]
fn lookups_do_not_wait_for_searches() {
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

#[test]
fn batches_with_the_same_urls_in_opposite_orders_succeed() {
    let app = TestApp::start();
    let other = TestApp::with(|config| {
        config.database = Database::At(DatabaseUrl::parse(&app.database.url()).unwrap());
    });
    for round in 0..3 {
        let article =
            |n| json!({"headline": "Titre", "body": "Rien.", "url": format!("https://example.org/{round}/{n}")});
        let articles: Vec<Value> = (0..24).map(article).collect();
        let lock = locked(&app, "articles");
        let answers: Vec<(u16, Value)> = thread::scope(|scope| {
            let post = |client: &Client, article: &Value| {
                let (client, article) = (client.clone(), article.clone());
                let posting = scope.spawn(move || client.post("/v1/articles", &article));
                // So that they come in this order.
                thread::sleep(Duration::from_millis(2));
                posting
            };
            let mut posting = Vec::new();
            for (one, another) in articles.iter().zip(articles.iter().rev()) {
                posting.push(post(&app, one));
                posting.push(post(&other, another));
            }
            waits(&app);
            drop(lock);
            posting.into_iter().map(|posting| posting.join().unwrap()).map(|it| (it.status, it.json())).collect()
        });
        let count = |status| answers.iter().filter(|answer| answer.0 == status).count();
        assert_eq!((count(201), count(409)), (24, 24), "{answers:#?}");
    }
    assert_eq!(app.database.ask("SELECT count(*) FROM articles"), "72");
}

#[test]
fn under_steady_load_nobody_is_refused_without_a_wait() {
    let queue_timeout = Duration::from_millis(200);
    let app = TestApp::with(|config| config.queue_timeout = queue_timeout);
    let path = format!("/v1/articles/{}", id(&app.article(json!({}))));
    let until = Instant::now() + Duration::from_secs(4);
    let refused = AtomicUsize::new(0);
    thread::scope(|scope| {
        for n in 0..48 {
            let (client, path, refused) = (Client::clone(&app), &path, &refused);
            scope.spawn(move || {
                while Instant::now() < until {
                    let asked = Instant::now();
                    let answer = match n % 2 {
                        0 => client.post("/v1/articles?annotate=true", &json!({"headline": "Dakar", "body": "Dakar."})),
                        _ => client.get(path),
                    };
                    if answer.status == 503 {
                        refused.fetch_add(1, Ordering::Relaxed);
                        assert!(asked.elapsed() >= queue_timeout * 8 / 10, "{:?}: {}", asked.elapsed(), answer.text());
                    } else {
                        assert!([200, 201].contains(&answer.status), "{}", answer.text());
                    }
                }
            });
        }
    });
    // No jobs are left over that refuse what comes later.
    eventually("an article", || (app.get(&path).status == 200).then_some(()));
    assert!(refused.into_inner() < 48 * 20);
}
