//! The operations of the API description.

use serde_json::Value;
use verbatim::http::openapi;

/// A valid id of no record.
pub const NOBODY: &str = "0192f0c1-2a3b-7c4d-8e5f-60718293a4b5";

/// An operation of the API description.
pub struct Operation {
    pub id: &'static str,
    pub method: String,
    pub path: &'static str,
    pub value: &'static Value,
}

/// Returns all operations in the order of the description.
pub fn operations() -> Vec<Operation> {
    let paths = openapi::document()["paths"].as_object().unwrap();
    let of = |(path, item): (&'static String, &'static Value)| {
        item.as_object().unwrap().iter().map(move |(method, value)| Operation {
            id: value["operationId"].as_str().unwrap(),
            method: method.to_uppercase(),
            path,
            value,
        })
    };
    paths.iter().flat_map(of).collect()
}

/// Returns all paths with their methods.
pub fn paths() -> Vec<(&'static str, Vec<String>)> {
    let mut paths: Vec<(&str, Vec<String>)> = Vec::new();
    for operation in operations() {
        match paths.last_mut() {
            Some((path, methods)) if *path == operation.path => methods.push(operation.method),
            _ => paths.push((operation.path, vec![operation.method])),
        }
    }
    paths
}

/// A part of the document, its `$ref` followed.
pub fn resolved(value: &'static Value) -> &'static Value {
    match value["$ref"].as_str() {
        Some(reference) => {
            openapi::document().pointer(reference.trim_start_matches('#')).expect("the target of a $ref")
        }
        None => value,
    }
}

impl Operation {
    /// Returns a member of the operation, such as `parameters` or `responses`.
    pub fn parameters(&self, place: &str) -> Vec<&'static Value> {
        let all = self.value["parameters"].as_array().into_iter().flatten().map(resolved);
        all.filter(|parameter| parameter["in"] == place).collect()
    }
}

/// Fills in the parameters of a path, and adds the required query parameters of its GET.
pub fn filled(path: &str, id: &str) -> String {
    let reading = operations().into_iter().find(|operation| operation.path == path && operation.method == "GET");
    let needed = reading.iter().flat_map(|operation| operation.parameters("query"));
    let needed = needed.filter(|parameter| parameter["required"] == true);
    let value = |parameter: &Value| if parameter["schema"]["format"] == "uuid" { id } else { "a" }.to_owned();
    let pair = |parameter: &'static Value| format!("{}={}", parameter["name"].as_str().unwrap(), value(parameter));
    let query: Vec<_> = needed.map(pair).collect();
    let path =
        path.replace("{id}", id).replace("{n}", "1").replace("{a}", "1").replace("{b}", "2").replace("{code}", "gone");
    if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) }
}

/// Adds query parameters to a path that may already have some.
pub fn with(path: &str, parameters: &str) -> String {
    format!("{path}{}{parameters}", if path.contains('?') { '&' } else { '?' })
}

/// Percent-encodes text for a path or a query.
pub fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
