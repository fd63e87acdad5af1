//! Tables of quotes that were exported, edited in a spreadsheet and imported again.

use serde_json::{Value, json};

use super::{import, lines, results, send};
use crate::support::answers::{id, items};
use crate::support::process::{run, verbatim};
use crate::support::{Client, TestApp};

/// A service with a person and four quotes that nobody has decided about.
fn archive() -> (TestApp, Value, Vec<Value>) {
    let app = TestApp::start();
    let person = app.entity(json!({}));
    let quote = |number: u32| {
        let article = app.article(json!({"external_id": number.to_string()}));
        app.quote(&article, json!({"status": "machine", "origin": "machine", "speaker_label": "la directrice"}))
    };
    let quotes = (0..4).map(quote).collect();
    (app, person, quotes)
}

/// The exported table of quotes, with these columns added.
fn table(client: &Client, added: &[&str]) -> Vec<Vec<String>> {
    let text =
        client.get("/v1/quotes?format=csv&sort=published_at&bom=true&include=speaker,article,claim_reviews").text();
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let mut rows: Vec<Vec<String>> =
        reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
    rows[0].extend(added.iter().map(|name| (*name).to_owned()));
    let width = rows[0].len();
    rows.iter_mut().for_each(|row| row.resize(width, String::new()));
    rows
}

/// Sets a cell of the row of a quote.
fn set(rows: &mut [Vec<String>], quote: &Value, column: &str, value: &str) {
    let column = rows[0].iter().position(|name| name == column).unwrap();
    let row = rows.iter_mut().find(|row| row[0] == id(quote)).unwrap();
    row[column] = value.to_owned();
}

fn csv_of(rows: &[Vec<String>]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(b"\xef\xbb\xbf".to_vec());
    rows.iter().for_each(|row| writer.write_record(row).unwrap());
    writer.into_inner().unwrap()
}

/// The last review of a quote, without its id and time.
fn last_review(client: &Client, quote: &Value) -> Value {
    let mut review = items(client, &format!("/v1/quotes/{}/reviews", id(quote))).pop().unwrap();
    review.as_object_mut().unwrap().retain(|name, _| !["id", "at"].contains(&name.as_str()));
    review
}

#[test]
fn changed_rows_become_reviews_and_the_others_are_unchanged() {
    let (app, person, quotes) = archive();
    let mut rows = table(&app, &["speaker_name", "note"]);
    set(&mut rows, &quotes[0], "status", "verified");
    set(&mut rows, &quotes[0], "note", "Heard, in the recording");
    set(&mut rows, &quotes[1], "speaker_name", "Awa Diallo");
    set(&mut rows, &quotes[2], "speaker_id", id(&person));
    set(&mut rows, &quotes[2], "status", "disputed");
    let answered = lines(send(&app, "", "text/csv", csv_of(&rows)));
    assert!(answered.iter().all(|line| line["result"] != "failed"), "{answered:?}");
    let result = |quote: &Value| answered.iter().find(|line| line["id"] == quote["id"]).unwrap()["result"].clone();
    assert_eq!(quotes.iter().map(result).collect::<Vec<_>>(), ["updated", "updated", "updated", "unchanged"]);
    assert_eq!(
        last_review(&app, &quotes[0]),
        json!({"actor": null, "action": "verify", "from": {"status": "machine"}, "to": {"status": "verified"},
            "note": "Heard, in the recording"})
    );
    let unnamed = json!({"speaker_id": null, "speaker_status": "unresolved"});
    let named = json!({"speaker_id": person["id"], "speaker_status": "named"});
    assert_eq!(
        last_review(&app, &quotes[1]),
        json!({"actor": null, "action": "reattribute", "from": unnamed, "to": named, "note": null})
    );
    let disputed = last_review(&app, &quotes[2]);
    assert_eq!((&disputed["action"], &disputed["to"]["speaker_id"]), (&json!("dispute"), &person["id"]));
    // The same table once more changes nothing, although its versions are old by now.
    let again = lines(send(&app, "", "text/csv", csv_of(&rows)));
    assert_eq!(results(&again), "unchanged unchanged unchanged unchanged");
    assert_eq!(items(&app, &format!("/v1/quotes/{}/reviews", id(&quotes[0]))).len(), 1);
}

#[test]
fn the_reviews_of_a_table_are_by_the_caller() {
    let (app, _, quotes) = archive();
    let key = app.key("desk", json!({"scope": "write"}));
    let reviewer = app.with_key(key["secret"].as_str().unwrap());
    let row = json!({"id": quotes[0]["id"], "status": "rejected"});
    assert_eq!(results(&import(&reviewer, "", &[row])), "updated");
    assert_eq!(last_review(&reviewer, &quotes[0])["actor"], "desk");
}

#[test]
fn a_row_of_an_old_version_fails_and_the_others_do_not() {
    let (app, _, quotes) = archive();
    let mut rows = table(&app, &["note"]);
    app.patch(&format!("/v1/quotes/{}", id(&quotes[0])), &json!({"status": "disputed"})).expect(200);
    set(&mut rows, &quotes[0], "status", "verified");
    set(&mut rows, &quotes[1], "note", "Who is it?");
    let answered = lines(send(&app, "", "text/csv", csv_of(&rows)));
    let failed: Vec<&Value> = answered.iter().filter(|line| line["result"] == "failed").collect();
    assert_eq!(failed.len(), 1, "{answered:?}");
    assert_eq!(failed[0]["problem"]["detail"], "the record is at version 2");
    assert_eq!(failed[0]["problem"]["status"], 412);
    assert_eq!(app.get(&format!("/v1/quotes/{}", id(&quotes[0]))).expect(200)["status"], "disputed");
    assert_eq!(
        last_review(&app, &quotes[1]),
        json!({"actor": null, "action": "comment", "from": null, "to": null, "note": "Who is it?"})
    );
}

#[test]
fn rows_that_cannot_be_reviews_fail_with_their_member() {
    let (app, person, quotes) = archive();
    app.entity(json!({}));
    let row = |members: Value| {
        let mut row = json!({"id": quotes[0]["id"]});
        row.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        row
    };
    let records = [
        row(json!({"status": "verified", "text": "Nous partons"})),
        row(json!({"status": "wrong"})),
        row(json!({"speaker_name": "Awa Diallo"})),
        row(json!({"speaker_id": "0192f0c1-2a3b-7c4d-8e5f-60718293a4b5"})),
        row(json!({"status": "verified", "name": "Awa Diallo"})),
        row(json!({"status": "verified", "kind": "person"})),
        json!({"status": "verified"}),
        json!({"id": person["id"], "status": "verified"}),
        json!({"external_id": "1", "text": "Nous sommes prêts"}),
    ];
    let answered = import(&app, "", &records);
    let place = |line: &Value| match line["problem"]["errors"][0]["pointer"].as_str() {
        Some(pointer) => pointer.to_owned(),
        None => line["problem"]["code"].as_str().unwrap_or("none").to_owned(),
    };
    assert_eq!(
        answered.iter().map(place).collect::<Vec<_>>(),
        ["/text", "/status", "/speaker_name", "/speaker_id", "/name", "/kind", "/id", "not_found", "/text"],
        "{answered:?}"
    );
    let stored = app.get(&format!("/v1/quotes/{}", id(&quotes[0]))).expect(200);
    assert_eq!((&stored["version"], &stored["reviews"]), (&json!(1), &json!([])));
}

#[test]
fn a_speaker_is_removed_by_a_status_without_a_speaker() {
    let (app, person, quotes) = archive();
    let named = json!({"id": quotes[0]["id"], "speaker_id": person["id"]});
    let anonymous = json!({"id": quotes[0]["id"], "speaker_status": "anonymous"});
    assert_eq!(results(&import(&app, "", &[named, anonymous])), "updated updated");
    let stored = app.get(&format!("/v1/quotes/{}", id(&quotes[0]))).expect(200);
    assert_eq!((&stored["speaker_id"], &stored["speaker_status"]), (&Value::Null, &json!("anonymous")));
}

#[test]
fn the_command_imports_a_table_and_keeps_or_tries_as_it_is_told() {
    let (app, _, quotes) = archive();
    let mut rows = table(&app, &["note"]);
    set(&mut rows, &quotes[0], "status", "verified");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("quotes.csv");
    std::fs::write(&file, csv_of(&rows)).unwrap();
    let import = |option: &[&str]| {
        let mut arguments = vec!["import", file.to_str().unwrap(), "--url", &app.base];
        arguments.extend(option);
        let (status, printed, said) = run(&mut verbatim(&arguments));
        assert_eq!(status, Some(0), "{said}");
        printed
    };
    assert_eq!(import(&["--keep"]), "0 created, 0 updated, 4 unchanged, 0 failed\n");
    assert_eq!(import(&["--dry-run"]), "0 created, 1 updated, 3 unchanged, 0 failed\n");
    assert_eq!(app.get(&format!("/v1/quotes/{}", id(&quotes[0]))).expect(200)["version"], 1);
    assert_eq!(import(&[]), "0 created, 1 updated, 3 unchanged, 0 failed\n");
}
