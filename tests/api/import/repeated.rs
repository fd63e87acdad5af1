//! Imports that are cut off, and sent again.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{annotated, article, import};
use crate::support::TestApp;
use crate::support::answers::settled;
use crate::support::process::{Process, verbatim};

/// Records of which some name the same entities.
fn records() -> Vec<Value> {
    let mut records: Vec<Value> =
        (0..400).map(|n| if n % 3 == 0 { annotated(&n.to_string()) } else { article(&n.to_string()) }).collect();
    records.insert(0, json!({"kind": "place", "name": "Dakar"}));
    records
}

/// Everything that is stored, without ids and times.
fn stored(app: &TestApp) -> Vec<Value> {
    let path = "/v1/articles?format=ndjson&include=body,mentions,quotes";
    let mut records: Vec<Value> = Vec::new();
    for path in [path, "/v1/entities?format=ndjson"] {
        let text = app.get(path).text();
        records.extend(text.lines().map(|line| without_ids(settled(&serde_json::from_str(line).unwrap()))));
    }
    records.sort_by_key(|record| (record["external_id"].to_string(), record["name"].to_string()));
    records
}

fn without_ids(record: Value) -> Value {
    match record {
        Value::Object(members) => {
            let kept = members.into_iter().filter(|(name, _)| !name.ends_with("_id") || name == "external_id");
            let kept = kept.filter(|(name, _)| name != "about");
            Value::Object(kept.map(|(name, member)| (name, without_ids(member))).collect())
        }
        Value::Array(items) => items.into_iter().map(without_ids).collect(),
        other => other,
    }
}

#[test]
fn a_service_that_is_killed_during_imports_leaves_what_one_clean_import_leaves() {
    // More kills at finer moments: VERBATIM_TEST_KILLS=50 cargo test --test api -- killed_during_imports
    let kills: u32 = std::env::var("VERBATIM_TEST_KILLS").map_or(10, |kills| kills.parse().unwrap());
    let records = records();
    let body: String = records.iter().map(|record| format!("{record}\n")).collect();
    let clean = TestApp::start();
    let begun = Instant::now();
    import(&clean, "", &records);
    let duration = begun.elapsed();
    let app = TestApp::start();
    for attempt in 0..kills {
        let mut service =
            Process::start(verbatim(&["serve", "--listen", "127.0.0.1:0"]).env("DATABASE_URL", app.database.url()));
        let client = service.client();
        let sending = std::thread::spawn({
            let body = body.clone();
            move || {
                drop(
                    client
                        .request("POST", "/v1/import")
                        .header("content-type", "application/x-ndjson")
                        .body(body)
                        .try_send(),
                )
            }
        });
        // At moments spread over the time that the import takes.
        std::thread::sleep((duration * (attempt + 1) / kills).min(Duration::from_secs(3)));
        service.kill();
        sending.join().unwrap();
    }
    let answered = import(&app, "", &records);
    assert!(answered.iter().all(|line| line["result"] != "failed"), "{answered:?}");
    assert_eq!(stored(&app), stored(&clean));
    assert!(import(&app, "", &records).iter().all(|line| line["result"] == "unchanged"));
}
