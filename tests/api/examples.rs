//! The examples of the API description: sent to the demo, every operation answers something useful.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::document::{Operation, encoded, operations, resolved};
use crate::support::embedded::eventually;
use crate::support::postgres::TestDatabase;
use crate::support::process::{Process, verbatim};
use crate::support::{Client, Response};

/// Operations on records whose ids the service makes, with the list that has the id after the record was created. The demo has
/// none of them: a webhook would send its changes elsewhere, a key would close it to callers without one, and merges, splits
/// and judgements are for the reader to make. Until then the lists are empty, and the ids of the examples are not found.
const OF_LATER_RECORDS: [(&str, &str); 19] = [
    ("list_judgements", "/v1/judgements"),
    ("read_judgement", "/v1/judgements"),
    ("list_merges", "/v1/merges"),
    ("read_merge", "/v1/merges"),
    ("undo_merge", "/v1/merges"),
    ("list_splits", "/v1/splits"),
    ("list_webhooks", "/v1/webhooks"),
    ("read_webhook", "/v1/webhooks"),
    ("update_webhook", "/v1/webhooks"),
    ("rotate_webhook", "/v1/webhooks"),
    ("test_webhook", "/v1/webhooks"),
    ("list_webhook_deliveries", "/v1/webhooks"),
    ("replay_webhook", "/v1/webhooks"),
    ("delete_judgement", "/v1/judgements"),
    ("delete_webhook", "/v1/webhooks"),
    ("list_keys", "/v1/keys"),
    ("read_key", "/v1/keys"),
    ("rotate_key", "/v1/keys"),
    ("revoke_key", "/v1/keys"),
];

/// Writes in the order in which a reader may try them: additions, changes, then deletions of what the others need.
const WRITES: [&str; 27] = [
    "reconcile",
    "annotate_text",
    "match_quotes",
    "create_article",
    "annotate_article",
    "create_mention",
    "create_entity",
    "create_quote",
    "create_claim_review",
    "create_quote_review",
    "create_mention_review",
    "create_reviews",
    "update_article",
    "update_entity",
    "update_mention",
    "update_quote",
    "import_records",
    "create_judgement",
    "merge_entities",
    "split_entity",
    "create_webhook",
    "delete_claim_review",
    "delete_quote",
    "delete_mention",
    "delete_article",
    "delete_entity",
    "create_key",
];

/// The example of a schema: its own, that of its first form, or a list of one.
fn example(schema: &'static Value) -> Option<Value> {
    let schema = resolved(schema);
    if let Some(own) = schema.get("example") {
        return Some(own.clone());
    }
    match schema["oneOf"].as_array() {
        Some(forms) => example(&forms[0]),
        None => schema.get("items").and_then(example).map(|item| Value::Array(vec![item])),
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The path and the query of an operation as the document fills them in. With an id, that instead of the example's.
fn target(operation: &Operation, id: Option<&str>) -> String {
    let mut path = operation.path.to_owned();
    for parameter in operation.parameters("path") {
        let name = parameter["name"].as_str().unwrap();
        let value = id.filter(|_| name == "id").map_or_else(|| text(&parameter["example"]), str::to_owned);
        path = path.replace(&format!("{{{name}}}"), &value);
    }
    let mut query = Vec::new();
    for parameter in operation.parameters("query") {
        let name = parameter["name"].as_str().unwrap();
        match parameter.get("example") {
            Some(example) => query.push(format!("{name}={}", encoded(&text(example)))),
            None => assert_ne!(parameter["required"], true, "{}: {name} has no example", operation.id),
        }
    }
    if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) }
}

/// Sends an operation as the document fills it in, once for each media type of its body.
fn send(client: &Client, operation: &Operation, id: Option<&str>) -> Vec<Response> {
    let path = target(operation, id);
    let Some(content) = operation.value["requestBody"]["content"].as_object() else {
        return vec![client.request(&operation.method, &path).send()];
    };
    let answers = content.iter().map(|(media_type, media)| {
        let own = media.get("example").cloned();
        let body = own.or_else(|| example(&media["schema"])).unwrap_or_else(|| panic!("{}: no example", operation.id));
        let body = match media_type.as_str() {
            "application/x-www-form-urlencoded" => {
                let pairs = body.as_object().unwrap().iter();
                pairs.map(|(name, value)| format!("{name}={}", encoded(&text(value)))).collect::<Vec<_>>().join("&")
            }
            _ => text(&body),
        };
        client.request(&operation.method, &path).header("content-type", media_type).body(body).send()
    });
    answers.collect()
}

/// Asserts that an answer is a documented success, and that it contains something.
#[track_caller]
fn assert_useful(operation: &Operation, answer: &Response) {
    let id = operation.id;
    assert!((200..300).contains(&answer.status), "{id}: {}", answer.text());
    assert!(operation.value["responses"][answer.status.to_string()].is_object(), "{id}: {}", answer.status);
    assert!(answer.status == 204 || !answer.body.is_empty(), "{id}");
    if !is_useful(answer) || answer.text().contains("\"result\":\"failed\"") {
        panic!("{id}: {}", answer.text());
    }
}

/// Whether an answer has items, if it is a list.
fn is_useful(answer: &Response) -> bool {
    let json = answer.header("content-type").starts_with("application/json");
    let items = || ["items", "result"].iter().find_map(|list| answer.json()[list].as_array().map(Vec::len));
    !json || items() != Some(0)
}

fn demo() -> (TestDatabase, Process, Client) {
    let database = TestDatabase::migrated();
    let mut demo = Process::start(verbatim(&["demo", "--listen", "127.0.0.1:0"]).env("DATABASE_URL", database.url()));
    let client = demo.client();
    demo.printed("Ctrl-C");
    (database, demo, client)
}

#[test]
fn every_operation_as_the_document_fills_it_in_answers_something_useful_on_the_demo() {
    let (_database, demo, mut client) = demo();
    let operations: BTreeMap<&str, Operation> =
        operations().into_iter().map(|operation| (operation.id, operation)).collect();
    let is_later = |id: &str| OF_LATER_RECORDS.iter().any(|(later, _)| *later == id);
    for id in operations.keys() {
        let is_known = operations[id].method == "GET" || WRITES.contains(id) || is_later(id);
        assert!(is_known, "{id}: put it into a list of this file");
    }
    for (id, operation) in operations.iter().filter(|(_, operation)| operation.method == "GET") {
        if is_later(id) {
            let answer = send(&client, operation, None).remove(0);
            assert!(answer.status == 404 || !is_useful(&answer), "{id}: {}", answer.text());
        } else if id.contains("duplicates") {
            eventually("names are compared", || is_useful(&send(&client, operation, None)[0]).then_some(()));
        } else {
            send(&client, operation, None).iter().for_each(|answer| assert_useful(operation, answer));
        }
    }
    for id in WRITES {
        if id == "delete_claim_review" {
            send_later(&client, &operations, |list| list != "/v1/keys");
        }
        let answers = send(&client, &operations[id], None);
        answers.iter().for_each(|answer| assert_useful(&operations[id], answer));
        if id == "create_key" {
            client = client.with_key(answers[0].json()["secret"].as_str().unwrap());
        }
    }
    send_later(&client, &operations, |list| list == "/v1/keys");
    demo.stop();
}

/// Sends the operations on the records that the examples have created, with the ids in these lists.
fn send_later(client: &Client, operations: &BTreeMap<&str, Operation>, of: impl Fn(&str) -> bool) {
    for (id, list) in OF_LATER_RECORDS.iter().filter(|(_, list)| of(list)) {
        let records = client.get(list).expect(200);
        let record = records["items"][0]["id"].as_str().unwrap_or_else(|| panic!("{id}: {list} is empty"));
        send(client, &operations[id], Some(record)).iter().for_each(|answer| assert_useful(&operations[id], answer));
    }
}
