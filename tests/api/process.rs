//! The built binary as a process.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;

use diesel::connection::SimpleConnection;
use nix::sys::signal::Signal;
use serde_json::{Value, json};

use crate::support::embedded::{address, eventually, folder, server_pid};
use crate::support::postgres::{self, TestDatabase, connect};
use crate::support::process::{Process, run, verbatim};
use crate::support::{Client, TestApp};

fn article() -> Value {
    json!({"headline": "Sans bruit", "body": "Un texte."})
}

/// `verbatim serve` on an external Postgres.
fn serve_on(url: &str, arguments: &[&str]) -> Process {
    let all = [&["serve", "--listen", "127.0.0.1:0"], arguments].concat();
    Process::start(verbatim(&all).env("DATABASE_URL", url))
}

#[test]
fn a_restart_keeps_the_stored_records() {
    let dir = folder();
    let mut first = Process::serve(dir.path(), &[]);
    let stored = first.client().post("/v1/articles", &article()).expect(201);
    first.stop();

    let mut second = Process::serve(dir.path(), &[]);
    let path = format!("/v1/articles/{}", stored["id"].as_str().unwrap());
    assert_eq!(second.client().get(&path).expect(200), stored);
    second.stop();
}

#[test]
fn variables_of_libpq_for_other_servers_do_not_reach_the_embedded_one() {
    let dir = folder();
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--data-dir", dir.path().to_str().unwrap()];
    let mut service = Process::start(
        verbatim(&arguments)
            .env("PGOPTIONS", "-c log_statement=all")
            .env("PGHOSTADDR", "192.0.2.1")
            .env("PGREQUIREPEER", "nobody")
            .env("PGCHANNELBINDING", "require")
            .env("PGTARGETSESSIONATTRS", "read-only"),
    );
    service.client().post("/v1/articles", &article()).expect(201);
    service.stop();
}

#[test]
fn a_request_in_flight_is_finished_before_the_service_ends() {
    let dir = folder();
    let mut service = Process::serve(dir.path(), &["--lock-timeout-ms", "8500"]);
    let client = service.client();
    let mut other = connect(&address(dir.path()));
    other.batch_execute("BEGIN; LOCK TABLE articles IN EXCLUSIVE MODE").unwrap();
    let in_flight = thread::spawn(move || client.post("/v1/articles", &article()));
    eventually("a waiting request", || {
        let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted";
        (postgres::ask(&address(dir.path()), waiting) == "1").then_some(())
    });
    service.signal(Signal::SIGTERM);
    service.logged("stopping");
    other.batch_execute("COMMIT").unwrap();
    in_flight.join().unwrap().expect(201);
    // A second signal changes nothing.
    let log = service.stop();
    assert!(!log.iter().any(|line| line.contains("WARN")), "{log:#?}");
    assert_eq!(server_pid(dir.path()), None);
}

#[test]
fn a_draining_service_is_not_ready_and_still_answers() {
    let database = TestDatabase::migrated();
    let mut service = serve_on(&database.url(), &["--drain-delay-ms", "2000"]);
    let client = service.client();
    client.get("/readyz").expect(200);
    assert_eq!(client.get("/v1/articles").header("connection"), "");
    service.signal(Signal::SIGTERM);
    service.logged("stopping");
    assert_eq!(client.get("/readyz").expect(503)["code"], "unavailable");
    let answer = client.get("/v1/articles");
    assert_eq!((answer.status, answer.header("connection")), (200, "close"));
    service.stop();
}

#[test]
fn a_service_started_before_its_database_is_alive_and_becomes_ready_with_it() {
    let database = TestDatabase::empty();
    let later = database.url().replace("/test_", "/later_test_");
    let name = later.split(['/', '?']).find(|part| part.starts_with("later_test_")).unwrap().to_owned();
    let mut service = serve_on(&later, &[]);
    let client = service.client();
    client.get("/livez").expect(200);
    assert_eq!(client.get("/readyz").expect(503)["code"], "unavailable");
    service.logged("retrying");

    database.create_beside(&name, "");
    eventually("readiness", || (client.get("/readyz").status == 200).then_some(()));
    client.post("/v1/articles", &article()).expect(201);
    service.stop();
    database.execute_as_admin(&format!("DROP DATABASE {name} WITH (FORCE)"));
}

#[test]
fn eight_instances_on_an_empty_database_migrate_it_once() {
    let database = TestDatabase::empty();
    let url = database.url();
    let mut services: Vec<Process> = (0..8).map(|_| serve_on(&url, &["--pool-size", "2"])).collect();
    for service in &mut services {
        let client = service.client();
        eventually("readiness", || (client.get("/readyz").status == 200).then_some(()));
    }
    let logs: Vec<String> = services.into_iter().flat_map(Process::stop).collect();
    let ran = logs.iter().filter(|line| line.contains("ran the migration")).count();
    assert_eq!(ran.to_string(), database.ask("SELECT count(*) FROM __diesel_schema_migrations"));
    assert_eq!(ran, migration_names().len());
    assert!(!logs.iter().any(|line| line.contains("ERROR")), "{logs:#?}");
}

#[test]
fn a_password_is_in_no_log_and_in_no_message() {
    let mut service = serve_on("postgres://verbatim:hunter2@127.0.0.1:1/verbatim", &["--log-level", "trace"]);
    let client = service.client();
    client.get("/readyz").expect(503);
    client.get("/v1/articles").expect(503);
    service.logged("retrying");
    let log = service.stop();
    assert!(!log.concat().contains("hunter2"), "{log:#?}");

    let (status, printed, said) = run(verbatim(&["serve", "--help"]).env("DATABASE_URL", "postgres://u:hunter2@h/d"));
    assert_eq!(status, Some(0), "{said}");
    assert!(!printed.contains("hunter2"), "{printed}");
}

#[test]
fn all_invalid_settings_are_reported_together() {
    let (status, printed, said) = run(verbatim(&["serve", "--listen", "nowhere", "--pool-size", "0"])
        .env("DATABASE_URL", "mysql://u:hunter2@h/d")
        .env("VERBATIM_REQUEST_DEADLINE_MS", "soon"));
    assert_eq!((status, &*printed), (Some(2), ""));
    let expected = "verbatim: 4 settings are wrong:\n  \
        --request-deadline-ms (VERBATIM_REQUEST_DEADLINE_MS): \"soon\" must be a whole number of milliseconds from 1 to 3600000\n  \
        --listen (VERBATIM_LISTEN): \"nowhere\" is not an address and port, such as 127.0.0.1:8080 or [::1]:8080\n  \
        --database-url (DATABASE_URL): must begin with postgres:// or postgresql://\n  \
        --pool-size (VERBATIM_POOL_SIZE): \"0\" must be a whole number from 2 to 1000\n";
    assert_eq!(said, expected);
}

#[test]
fn an_address_in_use_is_reported_in_one_message() {
    let database = TestDatabase::migrated();
    let mut service = serve_on(&database.url(), &[]);
    let taken = service.client().base.replace("http://", "");
    let (status, _, said) = run(verbatim(&["serve", "--listen", &taken]).env("DATABASE_URL", database.url()));
    assert_eq!(status, Some(1));
    assert!(said.starts_with(&format!("verbatim: cannot listen on {taken}: ")), "{said}");
    service.stop();
}

#[test]
fn without_postgres_binaries_the_message_has_the_install_commands() {
    let (dir, empty) = (folder(), folder());
    let arguments = ["serve", "--data-dir", dir.path().to_str().unwrap()];
    let (status, _, said) = run(verbatim(&arguments).env("PG_BIN_DIR", empty.path()));
    assert_eq!(status, Some(1));
    assert!(said.contains("apt-get install postgresql") && said.contains("DATABASE_URL"), "{said}");
}

/// The folders in `migrations`, in order.
fn migration_names() -> Vec<String> {
    let entries = fs::read_dir("migrations").unwrap().map(Result::unwrap);
    let folders = entries.filter(|entry| entry.path().is_dir());
    let mut names: Vec<String> = folders.map(|folder| folder.file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn migrate_prints_the_migrations_it_ran() {
    let database = TestDatabase::empty();
    let migrate = || run(verbatim(&["migrate", "--log-level", "error"]).env("DATABASE_URL", database.url()));
    let (status, printed, said) = migrate();
    assert_eq!((status, &*said), (Some(0), ""));
    assert!(printed.lines().eq(migration_names()), "{printed}");
    assert_eq!(migrate(), (Some(0), "nothing to do: the database is up to date\n".to_owned(), String::new()));
}

#[test]
fn the_health_check_queries_the_service() {
    let database = TestDatabase::migrated();
    let mut service = serve_on(&database.url(), &[]);
    let listen = service.client().base.replace("http://", "");
    let ask = || run(verbatim(&["healthcheck"]).env("VERBATIM_LISTEN", &listen)).0;
    assert_eq!(ask(), Some(0));
    service.stop();
    assert_eq!(ask(), Some(1));
}

#[test]
fn the_committed_document_equals_the_document_of_this_build() {
    let (status, printed, said) = run(&mut verbatim(&["openapi", "--check"]));
    assert_eq!((status, &*printed, &*said), (Some(0), "", ""));
    let (status, printed, _) = run(&mut verbatim(&["openapi"]));
    assert_eq!(status, Some(0));
    assert!(printed == fs::read_to_string("openapi/openapi.json").unwrap(), "`--check` missed a difference");

    let dir = folder();
    let stale = dir.path().join("openapi.json");
    fs::write(&stale, printed.replacen("Verbatim", "Paraphrase", 1)).unwrap();
    let (status, _, said) = run(&mut verbatim(&["openapi", "--check", stale.to_str().unwrap()]));
    assert_eq!(status, Some(1));
    assert!(said.contains(&format!("cargo run -- openapi > {}", stale.display())), "{said}");
}

/// The demo until it has printed how to stop it.
fn demo(command: &mut Command) -> (Process, Client) {
    let mut demo = Process::start(command);
    let client = demo.client();
    demo.printed("Ctrl-C");
    (demo, client)
}

fn demo_in(data_dir: &Path) -> Command {
    verbatim(&["demo", "--listen", "127.0.0.1:0", "--data-dir", data_dir.to_str().unwrap()])
}

fn ids(client: &Client, list: &str) -> Vec<String> {
    let page = client.get(list).expect(200);
    page["items"].as_array().unwrap().iter().map(|record| record["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_demo_prints_quotes_with_speakers_and_can_be_repeated() {
    let dir = folder();
    let (first, client) = demo(&mut demo_in(dir.path()));
    let articles = ids(&client, "/v1/articles");
    assert_eq!(articles.len(), 4);
    let quotes_of = |article: &String| ids(&client, &format!("/v1/quotes?article={article}&limit=100")).len();
    assert_eq!(quotes_of(articles.last().unwrap()), 5);
    let printed = first.stop_and_read().1;
    for row in [
        ["-", "unattributed", "partial", "sans escale"],
        ["Inês Valadares", "named", "direct", "Nous remettons sur l’eau"],
        ["Henrik Solbakken", "named", "direct", "La mer du Nord ne pardonne rien"],
        ["Les syndicats de marins", "collective", "partial", "de vitrine"],
        ["une responsable norvégienne des Transports", "anonymous", "direct", "Le navire sera prêt"],
        ["Inês Valadares", "named", "direct", "Deux cents marins se sont présentés"],
        ["Maëlle Kerdrel", "named", "direct", "Nous avons monté chaque caisse à la main"],
        ["Inês Valadares", "named", "direct", "This ship carries more hope than cargo"],
        ["Henrik Solbakken", "person", "machine", "Henrik Solbakken, Solbakken"],
        ["Norvège", "place", "human", "Le royaume scandinave"],
    ] {
        let is_row = |line: &str| row.iter().all(|cell| line.contains(cell)) && line.starts_with(row[0]);
        assert!(printed.lines().any(is_row), "no {row:?} in:\n{printed}");
    }
    assert!(printed.contains("/docs"), "{printed}");

    let (second, client) = demo(&mut demo_in(dir.path()));
    assert_eq!(ids(&client, "/v1/articles"), articles);
    second.stop();
}

#[test]
fn every_request_that_the_demo_prints_returns_records() {
    let database = TestDatabase::migrated();
    let (demo, client) = demo(verbatim(&["demo", "--listen", "127.0.0.1:0"]).env("DATABASE_URL", database.url()));
    let speaker = ids(&client, "/v1/entities?q=ines").remove(0);
    let printed = demo.output().join("\n");
    let requests: Vec<&str> = printed.lines().filter_map(|line| line.strip_prefix("curl '")).collect();
    let paths: Vec<&str> =
        requests.iter().map(|url| url.trim_end_matches('\'').strip_prefix(&*client.base).unwrap()).collect();
    for part in
        [format!("/v1/quotes?speaker={speaker}"), format!("/v1/entities/{speaker}/related"), "interval=month".into()]
    {
        assert!(paths.iter().any(|path| path.contains(&part)), "no {part} in:\n{printed}");
    }
    for path in paths {
        let answer = client.get(path).expect(200);
        assert!(answer["items"].as_array().is_none_or(|items| items.len() >= 3), "{path}: {answer}");
    }
    demo.stop();
}

#[test]
fn the_demo_has_its_own_data_folder() {
    let dir = folder();
    demo(&mut demo_in(dir.path())).0.stop();
    let mut service = Process::serve(dir.path(), &[]);
    let client = service.client();
    assert_eq!(ids(&client, "/v1/articles").len(), 0);
    client.post("/v1/articles", &article()).expect(201);
    service.stop();
    let (demo, client) = demo(&mut demo_in(dir.path()));
    assert_eq!(ids(&client, "/v1/articles").len(), 4);
    demo.stop();
}

#[test]
fn the_demo_refuses_a_database_with_articles() {
    let app = TestApp::start();
    app.article(json!({}));
    let (status, _, message) = run(verbatim(&["demo"]).env("DATABASE_URL", app.database.url()));
    assert_eq!(status, Some(1));
    assert!(message.contains("DATABASE_URL contains articles"), "{message}");
    assert_eq!(ids(&app, "/v1/articles").len(), 1);
}

#[test]
fn the_readme_names_every_setting() {
    let readme = fs::read_to_string("README.md").unwrap();
    let (_, help, _) = run(&mut verbatim(&["serve", "--help"]));
    let flags = help.split_whitespace().filter(|word| word.starts_with("--") && !word.starts_with("--help"));
    let variables = help.split("[env: ").skip(1).map(|rest| rest.split(['=', ']']).next().unwrap());
    let settings: Vec<&str> = flags.chain(variables).map(|word| word.trim_end_matches(',')).collect();
    assert!(settings.len() > 30, "{settings:?}");
    for setting in settings.iter().filter(|setting| **setting != "--version") {
        assert!(readme.contains(&format!("`{setting}`")), "{setting} is not in README.md");
    }
}
