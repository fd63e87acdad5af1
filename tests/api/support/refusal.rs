//! Checks of error answers.

use serde_json::Value;

use super::client::{Client, Response};

/// Asserts status and code of an error, and that the service documents its type. Returns the problem document.
#[track_caller]
pub fn refused(client: &Client, answer: &Response, status: u16, code: &str) -> Value {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert!(!answer.header("x-request-id").is_empty());
    assert_eq!(answer.header("retry-after"), if status == 503 { "1" } else { "" });
    let problem = answer.json();
    let meaning = client.get(problem["type"].as_str().unwrap()).expect(200);
    assert_eq!((&problem["code"], &problem["status"]), (&code.into(), &status.into()), "{problem}");
    for member in ["code", "status", "title"] {
        assert_eq!(meaning[member], problem[member]);
    }
    assert!(problem["detail"].is_string() && problem["errors"].is_array(), "{problem}");
    problem
}

/// Returns the members or parameters that a problem document names, in order.
#[track_caller]
pub fn places(problem: &Value, kind: &str) -> Vec<String> {
    let errors = problem["errors"].as_array().unwrap();
    let mut places: Vec<_> = errors.iter().map(|error| error[kind].as_str().unwrap_or("?").to_owned()).collect();
    places.sort();
    places
}
