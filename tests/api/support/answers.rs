//! Helpers for answers: records without their generated members, complete lists, errors.

use chrono::{DateTime, FixedOffset};
use serde_json::Value;
use uuid::Uuid;

use super::client::{Client, Response};

/// Removes generated ids and times from a record and its embedded records, after checking their format.
#[track_caller]
pub fn settled(record: &Value) -> Value {
    match record {
        Value::Object(members) => {
            if let (Some(created), Some(updated)) = (members.get("created_at"), members.get("updated_at")) {
                assert!(time(created) <= time(updated), "changed before it was made: {record}");
            }
            let kept = members.iter().filter(|(name, value)| !is_made_by_the_service(name, value));
            Value::Object(kept.map(|(name, value)| (name.clone(), settled(value))).collect())
        }
        Value::Array(items) => items.iter().map(settled).collect(),
        other => other.clone(),
    }
}

#[track_caller]
fn is_made_by_the_service(name: &str, value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    match name {
        "id" => {
            let id = Uuid::parse_str(text).unwrap_or_else(|error| panic!("{value} is no id: {error}"));
            assert_eq!((id.get_version_num(), id.to_string().as_str()), (7, text));
            true
        }
        "created_at" | "updated_at" | "at" => {
            assert!(time(value).offset().local_minus_utc() == 0 && text.ends_with('Z'), "{value} is not in UTC");
            true
        }
        _ => false,
    }
}

/// Formats a time as records show it.
#[track_caller]
pub fn time(value: &Value) -> DateTime<FixedOffset> {
    let text = value.as_str().unwrap_or_else(|| panic!("{value} is no time"));
    DateTime::parse_from_rfc3339(text).unwrap_or_else(|error| panic!("{value} is no time: {error}"))
}

/// Returns the id of a record.
#[track_caller]
pub fn id(record: &Value) -> &str {
    record["id"].as_str().unwrap_or_else(|| panic!("no id: {record}"))
}

/// Reads all pages of the list at `path` by their `Link` headers.
#[track_caller]
pub fn items(client: &Client, path: &str) -> Vec<Value> {
    let mut items = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(path) = next {
        let answer = client.get(&path);
        let link = answer.header("link").to_owned();
        let page = answer.expect(200);
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        next = link.strip_prefix('<').and_then(|rest| rest.strip_suffix(">; rel=\"next\"")).map(str::to_owned);
        let cursor = page["next_cursor"].as_str();
        assert_eq!(next.as_deref().and_then(|next| next.split("cursor=").last()), cursor);
    }
    items
}

/// Returns one member of each item of a list.
#[track_caller]
pub fn column(client: &Client, path: &str, member: &str) -> Vec<Value> {
    items(client, path).iter().map(|item| item[member].clone()).collect()
}

/// Asserts that a request fails, and returns the problem document.
#[track_caller]
pub fn refusal(answer: Response, status: u16, code: &str) -> Value {
    assert_eq!(answer.header("content-type"), "application/problem+json", "{}", answer.text());
    let problem = answer.expect(status);
    assert_eq!(problem["status"], status);
    assert_eq!(problem["code"], code);
    assert_eq!(problem["type"], format!("/problems/{code}"));
    problem
}

/// Returns the pointers of the errors in a body, in order.
#[track_caller]
pub fn pointers(answer: Response) -> Vec<String> {
    let problem = refusal(answer, 422, "invalid_content");
    let faults = problem["errors"].as_array().unwrap().iter();
    let mut pointers: Vec<_> = faults.map(|fault| fault["pointer"].as_str().unwrap().to_owned()).collect();
    pointers.sort();
    pointers
}

/// The ids of the candidates of a quote or a mention, in order of id.
pub fn candidate_ids(record: &Value) -> Value {
    let candidates = record["candidates"].as_array().unwrap_or_else(|| panic!("no candidates: {record}"));
    let mut ids: Vec<&str> = candidates.iter().map(|candidate| candidate["entity_id"].as_str().unwrap()).collect();
    ids.sort_unstable();
    ids.into()
}
