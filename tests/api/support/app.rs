//! The service in the test process, with its own port and database.

use std::ops::Deref;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::oneshot;
use verbatim::auth::Anonymous;
use verbatim::config::{AccessConfig, Config, Database, DatabaseUrl};
use verbatim::domain::Scope;
use verbatim::domain::article_url::UrlNormalizer;
use verbatim::server::Server;

use super::client::Client;
use super::postgres::TestDatabase;

/// A running service and a client for it: `app.get("/v1/articles")`. Dropping it stops the service and drops its database.
pub struct TestApp {
    client: Client,
    pub database: TestDatabase,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Returns the settings of a service under test.
fn config(database: &TestDatabase) -> Config {
    Config {
        listen: ([127, 0, 0, 1], 0).into(),
        probe_listen: None,
        // A key that a test creates does not lock the test out.
        access: AccessConfig { anonymous: Anonymous::Fixed(Some(Scope::Admin)), ..AccessConfig::default() },
        database: Database::At(DatabaseUrl::parse(&database.url()).unwrap()),
        read_databases: Vec::new(),
        replica_max_lag: Duration::from_secs(60),
        // Tests of the cache turn it on. Other tests change rows with SQL, which a cache would hide.
        cache_mb: 0,
        cache_max_age: Duration::from_secs(1),
        pool_size: 4,
        workers: 1,
        request_deadline: Duration::from_secs(30),
        // Other tests may keep the machine busy: no request fails because it waited in a queue.
        queue_timeout: Duration::from_secs(10),
        statement_timeout: Duration::from_secs(20),
        lock_timeout: Duration::from_secs(15),
        slow_request: Duration::from_secs(1),
        otlp_endpoint: None,
        shutdown_timeout: Duration::ZERO,
        drain_delay: Duration::ZERO,
        cors_origins: Vec::new(),
        allowed_hosts: Vec::new(),
        public_url: None,
        pages: true,
        mcp: true,
        receive_budget_mb: 64,
        urls: UrlNormalizer::default(),
        webhook_networks: Vec::new(),
        changes_retention: Duration::from_secs(30 * 24 * 3600),
    }
}

impl TestApp {
    /// Starts a service on an empty database.
    pub fn start() -> Self {
        Self::with(|_| {})
    }

    /// Starts a service with changed settings.
    pub fn with(change: impl FnOnce(&mut Config)) -> Self {
        Self::on(TestDatabase::migrated(), change)
    }

    /// Starts a service on a given database, with changed settings.
    pub fn on(database: TestDatabase, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = config(&database);
        change(&mut config);
        let (bound, address) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let thread = thread::spawn(move || {
            let server = Server::bind(&config).unwrap();
            bound.send(server.address()).unwrap();
            let until = async { drop(stopped.await) };
            actix_web::rt::System::new().block_on(server.run(until)).unwrap();
        });
        let client = Client::new(format!("http://{}", address.recv().unwrap()));
        Self { client, database, stop: Some(stop), thread: Some(thread) }
    }

    /// Runs SQL statements in the database of the service.
    #[track_caller]
    pub fn sql(&self, statements: &str) {
        self.database.execute(statements);
    }

    /// Brings the counts up to date, as the service does every second.
    #[track_caller]
    pub fn compact_counters(&self) {
        // The lock waits for the service's own compaction.
        self.sql(
            "DO $$ BEGIN
                PERFORM pg_advisory_xact_lock(hashtext('compact_counters'));
                PERFORM compact_counters(1000000);
            END $$",
        );
    }

    /// Stores a small French article, with some members replaced by those of `changes`.
    #[track_caller]
    pub fn article(&self, changes: Value) -> Value {
        let article = json!({
            "headline": "Le port rouvre",
            "body": "Le port rouvre lundi. « Nous sommes prêts », a déclaré Awa Diallo à Dakar.",
            "language": "fr",
            "publisher": "Le Quotidien",
            "published_at": "2026-03-02T08:00:00Z",
        });
        self.post("/v1/articles", &merged(article, changes)).expect(201)
    }

    /// Stores a person, with some members replaced by those of `changes`.
    #[track_caller]
    pub fn entity(&self, changes: Value) -> Value {
        self.post("/v1/entities", &merged(json!({"kind": "person", "name": "Awa Diallo"}), changes)).expect(201)
    }

    /// Stores the quote `Nous sommes prêts` of an article, with some members replaced by those of `changes`.
    #[track_caller]
    pub fn quote(&self, article: &Value, changes: Value) -> Value {
        let quote = json!({"article_id": article["id"], "text": "Nous sommes prêts"});
        self.post("/v1/quotes", &merged(quote, changes)).expect(201)
    }

    /// Creates a key, and returns its record with the secret.
    #[track_caller]
    pub fn key(&self, name: &str, changes: Value) -> Value {
        self.post("/v1/keys", &merged(json!({"name": name, "scope": "read"}), changes)).expect(201)
    }

    /// Stores a mention at the first occurrence of `words` in an article, with some members replaced by those of
    /// `changes`.
    #[track_caller]
    pub fn mention(&self, article: &Value, words: &str, changes: Value) -> Value {
        let (start, end) = span_of(article["body"].as_str().unwrap(), words);
        let path = format!("/v1/articles/{}/mentions", article["id"].as_str().unwrap());
        self.post(&path, &merged(json!({"start": start, "end": end}), changes)).expect(201)
    }
}

impl Deref for TestApp {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        // The receiver is gone when the service has already failed.
        let _ = self.stop.take().map(|stop| stop.send(()));
        let ended = self.thread.take().map(JoinHandle::join);
        if !thread::panicking() {
            assert!(matches!(ended, Some(Ok(()))), "the service has panicked");
        }
    }
}

/// Returns the span of the first occurrence of `words` in `body`, in code points.
#[track_caller]
pub fn span_of(body: &str, words: &str) -> (usize, usize) {
    let byte = body.find(words).unwrap_or_else(|| panic!("{words:?} is not in the body"));
    let start = body[..byte].chars().count();
    (start, start + words.chars().count())
}

fn merged(mut record: Value, changes: Value) -> Value {
    if let (Value::Object(members), Value::Object(changes)) = (&mut record, changes) {
        members.extend(changes);
    }
    record
}
