//! One Postgres for all tests, with one database per test.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::thread;

use std::os::unix::process::CommandExt;

use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_query};
use verbatim::postgres::{DATABASE, Embedded, Options};
use verbatim::server::migrate;

use super::embedded::folder;

/// The migrated database that the databases of the tests are copied from.
const TEMPLATE: &str = "template";

/// Maximum number of connections of one test: the pool of its service, and its own connections.
const CONNECTIONS_PER_TEST: usize = 24;

/// The Postgres of this test run.
struct Shared {
    embedded: Embedded,
    /// A process that waits for the end of this process, which closes its standard input.
    _cleanup: Child,
}

fn shared() -> &'static Shared {
    static SHARED: OnceLock<Shared> = OnceLock::new();
    SHARED.get_or_init(|| {
        let folder = folder().keep();
        let tests = thread::available_parallelism().map_or(2, usize::from);
        let options = Options {
            max_connections: u16::try_from((tests * CONNECTIONS_PER_TEST).clamp(100, 2000)).unwrap(),
            durable: false,
            max_log_bytes: u64::MAX,
            ..Options::new(&folder)
        };
        let cleanup = spawn_cleanup(&folder);
        let embedded = Embedded::start(&options).unwrap_or_else(|error| panic!("{error}"));
        execute(&embedded.admin_url(DATABASE), &format!("CREATE DATABASE {TEMPLATE} OWNER {DATABASE}"));
        migrate(&embedded.url(TEMPLATE)).unwrap();
        Shared { embedded, _cleanup: cleanup }
    })
}

/// Starts a process that stops the Postgres in `folder` and removes the folder when this process has ended for any reason.
/// Statics are never dropped.
fn spawn_cleanup(folder: &Path) -> Child {
    const SCRIPT: &str = r#"
        read -r nothing
        pid=$(head -n 1 "$0/postgres/cluster/postmaster.pid") && kill -INT "$pid"
        while [ -n "$pid" ] && kill -0 "$pid"; do sleep 0.1; done
        rm -rf "$0"
    "#;
    Command::new("sh")
        .args(["-c", SCRIPT])
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // Ctrl-C must end only the tests.
        .process_group(0)
        .spawn()
        .unwrap()
}

/// A database of an ordinary role, dropped with this value.
pub struct TestDatabase {
    name: String,
}

impl TestDatabase {
    /// Creates a database with the schema of this build and no rows.
    pub fn migrated() -> Self {
        Self::create(&format!("TEMPLATE {TEMPLATE}"))
    }

    /// Creates an empty database without a schema.
    pub fn empty() -> Self {
        Self::create("")
    }

    /// Creates a copy of the database. Copying files is faster than writing the rows again.
    pub fn copy(&self) -> Self {
        Self::create(&format!("TEMPLATE {} STRATEGY file_copy", self.name))
    }

    fn create(template: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let database = Self { name };
        database.create_beside(&database.name, template);
        database
    }

    /// Creates another database of the same owner.
    pub fn create_beside(&self, name: &str, template: &str) {
        let statement = format!("CREATE DATABASE {name} OWNER {DATABASE} {template}");
        execute(&shared().embedded.admin_url(DATABASE), &statement);
    }

    /// The URL of the database for its owner, an ordinary role.
    pub fn url(&self) -> String {
        shared().embedded.url(&self.name)
    }

    /// Refuses new connections and ends open ones, or allows connections again.
    pub fn close(&self, closed: bool) {
        let name = &self.name;
        execute(
            &shared().embedded.admin_url(DATABASE),
            &format!(
                "ALTER DATABASE {name} ALLOW_CONNECTIONS {};
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {closed} AND datname = '{name}'",
                !closed
            ),
        );
    }

    /// Logs every statement of later connections. [`server_log`] begins here.
    pub fn log_statements(&self) {
        LOG_START.store(fs::metadata(log_path()).unwrap().len(), Ordering::Relaxed);
        self.execute_as_admin(&format!("ALTER DATABASE {} SET log_statement = 'all'", self.name));
    }

    /// Runs statements as the owner.
    #[track_caller]
    pub fn execute(&self, statements: &str) {
        execute(&self.url(), statements);
    }

    /// Runs statements as the superuser, which an owner may not run.
    #[track_caller]
    pub fn execute_as_admin(&self, statements: &str) {
        execute(&shared().embedded.admin_url(&self.name), statements);
    }

    /// Returns the single value of a query as text.
    #[track_caller]
    pub fn ask(&self, query: &str) -> String {
        ask(&self.url(), query)
    }
}

/// The length of the server log at the last call of [`TestDatabase::log_statements`].
static LOG_START: AtomicU64 = AtomicU64::new(0);

fn log_path() -> PathBuf {
    shared().embedded.data_dir().join("postgres.log")
}

/// Returns the server log since the last call of [`TestDatabase::log_statements`], for all databases.
pub fn server_log() -> String {
    let mut log = File::open(log_path()).unwrap();
    log.seek(SeekFrom::Start(LOG_START.load(Ordering::Relaxed))).unwrap();
    let mut written = Vec::new();
    log.read_to_end(&mut written).unwrap();
    String::from_utf8_lossy(&written).into_owned()
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        execute(&shared().embedded.admin_url(DATABASE), &format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

/// A connection to the database at `url`.
#[track_caller]
pub fn connect(url: &str) -> PgConnection {
    PgConnection::establish(url).unwrap_or_else(|error| panic!("{error}"))
}

/// Runs statements in the database at `url`.
#[track_caller]
pub fn execute(url: &str, statements: &str) {
    connect(url).batch_execute(statements).unwrap_or_else(|error| panic!("{statements}: {error}"));
}

/// Returns the single value of a query as text; empty for null.
#[track_caller]
pub fn ask(url: &str, query: &str) -> String {
    #[derive(QueryableByName)]
    struct Answer {
        #[diesel(sql_type = Text)]
        value: String,
    }

    let query = format!("SELECT coalesce(value::text, '') AS value FROM ({query}) AS answer (value)");
    let answer: Answer =
        sql_query(&query).get_result(&mut connect(url)).unwrap_or_else(|error| panic!("{query}: {error}"));
    answer.value
}
