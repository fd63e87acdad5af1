//! Backup and restore: nothing is lost, nothing is overwritten, and a damaged backup is noticed.

use std::fs;
use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};
use verbatim::postgres::Tool;

use crate::support::embedded::{eventually, folder};
use crate::support::process::{Process, run, verbatim};
use crate::support::{Client, TestApp};

/// Whether the client programs are installed, which a fetched Postgres lacks. In CI they must be.
fn has_tools() -> bool {
    let is_there = ["pg_dump", "pg_restore"].iter().all(|name| Tool::find(name, None, 15).is_ok());
    assert!(is_there || std::env::var_os("VERBATIM_TEST_NPM").is_none(), "CI needs pg_dump and pg_restore");
    if !is_there {
        // Written directly: the test runner hides what `eprintln` writes.
        let _ = writeln!(std::io::stderr(), "skipped: pg_dump and pg_restore are not installed");
    }
    is_there
}

/// Runs `backup` or `restore` on the database at `url`.
fn on(url: &str, command: &str, folder: &Path) -> (Option<i32>, String, String) {
    run(verbatim(&[command, folder.to_str().unwrap(), "--log-level", "warn"]).env("DATABASE_URL", url))
}

/// Everything that a client can read of a small collection.
fn everything(client: &Client) -> Vec<Value> {
    let lists = [
        "/v1/articles?include=body,mentions,quotes",
        "/v1/entities",
        "/v1/quotes",
        "/v1/quotes?q=pr%C3%AAts",
        "/v1/quotes?speaker_name=diallo",
        "/v1/stats/top?of=quotes&by=speaker",
    ];
    lists.iter().map(|list| client.get(list).expect(200)).collect()
}

#[test]
fn a_backup_is_restored_while_a_service_runs_on_the_empty_database() {
    if !has_tools() {
        return;
    }
    let app = TestApp::start();
    let article = json!({"body": "« Nous sommes prêts », a déclaré Awa Diallo à Bergen.", "headline": "Le port"});
    for external_id in ["1", "2", "3"] {
        let mut article = article.clone();
        article["external_id"] = json!(external_id);
        article["publisher"] = json!("Le Quotidien");
        app.post("/v1/articles?annotate=true", &article).expect(201);
    }
    app.compact_counters();
    let stored = everything(&app);
    assert_eq!(stored[0]["items"].as_array().unwrap().len(), 3);

    let dir = folder();
    let backup = dir.path().join("backup");
    let (status, printed, said) = on(&app.database.url(), "backup", &backup);
    assert_eq!((status, &*said), (Some(0), ""));
    assert!(printed.starts_with("backed up the database to "), "{printed}");
    let manifest: Value = serde_json::from_str(&fs::read_to_string(backup.join("manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["verbatim"], env!("CARGO_PKG_VERSION"));

    let other = TestApp::start();
    assert_eq!(everything(&other)[0]["items"], json!([]));
    let (status, printed, said) = on(&other.database.url(), "restore", &backup);
    assert_eq!((status, &*said), (Some(0), ""));
    assert!(printed.starts_with("restored the backup of 2"), "{printed}");
    assert_eq!(everything(&other), stored);
    // The running service learns the restored names: a person is linked instead of made again.
    let speaker = &stored[2]["items"][0]["speaker_id"];
    eventually("the restored name", || {
        let found = other.post("/v1/annotate", &json!({"body": "« Nous partons », a déclaré Awa Diallo."})).expect(200);
        (found["quotes"][0]["speaker"]["entity_id"] == *speaker
            || found.to_string().contains(speaker.as_str().unwrap()))
        .then_some(())
    });
    other.post("/v1/articles?annotate=true", &article).expect(201);

    let (status, _, said) = on(&other.database.url(), "restore", &backup);
    assert_eq!(status, Some(1));
    assert!(said.contains("it has articles; a backup is restored only into an empty database"), "{said}");
    let (status, _, said) = on(&app.database.url(), "backup", &backup);
    assert!(status == Some(1) && said.contains("is not empty"), "{said}");
}

#[test]
fn a_lost_data_folder_is_restored() {
    if !has_tools() {
        return;
    }
    let dir = folder();
    let (data, backup) = (dir.path().join("data"), dir.path().join("backup"));
    let command = |arguments: &[&str]| {
        run(&mut verbatim(&[arguments, &["--data-dir", data.to_str().unwrap(), "--log-level", "warn"]].concat()))
    };
    let at_data = |name: &str| command(&[name, backup.to_str().unwrap()]);
    let mut service = Process::serve(&data, &[]);
    let client = service.client();
    client
        .post("/v1/articles?annotate=true", &json!({"headline": "Le port", "body": "« Oui », a déclaré Awa Diallo."}))
        .expect(201);
    let stored = client.get("/v1/articles?include=body,mentions,quotes").expect(200);
    // While the service runs.
    let (status, _, said) = at_data("backup");
    assert_eq!((status, &*said), (Some(0), ""));
    for arguments in [
        &["keys", "create", "--name", "desk", "--scope", "read"][..],
        &["keys", "revoke", "desk"],
        &["migrate", "--status"],
    ] {
        let (status, _, said) = command(arguments);
        assert_eq!(status, Some(0), "{arguments:?}: {said}");
    }
    service.stop();

    fs::remove_dir_all(&data).unwrap();
    let (status, _, said) = at_data("restore");
    assert_eq!((status, &*said), (Some(0), ""));
    let mut service = Process::serve(&data, &[]);
    assert_eq!(service.client().get("/v1/articles?include=body,mentions,quotes").expect(200), stored);
    service.stop();
}

#[test]
fn a_backup_that_is_damaged_incomplete_or_newer_is_refused() {
    if !has_tools() {
        return;
    }
    let (app, other, dir) = (TestApp::start(), TestApp::start(), folder());
    app.article(json!({}));
    assert_eq!(on(&app.database.url(), "backup", dir.path()).0, Some(0));
    let refusal = || {
        let (status, _, said) = on(&other.database.url(), "restore", dir.path());
        assert_eq!(status, Some(1), "{said}");
        said
    };
    let (dump, manifest) = (dir.path().join("database.dump"), dir.path().join("manifest.json"));
    let (whole, described) = (fs::read(&dump).unwrap(), fs::read_to_string(&manifest).unwrap());

    fs::write(&dump, &whole[..whole.len() - 1]).unwrap();
    assert!(refusal().contains("is damaged"));
    fs::write(&dump, &whole).unwrap();
    let mut newer: Value = serde_json::from_str(&described).unwrap();
    newer["migrations"].as_array_mut().unwrap().push(json!("2099-01-01-000001_later"));
    fs::write(&manifest, newer.to_string()).unwrap();
    assert!(refusal().contains("does not know its migration 2099-01-01-000001_later"));
    fs::remove_file(&manifest).unwrap();
    assert!(refusal().contains("is no complete backup"));
    // Nothing of it has touched the database.
    other.article(json!({}));
}

#[test]
fn without_pg_dump_the_message_says_how_to_get_it() {
    let (app, dir, empty) = (TestApp::start(), folder(), folder());
    let backup = dir.path().join("backup");
    let (status, _, said) = run(verbatim(&["backup", backup.to_str().unwrap()])
        .env("DATABASE_URL", app.database.url())
        .env("PG_BIN_DIR", empty.path()));
    assert_eq!(status, Some(1));
    assert!(said.contains("pg_dump of PostgreSQL") && said.contains("none was found"), "{said}");
    assert!(!backup.join("manifest.json").exists());
}
